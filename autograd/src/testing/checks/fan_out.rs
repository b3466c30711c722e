//! Gradients that meet others: the same variable in two operations, in two arguments, and one that already has a gradient.

use super::{Trial, cotangent, gradients, value};
use crate::testing::{Case, Entry};
use crate::{Var, grad};
use etude_tensor::{Result, Rng, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        // In training a second call draws other random numbers, as it should.
        if case.training.is_none() {
            two_operations(case, &inputs, &mut rng, trial)?;
        }
        already_there(case, &inputs, &mut rng, trial)?;
        two_arguments(case, &inputs, &mut rng, trial)?;
    }
    Ok(())
}

/// `Σ weights·x`, by which a chosen gradient arrives.
fn weigh(x: &Var<f64>, weights: &Tensor<f64>) -> Result<Var<f64>> {
    x.try_mul(&x.tape().input(weights.clone()))?.sum(..)
}

fn sum_of(a: &Tensor<f64>, b: &Tensor<f64>) -> Result<Tensor<f64>> {
    a.try_add(b)
}

/// Every input in two operations, by `backward`, which accumulates in place, and by `grad`, which records the sums.
fn two_operations(
    case: &Case,
    inputs: &[Tensor<f64>],
    rng: &mut Rng,
    trial: &mut Trial,
) -> Result<()> {
    let shape = value(case, inputs)?.to_shape();
    let (v, w) = (cotangent(&shape, rng)?, cotangent(&shape, rng)?);
    let tape = case.tape();
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let first = weigh(&case.program.run(&xs)?, &v)?;
    let loss = first.try_add(&weigh(&case.program.run(&xs)?, &w)?)?;
    let recorded = grad(&loss, &xs.iter().collect::<Vec<_>>())?;
    let spent = loss.backward()?;
    let apart = gradients(case, inputs, &v)?
        .into_iter()
        .zip(gradients(case, inputs, &w)?);
    for (input, (a, b)) in apart.enumerate() {
        let expected = sum_of(&a, &b)?;
        let name = |walk| format!("input {input} in two operations, {walk}");
        trial.close(&name("backward"), &spent.get(&xs[input])?, &expected)?;
        trial.close(&name("grad"), recorded[input].tensor(), &expected)?;
    }
    Ok(())
}

/// Every input also in a sum that is recorded before the operation, or after it: its gradient then comes last, or first.
fn already_there(
    case: &Case,
    inputs: &[Tensor<f64>],
    rng: &mut Rng,
    trial: &mut Trial,
) -> Result<()> {
    let v = cotangent(value(case, inputs)?.shape(), rng)?;
    let mut weights = Vec::new();
    for x in inputs {
        weights.push(cotangent(x.shape(), rng)?);
    }
    let alone = gradients(case, inputs, &v)?;
    for sum_first in [true, false] {
        let tape = case.tape();
        let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
        let sums = || -> Result<Var<f64>> {
            let mut total = tape.scalar(0.0);
            for (x, weights) in xs.iter().zip(&weights) {
                total = total.try_add(&weigh(x, weights)?)?;
            }
            Ok(total)
        };
        let early = if sum_first { Some(sums()?) } else { None };
        let own = weigh(&case.program.run(&xs)?, &v)?;
        let sums = match early {
            Some(sums) => sums,
            None => sums()?,
        };
        let got = own.try_add(&sums)?.backward()?;
        for (input, x) in xs.iter().enumerate() {
            let expected = sum_of(&alone[input], &weights[input])?;
            let name = format!(
                "input {input} with a gradient from elsewhere (there first: {})",
                !sum_first
            );
            trial.close(&name, &got.get(x)?, &expected)?;
        }
    }
    Ok(())
}

/// One variable as two arguments of the same shape: the sum of what each would get.
fn two_arguments(
    case: &Case,
    inputs: &[Tensor<f64>],
    rng: &mut Rng,
    trial: &mut Trial,
) -> Result<()> {
    for second in 1..inputs.len() {
        for first in 0..second {
            if inputs[first].shape() != inputs[second].shape() {
                continue;
            }
            let mut same = inputs.to_vec();
            same[second] = same[first].clone();
            let v = cotangent(value(case, &same)?.shape(), rng)?;
            let apart = gradients(case, &same, &v)?;
            let tape = case.tape();
            let mut xs: Vec<Var<f64>> = same.iter().map(|x| tape.var(x.clone())).collect();
            xs[second] = xs[first].clone();
            let got = case.program.run(&xs)?.backward_with(&v)?.get(&xs[first])?;
            let expected = sum_of(&apart[first], &apart[second])?;
            let name = format!("one variable as arguments {first} and {second}");
            trial.close(&name, &got, &expected)?;
        }
    }
    Ok(())
}
