//! Two layers at the sizes of their examples in the documents that étude's names come from: too heavy for a documentation test.
//!
//! ```text
//! cargo test --release -p etude-layers --test heavy_examples
//! ```
//!
//! runs both. Without `--release` they are left out.

#![cfg(not(debug_assertions))]

use etude_autograd::{Module, Tape};
use etude_layers::{Activation, Conv3dTransposeConfig, TransformerConfig};
use etude_tensor::{Result, Rng, Tensor};

/// 16 filters of 5×5×5 over 100 channels: 88 billion multiplications, from 177 MB to 45 MB.
#[test]
fn a_transposed_convolution_of_volumes() -> Result<()> {
    let mut rng = Rng::seed(1);
    let layer = Conv3dTransposeConfig::new(16, [5, 5, 5])
        .input_size(100)
        .activation(Activation::Relu)
        .init::<f32>(&mut rng)?;
    let x = Tensor::randn([32, 24, 24, 24, 100], &mut rng);
    let y = layer.forward(&Tape::inference().input(x))?;
    assert_eq!(y.shape(), [32, 28, 28, 28, 16]);
    // A relu of sums that are as often below 0 as above.
    let values = y.tensor().to_vec();
    let above = values.iter().filter(|&&value| value > 0.0).count();
    let share = above as f64 / values.len() as f64;
    assert!((share - 0.5).abs() < 0.01, "{share}");
    Ok(())
}

/// Six layers each in encoder and decoder, 512 features, 44 million parameters.
#[test]
fn a_transformer_of_six_and_six_layers() -> Result<()> {
    let mut rng = Rng::seed(1);
    let transformer = TransformerConfig::new()
        .d_model(512)
        .nhead(8)
        .num_encoder_layers(6)
        .num_decoder_layers(6)
        .activation(Activation::Relu)
        .init::<f32>(&mut rng)?;
    assert_eq!(transformer.param_count()?, 44_140_544);
    let tape = Tape::inference();
    let src = tape.input(Tensor::randn([10, 50, 512], &mut rng));
    let tgt = tape.input(Tensor::randn([10, 50, 512], &mut rng));
    let output = transformer.forward(&src, &tgt, None, None, None)?;
    assert_eq!(output.shape(), [10, 50, 512]);
    // The last norm leaves each position with a variance of 1.
    let variance = output.tensor().var(-1, 0)?;
    assert!(variance.to_vec().iter().all(|v| (v - 1.0).abs() < 1e-3));
    Ok(())
}
