//! Convolutions of any number of spatial axes, with strides, dilations, groups and padding, and their gradients.
//!
//! Data is contiguous and channels-last: x `[batch, spatial…, channels]`, weight `[kernel…, channels/groups, filters]`,
//! y `[batch, output…, filters]`. A channels-first tensor is permuted and copied by the caller: one pass over the data, where the
//! convolution makes hundreds.
//!
//! ```text
//! y[b, o, f] = bias[f] + Σ_t Σ_c x[b, o·s + t·d − before, g·C/groups + c]·w[t, c, f]      g = ⌊f / (F/groups)⌋
//! ```
//!
//! This is cross-correlation, no kernel is flipped. x counts as 0 in the padding. A transposed convolution is
//! [`ConvKernels::conv_input_grad`] with the shape that [`ConvShape::transposed`] makes.

mod shape;

#[cfg(test)]
mod tests;

use crate::{Float, reference};
pub use shape::{ConvGeometry, ConvShape};

/// Convolutions of an element type. The slices have the lengths that the [`ConvShape`] says; a wrong length panics.
pub trait ConvKernels: Copy + 'static {
    /// `y = x ∗ w + bias`, with a bias for each filter.
    fn conv(shape: &ConvShape, x: &[Self], w: &[Self], bias: Option<&[Self]>, y: &mut [Self])
    where
        Self: Float,
    {
        reference::conv::conv(shape, x, w, bias, y);
    }

    /// The gradient for x: `gx[b, i, c] = Σ gy[b, o, f]·w[t, c, f]` over all o and t with `o·s + t·d − before = i`.
    fn conv_input_grad(shape: &ConvShape, gy: &[Self], w: &[Self], gx: &mut [Self])
    where
        Self: Float,
    {
        reference::conv::conv_input_grad(shape, gy, w, gx);
    }

    /// The gradient for w: `gw[t, c, f] = Σ_b Σ_o x[b, o·s + t·d − before, c]·gy[b, o, f]`.
    fn conv_weight_grad(shape: &ConvShape, x: &[Self], gy: &[Self], gw: &mut [Self])
    where
        Self: Float,
    {
        reference::conv::conv_weight_grad(shape, x, gy, gw);
    }
}

impl ConvKernels for f32 {}
impl ConvKernels for f64 {}
impl<T: Float> ConvKernels for crate::Dual<T> {}
