//! Tests that can fail: every rule broken on purpose, one fault at a time, through the tape's hook, and each fault seen.
//!
//! Faults in what a rule delivers are planted for each rule and each input that it delivers to; an overwritten sum shows only where
//! gradients meet, so every input is used several times in one loss. A detached tensor is planted for each one that a rule saves, and shows in second
//! derivatives. What can't show is listed in `unable.rs` with its reason, and a test makes sure that it changes no derivative anywhere.
//!
//! The table in `docs/mutation.md` is what this test has counted.

mod faults;
mod reports;
mod unable;

use etude_autograd::testing::page::Section;
use etude_autograd::testing::{Case, entry};
use etude_autograd::{Kind, Op, Tape, Var, gradcheck, gradgradcheck, vjp};
use etude_tensor::{Result, Rng, Tensor};
use faults::{Fault, Planted, Watch};
use std::rc::Rc;
use unable::{Reason, unable_to_show};

/// The operations with a rule that gives more than zeros.
fn rules() -> impl Iterator<Item = Op> {
    let ops = Op::ALL.iter().copied();
    ops.filter(|op| matches!(op.kind(), Kind::Rule | Kind::Adjoint))
}

/// The sum of two runs of the case's program, weighed differently, and of all inputs: every input's gradients meet others.
fn used_often(case: &Case, xs: &[Var<f64>]) -> Result<Var<f64>> {
    let (first, second) = (case.program.run(xs)?, case.program.run(xs)?);
    let mut y = first.mul_scalar(0.7)?.try_add(&second)?;
    for x in xs {
        y = y.try_add(&x.sum(..)?)?;
    }
    Ok(y)
}

/// Every fault that can be planted in the rule of an operation.
fn faults_in(op: Op) -> Vec<Planted> {
    let rule = op.name();
    let watch = Rc::new(Watch::new(rule));
    for case in entry(op).cases {
        let tape = Tape::new();
        tape.set_sink_hook(Some(watch.clone()));
        let xs: Vec<Var<f64>> = case
            .draw(&mut Rng::seed(0))
            .into_iter()
            .map(|x| tape.var(x))
            .collect();
        let y = case.program.run(&xs).unwrap();
        let gy = tape.input(Tensor::ones(y.shape()));
        vjp(&y, &xs.iter().collect::<Vec<_>>(), &gy).unwrap();
    }
    let mut planted = Vec::new();
    for fault in Fault::ALL {
        let places = match fault {
            Fault::Unsummed => &watch.repeated,
            Fault::Detached => &watch.saved,
            _ => &watch.inputs,
        };
        let places = places.borrow();
        planted.extend(places.iter().map(|&place| Planted::new(rule, place, fault)));
    }
    planted
}

/// Whether a check of some case of the entry fails.
fn is_seen(op: Op, planted: &Rc<Planted>) -> bool {
    entry(op).cases.iter().any(|case| {
        let inputs = case.draw(&mut Rng::seed(1));
        let break_tape = |xs: &[Var<f64>]| xs[0].tape().set_sink_hook(Some(planted.clone()));
        let several = |xs: &[Var<f64>]| {
            break_tape(xs);
            used_often(case, xs)
        };
        let once = |xs: &[Var<f64>]| {
            break_tape(xs);
            case.program.run(xs)
        };
        match planted.fault {
            Fault::Detached => gradgradcheck(once, &inputs).is_err(),
            Fault::Overwritten => {
                gradcheck(several, &inputs).is_err() || gradgradcheck(several, &inputs).is_err()
            }
            _ => gradcheck(once, &inputs).is_err(),
        }
    })
}

/// How many faults of a kind there were.
#[derive(Clone, Copy, Default)]
struct Count {
    made: usize,
    unable: usize,
    caught: usize,
}

impl Count {
    fn row(self, name: &str) -> String {
        let Count {
            made,
            unable,
            caught,
        } = self;
        let viable = made - unable;
        let score = 100.0 * caught as f64 / viable as f64;
        format!("| {name} | {made} | {unable} | {viable} | {caught} | {score:.1} % |")
    }
}

#[test]
fn every_fault_in_every_rule_is_seen() {
    let mut counts = [Count::default(); Fault::ALL.len()];
    let (mut problems, mut unable) = (Vec::new(), Vec::new());
    for op in rules() {
        for planted in faults_in(op).into_iter().map(Rc::new) {
            let count = &mut counts[planted.fault as usize];
            count.made += 1;
            if let Some(reason) = unable_to_show(&planted) {
                count.unable += 1;
                unable.push((reason, planted.to_string()));
                if let Err(problem) = unable::check(op, &planted) {
                    problems.push(problem);
                }
            } else if is_seen(op, &planted) {
                count.caught += 1;
            } else {
                let changes = match unable::check(op, &planted) {
                    Ok(()) => "it changes nothing",
                    Err(_) => "it changes something",
                };
                problems.push(format!("unseen: {planted} ({changes})"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    page().holds(&table(&counts, &unable), AGAIN);
}

/// What is seen is the fault: where there is none, the same checks pass.
#[test]
fn without_a_fault_nothing_is_seen() {
    for op in rules() {
        for fault in [Fault::Sign, Fault::Overwritten, Fault::Detached] {
            let nowhere = Rc::new(Planted::new("no rule has this name", 0, fault));
            assert!(
                !is_seen(op, &nowhere),
                "{} fails without a fault",
                op.name()
            );
        }
    }
}

/// What writes the section.
const AGAIN: &str = "cargo test -p etude-autograd --test suite sabotage";

fn page() -> Section {
    Section::new("mutation.md", "faults")
}

/// The counts by kind of fault, and what can't show, by reason.
fn table(counts: &[Count], unable: &[(Reason, String)]) -> String {
    let mut lines = vec![
        "| fault | made | can't show | viable | caught | score |".to_string(),
        "|---|---|---|---|---|---|".to_string(),
    ];
    let mut all = Count::default();
    for (fault, count) in Fault::ALL.iter().zip(counts) {
        lines.push(count.row(fault.words()));
        all.made += count.made;
        all.unable += count.unable;
        all.caught += count.caught;
    }
    lines.push(all.row("all"));
    for reason in Reason::ALL {
        let of_reason = unable.iter().filter(|(given, _)| *given == reason);
        let names: Vec<String> = of_reason.map(|(_, name)| format!("`{name}`")).collect();
        lines.push(format!(
            "\n**{}** ({}): {}.",
            reason.words(),
            names.len(),
            names.join("; ")
        ));
    }
    lines.join("\n")
}
