//! Pooling over windows of the spatial axes: the maximum, the average or the p-norm of each window, channel by channel.
//!
//! Data is contiguous and channels-last: x `[batch, spatial…, channels]`, y `[batch, output…, channels]`.

mod fast;
mod norm;
mod shape;
mod windows;

#[cfg(test)]
mod tests;

use crate::{Float, reference};
pub use shape::{PoolAxis, PoolGeometry, PoolShape};

/// Pooling of an element type. The slices have the lengths that the [`PoolShape`] says; a wrong length panics.
pub trait PoolKernels: Copy + 'static {
    /// The maximum of each window, and where in x it stands (a position in the whole slice): the first one in row-major order among
    /// equals, the first NaN if there is one. Padding never wins.
    fn max_pool(shape: &PoolShape, x: &[Self], y: &mut [Self], indices: &mut [i64])
    where
        Self: Float,
    {
        reference::pool::max_pool(shape, x, y, indices);
    }

    /// The gradient of [`max_pool`](Self::max_pool): each `gy` goes to the position that won. Positions outside of `gx` panic.
    fn max_pool_grad(shape: &PoolShape, gy: &[Self], indices: &[i64], gx: &mut [Self])
    where
        Self: Float,
    {
        reference::pool::max_pool_grad(shape, gy, indices, gx);
    }

    /// The sum of each window, divided by the number of its elements: all of them with `count_include_pad` (padding counts as 0), else those inside x.
    fn avg_pool(shape: &PoolShape, count_include_pad: bool, x: &[Self], y: &mut [Self])
    where
        Self: Float,
    {
        reference::pool::avg_pool(shape, count_include_pad, x, y);
    }

    /// The gradient of [`avg_pool`](Self::avg_pool): each `gy`, divided as in the forward, goes to every element of its window.
    fn avg_pool_grad(shape: &PoolShape, count_include_pad: bool, gy: &[Self], gx: &mut [Self])
    where
        Self: Float,
    {
        reference::pool::avg_pool_grad(shape, count_include_pad, gy, gx);
    }

    /// `(Σ |x|ᵖ)^(1/p)` of each window for finite p ≥ 1, which neither overflows nor underflows on the way.
    fn lp_pool(shape: &PoolShape, p: f64, x: &[Self], y: &mut [Self])
    where
        Self: Float,
    {
        reference::pool::lp_pool(shape, p, x, y);
    }

    /// The gradient of [`lp_pool`](Self::lp_pool), from `[x, y, gy]`: each `gy · sign x · (|x|/y)ᵖ⁻¹` goes to the elements of its window; nothing where x
    /// or y is 0.
    fn lp_pool_grad(shape: &PoolShape, p: f64, data: [&[Self]; 3], gx: &mut [Self])
    where
        Self: Float,
    {
        reference::pool::lp_pool_grad(shape, p, data, gx);
    }
}

impl PoolKernels for f32 {
    fn max_pool(shape: &PoolShape, x: &[f32], y: &mut [f32], indices: &mut [i64]) {
        fast::max_pool(shape, x, y, indices);
    }

    fn max_pool_grad(shape: &PoolShape, gy: &[f32], indices: &[i64], gx: &mut [f32]) {
        fast::max_pool_grad(shape, gy, indices, gx);
    }

    fn avg_pool(shape: &PoolShape, count_include_pad: bool, x: &[f32], y: &mut [f32]) {
        fast::avg_pool(shape, count_include_pad, x, y);
    }

    fn avg_pool_grad(shape: &PoolShape, count_include_pad: bool, gy: &[f32], gx: &mut [f32]) {
        fast::avg_pool_grad(shape, count_include_pad, gy, gx);
    }

    fn lp_pool(shape: &PoolShape, p: f64, x: &[f32], y: &mut [f32]) {
        norm::lp_pool(shape, p, x, y);
    }

    fn lp_pool_grad(shape: &PoolShape, p: f64, data: [&[f32]; 3], gx: &mut [f32]) {
        norm::lp_pool_grad(shape, p, data, gx);
    }
}

impl PoolKernels for f64 {
    fn max_pool(shape: &PoolShape, x: &[f64], y: &mut [f64], indices: &mut [i64]) {
        fast::max_pool(shape, x, y, indices);
    }

    fn max_pool_grad(shape: &PoolShape, gy: &[f64], indices: &[i64], gx: &mut [f64]) {
        fast::max_pool_grad(shape, gy, indices, gx);
    }

    fn avg_pool(shape: &PoolShape, count_include_pad: bool, x: &[f64], y: &mut [f64]) {
        fast::avg_pool(shape, count_include_pad, x, y);
    }

    fn avg_pool_grad(shape: &PoolShape, count_include_pad: bool, gy: &[f64], gx: &mut [f64]) {
        fast::avg_pool_grad(shape, count_include_pad, gy, gx);
    }

    fn lp_pool(shape: &PoolShape, p: f64, x: &[f64], y: &mut [f64]) {
        norm::lp_pool(shape, p, x, y);
    }

    fn lp_pool_grad(shape: &PoolShape, p: f64, data: [&[f64]; 3], gx: &mut [f64]) {
        norm::lp_pool_grad(shape, p, data, gx);
    }
}

impl<T: Float> PoolKernels for crate::Dual<T> {}
