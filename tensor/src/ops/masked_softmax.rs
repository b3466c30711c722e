//! The softmax over what a mask lets through.

use crate::{Axes, Error, Float, Result, Shape, Tensor, axis_index};

impl<T: Float> Tensor<T> {
    /// The softmax along `axis` over the elements where the mask is true, `yᵢ = e^xᵢ / Σⱼ e^xⱼ` with the sum over those alone, and exactly 0
    /// elsewhere, whatever stands there: −∞ and
    /// NaN are not looked at. A row without any such element is 0 throughout.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let scores = Tensor::from([[1.0_f64, f64::NAN, 1.0], [5.0, 6.0, 7.0]]);
    /// let seen = Tensor::from([[true, false, true], [false, false, false]]);
    /// assert_eq!(scores.masked_softmax(&seen, -1)?.to_vec(), [0.5, 0.0, 0.5, 0.0, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or the mask doesn't broadcast to the shape of this tensor.
    pub fn masked_softmax(&self, mask: &Tensor<bool>, axis: isize) -> Result<Self> {
        let (mask, fill) = softmax_mask(self.shape(), mask, axis)?;
        let weights = self.where_(&mask, &fill)?.softmax(axis)?;
        weights.where_(&mask, &Tensor::scalar(T::ZERO))
    }
}

/// The mask of a softmax in the shape of its logits, and what takes the place of logits that it hides: −∞, but 0 in a row that
/// sees nothing, so that its softmax is a number that can be thrown away.
///
/// # Errors
/// If the axis is out of range, or the mask doesn't broadcast to the shape of the logits.
pub fn softmax_mask<T: Float>(
    logits: &[usize],
    mask: &Tensor<bool>,
    axis: isize,
) -> Result<(Tensor<bool>, Tensor<T>)> {
    axis_index("masked_softmax", axis, logits.len())?;
    let misfit = |_| {
        let message = format!(
            "a mask of shape {:?} for logits {logits:?}; expected one that broadcasts to the logits",
            mask.shape()
        );
        Error::shape("masked_softmax", message)
    };
    let mask = mask.broadcast_to(Shape::new(logits)).map_err(misfit)?;
    let seen = mask.any(Axes::from(axis).keepdims())?;
    let fill = seen.where_(&Tensor::scalar(T::NEG_INFINITY), &Tensor::scalar(T::ZERO))?;
    Ok((mask, fill))
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn masks_broadcast_and_misfits_are_named() {
        let x = Tensor::from([[1.0, 2.0], [f64::NEG_INFINITY, 0.0]]);
        let first = Tensor::from([true, false]);
        let y = x.masked_softmax(&first, 1).unwrap().to_vec();
        assert_eq!((y[0], y[1], y[3]), (1.0, 0.0, 0.0));
        assert_eq!(
            x.masked_softmax(&Tensor::full([3], true), 1)
                .unwrap_err()
                .to_string(),
            "masked_softmax: a mask of shape [3] for logits [2, 2]; expected one that broadcasts to the logits"
        );
    }
}
