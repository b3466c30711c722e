//! `y = ⌈x⌉`.

use crate::kernels::maps::Unary;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The smallest integer that isn't below the element: `y = ⌈x⌉`; ±∞ and NaN stay.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.2_f32, -1.7]).ceil().to_vec(), [2.0, -1.0]);
    /// ```
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.unary(Unary::Ceil)
    }
}
