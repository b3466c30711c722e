//! Normalisation of each sample by itself.

use super::config::norm_config;
use crate::config::AxisInts;
use crate::config::defaults::{check_epsilon, check_size};
use crate::parameters::build;
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Size, Var};
use etude_tensor::{Axes, Error, Float, Result, Rng, Tensor};

const WHO: &str = "layer_norm";
const SIGNATURE: Signature = Signature::new("LayerNorm", &[Argument::float("x")], &["output"]);

norm_config! {
    /// The configuration of a [`LayerNorm`].
    pub struct LayerNormConfig {
        /// The size of the one axis that is normalised; from the first input if absent.
        pub input_size: Option<usize>,
        /// The axes that are normalised together, negative from the end.
        #[default = AxisInts::One(-1)]
        pub axis: AxisInts,
        /// Accepted for the sake of configurations that have it, and not used.
        #[default = 0.99]
        pub momentum: f64,
    }
}

impl LayerNormConfig {
    /// The layer, its parameters seeded from `rng`; their shape is that of the first input's axes unless `input_size` says it.
    ///
    /// # Errors
    /// If a size is 0, epsilon is negative, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<LayerNorm<T>> {
        check_epsilon(WHO, self.epsilon)?;
        let sizes = match self.axis.as_slice() {
            [_] => vec!["channels".into()],
            several => vec![Size::Any; several.len()],
        };
        let norm = LayerNorm {
            gamma: self.gamma(&sizes, rng),
            beta: self.beta(&sizes, rng),
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            if let [_] = self.axis.as_slice() {
                norm.make(&[input_size])?;
            }
        }
        Ok(norm)
    }
}

/// Layer normalisation (Ba, Kiros and Hinton, *Layer Normalization*, 2016):
///
/// ```text
/// y = gamma · (x − μ)/√(σ² + epsilon) + beta
/// ```
///
/// with the mean `μ` and the biased variance `σ²` over `axis`, for each index of the other axes.
///
/// | parameter | shape |
/// |---|---|
/// | `gamma` | `x`'s sizes along the axes in ascending order, absent without `scale` |
/// | `beta` | the same, absent without `center` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LayerNormConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let norm = LayerNormConfig::new().input_size(128).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = norm.forward(&tape.input(Tensor::zeros([64, 128])))?;
/// assert_eq!(y.shape(), [64, 128]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct LayerNorm<T: Float = f32> {
    /// The factors.
    pub gamma: Option<Param<T>>,
    /// What is added.
    pub beta: Option<Param<T>>,
    #[module(skip)]
    config: LayerNormConfig,
}

impl<T: Float> LayerNorm<T> {
    /// `x` → the same shape.
    ///
    /// # Errors
    /// If an axis is out of range or named twice, or its size isn't the one that the parameters were made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let axes = Axes::from(self.config.axis.as_slice()).resolve(WHO, x.rank())?;
        let shape: Vec<usize> = axes.iter().map(|&axis| x.shape()[axis]).collect();
        self.check(&shape, x.shape())?;
        self.make(&shape)?;
        let width: usize = shape.iter().product();
        let tape = x.tape();
        let flat = |param: &Option<Param<T>>, absent: fn([usize; 1]) -> Tensor<T>| match param {
            Some(param) => tape.param(param)?.reshape([width]),
            None => Ok(tape.input(absent([width]))),
        };
        let gamma = flat(&self.gamma, Tensor::ones)?;
        let beta = flat(&self.beta, Tensor::zeros)?;

        // The axes are moved to the end and made one, which for the last axis changes nothing.
        let others: Vec<usize> = (0..x.rank()).filter(|axis| !axes.contains(axis)).collect();
        let order: Vec<usize> = others.iter().chain(&axes).copied().collect();
        let back: Vec<isize> = (0..x.rank())
            .map(|axis| order.iter().position(|&from| from == axis).unwrap_or(axis) as isize)
            .collect();
        let order: Vec<isize> = order.into_iter().map(|axis| axis as isize).collect();
        let in_place = order
            .iter()
            .enumerate()
            .all(|(place, &axis)| place as isize == axis);
        let moved = if in_place {
            x.clone()
        } else {
            x.permute(&order)?
        };
        let mut rows: Vec<usize> = others.iter().map(|&axis| x.shape()[axis]).collect();
        let kept = moved.shape().to_vec();
        rows.push(width);
        let y = moved
            .reshape(rows)?
            .layer_norm(&gamma, &beta, self.config.epsilon)?
            .reshape(kept)?;
        if in_place { Ok(y) } else { y.permute(&back) }
    }

    /// Refuses an input for which the parameters weren't made.
    fn check(&self, shape: &[usize], input: &[usize]) -> Result<()> {
        for param in [&self.gamma, &self.beta].into_iter().flatten() {
            if let Ok(value) = param.value()
                && value.shape() != shape
            {
                let message = format!(
                    "its parameters have shape {:?}, but the axes {} of an input {input:?} have sizes {shape:?}; expected both alike",
                    value.shape(),
                    self.config.axis
                );
                return Err(Error::shape(WHO, message));
            }
        }
        Ok(())
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, shape: &[usize]) -> Result<()> {
        build("gamma", self.gamma.as_ref(), shape)?;
        build("beta", self.beta.as_ref(), shape)
    }
}

unary_layer!([] LayerNorm<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layer;
    use etude_autograd::Tape;

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    #[test]
    fn any_axes_get_mean_0_and_variance_1() -> Result<()> {
        let x = Tape::inference().input(numbers(&[3, 4, 5]));
        for axis in [
            AxisInts::from(-1),
            AxisInts::from(0),
            AxisInts::from([2, 0]),
            AxisInts::from([1, 2]),
        ] {
            let norm = LayerNormConfig::new()
                .axis(axis.clone())
                .epsilon(0.0)
                .init(&mut Rng::seed(1))?;
            let y = norm.forward(&x)?;
            assert_eq!(y.shape(), [3, 4, 5]);
            let axes = Axes::from(axis.as_slice());
            assert!(
                y.tensor()
                    .mean(&axes)?
                    .to_vec()
                    .iter()
                    .all(|mean| mean.abs() < 1e-14),
                "{axis}"
            );
            assert!(
                y.tensor()
                    .var(&axes, 0)?
                    .to_vec()
                    .iter()
                    .all(|var| (var - 1.0).abs() < 1e-13),
                "{axis}"
            );
        }
        Ok(())
    }

    #[test]
    fn parameters_have_the_sizes_of_the_axes_in_ascending_order() -> Result<()> {
        let norm: LayerNorm<f64> = LayerNormConfig::new()
            .axis([2, 0])
            .init(&mut Rng::seed(1))?;
        norm.build(&numbers(&[3, 4, 5]))?;
        assert_eq!(norm.gamma.as_ref().unwrap().value()?.shape(), [3, 5]);
        let message = norm
            .forward(&Tape::inference().input(numbers(&[3, 4, 6])))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "layer_norm: its parameters have shape [3, 5], but the axes [2, 0] of an input [3, 4, 6] have sizes [3, 6]; expected both alike"
        );
        Ok(())
    }

    #[test]
    fn wrong_axes_are_named() -> Result<()> {
        let x = Tape::inference().input(numbers(&[3, 4]));
        let message = |axis: AxisInts| {
            let norm: LayerNorm<f64> = LayerNormConfig::new()
                .axis(axis)
                .init(&mut Rng::seed(1))
                .unwrap();
            norm.forward(&x).unwrap_err().to_string()
        };
        assert!(message(AxisInts::from(2)).starts_with("layer_norm: axis 2 is out of range"));
        assert!(message(AxisInts::from([1, -1])).starts_with("layer_norm: axis -1 is named twice"));
        let nothing = LayerNormConfig::new().axis([0, 1]).input_size(0);
        assert_eq!(
            nothing
                .init::<f64>(&mut Rng::seed(1))
                .unwrap_err()
                .to_string(),
            "layer_norm: input_size is 0; expected 1 or more"
        );
        Ok(())
    }
}
