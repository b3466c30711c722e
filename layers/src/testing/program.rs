//! A layer as a function of its arguments and its parameters, on every number type that the checks use.

use super::{Case, Given};
use crate::{Args, Layer, Outputs, registry};
use etude_autograd::check::input::{Input, signed};
use etude_autograd::check::{DualProgram, Source};
use etude_autograd::testing::AnyProgram;
use etude_autograd::{Module, Param, StateDict, Tape, Var};
use etude_tensor::{Dual, Float, Result, Rng, Tensor};

/// Where the random numbers of a layer's own start: the same in every run.
const SEED: u64 = 17;

/// A layer in 64 bits, in 32, and on dual numbers: one set of weights in three types.
pub(super) struct LayerProgram {
    double: Box<dyn Layer<f64>>,
    single: Box<dyn Layer<f32>>,
    dual: Box<dyn Layer<Dual<f64>>>,
    case: Case,
    /// What is differentiated: the arguments, then the trainable parameters.
    pub(super) inputs: Vec<Input>,
}

impl LayerProgram {
    /// The layer of this name as the case configures it.
    ///
    /// # Errors
    /// If it can't be made, or called with the case's arguments in either mode.
    pub(super) fn new(name: &str, case: &Case) -> Result<Self> {
        let mut rng = Rng::seed(SEED);
        let double = registry::layer::<f64>(name, &case.config, &mut rng)?;
        let mut inputs: Vec<Input> = case.floats().cloned().collect();
        let example: Vec<Tensor<f64>> = inputs.iter().map(|x| x.draw(&mut rng)).collect();
        for tape in [Tape::inference(), Tape::training(SEED)] {
            call_with(&*double, case, &tape, &example)?;
        }
        let state = double.state_dict()?;
        for param in trainable(&*double) {
            // Away from 0, where many start and a gradient would show less.
            inputs.push(signed(0.3, 0.9, param.value()?.shape()));
        }
        Ok(LayerProgram {
            single: copy(name, case, &example, &state)?,
            dual: copy(name, case, &example, &state)?,
            double,
            case: case.clone(),
            inputs,
        })
    }

    /// Calls the layer with these arguments and its parameters as they are.
    ///
    /// # Errors
    /// What the layer reports.
    pub(super) fn call(&self, tape: &Tape<f64>, case: &Case) -> Result<()> {
        let mut rng = Rng::seed(SEED);
        let xs: Vec<Var<f64>> = case.floats().map(|x| tape.var(x.draw(&mut rng))).collect();
        outputs(&*self.double, case, tape, &xs).map(|_| ())
    }
}

impl DualProgram for LayerProgram {
    fn run(&self, inputs: &[Var<f64>]) -> Result<Var<f64>> {
        run(&*self.double, &self.case, inputs)
    }
    fn dual(&self, inputs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>> {
        run(&*self.dual, &self.case, inputs)
    }
}

impl AnyProgram for LayerProgram {
    fn single(&self, inputs: &[Var<f32>]) -> Result<Var<f32>> {
        run(&*self.single, &self.case, inputs)
    }
    fn text(&self) -> Option<Source> {
        None
    }
}

/// The layer with other numbers, of the same value. The call shows it its sizes.
fn copy<T: Float>(
    name: &str,
    case: &Case,
    example: &[Tensor<f64>],
    state: &StateDict<f64>,
) -> Result<Box<dyn Layer<T>>> {
    let mut layer = registry::layer::<T>(name, &case.config, &mut Rng::seed(SEED))?;
    call_with(&*layer, case, &Tape::inference(), example)?;
    let values = state.iter();
    let values = values.map(|(path, value)| Ok((path.clone(), value.cast::<T>()?)));
    layer.load_state_dict(&values.collect::<Result<StateDict<T>>>()?)?;
    Ok(layer)
}

fn trainable<T: Float>(layer: &dyn Layer<T>) -> impl Iterator<Item = &Param<T>> {
    let params = layer.params().into_iter().map(|(_, param)| param);
    params.filter(|param| param.is_trainable())
}

/// The results side by side, as one function of the variables.
fn run<T: Float>(layer: &dyn Layer<T>, case: &Case, xs: &[Var<T>]) -> Result<Var<T>> {
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

/// Calls the layer with these arguments.
fn call_with<T: Float>(
    layer: &dyn Layer<T>,
    case: &Case,
    tape: &Tape<T>,
    arguments: &[Tensor<f64>],
) -> Result<()> {
    let xs = arguments.iter().map(|x| Ok(tape.input(x.cast()?)));
    let xs = xs.collect::<Result<Vec<_>>>()?;
    outputs(layer, case, tape, &xs).map(|_| ())
}

fn outputs<T: Float>(
    layer: &dyn Layer<T>,
    case: &Case,
    tape: &Tape<T>,
    xs: &[Var<T>],
) -> Result<Outputs<T>> {
    let mut xs = xs.iter();
    let mut args = Args::new(tape);
    for (name, given) in &case.arguments {
        args = match given {
            Given::Float(_) => args.with(
                *name,
                xs.next().expect("one variable for each float argument"),
            ),
            Given::Constant(values) => args.with(*name, tape.input(values.cast::<T>()?)),
            Given::Ints(values) => args.with(*name, values.clone()),
            Given::Bools(values) => args.with(*name, values.clone()),
        };
    }
    let signature = layer.signature();
    let results = match case.results.is_empty() {
        true => &signature.gives[..1],
        false => &case.results,
    };
    layer.call(&args, results)
}
