//! The clock, the child processes and the lines of JSON.

use crate::arguments::Arguments;
use crate::process::{in_child, memory_mb};
use std::env;
use std::time::Instant;

/// Cores that other programs may keep busy before a result is taken again (`BENCH_RETRIES`).
const BUSY: f64 = 0.2;

/// Iterations over which page faults are counted.
const WATCHED: usize = 10;

/// What one workload gave.
pub struct Outcome {
    /// How long its iterations took.
    pub timing: Timing,
    /// The projection of its results, or the loss of its fifth step.
    pub check: f64,
}

/// The times of single iterations, and what the process used.
pub struct Timing {
    median_ms: f64,
    min_ms: f64,
    iterations: usize,
    /// Cores that other processes kept busy meanwhile.
    other_cpu: f64,
    peak_rss_mb: f64,
    /// Page faults an iteration, in steady state.
    faults: f64,
}

/// Warms up for at least 3 iterations and 0.3 s, then times single iterations until there are 10 and 1.5 s, or 3 after
/// 20 s. The environment changes these numbers: `BENCH_MIN_SECONDS`, `BENCH_MIN_ITERS`, `BENCH_MAX_SECONDS`.
pub fn measure(mut step: impl FnMut()) -> Timing {
    let at_least = setting("BENCH_MIN_SECONDS", 1.5);
    let at_most = setting("BENCH_MAX_SECONDS", 20.0);
    let count = setting("BENCH_MIN_ITERS", 10.0) as usize;
    let start = Instant::now();
    for warmed in 1.. {
        step();
        let gone = start.elapsed().as_secs_f64();
        if gone > at_most || (warmed >= 3 && gone >= 0.3) {
            break;
        }
    }
    let (mut times, mut total) = (Vec::new(), 0.0);
    let (machine, own) = processor_seconds();
    let start = Instant::now();
    while !(total >= at_least && times.len() >= count || total >= at_most && times.len() >= 3) {
        let began = Instant::now();
        step();
        let seconds = began.elapsed().as_secs_f64();
        times.push(seconds);
        total += seconds;
    }
    let gone = start.elapsed().as_secs_f64();
    let peak_rss_mb = memory_mb("VmHWM");
    let (machine_after, own_after) = processor_seconds();
    let others = (machine_after - machine) - (own_after - own);
    let faults = page_faults();
    (0..WATCHED).for_each(|_| step());
    let faults = (page_faults() - faults) / WATCHED as f64;
    times.sort_by(f64::total_cmp);
    let half = times.len() / 2;
    let median = match times.len() % 2 {
        1 => times[half],
        _ => (times[half - 1] + times[half]) / 2.0,
    };
    Timing {
        median_ms: median * 1e3,
        min_ms: times[0] * 1e3,
        iterations: times.len(),
        other_cpu: others.max(0.0) / gone,
        peak_rss_mb,
        faults,
    }
}

/// The command line: `[--only ID[,ID…]] [--list] [--threads N]`. Each workload runs in a child process, in which `run` is called
/// on a thread of the pool.
///
/// # Errors
/// If the command line asks for what there isn't.
pub fn main(workloads: &[&str], run: fn(&str) -> etude::Result<Outcome>) -> Result<(), String> {
    let arguments = Arguments::read(env::args().skip(1), &["--list"])?;
    if arguments.has("--list") {
        println!("{}", workloads.join("\n"));
    } else if let Some(id) = &arguments.child {
        println!("{}", child(id, run));
    } else {
        let threads = arguments.threads.to_string();
        for id in arguments.chosen(workloads)? {
            println!("{}", quietest(id, &threads));
        }
    }
    Ok(())
}

/// The result of the workload `id`, as a line of JSON.
fn child(id: &str, run: fn(&str) -> etude::Result<Outcome>) -> String {
    let base_rss_mb = memory_mb("VmRSS");
    let threads = env::var("RAYON_NUM_THREADS").unwrap_or_else(|_| "0".into());
    match etude::install(|| run(id)) {
        Ok(Outcome { timing, check }) => {
            let Timing {
                median_ms,
                min_ms,
                iterations,
                other_cpu,
                peak_rss_mb,
                faults,
            } = timing;
            format!(
                r#"{{"impl": "etude", "workload": "{id}", "median_ms": {median_ms:.6}, "min_ms": {min_ms:.6}, "iters": {iterations}, "other_cpu": {other_cpu:.2}, "peak_rss_mb": {peak_rss_mb:.1}, "base_rss_mb": {base_rss_mb:.1}, "faults": {faults:.1}, "check": {check:.9}, "threads": {threads}}}"#
            )
        }
        Err(error) => failure(id, &error.to_string()),
    }
}

fn failure(id: &str, why: &str) -> String {
    let why = serde_json::Value::from(why);
    format!(r#"{{"impl": "etude", "workload": "{id}", "error": {why}}}"#)
}

/// Runs the workload in a process of its own, and again while other programs keep the machine busy, at most
/// `BENCH_RETRIES` times.
fn quietest(id: &str, threads: &str) -> String {
    let measured = || in_child(id, threads).unwrap_or_else(|why| failure(id, &why));
    let mut best = measured();
    for _ in 0..setting("BENCH_RETRIES", 0.0) as usize {
        if busy(&best) <= BUSY {
            break;
        }
        let again = measured();
        if busy(&again) < busy(&best) {
            best = again;
        }
    }
    best
}

/// The `other_cpu` of a line; 0 where it reports an error, which no repetition helps.
fn busy(line: &str) -> f64 {
    let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    line["other_cpu"].as_f64().unwrap_or(0.0)
}

fn setting(name: &str, default: f64) -> f64 {
    let value = env::var(name).ok().and_then(|value| value.parse().ok());
    value.unwrap_or(default)
}

/// The numbers of a line of `/proc`; what isn't one counts as 0.
fn numbers(line: &str) -> Vec<f64> {
    let words = line.split_whitespace();
    words.map(|word| word.parse().unwrap_or(0.0)).collect()
}

/// The fields of `/proc/self/stat` behind the program's name.
fn own_fields() -> Vec<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    numbers(stat.rsplit(')').next().unwrap_or_default())
}

/// Seconds of processor time used so far by the whole machine and by this process. Linux counts in hundredths.
fn processor_seconds() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let all = numbers(stat.lines().next().unwrap_or_default());
    // "cpu user nice system idle iowait irq softirq steal"
    let busy = [1, 2, 3, 6, 7, 8].map(|field| all.get(field).copied().unwrap_or(0.0));
    let fields = own_fields();
    let own = [11, 12].map(|field| fields.get(field).copied().unwrap_or(0.0)); // user, system
    (
        busy.iter().sum::<f64>() / 100.0,
        own.iter().sum::<f64>() / 100.0,
    )
}

/// Pages that this process has touched for the first time.
fn page_faults() -> f64 {
    own_fields().get(7).copied().unwrap_or(0.0)
}
