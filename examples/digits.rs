//! Learns to read handwritten digits: `cargo run --release --example digits`.
//!
//! There are 1,797 real digits of 8×8 pixels; the last 360 are held out. A small convolutional network learns from the
//! others, and leaves a checkpoint, its learning curves and a picture of the tape.

use clap::{Parser, value_parser};
use etude::Picture;
use etude::data::{Batches, Digits, Examples, Shift};
use etude::layers::{
    Activation, Conv2dConfig, DenseConfig, DropoutConfig, FlattenConfig, MaxPool2dConfig, Padding,
    SoftmaxCrossEntropy, SoftmaxCrossEntropyConfig,
};
use etude::optim::{AdamConfig, Checkpoint};
use etude::prelude::*;
use etude::report::{self, ConfusionMatrix, Plot, Progress, Score, Tally};
use std::f64::consts::PI;
use std::path::PathBuf;

/// Trains a small convolutional network to read handwritten digits.
#[derive(Parser)]
struct Options {
    /// How often to go through the training digits
    #[arg(long, default_value_t = 30, value_parser = value_parser!(u64).range(1..))]
    epochs: u64,
    /// How many digits to learn from at a time
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// The learning rate at the start; from there it falls to 0 along a cosine
    #[arg(long, default_value_t = 0.005, value_parser = positive)]
    rate: f64,
    /// The number that everything random is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the checkpoint and the pictures
    #[arg(long, value_name = "DIR", default_value = "runs/digits")]
    out: PathBuf,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && f64::is_finite(rate) => Ok(rate),
        _ => Err("expected a number above 0".to_string()),
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    etude::install(|| run(&options)) // the whole training inside the thread pool
}

/// Two convolutions find strokes, pooling halves the image, a third finds shapes, a dense layer decides.
fn network(seed: u64) -> Result<Sequential> {
    let mut rng = Rng::seed(seed);
    let conv = |filters| {
        let config = Conv2dConfig::new(filters, 3).padding(Padding::Same);
        config.activation(Activation::Relu)
    };
    let model = Sequential::new()
        .named("conv1", conv(24).init(&mut rng)?)?
        .named("conv2", conv(48).init(&mut rng)?)?
        .named("pool", MaxPool2dConfig::new().init()?)?
        .named("conv3", conv(48).init(&mut rng)?)?
        .named("drop", DropoutConfig::new(0.4).init()?)?
        .named("flatten", FlattenConfig::new().init())?
        .named("scores", DenseConfig::new(Digits::CLASSES).init(&mut rng)?)?;
    model.build(&etude::zeros([1, 8, 8, 1]))?;
    Ok(model)
}

/// How well the model does on some examples, and what it takes them for.
fn evaluate(
    model: &Sequential,
    loss: &SoftmaxCrossEntropy,
    examples: &Examples,
) -> Result<(Score, Tensor<i64>)> {
    let tape = Tape::inference();
    let scores = model.forward(&tape.input(examples.inputs().clone()))?;
    let loss = loss.forward(&scores, examples.labels())?.item()?.into();
    let predicted = scores.tensor().argmax(-1)?;
    let accuracy = report::accuracy(&predicted, examples.labels())?;
    Ok((Score { loss, accuracy }, predicted))
}

fn run(options: &Options) -> Result<()> {
    let Options {
        epochs,
        batch,
        rate,
        seed,
        out,
    } = options;
    let (epochs, rate, seed) = (*epochs, *rate, *seed);

    // Whatever is wrong with the options shows here, before anything is trained or written.
    let digits = Digits::load()?;
    let batches = Batches::new(&digits.train, *batch)?.shuffled(seed);
    let batches = batches.shifted(Shift::new(1, seed))?;
    let mut model = network(seed)?;
    let loss = SoftmaxCrossEntropyConfig::new()
        .label_smoothing(0.1)
        .init()?;
    let mut optimizer = AdamConfig::new(rate).init()?;
    report::prepare_folder(out)?;
    let batch = (*batch).min(digits.train.len());
    println!("{}\n", model.summary(&[batch, 8, 8, 1])?);

    let tape = Tape::training(seed);
    let progress = Progress::new(epochs, batches.count());
    let (mut training, mut held_out) = (Vec::new(), Vec::new());
    for epoch in 0..epochs {
        let mut tally = Tally::new();
        for (index, batch) in batches.epoch(epoch).enumerate() {
            let done = (epoch as f64 + index as f64 / batches.count() as f64) / epochs as f64;
            optimizer.set_learning_rate(rate * (1.0 + (PI * done).cos()) / 2.0)?;

            let scores = model.forward(&tape.input(batch.inputs().clone()))?;
            let error = loss.forward(&scores, batch.labels())?;
            if done == 0.0 {
                Picture::of(&error)?
                    .named(&model)
                    .save_svg(out.join("tape.svg"))?;
            }
            let gradients = error.backward()?;
            optimizer.step(&mut model, &gradients)?;

            let error = error.item()?.into();
            tally.add(error, &scores.tensor().argmax(-1)?, batch.labels())?;
            progress.batch(epoch, error);
        }
        training.push(tally.score()?);
        held_out.push(evaluate(&model, &loss, &digits.test)?.0);
        let [learnt, seen] = [&training, &held_out].map(|scores| scores[scores.len() - 1]);
        if !(learnt.loss.is_finite() && seen.loss.is_finite()) {
            let message = format!(
                "the loss isn't finite after epoch {}; expected a --rate lower than {rate}",
                epoch + 1
            );
            return Err(Error::state("digits", message));
        }
        progress.epoch(epoch, format!("{learnt}   held out: {seen}"));
    }

    let (score, predicted) = evaluate(&model, &loss, &digits.test)?;
    let mut matrix = ConfusionMatrix::new(Digits::CLASSES)?;
    matrix.add(&predicted, digits.test.labels())?;
    println!("\n{matrix}\n");

    let curves = Plot::learning_curves("Handwritten digits", &training, &held_out);
    curves.save(out.join("curves.svg"))?;
    let path = out.join("checkpoint.safetensors");
    let steps = epochs * batches.count() as u64;
    Checkpoint::new(steps, seed).save(&path, &model, &optimizer)?;
    println!(
        "wrote tape.svg, curves.svg and checkpoint.safetensors to {}",
        out.display()
    );

    // Another network with other weights: once it has loaded the checkpoint, it must predict the same.
    let mut restored = network(seed.wrapping_add(1))?;
    Checkpoint::load(&path, &mut restored, &mut AdamConfig::new(rate).init()?)?;
    if evaluate(&restored, &loss, &digits.test)? != (score, predicted) {
        return Err(Error::state(
            "digits",
            "the checkpoint, read back, predicts otherwise",
        ));
    }
    println!("the checkpoint, read back, predicts the same\n");
    println!("test accuracy {:.1} %", 100.0 * score.accuracy);
    Ok(())
}
