//! Derivatives by dual numbers: exact to rounding, with no step size.

use super::difference::Estimate;
use super::jacobian::elements;
use super::program::DualProgram;
use crate::{Tape, Var, vjp};
use etude_tensor::{Dual, Result, Tensor};

/// The inputs as dual numbers that move along one element of one input.
fn along(inputs: &[Tensor<f64>], moving: (usize, usize)) -> Result<Vec<Tensor<Dual<f64>>>> {
    let lift = |(input, x): (usize, &Tensor<f64>)| {
        let mut duals: Vec<Dual<f64>> = x.to_vec().into_iter().map(Dual::constant).collect();
        if input == moving.0 {
            duals[moving.1].tangent = 1.0;
        }
        Tensor::from_slice(x.shape(), &duals)
    };
    inputs.iter().enumerate().map(lift).collect()
}

fn tangents(outputs: &[Var<Dual<f64>>]) -> Vec<Estimate> {
    let exact = |dual: Dual<f64>| Estimate {
        value: dual.tangent,
        uncertainty: 0.0,
    };
    elements(outputs).into_iter().map(exact).collect()
}

/// Forward mode: how the program's result moves with one element of one input.
pub(super) fn forward(
    tape: &Tape<Dual<f64>>,
    program: &dyn DualProgram,
    inputs: &[Tensor<f64>],
    moving: (usize, usize),
) -> Result<Vec<Estimate>> {
    let inputs: Vec<_> = along(inputs, moving)?
        .into_iter()
        .map(|x| tape.input(x))
        .collect();
    Ok(tangents(&[program.dual(&inputs)?]))
}

/// Forward over reverse: how the gradients move with one element of one input or of the cotangent, which is the last of `inputs`.
pub(super) fn forward_over_reverse(
    tape: &Tape<Dual<f64>>,
    program: &dyn DualProgram,
    inputs: &[Tensor<f64>],
    moving: (usize, usize),
) -> Result<Vec<Estimate>> {
    let mut inputs: Vec<_> = along(inputs, moving)?
        .into_iter()
        .map(|x| tape.var(x))
        .collect();
    let gy = inputs.pop().expect("the cotangent is the last input");
    let y = program.dual(&inputs)?;
    let targets: Vec<_> = inputs.iter().collect();
    // Unrecorded, so that fused rules take their fast body: reverse over reverse takes the composed one.
    Ok(tangents(
        &tape.without_recording(|| vjp(&y, &targets, &gy))?,
    ))
}
