//! The checks of a layer: the suite's, on its cases in both modes.

use super::catalogue::{self, Refused, Wrong};
use super::program::LayerProgram;
use super::{Case, Given, case};
use etude_autograd::Tape;
use etude_autograd::testing::{
    self as suite, AnyProgram, Check, Entry, Failure, Finding, Refusal, Subject, check_entry,
};
use etude_tensor::{Result, Tensor};
use serde_json::from_str;
use std::sync::Arc;

/// The seed of training mode: each run of a check draws the same numbers from it.
const TRAINING: u64 = 17;

/// Runs one check on a layer of the registry, in inference and in training mode, with arguments and parameters drawn from `seed`.
///
/// # Errors
/// The first case that fails; without a case's name if the layer can't be made or called at all.
///
/// # Panics
/// If there is no layer of this name.
pub fn check(name: &'static str, which: Check, seed: u64) -> Result<Finding, Failure> {
    let cases = catalogue::cases(name);
    assert!(!cases.is_empty(), "there is no layer '{name}'");
    run(name, cases, catalogue::refusals(name), which, seed)
}

/// [`check`] on cases of your own instead of the catalogue's.
///
/// # Errors
/// The first case that fails.
pub fn check_cases(
    name: &'static str,
    cases: Vec<Case>,
    which: Check,
    seed: u64,
) -> Result<Finding, Failure> {
    run(name, cases, &[], which, seed)
}

fn run(
    name: &'static str,
    cases: Vec<Case>,
    refusals: &'static [Refused],
    which: Check,
    seed: u64,
) -> Result<Finding, Failure> {
    let subject = Subject::Named(name);
    let entry = entry(name, &cases, refusals).map_err(|err| Failure {
        subject,
        check: which,
        case: String::new(),
        seed,
        message: err.to_string(),
    })?;
    check_entry(subject, &entry, which, seed)
}

/// What the suite runs on: each case in both modes, and what the layer refuses.
fn entry(name: &'static str, cases: &[Case], refusals: &'static [Refused]) -> Result<Entry> {
    let mut entry = Entry::new(name);
    let mut first = None;
    for case in cases {
        let program = Arc::new(LayerProgram::new(name, case)?);
        let inputs = program.inputs.clone();
        let with = |label: String| {
            suite::Case::new(
                label,
                program.clone() as Arc<dyn AnyProgram>,
                inputs.clone(),
            )
        };
        entry.cases.push(with(case.config.to_string()));
        let training = with(format!("training, {}", case.config));
        entry.cases.push(training.in_training(TRAINING));
        first.get_or_insert((program, case.clone()));
    }
    if let Some((program, case)) = first {
        for refused in refusals {
            entry
                .refusals
                .push(refusal(name, &program, &case, refused)?);
        }
    }
    Ok(entry)
}

/// The call of the first case, with something wrong about it.
fn refusal(
    name: &'static str,
    program: &Arc<LayerProgram>,
    sound: &Case,
    refused: &'static Refused,
) -> Result<Refusal> {
    let mut changed = sound.clone();
    let mut replace = |name: &str, by: &dyn Fn(&Given) -> Given| {
        for (argument, given) in &mut changed.arguments {
            if *argument == name {
                *given = by(given);
            }
        }
    };
    let program = match refused.wrong {
        Wrong::Config(config) => {
            let config = case(from_str(config).expect("a configuration is JSON"));
            let call = move |_: &Tape<f64>| LayerProgram::new(name, &config).map(|_| ());
            return Ok(Refusal {
                call: Box::new(call),
                message: refused.message,
            });
        }
        Wrong::Shape(argument, shape) => {
            replace(argument, &|given| given.of_shape(shape));
            program.clone()
        }
        Wrong::Kind(argument) => {
            replace(argument, &|given| match given {
                Given::Ints(_) => Given::Constant(Tensor::zeros([2])),
                _ => Given::Ints(Tensor::zeros([2])),
            });
            program.clone()
        }
    };
    Ok(Refusal {
        call: Box::new(move |tape: &Tape<f64>| program.call(tape, &changed)),
        message: refused.message,
    })
}
