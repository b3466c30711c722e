//! A learned table that tells positions apart.

use super::inputs::image;
use super::start::truncated_normal;
use crate::config::defaults::check_size;
use crate::parameters::{build, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "positional_embedding";
const SIGNATURE: Signature =
    Signature::new("PositionalEmbedding", &[Argument::float("x")], &["output"]);

/// The configuration of a [`PositionalEmbedding`].
#[config]
pub struct PositionalEmbeddingConfig {
    /// Height, width and channels; from the first input if absent.
    pub input_size: Option<[usize; 3]>,
    /// Whether the table is trained.
    #[default = true]
    pub trainable: bool,
}

impl PositionalEmbeddingConfig {
    /// The layer, its table seeded from `rng`; without `input_size` it is drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<PositionalEmbedding<T>> {
        let sizes = [1.into(), "height".into(), "width".into(), "channels".into()];
        let layer = PositionalEmbedding {
            positional_embedding: param(truncated_normal(0.2), &sizes, self.trainable, rng),
            config: self.clone(),
        };
        if let Some(sizes) = self.input_size {
            for size in sizes {
                check_size(WHO, "an entry of input_size", size)?;
            }
            layer.make(sizes)?;
        }
        Ok(layer)
    }
}

/// A learned image added to every image, `output[b] = x[b] + positional_embedding[0]`, as in VOLO (Yuan et al., 2021). The table starts
/// from a normal of deviation 0.2, redrawn beyond two of it.
///
/// | parameter | shape |
/// |---|---|
/// | `positional_embedding` | `[1, height, width, channels]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::PositionalEmbeddingConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = PositionalEmbeddingConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 8, 16, 49])))?;
/// assert_eq!(y.shape(), [2, 8, 16, 49]);
/// assert_eq!(layer.positional_embedding.value()?.shape(), [1, 8, 16, 49]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct PositionalEmbedding<T: Float = f32> {
    /// The table, `[1, height, width, channels]`.
    pub positional_embedding: Param<T>,
    #[module(skip)]
    config: PositionalEmbeddingConfig,
}

impl<T: Float> PositionalEmbedding<T> {
    /// `x [b, height, width, channels]` → the same shape.
    ///
    /// # Errors
    /// If `x` has another rank, or other sizes than the table.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, height, width, channels] = image(WHO, x)?;
        if let Ok(table) = self.positional_embedding.value()
            && table.shape() != [1, height, width, channels]
        {
            let message = format!(
                "expects images of shape {:?}, got an input of shape {:?}",
                table.shape().get(1..).unwrap_or_default(),
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        self.make([height, width, channels])?;
        x.try_add(&x.tape().param(&self.positional_embedding)?)
    }

    fn make(&self, [height, width, channels]: [usize; 3]) -> Result<()> {
        let shape = [1, height, width, channels];
        build("positional_embedding", &self.positional_embedding, &shape)
    }
}

unary_layer!([] PositionalEmbedding<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn every_image_gets_the_same_table_and_other_sizes_are_refused() -> Result<()> {
        let layer: PositionalEmbedding<f64> = PositionalEmbeddingConfig::new()
            .input_size([2, 3, 1])
            .init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let y = layer.forward(&tape.input(Tensor::zeros([2, 2, 3, 1])))?;
        let table = layer.positional_embedding.value()?.to_vec();
        assert_eq!(y.tensor().to_vec(), [table.clone(), table].concat());
        let message = |shape: &[usize]| {
            let x = tape.input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 3, 2, 1]),
            "positional_embedding: expects images of shape [2, 3, 1], got an input of shape [2, 3, 2, 1]"
        );
        assert_eq!(
            message(&[2, 6, 1]),
            "positional_embedding: expects an image [b, height, width, channels], got [2, 6, 1]"
        );
        Ok(())
    }
}
