//! Cases of operations: étude's catalogue, exported, and any file of that form run on it. Needs the cargo feature `operations`.

use crate::case::{Bounds, text};
use crate::compare::{Tolerance, compare};
use crate::execute::{Outcome, outcome};
use etude_autograd::testing::{Case, Certified, certify, entry};
use etude_autograd::{Kind, Op, Tape, Var, vjp};
use etude_tensor::file::{AnyTensor, TensorFile};
use etude_tensor::kernels::{Level, with_level};
use etude_tensor::{Error, Float, Result, Tensor};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// How large a file may become: a case is there to be read, too.
const LARGEST: usize = 64 << 10;

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many operations there were.
    pub operations: usize,
    /// How many cases, each in a file of its own.
    pub cases: usize,
    /// How many bytes all files have together.
    pub bytes: usize,
}

/// Writes every case of every differentiable operation whose name contains `filter` into `folder`, which is made if need be: the same
/// bytes each time.
///
/// # Errors
/// If reverse mode, dual numbers and differences disagree anywhere: then nothing is written. If a file can't be written.
pub fn export(folder: impl AsRef<Path>, filter: &str) -> Result<Exported> {
    let folder = folder.as_ref();
    let mut exported = Exported::default();
    let mut files = Vec::new();
    for &op in Op::ALL {
        // The adjoints are no calls that anybody makes; they are what the second order of conv and the pools consists of.
        if matches!(op.kind(), Kind::Adjoint | Kind::Plain) || !op.name().contains(filter) {
            continue;
        }
        exported.operations += 1;
        for (number, case) in entry(op).cases.iter().enumerate() {
            let refuse = |message: String| {
                Error::value(
                    "export",
                    format!("{}, case '{}': {message}", op.name(), case.label),
                )
            };
            // One level for all machines: FMA rounds differently.
            let certified = with_level(Level::Baseline, || certify(op, case))
                .map_err(|err| refuse(err.to_string()))?;
            let file = file_of(op, case, certified);
            let size = file.to_bytes()?.len();
            if size > LARGEST {
                return Err(refuse(format!("{size} bytes; at most {LARGEST} fit")));
            }
            exported.cases += 1;
            exported.bytes += size;
            files.push((file_name(op, number, &case.label), file));
        }
    }
    fs::create_dir_all(folder)
        .map_err(|err| Error::file("export", format!("{}: {err}", folder.display())))?;
    for (name, file) in files {
        file.write(folder.join(name))?;
    }
    Ok(exported)
}

/// `sum-3-last_axis_kept.safetensors`.
fn file_name(op: Op, number: usize, label: &str) -> String {
    let words = label.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut name = format!("{}-{number}", op.name());
    if !words.is_empty() {
        name = format!("{name}-{}", words.join("_"));
    }
    name + ".safetensors"
}

fn file_of(op: Op, case: &Case, it: Certified) -> TensorFile {
    let names = case.names();
    let givens = case.givens.iter().map(|(name, _)| *name);
    let arguments: Vec<&str> = names.iter().map(String::as_str).chain(givens).collect();
    let mut file = TensorFile::default();
    let mut say = |key: &str, value: String| file.metadata.insert(key.into(), value);
    say("format", "operation/1".into());
    say("operation", op.name().into());
    say("case", case.label.to_string());
    say("arguments", json!(arguments).to_string());
    if let Some(call) = case.call() {
        say("call", call);
    }
    if let Some(options) = case.options_of(op) {
        say("options", options.into());
    }
    say("mode", "eval".into());
    let version = env!("CARGO_PKG_VERSION");
    let source = format!(
        "étude {version} float64; reverse mode, dual numbers and central differences agree"
    );
    say("source", source);
    say("rtol", "1e-9".into());
    say("atol", "1e-10".into());
    let mut put = |name: String, tensor: AnyTensor| file.tensors.insert(name, tensor);
    for (name, tensor) in &case.givens {
        put(format!("arg.{name}"), tensor.clone());
    }
    put("out.output".into(), it.output.into());
    put("ct.output".into(), it.cotangent.into());
    put("grad2.ct.output".into(), it.second_of_cotangent.into());
    let of_inputs = [
        ("arg", it.inputs),
        ("grad.arg", it.gradients),
        ("ct.grad.arg", it.directions),
        ("grad2.arg", it.second),
    ];
    for (kind, tensors) in of_inputs {
        for (name, tensor) in names.iter().zip(tensors) {
            put(format!("{kind}.{name}"), tensor.into());
        }
    }
    file
}

/// Runs the case of an operation in `f64` and in `f32`: the catalogue's program of that name, on the file's arguments.
pub fn check_operation(file: &TensorFile) -> Outcome {
    let (case, bounds) = match find(file) {
        Ok(found) => found,
        Err(outcome) => return outcome,
    };
    outcome(
        "the operation",
        || problems::<f64>(&case, file, &bounds, |xs| case.program.run(xs)),
        || problems::<f32>(&case, file, &bounds, |xs| case.program.single(xs)),
    )
}

/// The catalogue's case, if the file is one that it has.
fn find(file: &TensorFile) -> Result<(Case, Bounds), Outcome> {
    let failed = |message: String| Outcome::Failed(vec![message]);
    let metadata = &file.metadata;
    let name = text(metadata, "operation").map_err(failed)?;
    let label = text(metadata, "case").map_err(failed)?;
    let bounds = Bounds::read(metadata).map_err(failed)?;
    let Some(op) = Op::from_name(name) else {
        return Err(Outcome::Unsupported(format!(
            "there is no operation '{name}'"
        )));
    };
    let Some(case) = entry(op).cases.into_iter().find(|case| case.label == label) else {
        return Err(Outcome::Unsupported(format!(
            "the catalogue's entry of {name} has no case '{label}'"
        )));
    };
    let options =
        |text: Option<&str>| text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let own = options(case.options_of(op));
    if options(metadata.get("options").map(String::as_str)) != own {
        return Err(failed(format!(
            "its options aren't {own:?}, which this case has"
        )));
    }
    for (name, given) in &case.givens {
        if file.tensors.get(&format!("arg.{name}")) != Some(given) {
            return Err(failed(format!(
                "arg.{name} isn't {given:?}, which this case has"
            )));
        }
    }
    Ok((case, bounds))
}

fn problems<T: Float>(
    case: &Case,
    file: &TensorFile,
    bounds: &Bounds,
    run: impl Fn(&[Var<T>]) -> Result<Var<T>>,
) -> Result<Vec<String>> {
    let expected = |name: &str| {
        let missing = || Error::file("conformance", format!("there is no '{name}'"));
        file.tensors.get(name).ok_or_else(missing)
    };
    let names = case.names();
    let tape = Tape::new();
    let mut xs = Vec::new();
    let mut directions = Vec::new();
    for name in &names {
        xs.push(tape.var(expected(&format!("arg.{name}"))?.cast::<T>()?));
        directions.push(tape.input(expected(&format!("ct.grad.arg.{name}"))?.cast::<T>()?));
    }
    let tolerance = Tolerance::of::<T>(bounds);
    let mut problems = Vec::new();
    let mut hold = |name: String, got: &Tensor<T>| -> Result<()> {
        problems.extend(compare(&name, got, expected(&name)?, tolerance)?);
        Ok(())
    };

    let y = run(&xs)?;
    hold("out.output".into(), y.tensor())?;
    let cotangent = tape.var(expected("ct.output")?.cast::<T>()?);
    let gradients = vjp(&y, &xs.iter().collect::<Vec<_>>(), &cotangent)?;
    let mut twice = tape.scalar(0.0);
    for ((name, gradient), direction) in names.iter().zip(&gradients).zip(&directions) {
        hold(format!("grad.arg.{name}"), gradient.tensor())?;
        twice = twice.try_add(&gradient.try_mul(direction)?.sum(..)?)?;
    }
    // A gradient that is zero by its rule depends on nothing.
    let second = match twice.is_tracked() {
        true => Some(twice.backward()?),
        false => None,
    };
    let second = |x: &Var<T>| match &second {
        Some(gradients) => gradients.get(x),
        None => Ok(Tensor::zeros(x.shape())),
    };
    for (name, x) in names.iter().zip(&xs) {
        hold(format!("grad2.arg.{name}"), &second(x)?)?;
    }
    hold("grad2.ct.output".into(), &second(&cotangent)?)?;
    Ok(problems)
}
