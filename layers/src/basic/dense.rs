//! The fully connected layer.

use crate::config::defaults::check_size;
use crate::config::{Activation, Initializer};
use crate::parameters::{check_channels, leaf, optional_param, param};
use crate::unary::unary_layer;
use crate::{ActivationFn, Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "dense";
const SIGNATURE: Signature = Signature::new("Dense", &[Argument::float("x")], &["output"]);

/// The configuration of a [`Dense`] layer.
#[config]
pub struct DenseConfig {
    /// How many features come out.
    #[required]
    pub output_size: usize,
    /// How many features go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// What is applied to the result.
    pub activation: Option<Activation>,
    /// Whether a bias is added.
    #[default = true]
    pub use_bias: bool,
    /// What the weight starts from.
    #[default = Initializer::Xavier]
    pub weight_initializer: Initializer,
    /// What the bias starts from.
    #[default = Initializer::Zeros]
    pub bias_initializer: Initializer,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl DenseConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Dense<T>> {
        check_size(WHO, "output_size", self.output_size)?;
        let sizes = ["in".into(), self.output_size.into()];
        let dense = Dense {
            weight: param(self.weight_initializer, &sizes, self.trainable, rng),
            bias: optional_param(
                self.use_bias,
                self.bias_initializer,
                &sizes[1..],
                self.trainable,
                rng,
            ),
            activation: self.activation.into(),
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            dense.make(input_size)?;
        }
        Ok(dense)
    }
}

/// The fully connected layer, `output[…, f] = act(Σ_c x[…, c] · weight[c, f] + bias[f])`.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, out]` |
/// | `bias` | `[out]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Activation, DenseConfig};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = DenseConfig::new(32).input_size(16).activation(Activation::Sigmoid);
/// let dense = config.init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = dense.forward(&tape.input(Tensor::zeros([64, 16])))?;
/// assert_eq!(y.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Dense<T: Float = f32> {
    /// `[in, out]`.
    pub weight: Param<T>,
    /// `[out]`.
    pub bias: Option<Param<T>>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    config: DenseConfig,
}

impl<T: Float> Dense<T> {
    /// `x [..., in]` of rank 2 or more → `[..., out]`.
    ///
    /// # Errors
    /// If `x` has a lower rank, or another number of features than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        self.activated(x, &self.activation)
    }

    /// [`forward`](Self::forward) with this activation in the place of the layer's own.
    pub(crate) fn activated(&self, x: &Var<T>, activation: &ActivationFn<T>) -> Result<Var<T>> {
        let &[_, .., input_size] = x.shape() else {
            let message = format!(
                "expects an input [..., features] of rank 2 or more, got {:?}",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        };
        check_channels(WHO, &self.weight, 0, input_size, x.shape())?;
        self.make(input_size)?;
        let tape = x.tape();
        let weight = tape.param(&self.weight)?;
        let bias = leaf(tape, &self.bias)?;
        if let Some(epilogue) = activation.epilogue() {
            return x.affine_then(&weight, bias.as_ref(), epilogue);
        }
        let y = match &bias {
            Some(bias) => x.affine(&weight, bias)?,
            None => x.matmul(&weight)?,
        };
        activation.apply(&y)
    }

    /// Draws the parameters, if they aren't there.
    pub(crate) fn make(&self, input_size: usize) -> Result<()> {
        let output_size = self.config.output_size;
        self.weight
            .build(&[input_size, output_size])
            .map_err(|err| err.in_layer("weight"))?;
        if let Some(bias) = &self.bias {
            bias.build(&[output_size])
                .map_err(|err| err.in_layer("bias"))?;
        }
        Ok(())
    }
}

unary_layer!([] Dense<T>, SIGNATURE, activation);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Layer;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn dense(config: DenseConfig) -> Dense<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    #[test]
    fn the_equation_by_hand() -> Result<()> {
        let mut layer = dense(
            DenseConfig::new(2)
                .input_size(2)
                .activation(Activation::Relu),
        );
        layer.weight.set(Tensor::from([[1.0, -2.0], [3.0, 4.0]]))?;
        layer
            .bias
            .as_mut()
            .unwrap()
            .set(Tensor::from([0.5, -100.0]))?;
        let tape = Tape::new();
        let x = tape.var(Tensor::from([[1.0, 2.0]]));
        let y = layer.forward(&x)?;
        assert_eq!(y.tensor().to_vec(), [7.5, 0.0]);
        let gradients = y.sum(..)?.backward()?;
        assert_eq!(gradients.get(&x)?.to_vec(), [1.0, 3.0]);
        assert_eq!(
            gradients.param(&layer.weight).unwrap().to_vec(),
            [1.0, 0.0, 2.0, 0.0]
        );
        assert_eq!(
            gradients
                .param(layer.bias.as_ref().unwrap())
                .unwrap()
                .to_vec(),
            [1.0, 0.0]
        );
        Ok(())
    }

    #[test]
    fn sizes_from_the_first_input_draw_what_known_sizes_draw() -> Result<()> {
        let known = dense(DenseConfig::new(3).input_size(4));
        let lazy = dense(DenseConfig::new(3));
        assert!(!lazy.weight.is_built());
        lazy.build(&Tensor::zeros([5, 4]))?;
        assert_eq!(lazy.weight.value()?, known.weight.value()?);
        assert_eq!(known.param_count()?, 15);
        Ok(())
    }

    #[test]
    fn frozen_parameters_get_no_gradient() -> Result<()> {
        let layer = dense(DenseConfig::new(3).trainable(false));
        let tape = Tape::new();
        let x = tape.var(Tensor::ones([2, 4]));
        let gradients = layer.forward(&x)?.sum(..)?.backward()?;
        assert!(gradients.param(&layer.weight).is_none());
        assert_eq!(gradients.get(&x)?.shape(), [2, 4]);
        Ok(())
    }

    #[test]
    fn wrong_inputs_are_told_what_fits() -> Result<()> {
        let layer = dense(DenseConfig::new(3).input_size(4));
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 5]),
            "dense: expects 4 input channels, got 5 in an input of shape [2, 5]"
        );
        assert!(message(&[4]).contains("rank 2 or more, got [4]"));
        let zero = DenseConfig::new(0)
            .init::<f32>(&mut Rng::seed(1))
            .unwrap_err();
        assert_eq!(
            zero.to_string(),
            "dense: output_size is 0; expected 1 or more"
        );
        Ok(())
    }

    #[test]
    fn a_function_given_in_code_runs_and_is_not_written() -> Result<()> {
        let layer = dense(DenseConfig::new(1)).with_activation(|x| x.try_mul(x));
        let x = Tape::inference().input(Tensor::full([1, 1], 2.0));
        let y = layer.forward(&x)?.item()?;
        assert_eq!(y, (2.0 * layer.weight.value()?.item()?).powi(2));
        let message = Layer::config(&layer).unwrap_err().to_string();
        assert!(message.contains("a function given in code"), "{message}");
        Ok(())
    }
}
