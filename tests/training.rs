//! Whole trainings: the same bits on any number of threads, and in every run.

use etude::data::{Batches, Digits, Shift};
use etude::layers::{
    Activation, Conv2dConfig, DenseConfig, DropoutConfig, FlattenConfig, MaxPool2dConfig, Padding,
};
use etude::optim::AdamConfig;
use etude::prelude::*;

/// Everything that could depend on threads or runs: convolutions, pooling, dropout, shuffling, shifts, Adam.
fn network() -> Result<Sequential> {
    let mut rng = Rng::seed(3);
    let conv = Conv2dConfig::new(16, 3)
        .padding(Padding::Same)
        .activation(Activation::Relu);
    Ok(Sequential::new()
        .then(conv.init(&mut rng)?)
        .then(MaxPool2dConfig::new().init()?)
        .then(DropoutConfig::new(0.25).init()?)
        .then(FlattenConfig::new().init())
        .then(DenseConfig::new(Digits::CLASSES).init(&mut rng)?))
}

/// The losses of some steps, and all parameters after them.
fn train(steps: usize) -> Result<(Vec<f32>, Vec<f32>)> {
    let digits = Digits::load()?;
    let batches = Batches::new(&digits.train, 128)?.shuffled(1);
    let batches = batches.shifted(Shift::new(1, 1))?;
    let mut model = network()?;
    let mut optimizer = AdamConfig::new(0.01).init()?;
    let tape = Tape::training(5);
    let mut losses = Vec::new();
    for batch in (0..)
        .flat_map(|epoch| batches.epoch(epoch).collect::<Vec<_>>())
        .take(steps)
    {
        let scores = model.forward(&tape.input(batch.inputs().clone()))?;
        let loss = scores.cross_entropy(batch.labels())?.mean(..)?;
        optimizer.step(&mut model, &loss.backward()?)?;
        losses.push(loss.item()?);
    }
    let state = model.state_dict()?;
    Ok((losses, state.values().flat_map(Tensor::to_vec).collect()))
}

#[test]
fn a_training_has_the_same_bits_on_any_number_of_threads() -> Result<()> {
    let one = etude::install_on(1, || train(15))??;
    for threads in [2, 5] {
        let several = etude::install_on(threads, || train(15))??;
        assert!(one == several, "{threads} threads differ from one");
    }
    assert!(one == etude::install(|| train(15))?, "a second run differs");
    Ok(())
}

#[test]
fn a_network_learns_the_digits() -> Result<()> {
    let (losses, parameters) = etude::install(|| train(150))?;
    let last: f32 = losses[140..].iter().sum::<f32>() / 10.0;
    assert!(
        losses[0] > 2.0 && last < 0.7,
        "from {} to {last}",
        losses[0]
    );
    assert!(parameters.iter().all(|p| p.is_finite()));
    Ok(())
}
