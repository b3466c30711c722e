//! One way of calling a layer.

use etude_autograd::check::input::Input;
use etude_tensor::Tensor;
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

    fn given(mut self, name: &'static str, given: Given) -> Self {
        self.arguments.push((name, given));
        self
    }
}
