//! Convolution and its gradients by their definition.

use crate::Float;
use crate::kernels::conv::ConvShape;
use crate::kernels::window::{PerAxis, for_each_index};

/// Calls `body(x, w, y)` with the positions of each product `x·w` that is a term of an element of y, in the order of y, then of
/// the taps, then of the channels. All three functions below are this sum, read in three directions.
fn for_each_term(shape: &ConvShape, mut body: impl FnMut(usize, usize, usize)) {
    let outputs: PerAxis<usize> = shape.axes.iter().map(|axis| axis.output).collect();
    let kernel: PerAxis<usize> = shape.axes.iter().map(|axis| axis.kernel).collect();
    let group_channels = shape.channels / shape.groups;
    let group_filters = shape.filters / shape.groups;
    let mut pixel = 0;
    for b in 0..shape.batch {
        for_each_index(&outputs, |o| {
            for f in 0..shape.filters {
                let first_channel = f / group_filters * group_channels;
                let mut tap = 0;
                for_each_index(&kernel, |t| {
                    // The input position of the window's tap, axis by axis; `None` in the padding.
                    let source = shape.axes.iter().zip(o.iter().zip(t)).try_fold(
                        b,
                        |position, (axis, (&o, &t))| {
                            Some(position * axis.input + axis.source(o, t)?)
                        },
                    );
                    if let Some(source) = source {
                        for c in 0..group_channels {
                            let x = source * shape.channels + first_channel + c;
                            let w = (tap * group_channels + c) * shape.filters + f;
                            body(x, w, pixel * shape.filters + f);
                        }
                    }
                    tap += 1;
                });
            }
            pixel += 1;
        });
    }
}

/// `y = x ∗ w + bias`.
pub fn conv<T: Float>(shape: &ConvShape, x: &[T], w: &[T], bias: Option<&[T]>, y: &mut [T]) {
    shape.check_lengths(x.len(), w.len(), y.len());
    match bias {
        None => y.fill(T::ZERO),
        Some(bias) => {
            assert_eq!(bias.len(), shape.filters, "a bias for each filter");
            y.chunks_exact_mut(shape.filters.max(1))
                .for_each(|pixel| pixel.copy_from_slice(bias));
        }
    }
    for_each_term(shape, |i, j, k| y[k] += x[i] * w[j]);
}

/// The gradient for x.
pub fn conv_input_grad<T: Float>(shape: &ConvShape, gy: &[T], w: &[T], gx: &mut [T]) {
    shape.check_lengths(gx.len(), w.len(), gy.len());
    gx.fill(T::ZERO);
    for_each_term(shape, |i, j, k| gx[i] += w[j] * gy[k]);
}

/// The gradient for w.
pub fn conv_weight_grad<T: Float>(shape: &ConvShape, x: &[T], gy: &[T], gw: &mut [T]) {
    shape.check_lengths(x.len(), gw.len(), gy.len());
    gw.fill(T::ZERO);
    for_each_term(shape, |i, j, k| gw[j] += x[i] * gy[k]);
}
