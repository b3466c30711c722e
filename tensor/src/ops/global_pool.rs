//! One number for all of an image, channel by channel.

use super::norm::check_p;
use crate::{Axes, Error, Float, Result, Tensor};

/// The spatial axes of `[batch, spatial…, channels]`.
///
/// # Errors
/// If there is none, or one is empty.
pub fn spatial_axes(op: &str, shape: &[usize]) -> Result<Axes> {
    let rank = shape.len();
    if rank < 3 {
        return Err(Error::shape(
            op,
            format!("expects an input [batch, sizes…, channels], got {shape:?}"),
        ));
    }
    if shape[1..rank - 1].contains(&0) {
        return Err(Error::shape(
            op,
            format!("an image of no elements has no value: input {shape:?}"),
        ));
    }
    Ok(Axes::from((1..rank as isize - 1).collect::<Vec<_>>()))
}

/// The spatial axes over which [`Tensor::global_lp_pool`] takes the p-norm.
///
/// # Errors
/// If there is none, one is empty, or `p` is NaN.
pub fn lp_axes(shape: &[usize], p: f64) -> Result<Axes> {
    check_p("global_lp_pool", p)?;
    spatial_axes("global_lp_pool", shape)
}

impl<T: Float> Tensor<T> {
    /// The mean of all of an image (Lin, Chen and Yan, 2013), `y[b, c] = Σ x[b, i…, c] / n` over its n pixels: `x` `[batch, spatial…, channels]`
    /// → `[batch, channels]`; NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([1, 2, 2, 1], &[1.0_f32, -1.0, 3.0, 5.0])?;
    /// assert_eq!(x.global_avg_pool()?, Tensor::from([[2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no spatial axis, or an image has no elements.
    pub fn global_avg_pool(&self) -> Result<Self> {
        self.mean(spatial_axes("global_avg_pool", self.shape())?)
    }

    /// The maximum of all of an image, `y[b, c] = max x[b, i…, c]`: `x` `[batch, spatial…, channels]` → `[batch, channels]`; NaN where there is one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([1, 2, 2, 1], &[1.0_f32, -1.0, 3.0, 5.0])?;
    /// assert_eq!(x.global_max_pool()?, Tensor::from([[5.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no spatial axis, or an image has no elements.
    pub fn global_max_pool(&self) -> Result<Self> {
        self.max(spatial_axes("global_max_pool", self.shape())?)
    }

    /// The p-norm of all of an image, `y = (Σ |x|ᵖ)^(1/p)`: `x` `[batch, spatial…, channels]` → `[batch, channels]`. Any `p` that
    /// [`norm`](Tensor::norm) takes.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([1, 2, 2, 1], &[2.0_f32, -2.0, 2.0, 2.0])?;
    /// assert_eq!(x.global_lp_pool(2.0)?, Tensor::from([[4.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` is NaN, there is no spatial axis, or an image has no elements.
    pub fn global_lp_pool(&self, p: f64) -> Result<Self> {
        self.norm(p, lp_axes(self.shape(), p)?)
    }
}
