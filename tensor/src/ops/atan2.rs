//! The angle of a point.

use crate::kernels::maps::Binary;
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The angle of the point with the ordinate `a` and the abscissa `b`, element by element: `y = arctan(a/b)` in the
    /// quadrant of the point, from −π to π; ±0 and ±∞ as IEEE 754 has them, NaN if either is NaN. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (y, x) = (Tensor::from([1.0_f64, 0.0]), Tensor::from([0.0_f64, -1.0]));
    /// assert_eq!(y.atan2(&x)?.to_vec(), [std::f64::consts::FRAC_PI_2, std::f64::consts::PI]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn atan2(&self, other: &Self) -> Result<Self> {
        self.binary(Binary::Atan2, other)
    }
}
