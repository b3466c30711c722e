//! Running a case, in one element type after the other.

use crate::case::{Case, Mode};
use crate::compare::{Tolerance, compare};
use etude_autograd::{Gradients, StateDict, Tape, Var};
use etude_layers::{Args, Layer, Outputs, registry};
use etude_tensor::file::AnyTensor;
use etude_tensor::{Error, Float, Result, Rng, Tensor};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All results, gradients and states are as expected, in both element types.
    Passed,
    /// What is wrong, one message a problem, each with its element type.
    Failed(Vec<String>),
    /// This build can't run it, and why: the registry doesn't know the layer, say.
    Unsupported(String),
}

/// Runs a case in `f64` and in `f32`. A panic on the way is a failure as well.
pub fn check(case: &Case) -> Outcome {
    if !registry::names().contains(&case.layer.as_str()) {
        return Outcome::Unsupported(format!("there is no layer '{}'", case.layer));
    }
    outcome(
        "the layer",
        || problems::<f64>(case),
        || problems::<f32>(case),
    )
}

/// What comes of a run in each element type, whatever happens in it.
pub(crate) fn outcome(
    who: &str,
    double: impl FnOnce() -> Result<Vec<String>>,
    single: impl FnOnce() -> Result<Vec<String>>,
) -> Outcome {
    let guarded = |found: std::thread::Result<Result<Vec<String>>>| match found {
        Ok(Ok(problems)) => problems,
        Ok(Err(err)) => vec![err.to_string()],
        Err(_) => vec![format!("{who} panicked")],
    };
    let double = guarded(catch_unwind(AssertUnwindSafe(double)));
    let single = guarded(catch_unwind(AssertUnwindSafe(single)));
    let mut problems = Vec::new();
    for (name, found) in [("f64", double), ("f32", single)] {
        let named = found.into_iter();
        problems.extend(named.map(|problem| format!("{name}: {problem}")));
    }
    if problems.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed(problems)
    }
}

fn problems<T: Float>(case: &Case) -> Result<Vec<String>> {
    let mut layer: Box<dyn Layer<T>> =
        registry::layer(&case.layer, &case.config, &mut Rng::seed(0))?;
    let want: Vec<&str> = case.outs.keys().map(String::as_str).collect();
    let mut misfits = misfits(&*layer, case);
    if !misfits.is_empty() {
        // A layer may know all of its parameters only after its first input.
        let first = layer.call(&arguments(case, &Tape::new())?, &want);
        misfits = self::misfits(&*layer, case);
        misfits.extend(first.err().map(|err| err.to_string()));
    }
    if !misfits.is_empty() {
        return Ok(misfits);
    }
    load_parameters(&mut *layer, case)?;
    let tape = match case.mode {
        Mode::Train => Tape::training(0),
        Mode::Eval => Tape::new(),
    };
    let args = arguments(case, &tape)?;
    let outputs = layer.call(&args, &want)?;
    let misfits = self::misfits(&*layer, case);
    if !misfits.is_empty() {
        return Ok(misfits); // parameters that the first input asked for, and the case doesn't give
    }

    let tolerance = Tolerance::of::<T>(&case.bounds);
    let mut problems = Vec::new();
    for (name, expected) in &case.outs {
        problems.extend(compare(
            &format!("out.{name}"),
            outputs.get(name)?.tensor(),
            expected,
            tolerance,
        )?);
    }
    let gradients = match loss(case, &outputs)? {
        Some(loss) if loss.is_tracked() => loss.backward()?,
        _ => tape.finish(),
    };
    for (name, expected) in &case.grad_args {
        let got = gradients.get(args.float(name)?)?;
        problems.extend(compare(
            &format!("grad.arg.{name}"),
            &got,
            expected,
            tolerance,
        )?);
    }
    problems.extend(compare_parameters(case, &*layer, &gradients, tolerance)?);
    gradients.commit(&mut *layer)?;
    problems.extend(compare_states(case, &*layer, tolerance)?);
    Ok(problems)
}

/// The parameters and buffers that either the layer or the case has and the other hasn't.
fn misfits<T: Float>(layer: &dyn Layer<T>, case: &Case) -> Vec<String> {
    let params = layer.params().into_iter().map(|(path, _)| path);
    let buffers = layer.buffers().into_iter().map(|(path, _)| path);
    let own: Vec<String> = params.chain(buffers).collect();
    let foreign = case.params.keys().filter(|path| !own.contains(path));
    let foreign = foreign.map(|path| {
        let own = own.join(", ");
        format!("the layer has no parameter '{path}'; it has {own}")
    });
    let missing = own
        .iter()
        .filter(|path| !case.params.contains_key(*path))
        .map(|path| format!("the case doesn't give the layer's parameter '{path}'"));
    foreign.chain(missing).collect()
}

/// Gives the layer the case's parameters and buffers.
fn load_parameters<T: Float>(layer: &mut dyn Layer<T>, case: &Case) -> Result<()> {
    let mut state = StateDict::new();
    for (path, value) in &case.params {
        state.insert(path.clone(), value.cast::<T>()?);
    }
    layer.load_state_dict(&state)
}

/// The arguments on the tape; those whose gradient is expected are variables, the others constants.
fn arguments<T: Float>(case: &Case, tape: &Tape<T>) -> Result<Args<T>> {
    let mut args = Args::new(tape);
    for (name, value) in &case.args {
        args = match value {
            AnyTensor::I64(ids) => args.with(name.clone(), ids.clone()),
            AnyTensor::Bool(mask) => args.with(name.clone(), mask.clone()),
            AnyTensor::F64(_) | AnyTensor::F32(_) => {
                let value = value.cast::<T>()?;
                let tracked = case.grad_args.contains_key(name);
                args.with(
                    name.clone(),
                    if tracked {
                        tape.var(value)
                    } else {
                        tape.input(value)
                    },
                )
            }
            other => {
                let message = format!(
                    "arg.{name} is {}; expected f64, i64 or bool",
                    other.type_name()
                );
                return Err(Error::file("conformance", message));
            }
        };
    }
    Ok(args)
}

/// `Σ ⟨output, cotangent⟩`, whose gradients are the vector–Jacobian products; none without cotangents.
fn loss<T: Float>(case: &Case, outputs: &Outputs<T>) -> Result<Option<Var<T>>> {
    let mut loss: Option<Var<T>> = None;
    for (name, cotangent) in &case.cotangents {
        let output = outputs.get(name)?;
        let cotangent: Tensor<T> = cotangent.cast()?;
        if cotangent.shape() != output.shape() {
            let message = format!(
                "ct.{name} has shape {:?}, the result {:?}",
                cotangent.shape(),
                output.shape()
            );
            return Err(Error::shape("conformance", message));
        }
        let product = output.try_mul(&output.tape().input(cotangent))?.sum(..)?;
        loss = Some(match loss {
            None => product,
            Some(loss) => loss.try_add(&product)?,
        });
    }
    Ok(loss)
}

/// Expected gradients must be there and agree; a frozen parameter must have none.
fn compare_parameters<T: Float>(
    case: &Case,
    layer: &dyn Layer<T>,
    gradients: &Gradients<T>,
    tolerance: Tolerance,
) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let params: BTreeMap<String, _> = layer.params().into_iter().collect();
    for (path, expected) in &case.grad_params {
        let name = format!("grad.param.{path}");
        match params.get(path).map(|param| gradients.param(param)) {
            None => problems.push(format!("{name} is expected, but '{path}' is a buffer")),
            Some(None) => problems.push(format!("{name} is expected, but there is no gradient")),
            Some(Some(got)) => problems.extend(compare(&name, got, expected, tolerance)?),
        }
    }
    for (path, param) in params {
        if !param.is_trainable() && gradients.param(param).is_some() {
            problems.push(format!("'{path}' is frozen, but has a gradient"));
        }
    }
    Ok(problems)
}

fn compare_states<T: Float>(
    case: &Case,
    layer: &dyn Layer<T>,
    tolerance: Tolerance,
) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let buffers: BTreeMap<String, _> = layer.buffers().into_iter().collect();
    for (path, expected) in &case.states {
        let name = format!("state.{path}");
        match buffers.get(path) {
            None => problems.push(format!(
                "{name} is expected, but the layer has no buffer '{path}'"
            )),
            Some(buffer) => problems.extend(compare(&name, buffer.value()?, expected, tolerance)?),
        }
    }
    Ok(problems)
}
