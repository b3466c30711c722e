//! What attention costs at growing lengths: time and peak memory for each position, forward and backward, in `f32`.
//!
//! `cargo bench --bench scaling [-- --only NAME[,NAME…]] [--json] [--list] [--threads N]`
//!
//! The sequence, or the image, is doubled four times, and every point is measured in processes of its own, six of them, on 2 threads
//! unless told otherwise. Attention that is linear in the length costs as much for each position of a long sequence as of a short one;
//! softmax attention whose weights are asked for, the reference, costs twice as much at every doubling. `--json` prints a
//! line for each point instead of the table.
//!
//! Steps at a length take turns with steps at the first length, and what a position costs beside one of the first length is the median of the
//! quotients of neighbouring steps: times of different moments differ by more than the question is about.

#[path = "shared/arguments.rs"]
mod arguments;
#[path = "shared/process.rs"]
mod process;

use arguments::Arguments;
use etude::layers::*;
use etude::tensor::pool;
use etude::{Error, Layer, Result, Rng, Tape, Tensor};
use process::{in_child, memory_mb};
use serde_json::{Value, json};
use std::env;
use std::time::Instant;

const WIDTH: usize = 64;
const HEADS: usize = 2;
/// Lengths that are measured: the first and four doublings.
const POINTS: u32 = 5;
/// How much more the dearest position may cost than the cheapest where the cost is called flat.
const FLAT: f64 = 1.2;
/// A point is measured in so many processes, each for so many seconds and so many pairs of steps at least.
const ROUNDS: usize = 6;
const SECONDS: f64 = 1.0;
const PAIRS: usize = 5;
/// Steps of a length by itself, before its peak of memory is read.
const WARMING: usize = 2;

/// Something to measure.
struct Subject {
    name: &'static str,
    input: Input,
    results: &'static [&'static str],
    layer: fn(&mut Rng) -> Result<Box<dyn Layer>>,
}

/// What is doubled. At every doubling there are half as many, down to one: all steps work on as many positions, hence in the same level of
/// memory, and differ in nothing but the length.
#[derive(Clone, Copy)]
enum Input {
    /// So many sequences at first.
    Sequences(usize),
    /// So many images at first, which grow in height and width by turns.
    Images(usize),
}

impl Input {
    /// The shape after so many doublings.
    fn shape(self, doublings: u32) -> Vec<usize> {
        let sides = [doublings.div_ceil(2), doublings / 2];
        match self {
            Input::Sequences(count) => vec![(count >> doublings).max(1), 512 << doublings, WIDTH],
            Input::Images(count) => {
                let count = (count >> doublings).max(1);
                vec![count, 32 << sides[0], 16 << sides[1], WIDTH]
            }
        }
    }

    /// A shape of no account beside the others.
    fn small(self) -> Vec<usize> {
        match self {
            Input::Sequences(_) => vec![1, 64, WIDTH],
            Input::Images(_) => vec![1, 8, 8, WIDTH],
        }
    }
}

fn boxed<L: Layer + 'static>(layer: Result<L>) -> Result<Box<dyn Layer>> {
    Ok(Box::new(layer?))
}

/// What a point is printed with.
const TIME: &str = "microseconds_per_position";
const QUOTIENT: &str = "times_the_first_length";
const MEMORY: &str = "bytes_per_position";

const OUTPUT: &[&str] = &["output"];
const SUBJECTS: [Subject; 9] = [
    Subject {
        name: "linear",
        input: Input::Sequences(16),
        results: OUTPUT,
        layer: |rng| boxed(LinearAttentionConfig::new(WIDTH, HEADS).init(rng)),
    },
    Subject {
        name: "FAVOR+",
        input: Input::Sequences(16),
        results: OUTPUT,
        layer: |rng| boxed(MultiHeadFavorAttentionConfig::new(WIDTH, HEADS, 128).init(rng)),
    },
    Subject {
        name: "Linformer",
        input: Input::Sequences(16),
        results: OUTPUT,
        layer: |rng| boxed(LinformerConfig::new(WIDTH, HEADS).init(rng)),
    },
    Subject {
        name: "local window",
        input: Input::Sequences(16),
        results: OUTPUT,
        layer: |rng| {
            boxed(
                SparseAttentionConfig::new(WIDTH, HEADS)
                    .local_window(32)
                    .init(rng),
            )
        },
    },
    Subject {
        name: "block",
        input: Input::Sequences(16),
        results: OUTPUT,
        layer: |rng| boxed(SparseAttentionConfig::new(WIDTH, HEADS).block(64).init(rng)),
    },
    Subject {
        name: "Longformer",
        input: Input::Sequences(16),
        results: OUTPUT,
        layer: |rng| {
            let config = LongformerConfig::new(WIDTH, HEADS, 16);
            boxed(config.global_tokens([0, 1]).init(rng))
        },
    },
    Subject {
        name: "halo",
        input: Input::Images(16),
        results: OUTPUT,
        layer: |rng| {
            let config = HaloAttentionConfig::new()
                .num_heads(HEADS)
                .key_dim(WIDTH / HEADS);
            boxed(config.block_size(4).halo_size(2).init(rng))
        },
    },
    Subject {
        name: "outlook",
        input: Input::Images(16),
        results: OUTPUT,
        layer: |rng| boxed(OutlookAttentionConfig::new(WIDTH, HEADS).init(rng)),
    },
    Subject {
        name: "softmax",
        input: Input::Sequences(1),
        results: &["output", "attention_weights"],
        layer: |rng| boxed(SelfAttentionConfig::new(WIDTH, HEADS).init(rng)),
    },
];

/// Forward, and backward to the input and all parameters, from the sum of the squares of every result.
fn step(layer: &dyn Layer, x: &Tensor, results: &[&str]) -> Result<()> {
    let tape = Tape::training(1);
    let name = layer.signature().takes[0].name;
    let args = Args::new(&tape).with(name, tape.var(x.clone()));
    let outputs = layer.call(&args, results)?;
    let mut loss = tape.scalar(0.0);
    for name in results {
        loss = loss.try_add(&outputs.get(name)?.square()?.sum(..)?)?;
    }
    drop((args, outputs));
    loss.backward().map(drop)
}

/// Seconds that a step takes for each position of its input.
fn seconds(layer: &dyn Layer, x: &Tensor, results: &[&str]) -> Result<f64> {
    let began = Instant::now();
    step(layer, x, results)?;
    Ok(began.elapsed().as_secs_f64() / positions(x.shape()) as f64)
}

fn positions(shape: &[usize]) -> usize {
    shape[..shape.len() - 1].iter().product()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// The cost of one point, as JSON: the median time of a step, the median of its quotients by the step at the first length that went before it,
/// and the most memory of the process beyond what it had before.
fn point(subject: &Subject, doublings: u32) -> Result<Value> {
    let rng = &mut Rng::seed(1);
    let layer = &*(subject.layer)(rng)?;
    let mut numbers = |shape: &[usize]| Tensor::normal(shape, 0.0, 1.0, rng);
    // A small step first loads the code and starts the threads, neither of which is a cost of positions.
    step(layer, &numbers(&subject.input.small())?, subject.results)?;
    pool::clear();
    let x = numbers(&subject.input.shape(doublings))?;
    let before = memory_mb("VmRSS");
    for _ in 0..WARMING {
        step(layer, &x, subject.results)?;
    }
    let bytes = (memory_mb("VmHWM") - before) * f64::from(1 << 20);
    let first = numbers(&subject.input.shape(0))?;
    let (mut times, mut quotients) = (Vec::new(), Vec::new());
    let start = Instant::now();
    while times.len() < PAIRS || start.elapsed().as_secs_f64() < SECONDS {
        let beside = seconds(layer, &first, subject.results)?;
        let time = seconds(layer, &x, subject.results)?;
        times.push(time);
        quotients.push(time / beside);
    }
    Ok(json!({
        "attention": subject.name,
        "shape": x.shape(),
        "positions": positions(x.shape()) / x.shape()[0],
        TIME: 1e6 * median(times),
        QUOTIENT: median(quotients),
        MEMORY: bytes / positions(x.shape()) as f64,
    }))
}

/// `name@doublings`, what a child measures.
fn child(id: &str) -> Result<Value> {
    let unknown = || Error::value("scaling", format!("no point {id}; --list shows the names"));
    let (name, doublings) = id.split_once('@').ok_or_else(unknown)?;
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    let doublings = doublings.parse().map_err(|_| unknown())?;
    etude::install(|| point(subject.ok_or_else(unknown)?, doublings))
}

/// The costs of a subject at all lengths, and how much the largest is above the smallest.
struct Row {
    costs: Vec<f64>,
    spread: f64,
}

impl Row {
    fn new(points: &[Value], key: &str, unit: f64) -> Self {
        let costs: Vec<f64> = points
            .iter()
            .map(|point| point[key].as_f64().unwrap_or(f64::NAN) / unit)
            .collect();
        let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
        let most = costs.iter().copied().fold(0.0, f64::max);
        let spread = most / least;
        Row { costs, spread }
    }

    fn print(&self, name: &str, what: &str) {
        let costs: String = self
            .costs
            .iter()
            .map(|cost| format!("{cost:>9.2}"))
            .collect();
        println!("{name:<14}{what:<14}{costs}{:>10.2}", self.spread);
    }
}

fn table(subjects: &[&Subject], threads: &str) {
    println!(
        "Forward and backward in f32 on {threads} threads, {WIDTH} features, {HEADS} heads: the cost of each position of the"
    );
    println!("sequence or image, and how many times the least the largest is\n");
    let positions = (0..POINTS).map(|doublings| format!("{:>9}", 512 << doublings));
    println!(
        "{:<14}{:<14}{}    spread",
        "positions",
        "",
        positions.collect::<String>()
    );
    let (mut flat, mut others) = (Vec::new(), Vec::new());
    for subject in subjects {
        let points = match measured(subject, threads) {
            Ok(points) => points,
            Err(why) => {
                println!("{:<14}{why}", subject.name);
                continue;
            }
        };
        let quotient = Row::new(&points, QUOTIENT, 1.0);
        let memory = Row::new(&points, MEMORY, 1024.0);
        Row::new(&points, TIME, 1.0).print(subject.name, "time, µs");
        quotient.print("", "beside 512");
        memory.print("", "memory, KiB");
        match quotient.spread <= FLAT && memory.spread <= FLAT {
            true => flat.push(subject.name),
            false => others.push(subject.name),
        }
    }
    println!(
        "\nflat within {:.0} %: {}",
        100.0 * (FLAT - 1.0),
        flat.join(", ")
    );
    println!("not flat: {}", others.join(", "));
}

/// The costs of a subject at all lengths: of all rounds the median.
fn measured(subject: &Subject, threads: &str) -> std::result::Result<Vec<Value>, String> {
    let mut rounds: Vec<Vec<Value>> = vec![Vec::new(); POINTS as usize];
    for _ in 0..ROUNDS {
        for (doublings, points) in rounds.iter_mut().enumerate() {
            let line = in_child(&format!("{}@{doublings}", subject.name), threads)?;
            points.push(serde_json::from_str(&line).map_err(|err| err.to_string())?);
        }
    }
    Ok(rounds.into_iter().map(middle).collect())
}

/// One point of several of the same length.
fn middle(points: Vec<Value>) -> Value {
    let mut point = points[0].clone();
    for key in [TIME, QUOTIENT, MEMORY] {
        let numbers = points.iter().filter_map(|point| point[key].as_f64());
        point[key] = json!(median(numbers.collect()));
    }
    point
}

fn main() -> std::result::Result<(), String> {
    let arguments = Arguments::read(env::args().skip(1), &["--list", "--json"])?;
    let names: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
    let chosen = arguments.chosen(&names)?;
    let wanted = |subject: &&Subject| chosen.contains(&subject.name);
    let subjects: Vec<&Subject> = SUBJECTS.iter().filter(wanted).collect();
    let threads = &arguments.threads.to_string();
    if let Some(id) = &arguments.child {
        match child(id) {
            Ok(point) => println!("{point}"),
            Err(err) => eprintln!("{err}"),
        }
    } else if arguments.has("--list") {
        println!("{}", names.join("\n"));
    } else if arguments.has("--json") {
        for subject in subjects {
            match measured(subject, threads) {
                Ok(points) => points.iter().for_each(|point| println!("{point}")),
                Err(why) => eprintln!("{}: {why}", subject.name),
            }
        }
    } else {
        table(&subjects, threads);
    }
    Ok(())
}
