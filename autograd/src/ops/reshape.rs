//! The same elements in another shape.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape};

/// The rule of [`Var::reshape`].
struct Reshape;

impl<T: Float> Rule<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| gy.reshape(shape.clone()))
    }
}

impl<T: Float> Var<T> {
    /// The same elements, in row-major order, in another shape: `flat y[k] = flat x[k]`.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` in the shape of `x`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0, 4.0]));
    /// let y = x.reshape([2, 2])?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[10.0, 20.0], [30.0, 40.0]]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [10.0, 20.0, 30.0, 40.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the number of elements differs.
    pub fn reshape(&self, shape: impl Into<Shape>) -> Result<Var<T>> {
        let y = self.tensor().reshape(shape)?;
        self.tape().record(Reshape, &[self], y, [])
    }
}
