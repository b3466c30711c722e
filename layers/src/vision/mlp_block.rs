//! Two dense layers with an activation between them.

use super::inputs::{channels, example};
use crate::config::defaults::check_size;
use crate::config::{Activation, Initializer};
use crate::parameters::inside;
use crate::projection::{Projection, ProjectionStart};
use crate::unary::unary_layer;
use crate::{Argument, Layer, Module, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "mlp_block";
const SIGNATURE: Signature = Signature::new("MlpBlock", &[Argument::float("x")], &["output"]);

/// The configuration of an [`MlpBlock`].
#[config]
pub struct MlpBlockConfig {
    /// How many features there are between the two layers.
    #[required]
    pub hidden_dim: usize,
    /// What stands between the two layers.
    #[default = Some(Activation::Gelu)]
    pub activation: Option<Activation>,
    /// How many channels go in, and come out; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl MlpBlockConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<MlpBlock<T>> {
        check_size(WHO, "hidden_dim", self.hidden_dim)?;
        let start = ProjectionStart {
            weight: Initializer::Xavier,
            bias: Some(Initializer::Zeros),
            trainable: self.trainable,
        };
        let layer = MlpBlock {
            dense_0: Projection::new(start, ["in".into(), self.hidden_dim.into()], rng),
            dense_1: Projection::new(start, [self.hidden_dim.into(), "out".into()], rng),
            activation: self.activation.unwrap_or(Activation::Linear),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            layer.build(&example(&[1, channels])?)?;
        }
        Ok(layer)
    }
}

/// `output = dense_1(activation(dense_0(x)))` along the last axis: the block that MLP-Mixer uses for tokens and for channels
/// (Tolstikhin et al., *MLP-Mixer*, 2021).
///
/// | parameter | shape |
/// |---|---|
/// | `dense_0.weight`, `dense_0.bias` | `[channels, hidden_dim]`, `[hidden_dim]` |
/// | `dense_1.weight`, `dense_1.bias` | `[hidden_dim, channels]`, `[channels]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::MlpBlockConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = MlpBlockConfig::new(36).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 784, 192])))?;
/// assert_eq!(y.shape(), [2, 784, 192]);
/// assert_eq!(layer.param_count()?, 192 * 36 + 36 + 36 * 192 + 192);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct MlpBlock<T: Float = f32> {
    /// From the channels to the hidden features.
    pub dense_0: Projection<T>,
    /// And back.
    pub dense_1: Projection<T>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    config: MlpBlockConfig,
}

impl<T: Float> MlpBlock<T> {
    /// `x [..., channels]` of rank 2 or more → the same shape.
    ///
    /// # Errors
    /// If `x` has a lower rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let channels = channels(WHO, x)?;
        let hidden = self.dense_0.forward(WHO, x, self.config.hidden_dim);
        let hidden = inside("dense_0", hidden)?;
        let hidden = self.activation.apply(&hidden)?;
        inside("dense_1", self.dense_1.forward(WHO, &hidden, channels))
    }
}

unary_layer!([] MlpBlock<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn it_is_two_dense_layers() -> Result<()> {
        let layer: MlpBlock<f64> = MlpBlockConfig::new(3)
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = tape.input(Tensor::randn([4, 2], &mut Rng::seed(2)));
        let weight = |dense: &Projection<f64>| tape.param(&dense.weight);
        let expected = x.matmul(&weight(&layer.dense_0)?)?.gelu()?;
        let expected = expected.matmul(&weight(&layer.dense_1)?)?; // the biases are zeros
        assert_eq!(layer.forward(&x)?.tensor(), expected.tensor());
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() -> Result<()> {
        let layer: MlpBlock<f64> = MlpBlockConfig::new(3)
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let x = Tape::inference().input(Tensor::zeros([4, 3]));
        assert_eq!(
            layer.forward(&x).unwrap_err().to_string(),
            "mlp_block: 'dense_0' expects 2 input channels, got 3 in an input of shape [4, 3]"
        );
        let refused = MlpBlockConfig::new(0).init::<f64>(&mut Rng::seed(1));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "mlp_block: hidden_dim is 0; expected 1 or more"
        );
        Ok(())
    }
}
