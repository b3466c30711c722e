//! No argument makes a layer panic: every layer, with each argument in shapes that don't fit. What can't be computed is an error.

use etude_autograd::Tape;
use etude_layers::testing::{Case, Given, catalogue};
use etude_layers::{Args, Layer, registry};
use etude_tensor::{Element, Result, Rng, Tensor};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

type Arguments = Vec<(&'static str, Given)>;

/// The arguments of a case, numbers drawn.
fn arguments(case: &Case) -> Arguments {
    let rng = &mut Rng::seed(3);
    let draw = |(name, given): &(&'static str, Given)| match given {
        Given::Float(input) => (*name, Given::Constant(input.draw(rng))),
        other => (*name, other.clone()),
    };
    case.arguments.iter().map(draw).collect()
}

/// Makes the layer and calls it, forward and backward, in both modes. An error is as good as a result; the answer is whether it panicked.
fn panics(name: &str, config: &Value, arguments: &Arguments) -> bool {
    let run = || -> Result<()> {
        let layer = registry::layer::<f64>(name, config, &mut Rng::seed(1))?;
        call(&*layer, arguments, &Tape::training(1))?;
        call(&*layer, arguments, &Tape::new())
    };
    catch_unwind(AssertUnwindSafe(run)).is_err()
}

fn call(layer: &dyn Layer<f64>, arguments: &Arguments, tape: &Tape<f64>) -> Result<()> {
    let mut args = Args::new(tape);
    for (name, given) in arguments {
        args = match given {
            Given::Float(_) => unreachable!("drawn"),
            Given::Constant(values) => args.with(*name, tape.var(values.clone())),
            Given::Ints(values) => args.with(*name, values.clone()),
            Given::Bools(values) => args.with(*name, values.clone()),
        };
    }
    let signature = layer.signature();
    let outputs = layer.call(&args, signature.gives)?;
    let y = outputs.get(signature.gives[0])?;
    if y.is_tracked() {
        y.sum(..)?.backward()?;
    }
    Ok(())
}

/// The elements of `x`, as often as needed, in another shape.
fn reshaped<T: Element>(x: &Tensor<T>, shape: &[usize], spare: T) -> Tensor<T> {
    let values = x.to_vec().into_iter().chain([spare]).cycle();
    let values: Vec<T> = values.take(shape.iter().product()).collect();
    Tensor::from_slice(shape, &values).unwrap()
}

/// Other ranks, and each axis without elements, with one, and with more than there are.
fn odd_shapes(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut shapes = vec![
        vec![],
        vec![0],
        vec![3],
        [shape, &[1]].concat(),
        [&[1], shape].concat(),
        shape[..shape.len().saturating_sub(1)].to_vec(),
    ];
    for axis in 0..shape.len() {
        for size in [0, 1, shape[axis] + 1, 2 * shape[axis]] {
            let mut other = shape.to_vec();
            other[axis] = size;
            shapes.push(other);
        }
    }
    shapes
}

#[test]
fn no_shape_of_an_argument_makes_a_layer_panic() {
    let mut bad = Vec::new();
    for name in catalogue::NAMES {
        for case in catalogue::cases(name) {
            let given = arguments(&case);
            for place in 0..given.len() {
                let change = |shape: &[usize]| match &given[place].1 {
                    Given::Constant(x) => Given::Constant(reshaped(x, shape, 0.5)),
                    Given::Ints(x) => Given::Ints(reshaped(x, shape, 0)),
                    Given::Bools(x) => Given::Bools(reshaped(x, shape, true)),
                    Given::Float(_) => unreachable!("drawn"),
                };
                let shape = match &given[place].1 {
                    Given::Constant(x) => x.shape(),
                    Given::Ints(x) => x.shape(),
                    Given::Bools(x) => x.shape(),
                    Given::Float(_) => unreachable!("drawn"),
                };
                for odd in odd_shapes(shape) {
                    let mut changed = given.clone();
                    changed[place].1 = change(&odd);
                    if panics(name, &case.config, &changed) {
                        let argument = given[place].0;
                        bad.push(format!("{name} {} with {argument} {odd:?}", case.config));
                    }
                }
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
