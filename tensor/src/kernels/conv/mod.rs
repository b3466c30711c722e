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
//!
//! `f32` and `f64` override the plain loops of [`reference::conv`]:
//!
//! - `plan`: forward and input gradient as one thing, a correlation in phases;
//! - `band`: the part of an image that a task works on, with a border of zeros where the window leaves the image;
//! - `dense`: the correlation as a matrix product that reads patches where they are;
//! - `weight`: the weight gradient, likewise;
//! - `depthwise`: one filter to a channel, lane by lane; `multiplier`: several.
//!
//! Where every position of the window meets the whole weight once (1×1, or a kernel as large as the image), it's a plain matrix product.

mod band;
mod dense;
mod depthwise;
mod multiplier;
mod plan;
mod shape;
mod weight;

#[cfg(test)]
mod tests;

use super::product::{Fast, MatRef, Product};
use crate::kernels::window::Axis;
use crate::{Float, reference};
use dense::Weight;
use plan::Plan;
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

impl ConvKernels for f32 {
    fn conv(shape: &ConvShape, x: &[f32], w: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
        fast_conv(shape, x, w, bias, y);
    }

    fn conv_input_grad(shape: &ConvShape, gy: &[f32], w: &[f32], gx: &mut [f32]) {
        fast_input_grad(shape, gy, w, gx);
    }

    fn conv_weight_grad(shape: &ConvShape, x: &[f32], gy: &[f32], gw: &mut [f32]) {
        fast_weight_grad(shape, x, gy, gw);
    }
}

impl ConvKernels for f64 {
    fn conv(shape: &ConvShape, x: &[f64], w: &[f64], bias: Option<&[f64]>, y: &mut [f64]) {
        fast_conv(shape, x, w, bias, y);
    }

    fn conv_input_grad(shape: &ConvShape, gy: &[f64], w: &[f64], gx: &mut [f64]) {
        fast_input_grad(shape, gy, w, gx);
    }

    fn conv_weight_grad(shape: &ConvShape, x: &[f64], gy: &[f64], gw: &mut [f64]) {
        fast_weight_grad(shape, x, gy, gw);
    }
}

impl<T: Float> ConvKernels for crate::Dual<T> {}

/// The rows and the depth of the plain product that this convolution is, if it is one.
fn as_product(shape: &ConvShape) -> Option<(usize, usize)> {
    let pointwise = shape.axes.iter().all(|axis| {
        axis.kernel == 1 && axis.stride == 1 && axis.before == 0 && axis.output == axis.input
    });
    let one_window = shape.axes.iter().all(|axis| {
        axis.kernel == axis.input && axis.output == 1 && axis.before == 0 && axis.dilation == 1
    });
    let pixels: usize = shape.axes.iter().map(|axis| axis.output).product();
    let taps: usize = shape.axes.iter().map(|axis| axis.kernel).product();
    (shape.groups == 1 && (pointwise || one_window))
        .then_some((shape.batch * pixels, taps * shape.channels))
}

/// How a convolution is computed.
enum Path {
    /// As a plain product of these rows and depth.
    Product(usize, usize),
    /// One filter to a channel.
    Depthwise,
    /// Several filters to a channel.
    Multiplier,
    /// Channels summed, in groups or all together.
    Dense,
    /// By the plain loops: an empty input, or a window that reaches so far beyond its input that the box of pixels it spans
    /// isn't worth having.
    Plain,
}

fn path(shape: &ConvShape) -> Path {
    if let Some((rows, depth)) = as_product(shape) {
        return Path::Product(rows, depth);
    }
    let far = |axis: &Axis| {
        axis.kernel * axis.dilation > 1 << 12 && axis.kernel * axis.dilation > 4 * axis.input
    };
    let empty =
        shape.input().contains(&0) || shape.output().contains(&0) || shape.weight().contains(&0);
    if empty || shape.axes.iter().any(far) {
        Path::Plain
    } else if shape.groups == 1 || shape.groups != shape.channels {
        Path::Dense
    } else if shape.groups == shape.filters {
        Path::Depthwise
    } else {
        Path::Multiplier
    }
}

fn fast_conv<T: Fast>(shape: &ConvShape, x: &[T], w: &[T], bias: Option<&[T]>, y: &mut [T]) {
    shape.check_lengths(x.len(), w.len(), y.len());
    if let Some(bias) = bias {
        assert_eq!(bias.len(), shape.filters, "a bias for each filter");
    }
    match path(shape) {
        Path::Product(rows, depth) => {
            let w = MatRef::row_major(w, depth, shape.filters);
            let product = Product::new(MatRef::row_major(x, rows, depth), w);
            bias.map_or(product, |bias| product.bias(bias)).write(y);
        }
        Path::Depthwise => depthwise::correlate(&Plan::forward(shape), x, w, bias, y),
        Path::Multiplier => multiplier::conv(shape, x, w, bias, y),
        Path::Dense => dense::correlate(&Plan::forward(shape), x, weight(shape, w, false), bias, y),
        Path::Plain => reference::conv::conv(shape, x, w, bias, y),
    }
}

fn fast_input_grad<T: Fast>(shape: &ConvShape, gy: &[T], w: &[T], gx: &mut [T]) {
    shape.check_lengths(gx.len(), w.len(), gy.len());
    match path(shape) {
        Path::Product(rows, depth) => {
            let w = MatRef::row_major(w, depth, shape.filters);
            Product::new(MatRef::row_major(gy, rows, shape.filters), w.t()).write(gx);
        }
        Path::Depthwise => depthwise::correlate(&gapless(shape, gx), gy, w, None, gx),
        Path::Multiplier => multiplier::input_grad(shape, gy, w, gx),
        Path::Dense => dense::correlate(&gapless(shape, gx), gy, weight(shape, w, true), None, gx),
        Path::Plain => reference::conv::conv_input_grad(shape, gy, w, gx),
    }
}

/// The plan of the input gradient; positions that no tap reaches are 0 from now on.
fn gapless<T: Fast>(shape: &ConvShape, gx: &mut [T]) -> Plan {
    let plan = Plan::input_grad(shape);
    if plan.gaps {
        gx.fill(T::ZERO);
    }
    plan
}

fn fast_weight_grad<T: Fast>(shape: &ConvShape, x: &[T], gy: &[T], gw: &mut [T]) {
    shape.check_lengths(x.len(), gw.len(), gy.len());
    match path(shape) {
        Path::Depthwise => depthwise::weight_grad(&Plan::forward(shape), x, gy, gw),
        Path::Multiplier => multiplier::weight_grad(shape, x, gy, gw),
        // Also where the others are plain products: this sum over all pixels is shared by threads.
        Path::Dense | Path::Product(..) => weight::weight_grad(&Plan::forward(shape), x, gy, gw),
        Path::Plain => reference::conv::conv_weight_grad(shape, x, gy, gw),
    }
}

fn weight<'a, T>(shape: &ConvShape, data: &'a [T], transposed: bool) -> Weight<'a, T> {
    Weight {
        data,
        filters: shape.filters,
        group_channels: shape.channels / shape.groups,
        group_filters: shape.filters / shape.groups,
        transposed,
    }
}
