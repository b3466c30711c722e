//! Attention that promises memory in proportion to the length keeps the promise, forward and backward.
//!
//! Alone in its process, as the pool that is measured belongs to all of it: cleared before a step, it keeps afterwards every block that
//! the step needed at once.

use etude_autograd::Tape;
use etude_layers::*;
use etude_tensor::{Result, Rng, Tensor, pool};

/// Sequences and features: enough that no tensor is so small that it goes to the lists of the thread, which are capped.
const BATCH: usize = 4;
const WIDTH: usize = 16;

/// The bytes that a step over sequences of this length takes, divided by their positions.
fn bytes_per_position(layer: &dyn Layer, length: usize, want: &[&str]) -> Result<f64> {
    let x = Tensor::<f32>::normal([BATCH, length, WIDTH], 0.0, 1.0, &mut Rng::seed(1))?;
    layer.build(&x)?;
    pool::clear();
    let tape = Tape::training(1);
    let name = layer.signature().takes[0].name;
    let args = Args::new(&tape).with(name, tape.var(x));
    let outputs = layer.call(&args, want)?;
    let mut loss = tape.scalar(0.0);
    for name in want {
        loss = loss.try_add(&outputs.get(name)?.square()?.sum(..)?)?;
    }
    drop((args, outputs));
    drop(loss.backward()?);
    drop(loss);
    let (own, shared) = pool::kept_bytes();
    Ok((own + shared) as f64 / (BATCH * length) as f64)
}

fn boxed<L: Layer>(layer: Result<L>) -> Box<dyn Layer> {
    Box::new(layer.unwrap())
}

#[test]
fn memory_for_each_position_stays_the_same_from_length_to_length() -> Result<()> {
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
    let lengths = |from: usize| [from, 2 * from, 4 * from, 8 * from, 16 * from];
    let cases = layers.iter().map(|layer| (layer, lengths(512)));
    let cases = cases.chain(dense.iter().map(|layer| (layer, lengths(320))));
    for ((name, layer), lengths) in cases {
        let bytes =
            lengths.map(|length| bytes_per_position(&**layer, length, &["output"]).unwrap());
        println!("{name}: {bytes:.0?} bytes for each position");
        let (least, most) = bytes
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), &b| {
                (least.min(b), most.max(b))
            });
        assert!(
            most < 1.2 * least,
            "{name}: {bytes:.0?} bytes for each position"
        );
    }

    // What is measured would show it: with the weights as a result, memory grows with the square of the length.
    let dense = boxed(SelfAttentionConfig::new(WIDTH, 2).init(rng));
    let want = ["output", "attention_weights"];
    let short = bytes_per_position(&*dense, 256, &want)?;
    let long = bytes_per_position(&*dense, 1024, &want)?;
    assert!(
        long > 3.5 * short,
        "{short:.0} and {long:.0} bytes for each position"
    );
    Ok(())
}
