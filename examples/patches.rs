//! Reads handwritten digits with attention: `cargo run --release --example patches`.
//!
//! The network looks at an image of 8×8 pixels as vision transformers do: a convolutional stem, halo attention between neighbouring
//! pixels, an embedding of 2×2 patches, a class token in front of the 16 patches, and mixer blocks, after which the class token alone
//! decides. What the attention looks at is drawn in `attention.svg`.

use clap::{Parser, value_parser};
use etude::data::{Batches, Digits, Examples, Shift};
use etude::layers::{
    BatchNormActivation, BatchNormActivationConfig, ClassToken, ClassTokenConfig, Conv2d,
    Conv2dConfig, Dense, DenseConfig, HaloAttention, HaloAttentionConfig, LayerNorm,
    LayerNormConfig, MixerBlock, MixerBlockConfig, MlpBlock, MlpBlockConfig, Padding,
    PositionalEmbedding, PositionalEmbeddingConfig, SoftmaxCrossEntropyConfig,
};
use etude::optim::AdamConfig;
use etude::prelude::*;
use etude::report::{self, Progress, Tally};
use std::f64::consts::PI;
use std::fmt::Write;
use std::path::PathBuf;

/// The side of an image.
const SIDE: usize = 8;
/// The halo attention: its heads, the side of its blocks, and how far they see beyond them.
const HEADS: usize = 4;
const BLOCK: usize = 2;
const HALO: usize = 2;

/// Trains a small vision network of attention and mixer blocks to read handwritten digits.
#[derive(Parser)]
struct Options {
    /// How often to go through the training digits
    #[arg(long, default_value_t = 25, value_parser = value_parser!(u64).range(1..))]
    epochs: u64,
    /// How many digits to learn from at a time
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// The number that everything random is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the picture
    #[arg(long, value_name = "DIR", default_value = "runs/patches")]
    out: PathBuf,
}

/// The learning rate at the start; from there it falls to 0 along a cosine.
const RATE: f64 = 0.003;

fn main() -> Result<()> {
    let options = Options::parse();
    etude::install(|| run(&options)) // the whole training inside the thread pool
}

/// The network, from pixels to scores.
#[derive(Clone, Module)]
struct Network {
    stem: Conv2d,
    stem_norm: BatchNormActivation,
    halo_norm: LayerNorm,
    halo: HaloAttention,
    mlp_norm: LayerNorm,
    mlp: MlpBlock,
    patches: Conv2d,
    position: PositionalEmbedding,
    class: ClassToken,
    mixers: Vec<MixerBlock>,
    norm: LayerNorm,
    scores: Dense,
}

impl Network {
    fn new(seed: u64) -> Result<Self> {
        let rng = &mut Rng::seed(seed);
        let (pixel, patch) = (32, 64); // features of a pixel, and of a patch of 2×2 pixels
        let halo = HaloAttentionConfig::new()
            .num_heads(HEADS)
            .key_dim(pixel / HEADS)
            .block_size(BLOCK)
            .halo_size(HALO)
            .out_bias(true);
        let mixer = MixerBlockConfig::new(32, 2 * patch).drop_rate(0.1);
        Ok(Network {
            stem: Conv2dConfig::new(pixel, 3)
                .padding(Padding::Same)
                .use_bias(false)
                .init(rng)?,
            stem_norm: BatchNormActivationConfig::new().init(rng)?,
            halo_norm: LayerNormConfig::new().init(rng)?,
            halo: halo.init(rng)?,
            mlp_norm: LayerNormConfig::new().init(rng)?,
            mlp: MlpBlockConfig::new(2 * pixel).init(rng)?,
            patches: Conv2dConfig::new(patch, 2).strides(2).init(rng)?,
            position: PositionalEmbeddingConfig::new().init(rng)?,
            class: ClassTokenConfig::new().init(rng)?,
            mixers: vec![mixer.init(rng)?, mixer.init(rng)?],
            norm: LayerNormConfig::new().init(rng)?,
            scores: DenseConfig::new(Digits::CLASSES).init(rng)?,
        })
    }

    /// Images `[b, 8, 8, 1]` → scores `[b, 10]`.
    fn forward(&self, images: &Var) -> Result<Var> {
        let x = self.pixels(images)?;
        let x = x.try_add(&self.halo.forward(&self.halo_norm.forward(&x)?)?)?;
        let x = x.try_add(&self.mlp.forward(&self.mlp_norm.forward(&x)?)?)?;
        let patches = self.position.forward(&self.patches.forward(&x)?)?;
        let mut tokens = self.class.forward(&patches.flatten(1, 2)?)?;
        for mixer in &self.mixers {
            tokens = mixer.forward(&tokens)?;
        }
        self.scores
            .forward(&self.norm.forward(&tokens.select(1, 0)?)?)
    }

    /// The weights of the halo attention, `[b, heads, blocks down, blocks across, queries of a block, keys of its window]`.
    fn attention(&self, images: &Var) -> Result<Var> {
        let x = self.halo_norm.forward(&self.pixels(images)?)?;
        self.halo
            .forward_with_scores(&x)
            .map(|(_, weights)| weights)
    }

    fn pixels(&self, images: &Var) -> Result<Var> {
        self.stem_norm.forward(&self.stem.forward(images)?)
    }
}

fn run(options: &Options) -> Result<()> {
    let digits = Digits::load()?;
    let batches = Batches::new(&digits.train, options.batch)?.shuffled(options.seed);
    let batches = batches.shifted(Shift::new(1, options.seed))?;
    let mut network = Network::new(options.seed)?;
    network.forward(&Tape::inference().input(etude::zeros([1, SIDE, SIDE, 1])))?;
    report::prepare_folder(&options.out)?;
    println!("{} parameters\n", network.param_count()?);

    let loss = SoftmaxCrossEntropyConfig::new()
        .label_smoothing(0.1)
        .init()?;
    let mut optimizer = AdamConfig::new(RATE).init()?;
    let tape = Tape::training(options.seed);
    let progress = Progress::new(options.epochs, batches.count());
    for epoch in 0..options.epochs {
        let mut tally = Tally::new();
        for (index, batch) in batches.epoch(epoch).enumerate() {
            let done = epoch as f64 + index as f64 / batches.count() as f64;
            let falling = (1.0 + (PI * done / options.epochs as f64).cos()) / 2.0;
            optimizer.set_learning_rate(RATE * falling)?;

            let scores = network.forward(&tape.input(batch.inputs().clone()))?;
            let error = loss.forward(&scores, batch.labels())?;
            let gradients = error.backward()?;
            optimizer.step(&mut network, &gradients)?;

            let error = error.item()?.into();
            tally.add(error, &scores.tensor().argmax(-1)?, batch.labels())?;
            progress.batch(epoch, error);
        }
        let seen = accuracy(&network, &digits.test)?;
        progress.epoch(
            epoch,
            format!("{}   held out: {:.1} %", tally.score()?, 100.0 * seen),
        );
    }

    let path = options.out.join("attention.svg");
    let svg = picture(&network, &digits.test)?;
    std::fs::write(&path, svg)
        .map_err(|err| Error::file("patches", format!("{}: {err}", path.display())))?;
    println!("\nwrote {}\n", path.display());
    println!(
        "test accuracy {:.1} %",
        100.0 * accuracy(&network, &digits.test)?
    );
    Ok(())
}

fn accuracy(network: &Network, examples: &Examples) -> Result<f64> {
    let scores = network.forward(&Tape::inference().input(examples.inputs().clone()))?;
    report::accuracy(&scores.tensor().argmax(-1)?, examples.labels())
}

/// How much each pixel is looked at by the queries that see it, relative to an even look at the whole window: `[digit][head][pixel]`.
fn looks(weights: &Tensor) -> Vec<[[f64; SIDE * SIDE]; HEADS]> {
    const WINDOW: usize = BLOCK + 2 * HALO;
    const BLOCKS: usize = SIDE / BLOCK;
    let keys = WINDOW * WINDOW;
    let mut all = Vec::new();
    for digit in weights.to_vec().chunks(HEADS * SIDE * SIDE * keys) {
        let mut looks = [[0.0; SIDE * SIDE]; HEADS];
        for (head, of_head) in digit.chunks(SIDE * SIDE * keys).enumerate() {
            let mut seen_by = [0.0; SIDE * SIDE];
            for (query, weights) in of_head.chunks(keys).enumerate() {
                let block = query / (BLOCK * BLOCK);
                let (top, left) = (block / BLOCKS * BLOCK, block % BLOCKS * BLOCK);
                for (key, &weight) in weights.iter().enumerate() {
                    // The window begins a halo above and to the left of its block; there may be no pixel.
                    let row = (top + key / WINDOW).wrapping_sub(HALO);
                    let column = (left + key % WINDOW).wrapping_sub(HALO);
                    if row < SIDE && column < SIDE {
                        looks[head][row * SIDE + column] += f64::from(weight) * keys as f64;
                        seen_by[row * SIDE + column] += 1.0;
                    }
                }
            }
            looks[head]
                .iter_mut()
                .zip(seen_by)
                .for_each(|(look, by)| *look /= by);
        }
        all.push(looks);
    }
    all
}

/// A pixel of the picture's panels, a panel, and from one panel to the next.
const CELL: usize = 12;
const PANEL: usize = SIDE * CELL;
const STEP: usize = PANEL + 12;
/// The look that gets the darkest blue.
const DARKEST: f64 = 3.0;

/// The first held-out digit of each class, and beside it what each head looks at, as an SVG: two columns of five digits.
fn picture(network: &Network, examples: &Examples) -> Result<String> {
    let labels = examples.labels().to_vec();
    let first = |class| labels.iter().position(|&label| label == class as i64);
    let first: Vec<usize> = (0..Digits::CLASSES).filter_map(first).collect();
    let digits = examples.pick(&first)?;
    let weights = network.attention(&Tape::inference().input(digits.inputs().clone()))?;
    let looks = looks(weights.tensor());
    let pixels = digits.inputs().to_vec();

    let (left, top, column) = (24, 110, 5 * STEP + 32);
    let (width, height) = (left + 2 * column, top + 5 * STEP + 48);
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' \
         font-family='sans-serif' font-size='13'>\n<rect width='100%' height='100%' fill='white'/>\n"
    );
    let lines = [
        (20, "What the four heads of the halo attention look at"),
        (
            13,
            "Each block of 2×2 pixels looks at the 6×6 pixels around it. Blue: how much a pixel is looked at by those that see it;",
        ),
        (
            13,
            "dots: the ink of the digit. The digits are held out; the first of each class is shown.",
        ),
    ];
    let mut y = 32;
    for (size, line) in lines {
        text(&mut svg, (left, y), size, line);
        y += 22;
    }
    for (number, (ink, looks)) in pixels.chunks(SIDE * SIDE).zip(&looks).enumerate() {
        let (x, y) = (left + number / 5 * column, top + number % 5 * STEP);
        if number % 5 == 0 {
            text(&mut svg, (x, y - 8), 13, "digit");
            for head in 0..HEADS {
                text(
                    &mut svg,
                    (x + (head + 1) * STEP, y - 8),
                    13,
                    &format!("head {}", head + 1),
                );
            }
        }
        squares(&mut svg, (x, y), |pixel| grey(ink[pixel]));
        for (head, look) in looks.iter().enumerate() {
            let x = x + (head + 1) * STEP;
            squares(&mut svg, (x, y), |pixel| blue(look[pixel]));
            dots(&mut svg, (x, y), ink);
        }
    }
    let y = top + 5 * STEP + 8;
    for step in 0..=60 {
        let colour = blue(DARKEST * step as f64 / 60.0);
        let x = left + 3 * step;
        let _ = writeln!(
            svg,
            "<rect x='{x}' y='{y}' width='3' height='14' fill='{colour}'/>"
        );
    }
    for (place, label) in [(0, "0"), (60, "1, an even look"), (180, "3 or more")] {
        text(&mut svg, (left + place, y + 30), 13, label);
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn text(svg: &mut String, (x, y): (usize, usize), size: usize, text: &str) {
    let _ = writeln!(
        svg,
        "<text x='{x}' y='{y}' font-size='{size}'>{text}</text>"
    );
}

/// The pixels of a panel as squares of these colours, in a frame.
fn squares(svg: &mut String, (x, y): (usize, usize), colour: impl Fn(usize) -> String) {
    for pixel in 0..SIDE * SIDE {
        let (x, y) = (x + pixel % SIDE * CELL, y + pixel / SIDE * CELL);
        let colour = colour(pixel);
        let _ = writeln!(
            svg,
            "<rect x='{x}' y='{y}' width='{CELL}' height='{CELL}' fill='{colour}'/>"
        );
    }
    let _ = writeln!(
        svg,
        "<rect x='{x}' y='{y}' width='{PANEL}' height='{PANEL}' fill='none' stroke='#888'/>"
    );
}

/// A digit as dots, the larger the more ink.
fn dots(svg: &mut String, (x, y): (usize, usize), ink: &[f32]) {
    for (pixel, ink) in ink.iter().enumerate().filter(|(_, ink)| **ink > 0.1) {
        let (x, y) = (
            x + pixel % SIDE * CELL + CELL / 2,
            y + pixel / SIDE * CELL + CELL / 2,
        );
        let radius = 0.26 * CELL as f32 * ink;
        let _ = writeln!(
            svg,
            "<circle cx='{x}' cy='{y}' r='{radius:.2}' fill='#e8590c'/>"
        );
    }
}

/// White for paper, black for ink.
fn grey(ink: f32) -> String {
    let shade = (255.0 * (1.0 - ink)) as u8;
    format!("rgb({shade},{shade},{shade})")
}

/// From white for 0 to dark blue.
fn blue(look: f64) -> String {
    let stops = [
        [255.0, 255.0, 255.0],
        [107.0, 174.0, 214.0],
        [8.0, 48.0, 107.0],
    ];
    let place = 2.0 * (look / DARKEST).clamp(0.0, 1.0);
    let (from, to) = if place < 1.0 {
        (stops[0], stops[1])
    } else {
        (stops[1], stops[2])
    };
    let share = if place < 1.0 { place } else { place - 1.0 };
    let [r, g, b] = [0, 1, 2].map(|i: usize| (from[i] + share * (to[i] - from[i])) as u8);
    format!("rgb({r},{g},{b})")
}
