//! Every check over every operation. A line of a failure is what runs it again:
//! `etude_autograd::testing::check(Op::Softmax, Check::Duals, 0)`. Another seed for all: `ETUDE_CHECK_SEED=7`. `ETUDE_PROFILE=full` takes
//! eight seeds.

use etude_autograd::testing::{Check, Entry, Profile, check_all, check_entry, normal};
use etude_autograd::{Kind, Op, Program, Var, program};
use etude_tensor::{Float, Result};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs a check on every operation; no measured error may be above `bound`.
fn holds(check: Check, bound: f64) {
    let seeds = match std::env::var("ETUDE_CHECK_SEED") {
        Ok(seed) => vec![seed.parse().expect("ETUDE_CHECK_SEED is a number")],
        Err(_) => (0..Profile::chosen().pick(1, 8)).collect(),
    };
    let (mut findings, mut failures) = (Vec::new(), Vec::new());
    for seed in seeds {
        let (found, failed) = check_all(check, seed);
        findings.extend(found);
        failures.extend(failed);
    }
    let lines: Vec<String> = failures.iter().map(|failure| failure.to_string()).collect();
    assert!(
        lines.is_empty(),
        "{} failures\n{}",
        lines.len(),
        lines.join("\n")
    );
    let compared: usize = findings.iter().map(|(_, finding)| finding.compared).sum();
    let (worst, finding) = findings
        .iter()
        .max_by(|a, b| a.1.largest_error.total_cmp(&b.1.largest_error))
        .expect("there are operations");
    println!(
        "{check:?}: {} operations, {compared} comparisons, largest error {:.1e} ({})",
        findings.len(),
        finding.largest_error,
        worst.name()
    );
    assert!(
        finding.largest_error <= bound,
        "{}: {:e}",
        worst.name(),
        finding.largest_error
    );
}

#[test]
fn differences() {
    holds(Check::Differences, 1e-7);
}

#[test]
fn duals() {
    holds(Check::Duals, 1e-11);
}

#[test]
fn second_derivatives() {
    holds(Check::Second, 1e-10);
}

#[test]
fn directions() {
    holds(Check::Directions, 1e-7);
}

#[test]
fn adjoint() {
    holds(Check::Adjoint, 1e-13);
}

#[test]
fn linearity() {
    holds(Check::Linearity, 1e-11);
}

#[test]
fn both_bodies() {
    holds(Check::Bodies, 1e-11);
}

#[test]
fn fan_out() {
    holds(Check::FanOut, 1e-11);
}

#[test]
fn layouts() {
    holds(Check::Layouts, 1e-11);
}

#[test]
fn shapes() {
    holds(Check::Shapes, 0.0);
}

#[test]
fn subsets() {
    holds(Check::Subsets, 1e-11);
}

#[test]
fn unchanged() {
    holds(Check::Unchanged, 0.0);
}

#[test]
fn released() {
    holds(Check::Released, 0.0);
}

#[test]
fn levels() {
    holds(Check::Levels, 1e-11);
}

#[test]
fn precisions() {
    holds(Check::Precisions, 1e-3);
}

#[test]
fn same_bits_on_any_number_of_threads() {
    holds(Check::Threads, 0.0);
}

#[test]
fn refusals() {
    holds(Check::Refusals, 0.0);
}

#[test]
fn completeness() {
    holds(Check::Completeness, 0.0);
}

/// `x + 1`, and something is kept for good.
struct Leaky {
    tape: bool,
}

impl Program for Leaky {
    fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
        match self.tape {
            true => std::mem::forget(inputs[0].tape().clone()),
            false => std::mem::forget(inputs[0].tensor().clone()),
        }
        inputs[0].add_scalar(1.0)
    }
}

#[test]
fn what_is_kept_is_seen() {
    let message = |tape| {
        let entry = Entry::new("leaks").case("", Leaky { tape }, [normal([3])]);
        let failure = check_entry(Op::AddScalar, &entry, Check::Released, 0);
        failure.unwrap_err().message
    };
    let held = message(false);
    assert!(
        held.contains("input 0 is still held after the walk"),
        "{held}"
    );
    let alive = message(true);
    assert!(alive.contains("the recording is alive"), "{alive}");
}

/// An entry can't do without what the checks need, unless it says why.
#[test]
fn what_an_entry_lacks_is_named() {
    let small = || Entry::new("").case("", program!(|x| x.exp()), [normal([1])]);
    let lacks = |entry: &Entry, op, which| check_entry(op, entry, which, 0).unwrap_err().message;
    let large = lacks(&small(), Op::Exp, Check::Directions);
    assert!(large.contains("no large case"), "{large}");
    let excused = small().never_large("it is short");
    assert!(check_entry(Op::Exp, &excused, Check::Directions, 0).is_ok());
    let rank = lacks(&small(), Op::Exp, Check::Shapes);
    assert!(rank.contains("no case of rank 0"), "{rank}");

    let shapes = [normal([2, 3]), normal([2, 3])];
    let mut pair = Entry::new("").case("", program!(|a, b| a.try_add(b)), shapes);
    for case in [
        [normal(()), normal([0])],
        [normal([2, 3]), normal([1, 3])],
        [normal([2, 3]), normal([3])],
    ] {
        pair = pair.also("", case);
    }
    let stretched = lacks(&pair, Op::Add, Check::Shapes);
    assert!(
        stretched.contains("no case repeats operand 0"),
        "{stretched}"
    );
    let refused = lacks(&pair, Op::Add, Check::Completeness);
    assert!(
        refused.contains("nothing about what is refused"),
        "{refused}"
    );
}

/// An entry refuses something or says why it doesn't, and not both; and its cases are of its operation's kind.
#[test]
fn what_an_entry_contradicts_itself_about_is_named() {
    let completeness = |op, entry: &Entry| match check_entry(op, entry, Check::Completeness, 0) {
        Ok(_) => "nothing".to_string(),
        Err(failure) => failure.message,
    };
    let exp = || Entry::new("").case("", program!(|x| x.exp()), [normal([1])]);
    let silent = completeness(Op::Exp, &exp());
    assert!(silent.contains("nothing about what is refused"), "{silent}");
    assert_eq!(
        completeness(Op::Exp, &exp().never_refuses("reason")),
        "nothing"
    );
    let both = exp()
        .never_refuses("reason")
        .refuses(|tape| tape.scalar(1.0).exp(), "exp: ");
    let both = completeness(Op::Exp, &both);
    assert!(both.contains("\"reason\", and yet"), "{both}");
    let other = completeness(Op::Not, &exp().never_refuses("reason"));
    assert!(other.contains("isn't of its kind"), "{other}");
}

/// `1` for each row, or what else becomes of a plain result.
#[derive(Clone, Copy)]
enum Plain {
    Right,
    /// Sees where the numbers lie.
    Layout,
    /// Sees how exact they are.
    Precision,
    /// Counts what it sees.
    Calls,
    Tracked,
}

impl Program for Plain {
    fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
        static CALLS: AtomicUsize = AtomicUsize::new(0);
        let x = &inputs[0];
        let result = match self {
            Plain::Right => 1.0,
            Plain::Layout => f64::from(u8::from(x.tensor().is_contiguous())),
            Plain::Precision => 1.0 + 1e-6 * (T::NAME.len() + usize::from(T::NAME == "f32")) as f64,
            Plain::Calls => CALLS.fetch_add(1, Ordering::Relaxed) as f64,
            Plain::Tracked => return x.sum(..),
        };
        Ok(x.tape().scalar(result))
    }
}

/// The values of what has left the tape are held, to the bit.
#[test]
fn faults_in_plain_results_are_seen() {
    let message = |plain: Plain, which| {
        let entry = Entry::new("").plain("", plain, [normal([3, 2])]);
        match check_entry(Op::Not, &entry.never_refuses("reason"), which, 0) {
            Ok(finding) => format!("{} right", finding.compared.min(1)),
            Err(failure) => failure.message,
        }
    };
    for which in [
        Check::Layouts,
        Check::Levels,
        Check::Precisions,
        Check::Threads,
        Check::Completeness,
    ] {
        assert_eq!(message(Plain::Right, which), "1 right", "{which:?}");
    }
    for (plain, which, expected) in [
        (
            Plain::Layout,
            Check::Layouts,
            "value from Transposed operands",
        ),
        (Plain::Precision, Check::Precisions, "the value in 32 bits"),
        (
            Plain::Calls,
            Check::Threads,
            "other bits on the same thread",
        ),
        (Plain::Calls, Check::Levels, "the value at level"),
        (Plain::Tracked, Check::Completeness, "is tracked"),
    ] {
        let message = message(plain, which);
        assert!(message.contains(expected), "{which:?}: {message}");
    }
    let shapes = message(Plain::Right, Check::Shapes);
    assert!(
        shapes.contains("no case with an axis of size 1"),
        "{shapes}"
    );
}

/// What stands between `before` and `after` on a line of the operations' source.
fn found(text: &str, before: &str, after: char) -> BTreeSet<String> {
    let lines = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix(before));
    lines
        .filter_map(|rest| Some(rest.split_once(after)?.0.to_string()))
        .collect()
}

/// The table has every rule and every method in the operations' source, so that a new one can't do without an entry; and it has
/// nothing else.
#[test]
fn the_table_has_what_the_source_has() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut text = std::fs::read_to_string(source.join("operators.rs")).unwrap();
    for file in std::fs::read_dir(source.join("ops")).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().is_some_and(|name| name != "table.rs") {
            text += &std::fs::read_to_string(path).unwrap();
        }
    }
    let methods: BTreeSet<String> = found(&text, "pub fn ", '(')
        .into_iter()
        .map(|name| {
            let name = name.strip_prefix("try_").unwrap_or(&name);
            name.split('<').next().unwrap_or(name).to_string() // without its generic arguments
        })
        .collect();
    // A rule's name is a line of its own, in quotes.
    let rules: BTreeSet<String> = found(&text, "\"", '"')
        .into_iter()
        .filter(|name| {
            text.contains(&format!(
                "fn name(&self) -> &'static str {{\n        \"{name}\"\n"
            ))
        })
        .collect();
    assert!(
        methods.len() > 60 && rules.len() > 50,
        "the source was read"
    );
    let table = |kinds: &[Kind]| -> BTreeSet<String> {
        let ops = Op::ALL.iter().filter(|op| kinds.contains(&op.kind()));
        ops.map(|op| op.name().to_string()).collect()
    };
    // Some plain results are methods of a variable too.
    let plain = table(&[Kind::Plain]);
    assert_eq!(
        methods.difference(&plain).cloned().collect::<BTreeSet<_>>(),
        table(&[Kind::Rule, Kind::Composed, Kind::Zero]),
        "methods and table"
    );
    let with_rules = table(&[Kind::Rule, Kind::Zero, Kind::Adjoint]);
    let unknown: Vec<_> = rules.difference(&with_rules).collect();
    assert!(
        unknown.is_empty(),
        "rules that aren't in the table: {unknown:?}"
    );
}
