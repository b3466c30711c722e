//! One way of calling a layer.

use etude_autograd::check::input::Input;
use etude_tensor::{Element, Tensor};
use serde_json::Value;

/// A configuration, arguments to draw or to give, and the results to look at.
#[derive(Clone, Debug)]
pub struct Case {
    /// The configuration, as the registry takes it.
    pub config: Value,
    /// The arguments, by name.
    pub arguments: Vec<(&'static str, Given)>,
    /// The results whose gradients are checked; the layer's first one if there is none here.
    pub results: Vec<&'static str>,
}

/// An argument of a case.
#[derive(Clone, Debug)]
pub enum Given {
    /// Numbers to draw, with a gradient.
    Float(Input),
    /// Numbers that have no gradient: masks and targets.
    Constant(Tensor<f64>),
    /// Indices and labels.
    Ints(Tensor<i64>),
    /// A mask.
    Bools(Tensor<bool>),
}

/// A case of this configuration, without arguments yet.
pub fn case(config: Value) -> Case {
    Case {
        config,
        arguments: Vec::new(),
        results: Vec::new(),
    }
}

impl Case {
    /// With an argument that is differentiated.
    #[must_use]
    pub fn float(self, name: &'static str, input: Input) -> Self {
        self.given(name, Given::Float(input))
    }

    /// With an argument of numbers that is not differentiated.
    #[must_use]
    pub fn constant(self, name: &'static str, values: impl Into<Tensor<f64>>) -> Self {
        self.given(name, Given::Constant(values.into()))
    }

    /// With indices or labels.
    #[must_use]
    pub fn ints(self, name: &'static str, values: impl Into<Tensor<i64>>) -> Self {
        self.given(name, Given::Ints(values.into()))
    }

    /// With a boolean mask.
    #[must_use]
    pub fn bools(self, name: &'static str, values: impl Into<Tensor<bool>>) -> Self {
        self.given(name, Given::Bools(values.into()))
    }

    /// Looking at these results instead of the first one.
    #[must_use]
    pub fn results(mut self, names: &[&'static str]) -> Self {
        self.results = names.to_vec();
        self
    }

    /// With other values of these keys of the configuration.
    #[must_use]
    pub fn but(&self, keys: &Value) -> Self {
        let mut other = self.clone();
        for (key, value) in keys.as_object().into_iter().flatten() {
            other.config[key] = value.clone();
        }
        other
    }

    /// What is drawn and differentiated, in the order of the arguments.
    pub(super) fn floats(&self) -> impl Iterator<Item = &Input> {
        self.arguments.iter().filter_map(|(_, given)| match given {
            Given::Float(input) => Some(input),
            _ => None,
        })
    }

    fn given(mut self, name: &'static str, given: Given) -> Self {
        self.arguments.push((name, given));
        self
    }
}

impl Given {
    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        match self {
            Given::Float(input) => &input.shape,
            Given::Constant(values) => values.shape(),
            Given::Ints(values) => values.shape(),
            Given::Bools(values) => values.shape(),
        }
    }

    /// The same in another shape; of what isn't drawn the elements as often as needed.
    #[must_use]
    pub fn of_shape(&self, shape: &[usize]) -> Given {
        match self {
            Given::Float(input) => Given::Float(input.domain.input(shape)),
            Given::Constant(values) => Given::Constant(cycled(values, shape, 0.5)),
            Given::Ints(values) => Given::Ints(cycled(values, shape, 0)),
            Given::Bools(values) => Given::Bools(cycled(values, shape, true)),
        }
    }
}

/// The elements of `x`, as often as needed, in another shape; `spare` in case there are none.
fn cycled<T: Element>(x: &Tensor<T>, shape: &[usize], spare: T) -> Tensor<T> {
    let values = x.to_vec().into_iter().chain([spare]).cycle();
    let values: Vec<T> = values.take(shape.iter().product()).collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}
