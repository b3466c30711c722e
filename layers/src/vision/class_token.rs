//! A token that stands for the whole image.

use super::inputs::tokens;
use super::start::truncated_normal;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};

const WHO: &str = "class_token";
const SIGNATURE: Signature = Signature::new("ClassToken", &[Argument::float("x")], &["output"]);

/// The configuration of a [`ClassToken`].
#[config]
pub struct ClassTokenConfig {
    /// How many channels go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the token is trained.
    #[default = true]
    pub trainable: bool,
}

impl ClassTokenConfig {
    /// The layer, its token seeded from `rng`; without `input_size` it is drawn at the first call.
    ///
    /// # Errors
    /// If `input_size` is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<ClassToken<T>> {
        let layer = ClassToken {
            tokens: param(
                truncated_normal(0.2),
                &[1.into(), 1.into(), "channels".into()],
                self.trainable,
                rng,
            ),
            config: self.clone(),
        };
        if let Some(channels) = self.input_size {
            check_size(WHO, "input_size", channels)?;
            build("tokens", &layer.tokens, &[1, 1, channels])?;
        }
        Ok(layer)
    }
}

/// A learned token put before every sequence, `output[b, 0] = tokens[0, 0]` and `output[b, 1 + n] = x[b, n]`: what a classifier
/// reads in the end (Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2020). It starts from a normal of deviation 0.2, redrawn
/// beyond two of it.
///
/// | parameter | shape |
/// |---|---|
/// | `tokens` | `[1, 1, channels]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::ClassTokenConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = ClassTokenConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 196, 192])))?;
/// assert_eq!(y.shape(), [2, 197, 192]);
/// assert_eq!(layer.tokens.value()?.shape(), [1, 1, 192]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct ClassToken<T: Float = f32> {
    /// The token, `[1, 1, channels]`.
    pub tokens: Param<T>,
    #[module(skip)]
    config: ClassTokenConfig,
}

impl<T: Float> ClassToken<T> {
    /// `x [b, n, channels]` → `[b, n + 1, channels]`.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of channels than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [batch, _, channels] = tokens(WHO, x)?;
        check_channels(WHO, &self.tokens, 2, channels, x.shape())?;
        build("tokens", &self.tokens, &[1, 1, channels])?;
        let token = x.tape().param(&self.tokens)?;
        Var::concat(&[&token.broadcast_to([batch, 1, channels])?, x], 1)
    }
}

unary_layer!([] ClassToken<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn the_token_stands_first_in_every_sequence() -> Result<()> {
        let mut layer: ClassToken<f64> = ClassTokenConfig::new().init(&mut Rng::seed(1))?;
        layer.tokens.set(Tensor::from([[[7.0, 8.0]]]))?;
        let tape = Tape::new();
        let x = tape.var(Tensor::from([[[1.0, 2.0]], [[3.0, 4.0]]]));
        let y = layer.forward(&x)?;
        assert_eq!(
            y.tensor().to_vec(),
            [7.0, 8.0, 1.0, 2.0, 7.0, 8.0, 3.0, 4.0]
        );
        let gradients = y.sum(..)?.backward()?;
        assert_eq!(gradients.param(&layer.tokens).unwrap().to_vec(), [2.0, 2.0]);
        assert_eq!(gradients.get(&x)?.to_vec(), [1.0; 4]);
        let flat = tape.input(Tensor::zeros([2, 2]));
        assert_eq!(
            layer.forward(&flat).unwrap_err().to_string(),
            "class_token: expects a sequence [b, tokens, channels], got [2, 2]"
        );
        Ok(())
    }
}
