//! Flattening: everything behind the batch axis becomes one axis.

use crate::config::to_json;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result};
use serde_json::Value;

const WHO: &str = "flatten";
const SIGNATURE: Signature = Signature::new("Flatten", &[Argument::float("x")], &["output"]);

/// The configuration of a [`Flatten`] layer: it has no keys.
#[config]
#[derive(Copy)]
pub struct FlattenConfig {}

impl FlattenConfig {
    /// The layer.
    pub fn init(self) -> Flatten {
        Flatten
    }
}

/// `x [b, ...]` → `[b, product of the rest]`, row-major; `[b]` → `[b, 1]`.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::FlattenConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::<f32>::inference();
/// let y = FlattenConfig::new().init().forward(&tape.input(Tensor::zeros([2, 3, 2, 2])))?;
/// assert_eq!(y.shape(), [2, 12]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(no_parameters)]
pub struct Flatten;

impl Flatten {
    /// `x [b, ...]` → `[b, product of the rest]`.
    ///
    /// # Errors
    /// If `x` has rank 0.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let [batch, rest @ ..] = x.shape() else {
            return Err(Error::shape(
                WHO,
                "expects an input [b, ...] of rank 1 or more, got []",
            ));
        };
        x.reshape([*batch, rest.iter().product()])
    }
}

impl<T: Float> Layer<T> for Flatten {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &FlattenConfig {})
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one("output", self.forward(args.float("x")?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn every_rank_has_two_axes_afterwards() -> Result<()> {
        let tape = Tape::<f64>::inference();
        let shape = |shape: &[usize]| {
            Flatten
                .forward(&tape.input(Tensor::zeros(shape)))
                .map(|y| y.shape().to_vec())
        };
        assert_eq!(shape(&[2, 3, 4])?, [2, 12]);
        assert_eq!(shape(&[5])?, [5, 1]);
        assert_eq!(shape(&[0, 3])?, [0, 3]);
        assert_eq!(
            shape(&[]).unwrap_err().to_string(),
            "flatten: expects an input [b, ...] of rank 1 or more, got []"
        );
        Ok(())
    }
}
