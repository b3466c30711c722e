//! `y = a·ln b`.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// `y = a·ln b`, element by element, and 0 for `a = 0` whatever `b` is, but NaN: the summand of an entropy. Shapes
    /// broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([0.0_f32, 2.0]), Tensor::from([0.0_f32, 1.0]));
    /// assert_eq!(a.xlogy(&b)?.to_vec(), [0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn xlogy(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Xlogy, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn only_a_nan_makes_nothing_undefined() {
        let b = Tensor::from([0.0_f64, -1.0, f64::INFINITY, f64::NAN]);
        let y = Tensor::scalar(0.0).xlogy(&b).unwrap().to_vec();
        assert_eq!(y[..3], [0.0, 0.0, 0.0]);
        assert!(y[3].is_nan());
    }
}
