//! The shapes at the edge: rank 0, size 1, no elements. An entry has a case of each, and each gradient has its input's shape.
//!
//! That the numbers are right is seen by the checks of derivatives, which run on the same cases; this one makes sure that there
//! are such cases, and that a gradient over nothing is zeros.

use super::{Trial, cotangent, gradients, value};
use crate::Kind;
use crate::testing::entry::wrong;
use crate::testing::{Entry, Family, Subject};
use etude_tensor::{Result, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in entry.with_values() {
        let (inputs, mut rng) = trial.draw(case);
        let y = value(case, &inputs)?;
        let gy = cotangent(y.shape(), &mut rng)?;
        trial.count();
        for (input, gradient) in gradients(case, &inputs, &gy)?.iter().enumerate() {
            let expected = inputs[input].shape();
            if gradient.shape() != expected {
                let got = gradient.shape();
                return Err(wrong(format!(
                    "the gradient of input {input} has shape {got:?}, not {expected:?}"
                )));
            }
            if y.elements() == 0 {
                let name = format!("gradient of input {input} of an empty result");
                trial.close(&name, gradient, &Tensor::zeros(expected))?;
            }
            trial.count();
        }
    }
    let Subject::Op(op) = trial.subject else {
        return Ok(());
    };
    if op.kind() == Kind::Adjoint {
        return Ok(());
    }
    let has = |wanted: &dyn Fn(&[usize]) -> bool| {
        let mut inputs = entry.with_values().flat_map(|case| &case.inputs);
        inputs.any(|input| wanted(&input.shape))
    };
    if !has(&|shape| shape.contains(&1)) {
        return Err(wrong("the entry has no case with an axis of size 1"));
    }
    if !entry.needs_an_axis && !has(&|shape| shape.is_empty()) {
        return Err(wrong("the entry has no case of rank 0"));
    }
    if entry.never_empty.is_none() && !has(&|shape| shape.contains(&0)) {
        return Err(wrong("the entry has no case without elements"));
    }
    if Family::of(op) == Some(Family::Broadcast) {
        for operand in 0..2 {
            every_broadcast(entry, operand)?;
        }
    }
    Ok(())
}

/// Makes sure that an operand is repeated in some case along an axis of its own, and in some case along one that only the other has.
fn every_broadcast(entry: &Entry, operand: usize) -> Result<()> {
    let mut pairs = entry.cases.iter().map(|case| {
        let shape = |place: usize| &case.inputs[place].shape[..];
        (shape(operand), shape(1 - operand))
    });
    let is_stretched = |(own, other): (&[usize], &[usize])| {
        let mut axes = own.iter().rev().zip(other.iter().rev());
        axes.any(|(&own, &other)| own == 1 && other > 1)
    };
    if !pairs.clone().any(is_stretched) {
        return Err(wrong(format!(
            "no case repeats operand {operand} along an axis of size 1"
        )));
    }
    if !pairs.any(|(own, other)| own.len() < other.len()) {
        return Err(wrong(format!(
            "no case has operand {operand} with the fewer axes"
        )));
    }
    Ok(())
}
