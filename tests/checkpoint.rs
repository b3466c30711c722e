//! What checkpoints save and cost: the memory of a step of deep models, by how many segments they are cut into. Alone in its
//! file, because the pool is the whole process's. The table in docs/memory.md is printed by
//! `cargo test --test checkpoint -- --nocapture`.

use etude::checkpoint;
use etude::layers::{Activation, DenseConfig, DropoutConfig, TransformerLayerConfig};
use etude::prelude::*;
use etude::tensor::pool;
use std::rc::Rc;

/// A part of a model that is recomputed whole.
type Block = Rc<dyn Fn(&Var) -> Result<Var>>;

struct Model {
    name: &'static str,
    blocks: Vec<Block>,
    params: Vec<Param>,
    input: Tensor,
}

/// 32 layers of 64 features, each with a dropout.
fn perceptron() -> Result<Model> {
    let mut rng = Rng::seed(1);
    let (mut blocks, mut params) = (Vec::<Block>::new(), Vec::new());
    for _ in 0..32 {
        let dense = DenseConfig::new(64)
            .input_size(64)
            .activation(Activation::Tanh);
        let dense = dense.init(&mut rng)?;
        let dropout = DropoutConfig::new(0.1).init()?;
        params.extend(dense.params().into_iter().map(|(_, param)| param.clone()));
        blocks.push(Rc::new(move |x| dropout.forward(&dense.forward(x)?)));
    }
    Ok(Model {
        name: "perceptron",
        blocks,
        params,
        input: Tensor::normal([512, 64], 0.0, 1.0, &mut rng)?,
    })
}

/// 16 layers of a Transformer's encoder, dropout in each.
fn transformer() -> Result<Model> {
    let mut rng = Rng::seed(2);
    let config = TransformerLayerConfig::new(32, 4)
        .dim_feedforward(128)
        .dropout(0.1);
    let (mut blocks, mut params) = (Vec::<Block>::new(), Vec::new());
    for _ in 0..16 {
        let layer = config.encoder_layer(&mut rng)?;
        params.extend(layer.params().into_iter().map(|(_, param)| param.clone()));
        blocks.push(Rc::new(move |x| layer.forward(x, None)));
    }
    Ok(Model {
        name: "transformer",
        blocks,
        params,
        input: Tensor::normal([16, 64, 32], 0.0, 1.0, &mut rng)?,
    })
}

/// What a step shows.
struct Step {
    /// The loss and all gradients, to the bit.
    bits: Vec<u32>,
    /// Bytes on the tape before the walk back.
    saved: usize,
    /// Bytes that were in use at the same time, the gradients included and the parameters not.
    peak: usize,
}

/// Forward and backward, with the blocks in so many checkpoints.
fn step(model: &Model, segments: Option<usize>) -> Result<Step> {
    pool::clear();
    let (bits, saved) = {
        let tape = Tape::training(7);
        let mut y = tape.input(model.input.clone());
        match segments {
            None => {
                for block in &model.blocks {
                    y = block(&y)?;
                }
            }
            Some(segments) => {
                for part in model.blocks.chunks(model.blocks.len().div_ceil(segments)) {
                    let part = part.to_vec();
                    y = checkpoint(&[&y], move |x| {
                        part.iter().try_fold(x[0].clone(), |x, block| block(&x))
                    })?;
                }
            }
        }
        let loss = y.square()?.mean(..)?;
        drop(y);
        let saved = tape.memory().bytes();
        let gradients = loss.backward()?;
        let mut bits = vec![loss.item()?.to_bits()];
        for param in &model.params {
            let gradient = gradients.param(param).expect("every parameter is used");
            bits.extend(gradient.to_vec().into_iter().map(f32::to_bits));
        }
        (bits, saved)
    };
    // The pool was empty, and it gives nothing back but blocks of up to 64 KiB when it has many: what it has now is what was
    // in use at once. So the tensors of these models are larger.
    let (thread, shared) = pool::kept_bytes();
    Ok(Step {
        bits,
        saved,
        peak: thread + shared,
    })
}

fn compare(model: &Model, segments: &[usize]) -> Result<()> {
    step(model, None)?; // the first step also builds what is lazy
    let plain = step(model, None)?;
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    let line = |segments: &str, step: &Step| {
        println!(
            "| {} | {segments} | {:.1} | {:.1} |",
            model.name,
            megabytes(step.saved),
            megabytes(step.peak)
        );
    };
    line("none", &plain);
    let mut least = usize::MAX;
    for &count in segments {
        let checkpointed = step(model, Some(count))?;
        line(&count.to_string(), &checkpointed);
        assert!(
            checkpointed.bits == plain.bits,
            "{}: other bits with {count} segments",
            model.name
        );
        assert!(
            checkpointed.saved < plain.saved,
            "{}: {} bytes on the tape with {count} segments, {} without",
            model.name,
            checkpointed.saved,
            plain.saved
        );
        least = least.min(checkpointed.peak);
    }
    assert!(
        least * 2 < plain.peak,
        "{}: at least {least} bytes at once, {} without checkpoints",
        model.name,
        plain.peak
    );
    Ok(())
}

#[test]
fn memory_falls_and_the_bits_stay() -> Result<()> {
    println!("| model | segments | on the tape, MB | at once, MB |\n|---|---|---|---|");
    etude::install_on(1, || -> Result<()> {
        compare(&perceptron()?, &[2, 4, 8, 16, 32])?;
        compare(&transformer()?, &[2, 4, 8, 16])
    })?
}
