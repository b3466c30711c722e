//! The softmax over what a mask lets through.

use crate::Var;
use etude_tensor::{Axes, Error, Float, Result, Shape, Tensor};

impl<T: Float> Var<T> {
    /// The softmax along `axis` over the elements where the mask is true, and exactly 0 elsewhere, whatever stands there: −∞ and
    /// NaN are not looked at. A row without any such element is 0 throughout, and no gradient flows through it.
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
        let mask = mask.broadcast_to(Shape::new(self.shape())).map_err(|_| {
            let message = format!(
                "a mask of shape {:?} for logits {:?}; expected one that broadcasts to the logits",
                mask.shape(),
                self.shape()
            );
            Error::shape("masked_softmax", message)
        })?;
        // A row that sees nothing gets finite logits, so that its softmax is a number that can be thrown away.
        let seen = mask.cast::<T>()?.sum(Axes::from(axis).keepdims())?;
        let empty = seen.equal(&Tensor::scalar(T::ZERO))?;
        let (zero, infinity) = (Tensor::scalar(T::ZERO), Tensor::scalar(T::NEG_INFINITY));
        let fill = self.tape().input(empty.where_(&zero, &infinity)?);
        let weights = self.where_(&mask, &fill)?.softmax(axis)?;
        weights.where_(&mask, &self.tape().scalar(0.0))
    }
}
