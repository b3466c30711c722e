//! A sum of squares in 64 bits.

use crate::kernels::square_sum::square_sum;
use crate::{Float, Tensor};

impl<T: Float> Tensor<T> {
    /// The sum of the squares of all elements, `y = Σ x²`, added in 64 bits in fixed chunks: the same bits on any number of
    /// threads, and no overflow in `f32`. NaN if there is one; tangents are left behind.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([3.0_f32, -4.0]).square_sum(), 25.0);
    /// ```
    #[must_use]
    pub fn square_sum(&self) -> f64 {
        let x = self.contiguous();
        square_sum(x.as_slice().expect("laid out just now"))
    }
}
