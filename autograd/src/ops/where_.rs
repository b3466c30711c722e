//! The choice between two by a condition.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape, Tensor};

/// `y = a` where the mask holds, `b` elsewhere, hence `∂L/∂a = ∂L/∂y` where it holds, `∂L/∂b = ∂L/∂y` elsewhere, and 0
/// for what wasn't chosen, whatever it holds.
struct Where {
    mask: Tensor<bool>,
}

impl<T: Float> Rule<T> for Where {
    fn name(&self) -> &'static str {
        "where_"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let zero = gy.tape().scalar(0.0);
        to.give(0, || gy.where_(&self.mask, &zero))?;
        to.give(1, || zero.where_(&self.mask, &gy))
    }
}

impl<T: Float> Var<T> {
    /// This where the mask is true, `other` where it is false. The three shapes broadcast together. What isn't chosen
    /// may hold NaN or ±∞: neither the value nor the gradient sees it.
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the variables are on different tapes.
    pub fn where_(&self, mask: &Tensor<bool>, other: &Var<T>) -> Result<Var<T>> {
        self.tape().check_same("where_", other)?;
        let shape = Shape::broadcast("where_", self.shape(), other.shape())?;
        let shape = Shape::broadcast("where_", mask.shape(), &shape)?;
        let (a, b) = (self.reach(&shape)?, other.reach(&shape)?);
        let y = mask.where_(a.tensor(), b.tensor())?;
        self.tape().record(
            Where {
                mask: mask.broadcast_to(&shape)?,
            },
            &[&a, &b],
            y,
            [],
        )
    }

    /// This, broadcast to `shape` if it hasn't got it.
    fn reach(&self, shape: &Shape) -> Result<Var<T>> {
        if *self.shape() == **shape {
            Ok(self.clone())
        } else {
            self.broadcast_to(shape)
        }
    }
}
