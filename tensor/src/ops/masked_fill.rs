//! One value wherever a mask holds.

use crate::{Element, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// The tensor with `value` wherever `mask`, which broadcasts to its shape, is true: `y = value` there, `y = x` elsewhere.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let scores = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let hidden = Tensor::from([false, true]);
    /// assert_eq!(scores.masked_fill(&hidden, f32::NEG_INFINITY)?.to_vec()[..2], [1.0, f32::NEG_INFINITY]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask doesn't broadcast to the tensor's shape.
    pub fn masked_fill(&self, mask: &Tensor<bool>, value: T) -> Result<Self> {
        let mask = mask.view(
            mask.layout()
                .broadcast_to("masked_fill", self.layout().shape())?,
        );
        mask.where_(&Tensor::scalar(value), self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_mask_broadcasts_and_the_tensor_does_not() {
        let x = Tensor::from([[1, 2], [3, 4_i64]]);
        let rows = Tensor::from([[true], [false]]);
        assert_eq!(
            x.masked_fill(&rows, 0).unwrap(),
            Tensor::from([[0, 0], [3, 4]])
        );
        assert_eq!(
            x.masked_fill(&Tensor::full([3, 2, 2], true), 0)
                .unwrap_err()
                .to_string(),
            "masked_fill: can't broadcast shape [3, 2, 2] to [2, 2]: expected at least rank 3"
        );
    }
}
