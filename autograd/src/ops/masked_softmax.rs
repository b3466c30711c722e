//! The softmax over what a mask lets through.

use crate::Var;
use etude_tensor::{Float, Result, Tensor, plan};

impl<T: Float> Var<T> {
    /// The softmax along `axis` over the elements where the mask is true, `yᵢ = e^xᵢ / Σⱼ e^xⱼ` with the sum over those alone, and exactly 0
    /// elsewhere, whatever stands there: −∞ and
    /// NaN are not looked at. A row without any such element is 0 throughout, and no gradient flows through it.
    ///
    /// Gradient: `∂L/∂xᵢ = yᵢ·(∂L/∂yᵢ − Σⱼ yⱼ·∂L/∂yⱼ)`, as of the [`softmax`](Var::softmax), and exactly 0 where the mask
    /// is false.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let scores = tape.var(Tensor::from([[1.0_f64, f64::NAN, 1.0], [5.0, 6.0, 7.0]]));
    /// let seen = Tensor::from([[true, false, true], [false, false, false]]);
    /// let weights = scores.masked_softmax(&seen, -1)?;
    /// assert_eq!(weights.tensor().to_vec(), [0.5, 0.0, 0.5, 0.0, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or the mask doesn't broadcast to the shape of this variable.
    pub fn masked_softmax(&self, mask: &Tensor<bool>, axis: isize) -> Result<Var<T>> {
        let (mask, fill) = plan::softmax_mask(self.shape(), mask, axis)?;
        let fill = self.tape().input(fill);
        let weights = self.where_(&mask, &fill)?.softmax(axis)?;
        weights.where_(&mask, &self.tape().scalar(0.0))
    }
}
