//! Attention to overlapping windows of an image brings each window together once: it never copies them again, forward or backward.

use crate::{bytes_per_position, kept, positions, turn};
use etude_autograd::Tape;
use etude_layers::*;
use etude_tensor::{Result, Rng, Tensor, pool};

const WIDTH: usize = 16;

/// The bytes that the results of a layer, without a recording, take on the way, divided by the positions of the input.
fn bytes_of_inference(layer: &dyn Layer, shape: &[usize]) -> Result<f64> {
    let x = Tensor::<f32>::normal(shape, 0.0, 1.0, &mut Rng::seed(1))?;
    layer.build(&x)?;
    pool::clear();
    drop(layer.apply(&Tape::inference().input(x.clone()))?);
    Ok(kept() / positions(shape))
}

#[test]
fn windows_exist_once_and_their_gradients_once() -> Result<()> {
    let _turn = turn();
    let rng = &mut Rng::seed(1);
    let shape = [4, 32, 32, WIDTH];
    let halo = HaloAttentionConfig::new().num_heads(1).key_dim(WIDTH);
    let halo = halo.block_size(2).halo_size(3).init(rng)?;
    let outlook = OutlookAttentionConfig::new(16 * WIDTH, 1).strides(1);
    let outlook = outlook.init(rng)?;
    // Keys and values of windows of 8×8 for blocks of 2×2; and values of windows of 3×3 for each position, which have as many results, that
    // are added up.
    let layers: [(&str, &dyn Layer, usize, f64); 2] = [
        ("halo", &halo, 2 * WIDTH * 64 / 4, 0.0),
        ("outlook", &outlook, 16 * WIDTH * 9, 1.0),
    ];
    for (name, layer, windows, results) in layers {
        let windows = (windows * size_of::<f32>()) as f64;
        let forward = bytes_of_inference(layer, &shape)? / windows;
        let both = bytes_per_position(layer, &shape, &["output"])? / windows;
        println!("{name}: forward {forward:.2}, and backward {both:.2} times the windows");
        assert!(
            forward > 1.0 && forward < 1.9 + results,
            "{name}: forward takes {forward:.2} times its windows"
        );
        assert!(
            both < 2.9 + 2.0 * results,
            "{name}: a step takes {both:.2} times its windows"
        );
    }
    Ok(())
}
