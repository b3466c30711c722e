//! Learns to read handwritten digits: `cargo run --release --example digits`.
//!
//! There are 1,797 real digits of 8×8 pixels; the last 360 are held out. A small convolutional network learns from the
//! others, and leaves a checkpoint, its learning curves and a picture of the tape.

use clap::Parser;
use etude::data::{Batches, Digits, Examples, Shift};
use etude::layers::{
    Activation, Conv2dConfig, DenseConfig, DropoutConfig, FlattenConfig, MaxPool2dConfig, Padding,
};
use etude::optim::{AdamConfig, Checkpoint};
use etude::prelude::*;
use etude::report::{self, ConfusionMatrix, Mean, Panel, Plot, Progress, accuracy};
use std::f64::consts::PI;
use std::path::PathBuf;

/// Trains a small convolutional network to read handwritten digits.
#[derive(Parser)]
struct Options {
    /// How often to go through the training digits
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    epochs: u64,
    /// How many digits to learn from at a time
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// The learning rate at the start; from there it falls to 0 along a cosine
    #[arg(long, default_value_t = 0.01, value_parser = positive)]
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

/// Convolutions find strokes, pooling halves the image, dense layers decide.
fn network(seed: u64) -> Result<Sequential> {
    let mut rng = Rng::seed(seed);
    let conv = |filters| {
        let config = Conv2dConfig::new(filters, 3).padding(Padding::Same);
        config.activation(Activation::Relu)
    };
    let dense = DenseConfig::new(64).activation(Activation::Relu);
    let model = Sequential::new()
        .named("conv1", conv(16).init(&mut rng)?)?
        .named("conv2", conv(32).init(&mut rng)?)?
        .named("pool", MaxPool2dConfig::new(2).init()?)?
        .named("drop1", DropoutConfig::new(0.25).init()?)?
        .named("flatten", FlattenConfig::new().init())?
        .named("dense", dense.init(&mut rng)?)?
        .named("drop2", DropoutConfig::new(0.25).init()?)?
        .named("scores", DenseConfig::new(Digits::CLASSES).init(&mut rng)?)?;
    model.build(&etude::zeros([1, 8, 8, 1]))?;
    Ok(model)
}

/// The mean loss on some examples, and the classes that the model takes them for.
fn evaluate(model: &Sequential, examples: &Examples) -> Result<(f64, Tensor<i64>)> {
    let tape = Tape::inference();
    let scores = model.forward(&tape.input(examples.inputs().clone()))?;
    let loss = scores.cross_entropy(examples.labels())?.mean(..)?;
    Ok((loss.item()?.into(), scores.tensor().argmax(-1)?))
}

fn run(options: &Options) -> Result<()> {
    let &Options {
        epochs,
        batch,
        rate,
        seed,
        ref out,
    } = options;

    // Whatever is wrong with the options shows here, before anything is trained or written.
    let digits = Digits::load()?;
    let batches = Batches::new(&digits.train, batch)?.shuffled(seed);
    let batches = batches.shifted(Shift::new(1, seed))?;
    let mut model = network(seed)?;
    let mut optimizer = AdamConfig::new(rate).init()?;
    report::prepare_folder(out)?;
    println!("{}\n", model.summary(&[batch, 8, 8, 1])?);

    let tape = Tape::training(seed);
    let progress = Progress::new(epochs, batches.count());
    let [
        mut losses,
        mut test_losses,
        mut accuracies,
        mut test_accuracies,
    ] = [const { vec![] }; 4];
    for epoch in 0..epochs {
        let (mut loss, mut right) = (Mean::new("loss"), Mean::new("accuracy"));
        for (index, batch) in batches.epoch(epoch).enumerate() {
            let done = epoch as f64 + index as f64 / batches.count() as f64;
            optimizer.set_learning_rate(rate * (1.0 + (PI * done / epochs as f64).cos()) / 2.0)?;

            let scores = model.forward(&tape.input(batch.inputs().clone()))?;
            let error = scores.cross_entropy(batch.labels())?.mean(..)?;
            if epoch == 0 && index == 0 {
                etude::Picture::of(&error)?
                    .named(&model)
                    .save_svg(out.join("tape.svg"))?;
            }
            optimizer.step(&mut model, &error.backward()?)?;

            loss.add(error.item()?.into(), batch.len());
            right.add(
                accuracy(&scores.tensor().argmax(-1)?, batch.labels())?,
                batch.len(),
            );
            progress.batch(epoch, loss.value()?);
        }
        let (test_loss, predicted) = evaluate(&model, &digits.test)?;
        losses.push(loss.value()?);
        test_losses.push(test_loss);
        accuracies.push(100.0 * right.value()?);
        test_accuracies.push(100.0 * accuracy(&predicted, digits.test.labels())?);
        progress.epoch(
            epoch,
            &[
                ("loss", &format!("{:.4}", loss.value()?)),
                ("accuracy", &format!("{:.1} %", 100.0 * right.value()?)),
                ("held out: loss", &format!("{test_loss:.4}")),
                (
                    "accuracy",
                    &format!(
                        "{:.1} %",
                        100.0 * accuracy(&predicted, digits.test.labels())?
                    ),
                ),
            ],
        );
    }

    let (_, predicted) = evaluate(&model, &digits.test)?;
    let mut matrix = ConfusionMatrix::new(Digits::CLASSES)?;
    matrix.add(&predicted, digits.test.labels())?;
    println!("\n{matrix}\n");

    Plot::new("Handwritten digits")
        .panel(
            Panel::new("loss")
                .curve("training", &losses)
                .curve("held out", &test_losses),
        )
        .panel(
            Panel::new("accuracy, %")
                .curve("training", &accuracies)
                .curve("held out", &test_accuracies),
        )
        .save(out.join("curves.svg"))?;
    let path = out.join("checkpoint.safetensors");
    let steps = epochs * batches.count() as u64;
    Checkpoint::new(steps, seed).save(&path, &model, &optimizer)?;

    // Read back into a network that has learnt nothing, the checkpoint must predict the same.
    let mut restored = network(seed + 1)?;
    Checkpoint::load(&path, &mut restored, &mut AdamConfig::new(rate).init()?)?;
    let (_, again) = evaluate(&restored, &digits.test)?;
    let same = if again == predicted {
        "the same"
    } else {
        "something else"
    };
    println!(
        "wrote tape.svg, curves.svg and checkpoint.safetensors to {}",
        out.display()
    );
    println!(
        "the checkpoint, read back, predicts {same} for all {} digits\n",
        digits.test.len()
    );
    println!("test accuracy {:.1} %", 100.0 * matrix.accuracy()?);
    Ok(())
}
