//! A dense layer for each head.

use super::start::Start;
use crate::Module;
use crate::attention::split_heads;
use crate::config::Initializer;
use crate::parameters::drawn_param;
use etude_autograd::{Param, Var};
use etude_tensor::{Error, Float, Result, Rng, Tensor};

/// One square dense layer for each head, on the head's own slice of the features: `y[b,a,i,:] = x[b,i,slice a] · weight[a] + bias[a]`.
#[derive(Clone, Debug, Module)]
pub struct HeadwiseDense<T: Float = f32> {
    /// `[heads, d, d]`.
    pub weight: Param<T>,
    /// `[heads, d]`.
    pub bias: Param<T>,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    width: usize,
}

impl<T: Float> HeadwiseDense<T> {
    /// For so many heads of `width` features each.
    pub(super) fn new(start: Start, heads: usize, width: usize, rng: &mut Rng) -> Result<Self> {
        let initializer = start.weight;
        let each = move |shape: &[usize], seed: u64| matrices(initializer, shape, seed);
        let trainable = start.trainable;
        Ok(HeadwiseDense {
            weight: drawn_param("weight", each, &[heads, width, width], trainable, rng)?,
            bias: drawn_param("bias", start.bias, &[heads, width], trainable, rng)?,
            heads,
            width,
        })
    }

    /// `x [batch, positions, heads·d]` → `[batch, heads, positions, d]`.
    ///
    /// # Errors
    /// If `x` has another number of features.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let features = self.heads * self.width;
        if x.rank() != 3 || x.shape()[2] != features {
            let message = format!(
                "expects an input [batch, positions, {features}], got {:?}",
                x.shape()
            );
            return Err(Error::shape("headwise_dense", message));
        }
        let tape = x.tape();
        let bias = tape.param(&self.bias)?.unsqueeze(1)?;
        split_heads(x, self.heads)?
            .matmul(&tape.param(&self.weight)?)?
            .try_add(&bias)
    }
}

/// A matrix for each head, each with the fans of a matrix.
fn matrices(initializer: Initializer, shape: &[usize], seed: u64) -> Result<Tensor<f64>> {
    let rng = &mut Rng::seed(seed);
    let each = (0..shape[0]).map(|_| initializer.draw(&shape[1..], rng.next_u64()));
    Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    const START: Start = Start {
        weight: Initializer::Xavier,
        bias: Initializer::Zeros,
        trainable: true,
    };

    #[test]
    fn each_head_starts_as_a_matrix_of_its_own() -> Result<()> {
        let dense: HeadwiseDense<f64> = HeadwiseDense::new(START, 8, 4, &mut Rng::seed(1))?;
        let weight = dense.weight.value()?;
        let largest = weight.abs().max(..)?.item()?;
        // Uniform up to √(6/(fan_in + fan_out)) with both fans 4, whatever the number of heads.
        let bound = (6.0_f64 / 8.0).sqrt();
        assert!(largest <= bound && largest > 0.9 * bound, "{largest}");
        assert_ne!(weight.select(0, 0)?, weight.select(0, 1)?);
        Ok(())
    }

    #[test]
    fn each_head_projects_its_own_slice() -> Result<()> {
        let dense: HeadwiseDense<f64> = HeadwiseDense::new(START, 3, 2, &mut Rng::seed(1))?;
        let tape = Tape::inference();
        let x = tape.input(Tensor::normal([1, 4, 6], 0.0, 1.0, &mut Rng::seed(2))?);
        let y = dense.forward(&x)?;
        let slices = split_heads(&x, 3)?;
        for head in 0..3 {
            let weight = dense.weight.value()?.select(0, head)?;
            let slice = slices.tensor().select(1, head)?;
            let expected = slice.matmul(&weight)?;
            assert_eq!(y.tensor().select(1, head)?.to_vec(), expected.to_vec());
        }
        Ok(())
    }
}
