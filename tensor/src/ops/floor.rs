//! `y = ⌊x⌋`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The largest integer that isn't above the element: `y = ⌊x⌋`; ±∞ and NaN stay.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.7_f32, -1.2]).floor().to_vec(), [1.0, -2.0]);
    /// ```
    #[must_use]
    pub fn floor(&self) -> Self {
        self.unary(Unary::Floor)
    }
}
