//! Remembers over long distances: `cargo run --release --example long_memory`.
//!
//! Hidden in a long stretch of noise stand a few marked symbols; asked for a mark, the model has to name its symbol, from
//! wherever it stood. The same task is learned by blocks around five kinds of attention, at growing lengths: each goes on from
//! what it has learned at the length before. All five learn it; but where a position costs softmax attention more time the longer the sequence is,
//! it costs the others about the same. (Memory for a position is the same for all: no softmax is ever held as a whole.) Leaves a plot of
//! accuracy, time and memory.

use clap::{Parser, ValueEnum};
use etude::layers::{
    Dense, DenseConfig, Embedding, EmbeddingConfig, KernelApproximation, KernelFunction,
    LinformerConfig, LongformerConfig, PerformerConfig, SoftmaxCrossEntropyConfig,
    TransformerBlockConfig,
};
use etude::optim::{AdamConfig, Clip};
use etude::prelude::*;
use etude::report::{self, Panel, Plot};
use etude::tensor::pool;
use std::path::PathBuf;
use std::time::Instant;

/// The marks, and so the questions of an example.
const MARKS: usize = 4;
/// The symbols that can stand anywhere.
const SYMBOLS: usize = 16;
/// The features of a position.
const WIDTH: usize = 32;
/// The heads that share them.
const HEADS: usize = 2;

/// Learns to find marked symbols in long noise, with several kinds of attention.
#[derive(Parser)]
struct Options {
    /// Which kinds of attention to learn with [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    attention: Vec<Attention>,
    /// The lengths, in the order of learning
    #[arg(long, value_delimiter = ',', default_values_t = [32, 64, 128, 256, 512, 1024, 2048])]
    lengths: Vec<usize>,
    /// How many steps to learn at the first length, where what is asked for is easily found
    #[arg(long, default_value_t = 3000, value_parser = one_or_more)]
    steps: usize,
    /// How many to go on with at each further length
    #[arg(long, default_value_t = 60, value_parser = one_or_more)]
    further: usize,
    /// How many examples to learn from in a step
    #[arg(long, default_value_t = 8, value_parser = one_or_more)]
    batch: usize,
    /// The learning rate
    #[arg(long, default_value_t = 0.003)]
    rate: f64,
    /// The number that everything random is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the plot
    #[arg(long, value_name = "DIR", default_value = "runs/long_memory")]
    out: PathBuf,
}

fn one_or_more(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("expected a number of 1 or more".to_string()),
    }
}

/// What a block attends with.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Attention {
    /// Every query weighs every key: a Transformer block
    Softmax,
    /// Queries and keys as features elu + 1
    Linear,
    /// Softmax approximated with positive random features: a Performer block
    Favor,
    /// A softmax kernel along directions that are learned: a Linformer block
    Linformer,
    /// A window, and the questions as global positions: a Longformer block
    Longformer,
}

impl Attention {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_string())
    }

    fn block(self, rng: &mut Rng) -> Result<Box<dyn Layer>> {
        Ok(match self {
            Attention::Softmax => Box::new(
                TransformerBlockConfig::new(WIDTH, HEADS)
                    .input_size(WIDTH)
                    .init(rng)?,
            ),
            Attention::Linear => Box::new(
                LinformerConfig::new(WIDTH, HEADS)
                    .kernel_function(KernelFunction::Elu)
                    .kernel_approximation(KernelApproximation::Exact)
                    .init(rng)?,
            ),
            Attention::Favor => Box::new(PerformerConfig::new(WIDTH, HEADS, 128).init(rng)?),
            Attention::Linformer => Box::new(
                LinformerConfig::new(WIDTH, HEADS)
                    .kernel_function(KernelFunction::Softmax)
                    .init(rng)?,
            ),
            Attention::Longformer => {
                let questions: Vec<usize> = (0..MARKS).collect();
                let config = LongformerConfig::new(WIDTH, HEADS, 16);
                Box::new(config.global_tokens(questions).init(rng)?)
            }
        })
    }
}

/// Symbols and marks become features, a block lets the questions look back, a dense layer names the symbols.
#[derive(Clone, Module)]
struct Model {
    symbols: Embedding,
    marks: Embedding,
    block: Box<dyn Layer>,
    answers: Dense,
}

impl Model {
    fn new(attention: Attention, seed: u64) -> Result<Self> {
        let mut rng = Rng::seed(seed);
        let model = Model {
            symbols: EmbeddingConfig::new(SYMBOLS + 1, WIDTH).init(&mut rng)?,
            marks: EmbeddingConfig::new(2 * MARKS + 1, WIDTH).init(&mut rng)?,
            block: attention.block(&mut rng)?,
            answers: DenseConfig::new(SYMBOLS).input_size(WIDTH).init(&mut rng)?,
        };
        Ok(model)
    }

    /// The scores of all symbols for each question, `[batch · MARKS, SYMBOLS]`.
    fn forward(&self, tape: &Tape, examples: &Examples) -> Result<Var> {
        let symbols = self.symbols.forward(tape, &examples.symbols)?;
        let marks = self.marks.forward(tape, &examples.marks)?;
        let seen = self.block.apply(&symbols.try_add(&marks)?)?;
        let questions = seen
            .narrow(1, 0, MARKS)?
            .reshape([examples.answers.elements(), WIDTH])?;
        self.answers.forward(&questions)
    }
}

/// Sequences that begin with the questions, one for each mark, in order. Behind them come symbols; among these, at random places, one
/// with each mark.
struct Examples {
    symbols: Tensor<i64>,
    marks: Tensor<i64>,
    /// The symbol that stands at each mark, `[batch · MARKS]`.
    answers: Tensor<i64>,
}

impl Examples {
    fn draw(batch: usize, length: usize, rng: &mut Rng) -> Result<Self> {
        let mut symbols = Tensor::<i64>::randint([batch, length], 0..SYMBOLS as i64, rng)?.to_vec();
        let mut marks = vec![0; batch * length];
        let mut answers = Vec::with_capacity(batch * MARKS);
        for (symbols, marks) in symbols.chunks_mut(length).zip(marks.chunks_mut(length)) {
            let places = Tensor::<i64>::permutation(length - MARKS, rng).to_vec();
            for (mark, &place) in places[..MARKS].iter().enumerate() {
                let place = MARKS + place as usize;
                marks[place] = 1 + mark as i64;
                answers.push(symbols[place]);
                // The question for this mark: no symbol, and a mark of its own.
                symbols[mark] = SYMBOLS as i64;
                marks[mark] = (1 + MARKS + mark) as i64;
            }
        }
        Ok(Examples {
            symbols: Tensor::from_slice([batch, length], &symbols)?,
            marks: Tensor::from_slice([batch, length], &marks)?,
            answers: Tensor::from_slice([answers.len()], &answers)?,
        })
    }
}

/// What learning at one length has led to, and what it took.
struct Row {
    attention: String,
    length: usize,
    accuracy: f64,
    /// Of a step, divided by its positions.
    microseconds: f64,
    kibibytes: f64,
}

/// Learns at each length in turn.
fn learn(attention: Attention, options: &Options) -> Result<Vec<Row>> {
    let mut model = Model::new(attention, options.seed)?;
    let loss = SoftmaxCrossEntropyConfig::new().init()?;
    let mut optimizer = AdamConfig::new(options.rate).init()?;
    let mut rng = Rng::seed(options.seed);
    let tape = Tape::training(options.seed);
    let mut rows: Vec<Row> = Vec::new();
    for &length in &options.lengths {
        let steps = match rows.is_empty() {
            true => options.steps,
            false => options.further,
        };
        pool::clear(); // what the steps leave in the pool is then what they needed
        let mut seconds = f64::INFINITY;
        for _ in 0..steps {
            let examples = Examples::draw(options.batch, length, &mut rng)?;
            let start = Instant::now();
            let scores = model.forward(&tape, &examples)?;
            let mut gradients = loss.forward(&scores, &examples.answers)?.backward()?;
            gradients.clip_by_global_norm(1.0)?;
            drop(scores);
            optimizer.step(&mut model, &gradients)?;
            seconds = seconds.min(start.elapsed().as_secs_f64());
        }
        let (own, shared) = pool::kept_bytes();

        let held_out = Examples::draw(64, length, &mut Rng::seed(options.seed + 1))?;
        let scores = model.forward(&Tape::inference(), &held_out)?;
        let accuracy = report::accuracy(&scores.tensor().argmax(-1)?, &held_out.answers)?;
        let positions = (options.batch * length) as f64;
        let row = Row {
            attention: attention.name(),
            length,
            accuracy: 100.0 * accuracy,
            microseconds: 1e6 * seconds / positions,
            kibibytes: (own + shared) as f64 / 1024.0 / positions,
        };
        println!(
            "{:<11} {:>7} {:>9.1} % {:>9.1} ms {:>9.1} MiB {:>8.2} µs {:>8.2} KiB",
            row.attention,
            row.length,
            row.accuracy,
            1e3 * seconds,
            row.kibibytes * positions / 1024.0,
            row.microseconds,
            row.kibibytes
        );
        rows.push(row);
    }
    Ok(rows)
}

fn main() -> Result<()> {
    let options = Options::parse();
    etude::install(|| run(&options)) // the whole training inside the thread pool
}

fn run(options: &Options) -> Result<()> {
    if let Some(short) = options.lengths.iter().find(|&&length| length < 2 * MARKS) {
        let message = format!("a length of {short}; expected {} or more", 2 * MARKS);
        return Err(Error::value("long_memory", message));
    }
    report::prepare_folder(&options.out)?;
    let kinds = match options.attention.is_empty() {
        true => Attention::value_variants(),
        false => &options.attention,
    };
    println!(
        "{MARKS} marks among {SYMBOLS} symbols; guessing gives {:.1} %\n",
        100.0 / SYMBOLS as f64
    );
    println!("attention    length    accuracy    a step's time, memory     for each position");
    let mut curves = Vec::new();
    for &attention in kinds {
        curves.push(learn(attention, options)?);
    }

    let panel = |title: &str, value: fn(&Row) -> f64| {
        let panel = Panel::new(title).over("length", &options.lengths);
        let panel = panel.including(&[0.0]);
        curves.iter().fold(panel, |panel, rows| {
            let values: Vec<f64> = rows.iter().map(value).collect();
            panel.curve(rows.first().map_or("", |row| &row.attention), &values)
        })
    };
    let path = options.out.join("long_memory.svg");
    Plot::new("Remembering over long distances")
        .panel(panel("accuracy, %", |row| row.accuracy))
        .panel(panel("time of a step, µs for each position", |row| {
            row.microseconds
        }))
        .panel(panel("memory of a step, KiB for each position", |row| {
            row.kibibytes
        }))
        .save(&path)?;
    println!("\nwrote {}", path.display());
    Ok(())
}
