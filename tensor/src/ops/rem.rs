//! `y = a − b·⌊a/b⌋`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The remainder of the division with the quotient rounded down, element by element: `y = a − b·⌊a/b⌋`, with the
    /// sign of `b`, as in Python, NumPy and PyTorch. NaN for `b = 0` or infinite `a`. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([5.5_f32, -5.5]), Tensor::scalar(2.0));
    /// assert_eq!(a.try_rem(&b)?.to_vec(), [1.5, 0.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn try_rem(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Rem, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_sign_is_that_of_the_divisor() {
        let a = Tensor::from([5.0_f32, -5.0, 5.0, -5.0, 6.0, -6.0]);
        let b = Tensor::from([3.0, 3.0, -3.0, -3.0, 3.0, 3.0]);
        let y = a.try_rem(&b).unwrap();
        assert_eq!(y.to_vec(), [2.0, 1.0, -1.0, -2.0, 0.0, 0.0]);
        let undefined = Tensor::from([1.0_f32])
            .try_rem(&Tensor::scalar(0.0))
            .unwrap();
        assert!(undefined.item().unwrap().is_nan());
    }
}
