//! The softmax over what a mask lets through.

use crate::Var;
use etude_tensor::{Axes, Error, Float, Result, Shape, Tensor};

impl<T: Float> Var<T> {
    /// The softmax along `axis` over the elements where the mask is true, and exactly 0 elsewhere, whatever stands there: −∞ and
    /// NaN are not looked at. A row without any such element is 0 throughout, and no gradient flows through it.
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
