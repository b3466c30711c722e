//! The embedding: a table of vectors, one for each id.

use crate::config::defaults::check_size;
use crate::config::{Initializer, to_json};
use crate::parameters::drawn_param;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Param, Tape, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng, Tensor};
use serde_json::Value;

const WHO: &str = "embedding";
const SIGNATURE: Signature = Signature::new("Embedding", &[Argument::ints("x")], &["output"]);

/// The configuration of an [`Embedding`].
#[config]
pub struct EmbeddingConfig {
    /// How many ids there are.
    #[required]
    pub input_size: usize,
    /// The length of each vector.
    #[required]
    pub output_size: usize,
    /// What the table starts from.
    #[default = Initializer::Normal]
    pub initializer: Initializer,
    /// Whether the table is trained.
    #[default = true]
    pub trainable: bool,
}

impl EmbeddingConfig {
    /// The layer, its table seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, or the table doesn't fit into memory.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Embedding<T>> {
        check_size(WHO, "output_size", self.output_size)?;
        check_size(WHO, "input_size", self.input_size)?;
        let shape = [self.input_size, self.output_size];
        Ok(Embedding {
            weight: drawn_param("weight", self.initializer, &shape, self.trainable, rng)?,
            config: self.clone(),
        })
    }
}

/// A table of vectors, `output[...] = weight[x[...]]`. The gradient adds up over repeated ids and is 0 for absent ones.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[input_size, output_size]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::EmbeddingConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let embedding = EmbeddingConfig::new(6, 4).init::<f32>(&mut Rng::seed(1))?;
/// let ids = Tensor::from([[0_i64, 5, 2, 2, 1], [3, 4, 0, 0, 5]]);
/// let y = embedding.forward(&Tape::inference(), &ids)?;
/// assert_eq!(y.shape(), [2, 5, 4]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Embedding<T: Float = f32> {
    /// `[input_size, output_size]`.
    pub weight: Param<T>,
    #[module(skip)]
    config: EmbeddingConfig,
}

impl<T: Float> Embedding<T> {
    /// Ids of any shape `[...]` → `[..., output_size]`, on `tape`.
    ///
    /// # Errors
    /// If an id is below 0 or not below `input_size`.
    pub fn forward(&self, tape: &Tape<T>, ids: &Tensor<i64>) -> Result<Var<T>> {
        let rows = self.config.input_size;
        let outside = |id: &i64| usize::try_from(*id).map_or(true, |id| id >= rows);
        if let Some(id) = ids.to_vec().into_iter().find(outside) {
            let message = format!(
                "got the id {id} among ids of shape {:?}; expected 0 to {}",
                ids.shape(),
                rows - 1
            );
            return Err(Error::index(WHO, message));
        }
        let weight = tape.param(&self.weight)?;
        let shape = [ids.shape(), &[self.config.output_size]].concat();
        weight
            .index_select(0, &ids.reshape([ids.elements()])?)?
            .reshape(shape)
    }
}

impl<T: Float> Layer<T> for Embedding<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one(
            "output",
            self.forward(args.tape(), args.ints("x")?)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Embedding<f64> {
        EmbeddingConfig::new(3, 2).init(&mut Rng::seed(1)).unwrap()
    }

    #[test]
    fn repeated_ids_add_up_and_absent_ones_get_nothing() -> Result<()> {
        let embedding = table();
        let tape = Tape::new();
        let y = embedding.forward(&tape, &Tensor::from([2_i64, 0, 2]))?;
        let rows = embedding.weight.value()?.to_vec();
        assert_eq!(
            y.tensor().to_vec(),
            [&rows[4..], &rows[..2], &rows[4..]].concat()
        );
        let gradients = y.sum(..)?.backward()?;
        assert_eq!(
            gradients.param(&embedding.weight).unwrap().to_vec(),
            [1.0, 1.0, 0.0, 0.0, 2.0, 2.0]
        );
        Ok(())
    }

    #[test]
    fn ids_outside_the_table_are_named() {
        for id in [-1, 3] {
            let err = table()
                .forward(&Tape::inference(), &Tensor::from([0, id]))
                .unwrap_err();
            assert_eq!(
                err.to_string(),
                format!("embedding: got the id {id} among ids of shape [2]; expected 0 to 2")
            );
        }
    }

    #[test]
    fn ids_of_any_shape() -> Result<()> {
        let one = table().forward(&Tape::inference(), &Tensor::scalar(1_i64))?;
        assert_eq!(one.shape(), [2]);
        let none = table().forward(&Tape::inference(), &Tensor::from_slice([0, 4], &[])?)?;
        assert_eq!(none.shape(), [0, 4, 2]);
        Ok(())
    }
}
