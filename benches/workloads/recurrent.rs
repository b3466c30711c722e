//! Long short-term memory: the layer alone, and a character model.
//!
//! The canonical weights are `[4h, in]` with the gates in the order input, forget, candidate, output, and there are two biases, which
//! are added up here: both then have the gradient of the sum.

use crate::harness::{Outcome, measure};
use crate::inputs::{Order, fill, labels, project};
use etude::layers::{Dense, DenseConfig, Embedding, EmbeddingConfig, Lstm, LstmConfig};
use etude::optim::AdamConfig;
use etude::{Gradients, Module, Param, Result, Rng, Tape, Tensor};

/// A layer of so many features and units, all its parameters from `seed` on.
fn lstm(config: LstmConfig, input: usize, seed: u32) -> Result<Lstm> {
    let units = config.output_size;
    let scale = 1.0 / (units as f32).sqrt();
    let canonical = |shape: &[usize], number| fill(shape, seed + number, scale, Order::Same);
    let mut layer: Lstm = config.input_size(input).init(&mut Rng::seed(0))?;
    let gates = &mut layer.cell.gates;
    let weight = swapped(&canonical(&[4 * units, input], 0)?)?;
    gates.weight.set(weight.transpose(0, 1)?.contiguous())?;
    let weight = swapped(&canonical(&[4 * units, units], 1)?)?;
    gates
        .recurrent_weight
        .set(weight.transpose(0, 1)?.contiguous())?;
    let bias = canonical(&[4 * units], 2)?.try_add(&canonical(&[4 * units], 3)?)?;
    let own = gates.bias.as_mut().expect("a bias by default");
    own.set(swapped(&bias)?)?;
    Ok(layer)
}

/// With the third and the fourth quarter of the first axis exchanged.
fn swapped(x: &Tensor) -> Result<Tensor> {
    let quarters = x.chunk(0, 4)?;
    Tensor::concat(&[&quarters[0], &quarters[1], &quarters[3], &quarters[2]], 0)
}

/// 64 sequences of 50 steps with 64 features, 128 units: the last hidden state, and all gradients.
pub fn layer() -> Result<Outcome> {
    let layer = lstm(LstmConfig::new(128), 64, 100)?;
    let x = fill(&[64, 50, 64], 1, 1.0, Order::Same)?;
    let g = fill(&[64, 128], 50, 1.0, Order::Same)?;
    let tape = Tape::new();
    let step = || -> Result<(Tensor, Tensor, Gradients)> {
        let x = tape.var(x.clone());
        let y = layer.forward(&x)?;
        let gradients = y.try_mul(&tape.input(g.clone()))?.sum(..)?.backward()?;
        Ok((y.into_tensor(), gradients.get(&x)?, gradients))
    };
    let mut last = step()?;
    let timing = measure(|| last = step().expect("it went well before"));
    let (y, gx, gradients) = last;
    let of = |param: &Param| gradients.param(param).expect("a gradient").clone();
    let gates = &layer.cell.gates;
    let mut check = project(&y, Order::Same)? + project(&gx, Order::Same)?;
    for weight in [&gates.weight, &gates.recurrent_weight] {
        let gradient = swapped(&of(weight).transpose(0, 1)?)?;
        check += project(&gradient, Order::Same)?;
    }
    let bias = gates.bias.as_ref().expect("a bias by default");
    check += 2.0 * project(&swapped(&of(bias))?, Order::Same)?;
    Ok(Outcome { timing, check })
}

/// A model that predicts the next character.
#[derive(Module)]
struct Characters {
    embedding: Embedding,
    lstm: Lstm,
    dense: Dense,
}

/// Steps of the character model on 32 sequences of 64 characters, with Adam. The check is the loss that the fifth step reports.
pub fn train() -> Result<Outcome> {
    let mut embedding: Embedding = EmbeddingConfig::new(96, 64).init(&mut Rng::seed(0))?;
    embedding
        .weight
        .set(fill(&[96, 64], 100, 0.1, Order::Same)?)?;
    let mut dense: Dense = DenseConfig::new(96)
        .input_size(256)
        .init(&mut Rng::seed(0))?;
    dense
        .weight
        .set(fill(&[96, 256], 105, 1.0 / 16.0, Order::Dense)?)?;
    let bias = dense.bias.as_mut().expect("a bias by default");
    bias.set(fill(&[96], 106, 1.0 / 16.0, Order::Same)?)?;
    let mut model = Characters {
        embedding,
        lstm: lstm(LstmConfig::new(256).return_sequence(true), 64, 101)?,
        dense,
    };
    let tokens = labels(32 * 65, 96)?.reshape([32, 65])?;
    let (x, targets) = (tokens.narrow(1, 0, 64)?, tokens.narrow(1, 1, 64)?);
    let mut optimizer = AdamConfig::new(1e-3).init()?;
    let tape = Tape::training(0);
    let mut step = || -> Result<Tensor> {
        let embedded = model.embedding.forward(&tape, &x)?;
        let logits = model.dense.forward(&model.lstm.forward(&embedded)?)?;
        let loss = logits.cross_entropy(&targets)?.mean(..)?;
        let gradients = loss.backward()?;
        optimizer.step(&mut model, &gradients)?;
        Ok(loss.into_tensor())
    };
    for _ in 0..4 {
        step()?;
    }
    let mut last = step();
    let check = f64::from(last.clone()?.item()?);
    let timing = measure(|| last = step());
    last?;
    Ok(Outcome { timing, check })
}
