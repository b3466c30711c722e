//! Batch normalisation with an activation behind it.

use super::inputs::image;
use crate::config::defaults::check_size;
use crate::config::{Activation, Initializer};
use crate::unary::unary_layer;
use crate::{Argument, BatchNorm, BatchNormConfig, Module, Signature};
use etude_autograd::{Var, Visitor, VisitorMut};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "batch_norm_activation";
const SIGNATURE: Signature =
    Signature::new("BatchNormActivation", &[Argument::float("x")], &["output"]);

/// The configuration of a [`BatchNormActivation`].
#[config]
pub struct BatchNormActivationConfig {
    /// What is applied to the normalised value.
    #[default = Some(Activation::Relu)]
    pub activation: Option<Activation>,
    /// Whether `gamma` starts from zeros instead of ones, so that a residual branch starts as nothing.
    #[default = false]
    pub zero_gamma: bool,
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the layer is trained; if not, it normalises by its moving averages in training, too.
    #[default = true]
    pub trainable: bool,
}

impl BatchNormActivationConfig {
    /// The layer; without `input_size` its parameters are made at the first call.
    ///
    /// # Errors
    /// If `input_size` is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<BatchNormActivation<T>> {
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
        }
        let mut norm = BatchNormConfig::new()
            .momentum(0.9)
            .epsilon(1e-5)
            .trainable(self.trainable);
        norm.input_size = self.input_size;
        if self.zero_gamma {
            norm.gamma_initializer = Initializer::Zeros;
        }
        Ok(BatchNormActivation {
            norm: norm.init(rng)?,
            activation: self.activation.unwrap_or(Activation::Linear),
            config: self.clone(),
        })
    }
}

/// `output = activation(BN(x))`, with the batch normalisation `BN` of each channel of an image as backbones have it: momentum 0.9,
/// epsilon 1e-5 (see [`BatchNorm`]).
///
/// | parameter | shape |
/// |---|---|
/// | `gamma`, `beta` | `[channels]` |
/// | `moving_mean`, `moving_variance` | `[channels]`, buffers |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::BatchNormActivationConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = BatchNormActivationConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::training(1);
/// let y = layer.forward(&tape.input(Tensor::ones([2, 14, 14, 64])))?;
/// assert_eq!(y.shape(), [2, 14, 14, 64]);
/// let paths: Vec<String> = layer.params().into_iter().map(|(path, _)| path).collect();
/// assert_eq!(paths, ["gamma", "beta"]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BatchNormActivation<T: Float = f32> {
    /// The normalisation.
    pub norm: BatchNorm<T>,
    activation: Activation,
    config: BatchNormActivationConfig,
}

/// The normalisation's parameters stand at the top, without a path of their own.
impl<T: Float> Module<T> for BatchNormActivation<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        self.norm.visit(visitor);
    }

    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        self.norm.visit_mut(visitor);
    }
}

impl<T: Float> BatchNormActivation<T> {
    /// `x [b, h, w, channels]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        image(WHO, x)?;
        self.activation.apply(&self.norm.forward(x, None)?)
    }
}

unary_layer!([] BatchNormActivation<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;
    use serde_json::json;

    #[test]
    fn zero_gamma_makes_nothing_of_everything() -> Result<()> {
        let layer: BatchNormActivation<f64> = BatchNormActivationConfig::new()
            .zero_gamma(true)
            .init(&mut Rng::seed(1))?;
        let x = Tensor::randn([2, 3, 3, 4], &mut Rng::seed(2));
        let y = layer.forward(&Tape::training(1).input(x))?;
        assert_eq!(y.tensor(), &Tensor::zeros([2, 3, 3, 4]));
        Ok(())
    }

    #[test]
    fn null_is_no_activation_and_a_missing_key_is_relu() -> Result<()> {
        let x = Tape::inference().input(Tensor::full([1, 1, 1, 1], -2.0));
        let run = |json: serde_json::Value| -> Result<f64> {
            let config: BatchNormActivationConfig = crate::read_config(WHO, &json)?;
            config.init(&mut Rng::seed(1))?.forward(&x)?.item()
        };
        assert_eq!(run(json!({}))?, 0.0);
        assert!(run(json!({"activation": null}))? < -1.9);
        assert_eq!(
            run(json!({"activation": null}))?,
            run(json!({"activation": "linear"}))?
        );
        let flat = Tape::<f64>::inference().input(Tensor::zeros([2, 4]));
        let layer = BatchNormActivationConfig::new().init(&mut Rng::seed(1))?;
        assert_eq!(
            layer.forward(&flat).unwrap_err().to_string(),
            "batch_norm_activation: expects an image [b, height, width, channels], got [2, 4]"
        );
        Ok(())
    }
}
