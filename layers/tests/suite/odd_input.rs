//! Nothing that a configuration, an argument or a file can hold makes a layer panic, or run on and on: every layer, with each key at values
//! that nobody should ask for, with each argument in shapes that don't fit, and with parameters of other ranks than its own. What can't be
//! computed is an error, after which the layer is as it was.

use etude_autograd::{StateDict, Tape};
use etude_layers::testing::{Case, Given, catalogue};
use etude_layers::{Args, Layer, registry};
use etude_tensor::{Result, Rng, Tensor};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

type Arguments = Vec<(&'static str, Given)>;

/// Nothing here takes a hundredth of it.
const LONGEST: Duration = Duration::from_secs(30);

/// What a layer is made of and called with.
struct Trial {
    name: &'static str,
    config: Value,
    arguments: Arguments,
    /// What is odd about it, for the message.
    odd: String,
}

impl Trial {
    fn layer(&self) -> Result<Box<dyn Layer<f64>>> {
        registry::layer(self.name, &self.config, &mut Rng::seed(1))
    }

    /// Makes the layer and calls it, forward and backward, in both modes. An error is as good as a result.
    fn run(&self) -> Result<()> {
        let layer = self.layer()?;
        call(&*layer, &self.arguments, &Tape::training(1))?;
        call(&*layer, &self.arguments, &Tape::new())
    }
}

/// Runs the trials, and collects those in which something is wrong: `run` finds it, panics or doesn't come back.
fn none_is_wrong(
    trials: impl Iterator<Item = Trial> + Send + 'static,
    run: fn(&Trial) -> std::result::Result<(), String>,
) {
    let (about_to_run, next) = mpsc::channel();
    let worker = thread::spawn(move || {
        let mut bad = Vec::new();
        for trial in trials {
            let Trial { name, odd, .. } = &trial;
            let what = format!("{name} {} {odd}", trial.config);
            let _ = about_to_run.send(what.clone());
            match catch_unwind(AssertUnwindSafe(|| run(&trial))) {
                Ok(Ok(())) => {}
                Ok(Err(wrong)) => bad.push(format!("{what}: {wrong}")),
                Err(_) => bad.push(format!("{what}: panics")),
            }
        }
        bad
    });
    let mut last = String::new();
    loop {
        match next.recv_timeout(LONGEST) {
            Ok(what) => last = what,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("{last}: takes longer than {LONGEST:?}"),
        }
    }
    let bad = worker.join().unwrap();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// Each case of the catalogue, as it should be.
fn good_trials() -> impl Iterator<Item = Trial> + Send {
    catalogue::NAMES.iter().flat_map(|name| {
        catalogue::cases(name).into_iter().map(|case| Trial {
            name,
            arguments: arguments(&case),
            config: case.config,
            odd: String::new(),
        })
    })
}

/// The arguments of a case, numbers drawn.
fn arguments(case: &Case) -> Arguments {
    let rng = &mut Rng::seed(3);
    let draw = |(name, given): &(&'static str, Given)| match given {
        Given::Float(input) => (*name, Given::Constant(input.draw(rng))),
        other => (*name, other.clone()),
    };
    case.arguments.iter().map(draw).collect()
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

/// Sizes that are wrong, unusual or larger than memory; wrong types; lists of every length and depth.
fn odd_values() -> Vec<Value> {
    let scalars = [
        json!(null),
        json!(true),
        json!("nonsense"),
        json!("SAME"),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(7),
        json!(1_u64 << 33),
        json!(1_u64 << 62),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(0.5),
        json!(-0.5),
        json!(1e300),
    ];
    let lists = [
        json!({}),
        json!([]),
        json!([0]),
        json!([-1]),
        json!([2]),
        json!([1, 2]),
        json!([0, 1, 2]),
        json!([1, 2, 3, 4, 5]),
        json!([1_u64 << 33, 1]),
        json!([1_u64 << 62, 1_u64 << 62]),
        json!([[0, 1]]),
        json!([[1, 0], [0, 2]]),
        json!([[-1, 2]]),
        json!(["relu"]),
    ];
    scalars.into_iter().chain(lists).collect()
}

/// The keys that a layer's configuration has: those that it names when it is given another.
fn keys(name: &str) -> Vec<String> {
    let made = registry::layer::<f64>(name, &json!({"?": 0}), &mut Rng::seed(1));
    let message = made.unwrap_err().to_string();
    let (_, known) = message.split_once("expected").unwrap_or_default();
    let quoted = known.split('`').skip(1).step_by(2);
    quoted.map(str::to_string).collect()
}

#[test]
fn no_value_of_a_key_makes_a_layer_panic_or_hang() {
    assert_eq!(keys("RmsNorm"), ["input_size", "epsilon", "trainable"]);
    let trials = good_trials().flat_map(|trial| {
        let whole = trial.layer().unwrap().config().unwrap();
        let odd = keys(trial.name).into_iter().flat_map(|key| {
            odd_values()
                .into_iter()
                .map(move |value| (key.clone(), value))
        });
        odd.map(move |(key, value)| {
            let mut config = whole.clone();
            config[&key] = value;
            Trial {
                config,
                odd: format!("with this {key}"),
                arguments: trial.arguments.clone(),
                ..trial
            }
        })
    });
    none_is_wrong(trials, |trial| {
        let _ = trial.run();
        Ok(())
    });
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

/// Each case, with one of its arguments in an odd shape.
fn trials_of_odd_shapes() -> impl Iterator<Item = Trial> + Send {
    good_trials().flat_map(|trial| {
        let mut changed = Vec::new();
        for (place, (argument, given)) in trial.arguments.iter().enumerate() {
            for odd in odd_shapes(given.shape()) {
                let mut arguments = trial.arguments.clone();
                arguments[place].1 = given.of_shape(&odd);
                changed.push(Trial {
                    config: trial.config.clone(),
                    odd: format!("with {argument} {odd:?}"),
                    arguments,
                    ..trial
                });
            }
        }
        changed
    })
}

#[test]
fn no_shape_of_an_argument_makes_a_layer_panic() {
    none_is_wrong(trials_of_odd_shapes(), |trial| {
        let _ = trial.run();
        Ok(())
    });
}

#[test]
fn a_call_that_is_refused_leaves_sizes_open_that_the_first_input_gives() {
    none_is_wrong(trials_of_odd_shapes(), |trial| {
        let layer = trial.layer().unwrap();
        let tape = Tape::training(1);
        if call(&*layer, &trial.arguments, &tape).is_ok() {
            return Ok(());
        }
        let good =
            good_trials().find(|good| good.name == trial.name && good.config == trial.config);
        let again = call(&*layer, &good.unwrap().arguments, &Tape::training(1));
        again.map_err(|err| format!("then what fits is refused: {err}"))
    });
}

#[test]
fn a_misshapen_value_is_refused_and_leaves_sizes_open() {
    none_is_wrong(good_trials(), |trial| {
        let built = trial.layer().unwrap();
        call(&*built, &trial.arguments, &Tape::training(1)).unwrap();
        let state = built.state_dict().unwrap();
        if trial.layer().unwrap().load_state_dict(&state).is_err() {
            return Ok(()); // which parameters there are follows from the first input
        }
        for (path, value) in &state {
            let odd = [&[][..], &[0], &[3], &[1, 1, 1, 1, 1, 1]];
            let others = odd
                .into_iter()
                .filter(|shape| shape.len() != value.rank())
                .map(<[usize]>::to_vec);
            let longer = [value.shape(), &[1]].concat();
            for shape in others.chain([longer]) {
                let mut misshapen: StateDict<f64> = state.clone();
                misshapen.insert(path.clone(), Tensor::full(&shape[..], 0.5));
                let mut layer = trial.layer().unwrap();
                let Err(err) = layer.load_state_dict(&misshapen) else {
                    return Err(format!("takes {path} of shape {shape:?}"));
                };
                if !err.to_string().contains(&format!("'{path}' has shape")) {
                    return Err(format!("{path} of shape {shape:?}: {err}"));
                }
                // It is as it was: what fits is taken, and computes.
                let again = layer.load_state_dict(&state);
                again.map_err(|err| format!("then what fits is refused: {err}"))?;
                let called = call(&*layer, &trial.arguments, &Tape::training(1));
                called.map_err(|err| format!("with loaded values: {err}"))?;
            }
        }
        Ok(())
    });
}

#[test]
fn no_size_of_a_loaded_value_makes_a_layer_panic() {
    none_is_wrong(good_trials(), |trial| {
        let built = trial.layer().unwrap();
        call(&*built, &trial.arguments, &Tape::training(1)).unwrap();
        let state = built.state_dict().unwrap();
        for (path, value) in &state {
            for axis in 0..value.rank() {
                for size in [0, value.shape()[axis] + 1] {
                    let mut shape = value.shape().to_vec();
                    shape[axis] = size;
                    let mut state: StateDict<f64> = state.clone();
                    state.insert(path.clone(), Tensor::full(&shape[..], 0.5));
                    let mut layer = trial.layer().unwrap();
                    if layer.load_state_dict(&state).is_ok()
                        && call(&*layer, &trial.arguments, &Tape::training(1)).is_ok()
                    {
                        return Err(format!("takes {path} of shape {shape:?}"));
                    }
                }
            }
        }
        Ok(())
    });
}
