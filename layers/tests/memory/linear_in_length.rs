//! Attention that promises memory in proportion to the length keeps the promise, forward and backward.
//!
//! The pool, cleared before a step, keeps afterwards every block that the step needed at once.

use crate::{bytes_per_position, turn};
use etude_layers::*;
use etude_tensor::{Result, Rng};

/// Sequences and features: enough that no tensor is so small that it goes to the lists of the thread, which are capped.
const BATCH: usize = 4;
const WIDTH: usize = 16;

fn boxed<L: Layer>(layer: Result<L>) -> Box<dyn Layer> {
    Box::new(layer.unwrap())
}

#[test]
fn memory_for_each_position_stays_the_same_from_length_to_length() -> Result<()> {
    let _turn = turn();
    let rng = &mut Rng::seed(1);
    let linear = |kernel, approximation| {
        LinearAttentionConfig::new(WIDTH, 2)
            .kernel_function(kernel)
            .kernel_approximation(approximation)
    };
    let sparse = || SparseAttentionConfig::new(WIDTH, 2);
    let layers: Vec<(&str, Box<dyn Layer>)> = vec![
        (
            "FAVOR+",
            boxed(MultiHeadFavorAttentionConfig::new(WIDTH, 2, 32).init(rng)),
        ),
        (
            "linear, low rank",
            boxed(linear(KernelFunction::Gaussian, KernelApproximation::LowRank).init(rng)),
        ),
        (
            "linear, random features",
            boxed(linear(KernelFunction::Softmax, KernelApproximation::RandomFeatures).init(rng)),
        ),
        (
            "linear, elu",
            boxed(linear(KernelFunction::Elu, KernelApproximation::Exact).init(rng)),
        ),
        ("window", boxed(sparse().local_window(20).init(rng))),
        ("blocks", boxed(sparse().block(64).init(rng))),
        ("Linformer", boxed(LinformerConfig::new(WIDTH, 2).init(rng))),
        (
            "Performer",
            boxed(PerformerConfig::new(WIDTH, 2, 32).init(rng)),
        ),
        (
            "Longformer",
            boxed(
                LongformerConfig::new(WIDTH, 2, 8)
                    .global_tokens([0, 100])
                    .init(rng),
            ),
        ),
    ];
    // These take time in proportion to the square of the length, but memory in proportion to the length.
    let dense: Vec<(&str, Box<dyn Layer>)> = vec![
        (
            "multi-head attention",
            boxed(MultiHeadAttentionConfig::new(2).dropout(0.1).init(rng)),
        ),
        (
            "self-attention",
            boxed(SelfAttentionConfig::new(WIDTH, 2).init(rng)),
        ),
    ];
    let sequences = |from: usize| [1, 2, 4, 8, 16].map(|times| vec![BATCH, times * from, WIDTH]);
    let images: [Vec<usize>; 5] =
        [[32, 16], [32, 32], [64, 32], [64, 64], [128, 64]].map(|[h, w]| vec![BATCH, h, w, WIDTH]);
    let windows: Vec<(&str, Box<dyn Layer>)> = vec![
        (
            "halo",
            boxed(
                HaloAttentionConfig::new()
                    .num_heads(2)
                    .key_dim(WIDTH)
                    .init(rng),
            ),
        ),
        (
            "outlook",
            boxed(OutlookAttentionConfig::new(WIDTH, 2).init(rng)),
        ),
    ];
    let cases = layers.iter().map(|layer| (layer, sequences(512)));
    let cases = cases.chain(dense.iter().map(|layer| (layer, sequences(320))));
    let cases = cases.chain(windows.iter().map(|layer| (layer, images.clone())));
    for ((name, layer), shapes) in cases {
        let bytes = shapes.map(|shape| bytes_per_position(&**layer, &shape, &["output"]).unwrap());
        println!("{name}: {bytes:.0?} bytes for each position");
        let least = bytes.iter().copied().fold(f64::INFINITY, f64::min);
        let most = bytes.iter().copied().fold(0.0, f64::max);
        assert!(
            most < 1.2 * least,
            "{name}: {bytes:.0?} bytes for each position"
        );
    }

    // What is measured would show it: with the weights as a result, memory grows with the square of the length.
    let dense = boxed(SelfAttentionConfig::new(WIDTH, 2).init(rng));
    let want = ["output", "attention_weights"];
    let short = bytes_per_position(&*dense, &[BATCH, 256, WIDTH], &want)?;
    let long = bytes_per_position(&*dense, &[BATCH, 1024, WIDTH], &want)?;
    assert!(
        long > 3.5 * short,
        "{short:.0} and {long:.0} bytes for each position"
    );
    Ok(())
}
