//! The check of one case.

use super::{Case, Given};
use crate::{Args, Layer, Outputs, registry};
use etude_autograd::{GradCheck, Module, Param, Tape, Var};
use etude_tensor::{Result, Rng, Tensor};

/// Where the seeds of a check start: the same numbers in every run.
const SEED: u64 = 17;

/// What is held against central differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// First derivatives, in inference mode.
    First,
    /// Second derivatives, in inference mode.
    Second,
    /// First derivatives, in training mode.
    FirstInTraining,
    /// Second derivatives, in training mode.
    SecondInTraining,
}

impl Check {
    /// Every check.
    pub const ALL: [Check; 4] = [
        Check::First,
        Check::Second,
        Check::FirstInTraining,
        Check::SecondInTraining,
    ];
}

/// Holds the gradients of layer `name` in this case against central differences, in inference and in training mode, to first and second
/// order, for all differentiable arguments and all trainable parameters. Returns the largest error, of those derivatives that
/// are nearest to their tolerance.
///
/// # Errors
/// If a gradient is wrong, or the layer can't be made or called.
pub fn check(name: &str, case: &Case) -> Result<f64> {
    let errors = Check::ALL.map(|which| check_one(name, case, which));
    errors
        .into_iter()
        .try_fold(0.0, |largest, error| Ok(f64::max(largest, error?)))
}

/// One part of [`check`].
///
/// # Errors
/// As [`check`].
pub fn check_one(name: &str, case: &Case, which: Check) -> Result<f64> {
    let layer = made(name, case)?;
    let inputs = inputs(&*layer, case)?;
    let run = |xs: &[Var<f64>]| call(&*layer, case, xs);
    let (inference, training) = (GradCheck::new(), GradCheck::new().training(SEED));
    let report = match which {
        Check::First => inference.differences(run, &inputs),
        Check::Second => inference.second_differences(run, &inputs),
        Check::FirstInTraining => training.differences(run, &inputs),
        Check::SecondInTraining => training.second_differences(run, &inputs),
    };
    Ok(report?.largest_error())
}

/// The layer, its parameters drawn: a gradient at zeros, where many start, would show less.
fn made(name: &str, case: &Case) -> Result<Box<dyn Layer<f64>>> {
    let mut rng = Rng::seed(SEED);
    let mut layer = registry::layer::<f64>(name, &case.config, &mut rng)?;
    let tape = Tape::inference();
    let xs = floats(case, &mut rng)
        .map(|x| tape.input(x))
        .collect::<Vec<_>>();
    outputs(&*layer, case, &tape, &xs)?;
    let mut state = layer.state_dict()?;
    for (path, param) in layer.params() {
        if param.is_trainable() {
            let drawn = Tensor::uniform(param.value()?.shape(), 0.3, 0.9, &mut rng)?;
            let signs = Tensor::uniform(drawn.shape(), -1.0, 1.0, &mut rng)?.sign();
            state.insert(path, drawn.try_mul(&signs)?);
        }
    }
    layer.load_state_dict(&state)?;
    Ok(layer)
}

/// What is differentiated: the arguments, then the parameters.
fn inputs(layer: &dyn Layer<f64>, case: &Case) -> Result<Vec<Tensor<f64>>> {
    let mut inputs: Vec<Tensor<f64>> = floats(case, &mut Rng::seed(SEED + 1)).collect();
    for param in trainable(layer) {
        inputs.push(param.value()?.clone());
    }
    Ok(inputs)
}

fn floats(case: &Case, rng: &mut Rng) -> impl Iterator<Item = Tensor<f64>> {
    case.arguments.iter().filter_map(|(_, given)| match given {
        Given::Float(input) => Some(input.draw(rng)),
        _ => None,
    })
}

fn trainable(layer: &dyn Layer<f64>) -> impl Iterator<Item = &Param<f64>> {
    let params = layer.params().into_iter().map(|(_, param)| param);
    params.filter(|param| param.is_trainable())
}

/// The results side by side, as one function of the variables.
fn call(layer: &dyn Layer<f64>, case: &Case, xs: &[Var<f64>]) -> Result<Var<f64>> {
    let tape = xs[0].tape();
    let arguments = xs.len() - trainable(layer).count();
    for (param, x) in trainable(layer).zip(&xs[arguments..]) {
        tape.bind(param, x)?;
    }
    let outputs = outputs(layer, case, tape, &xs[..arguments])?;
    let flat = outputs
        .iter()
        .map(|(_, y)| y.reshape([y.shape().iter().product::<usize>()]));
    let flat = flat.collect::<Result<Vec<_>>>()?;
    Var::concat(&flat, 0)
}

fn outputs(
    layer: &dyn Layer<f64>,
    case: &Case,
    tape: &Tape<f64>,
    xs: &[Var<f64>],
) -> Result<Outputs<f64>> {
    let mut xs = xs.iter();
    let mut args = Args::new(tape);
    for (name, given) in &case.arguments {
        args = match given {
            Given::Float(_) => args.with(
                *name,
                xs.next().expect("one variable for each float argument"),
            ),
            Given::Constant(values) => args.with(*name, tape.input(values.clone())),
            Given::Ints(values) => args.with(*name, values.clone()),
            Given::Bools(values) => args.with(*name, values.clone()),
        };
    }
    let signature = layer.signature();
    let results = if case.results.is_empty() {
        &signature.gives[..1]
    } else {
        &case.results
    };
    layer.call(&args, results)
}
