//! The choice between two by a condition.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape, Tensor};

/// The rule of [`Var::where_`].
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
    /// This where the mask is true, `other` where it is false: `y = mask ? x : other`. The three shapes broadcast together. What isn't chosen
    /// may hold NaN or ±∞: neither the value nor the gradient sees it.
    ///
    /// Gradient: `∂L/∂y` goes to this where the mask holds, to `other` elsewhere, and 0 to what wasn't chosen.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, f64::NAN]));
    /// let b = tape.var(Tensor::from([f64::INFINITY, 20.0]));
    /// let y = a.where_(&Tensor::from([true, false]), &b)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 20.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [1.0, 0.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
