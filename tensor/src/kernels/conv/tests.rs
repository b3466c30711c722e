//! Shapes, messages, and every fast path against the reference over a grid of geometries.

use super::{ConvGeometry, ConvKernels, ConvShape};
use crate::kernels::{available_levels, with_level};
use crate::{Float, reference};
use smallvec::smallvec;

/// Numbers between −1 and 1 without a pattern.
fn numbers<T: Float>(count: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| T::from_f64(next())).collect()
}

fn close<T: Float>(what: &str, shape: &ConvShape, got: &[T], expected: &[T], terms: usize) {
    let tolerance = 4.0 * T::EPSILON * (terms as f64 + 4.0);
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        let error = (g.primal() - e.primal()).abs();
        assert!(
            error <= tolerance * e.primal().abs().max(1.0),
            "{what}: element {i} is {g}, expected {e}: {shape:?}"
        );
    }
}

/// All three functions against the reference, at every level.
fn check<T: Float>(shape: &ConvShape) {
    let (x_len, y_len) = (
        shape.input().iter().product(),
        shape.output().iter().product(),
    );
    let w_len = shape.weight().iter().product();
    let (x, w, gy) = (
        numbers::<T>(x_len, 1),
        numbers::<T>(w_len, 2),
        numbers::<T>(y_len, 3),
    );
    let bias = numbers::<T>(shape.filters, 4);
    let taps: usize = shape.axes.iter().map(|axis| axis.kernel).product();
    let pixels: usize = shape.axes.iter().map(|axis| axis.output).product::<usize>() * shape.batch;

    let (mut y, mut plain, mut gx, mut gw) = (
        numbers(y_len, 5),
        numbers(y_len, 6),
        numbers(x_len, 7),
        numbers(w_len, 8),
    );
    reference::conv::conv(shape, &x, &w, Some(&bias), &mut y);
    reference::conv::conv(shape, &x, &w, None, &mut plain);
    reference::conv::conv_input_grad(shape, &gy, &w, &mut gx);
    reference::conv::conv_weight_grad(shape, &x, &gy, &mut gw);
    for level in available_levels() {
        with_level(level, || {
            let mut got = numbers(y_len, 9);
            T::conv(shape, &x, &w, Some(&bias), &mut got);
            close("conv", shape, &got, &y, taps * shape.channels);
            T::conv(shape, &x, &w, None, &mut got);
            close(
                "conv without bias",
                shape,
                &got,
                &plain,
                taps * shape.channels,
            );
            let mut got = numbers(x_len, 9);
            T::conv_input_grad(shape, &gy, &w, &mut got);
            close("conv_input_grad", shape, &got, &gx, taps * shape.filters);
            let mut got = numbers(w_len, 9);
            T::conv_weight_grad(shape, &x, &gy, &mut got);
            close("conv_weight_grad", shape, &got, &gw, pixels);
        });
    }
}

fn shape2(
    x: [usize; 4],
    w: [usize; 4],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: [(usize, usize); 2],
    groups: usize,
) -> ConvShape {
    let geometry = ConvGeometry {
        stride: stride.as_slice().into(),
        dilation: dilation.as_slice().into(),
        padding: padding.into_iter().collect(),
        groups,
    };
    ConvShape::new("conv2d", &x, &w, &geometry).unwrap()
}

#[test]
fn two_axes_agree_with_the_reference() {
    let paddings = [[(0, 0), (0, 0)], [(1, 1), (1, 1)], [(0, 2), (3, 1)]];
    for stride in [[1, 1], [2, 2], [3, 1]] {
        for dilation in [[1, 1], [2, 1], [1, 3]] {
            for padding in paddings {
                for (channels, filters, groups) in [
                    (1, 5, 1),
                    (3, 17, 1),
                    (4, 6, 2),
                    (6, 6, 6),
                    (4, 12, 4),
                    (9, 33, 3),
                ] {
                    for kernel in [[3, 3], [1, 1], [2, 4]] {
                        let weight = [kernel[0], kernel[1], channels / groups, filters];
                        let shape = shape2(
                            [2, 7, 11, channels],
                            weight,
                            stride,
                            dilation,
                            padding,
                            groups,
                        );
                        check::<f32>(&shape);
                        check::<f64>(&shape);
                    }
                }
            }
        }
    }
}

#[test]
fn extremes_agree_with_the_reference() {
    let one = [1, 1];
    let none = [(0, 0), (0, 0)];
    // The kernel as large as the input; axes of size 1; nothing in the batch; no channels; no filters; padding beyond the kernel.
    check::<f32>(&shape2([3, 5, 4, 6], [5, 4, 6, 10], one, one, none, 1));
    check::<f32>(&shape2([3, 1, 1, 6], [1, 1, 6, 10], one, one, none, 1));
    check::<f32>(&shape2([2, 1, 20, 3], [1, 5, 3, 4], one, one, none, 1));
    check::<f32>(&shape2([0, 5, 4, 6], [2, 2, 6, 10], one, one, none, 1));
    check::<f32>(&shape2([2, 5, 4, 0], [2, 2, 0, 3], one, one, none, 1));
    check::<f32>(&shape2([2, 5, 4, 3], [2, 2, 3, 0], one, one, none, 1));
    check::<f32>(&shape2(
        [1, 2, 2, 3],
        [1, 2, 3, 4],
        one,
        one,
        [(4, 5), (3, 3)],
        1,
    ));
    check::<f32>(&shape2(
        [1, 2, 2, 4],
        [1, 2, 1, 4],
        one,
        one,
        [(4, 5), (3, 3)],
        4,
    ));
    check::<f32>(&shape2(
        [1, 0, 3, 2],
        [2, 2, 2, 4],
        one,
        one,
        [(1, 1), (1, 1)],
        1,
    ));
}

#[test]
fn larger_convolutions_agree_with_the_reference() {
    let (one, same) = ([1, 1], [(1, 1), (1, 1)]);
    check::<f32>(&shape2([3, 28, 28, 8], [3, 3, 8, 20], one, one, same, 1));
    check::<f32>(&shape2(
        [17, 14, 14, 16],
        [3, 3, 16, 32],
        [2, 2],
        one,
        same,
        1,
    ));
    check::<f32>(&shape2([2, 30, 30, 24], [3, 3, 1, 24], one, one, same, 24));
    check::<f64>(&shape2(
        [2, 20, 20, 24],
        [3, 3, 1, 24],
        [2, 2],
        one,
        same,
        24,
    ));
    check::<f32>(&shape2(
        [2, 16, 16, 40],
        [1, 1, 40, 50],
        one,
        one,
        [(0, 0), (0, 0)],
        1,
    ));
}

#[test]
fn one_and_three_axes_agree_with_the_reference() {
    let mut line = ConvGeometry::new(1);
    (line.stride, line.dilation, line.padding) = (smallvec![2], smallvec![3], smallvec![(4, 1)]);
    check::<f64>(&ConvShape::new("conv1d", &[2, 23, 3], &[4, 3, 7], &line).unwrap());
    check::<f64>(
        &ConvShape::new("conv1d", &[1, 300, 3], &[4, 3, 7], &ConvGeometry::new(1)).unwrap(),
    );
    let mut solid = ConvGeometry::new(3);
    (solid.stride, solid.padding) = (smallvec![1, 2, 1], smallvec![(1, 0), (0, 2), (1, 1)]);
    check::<f32>(&ConvShape::new("conv3d", &[2, 4, 6, 5, 3], &[2, 3, 3, 3, 7], &solid).unwrap());
    solid.groups = 3;
    check::<f32>(&ConvShape::new("conv3d", &[2, 4, 6, 5, 3], &[2, 3, 3, 1, 6], &solid).unwrap());
    // Several filters to a channel, with strides and gaps; a large weight, whose gradient is cut into parts.
    check::<f32>(&shape2(
        [2, 7, 6, 5],
        [3, 2, 1, 15],
        [2, 3],
        [1, 1],
        [(1, 1), (0, 1)],
        5,
    ));
    check::<f64>(&shape2(
        [1, 5, 5, 2],
        [1, 1, 1, 6],
        [3, 3],
        [1, 1],
        [(0, 0), (0, 0)],
        2,
    ));
    check::<f32>(&shape2(
        [5, 4, 5, 130],
        [3, 3, 130, 200],
        [1, 1],
        [1, 1],
        [(1, 1), (1, 1)],
        1,
    ));
    // A window that reaches far beyond its input.
    check::<f32>(&shape2(
        [1, 3, 3, 2],
        [2, 1, 2, 2],
        [1, 1],
        [5000, 1],
        [(2500, 2501), (0, 0)],
        1,
    ));
    // No spatial axis at all is a plain product.
    check::<f32>(&ConvShape::new("conv", &[5, 3], &[3, 4], &ConvGeometry::new(0)).unwrap());
}

#[test]
fn a_transposed_convolution_is_an_input_gradient() {
    // One axis, stride 3, kernel 2: full[i·3 + t] = x[i]·w[t], with gaps that nothing reaches.
    let mut geometry = ConvGeometry::new(1);
    geometry.stride = smallvec![3];
    let shape =
        ConvShape::transposed("conv1d_transpose", &[1, 2, 1], &[2, 1, 1], &[6], &geometry).unwrap();
    assert_eq!(
        (&shape.input()[..], &shape.output()[..]),
        (&[1, 6, 1][..], &[1, 2, 1][..])
    );
    let mut y = [9.0_f32; 6];
    f32::conv_input_grad(&shape, &[1.0, 10.0], &[2.0, 3.0], &mut y);
    assert_eq!(y, [2.0, 3.0, 0.0, 20.0, 30.0, 0.0]);
    check::<f32>(&shape);
    // Dilation above the stride allows an output that reaches past the last window by more than a stride.
    geometry.dilation = smallvec![5];
    geometry.padding = smallvec![(1, 0)];
    check::<f32>(&ConvShape::transposed("t", &[2, 4, 3], &[3, 2, 3], &[24], &geometry).unwrap());
    check::<f32>(&ConvShape::transposed("t", &[2, 4, 3], &[3, 2, 3], &[5], &geometry).unwrap());
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let shape = shape2(
        [9, 28, 28, 16],
        [3, 3, 16, 32],
        [1, 1],
        [1, 1],
        [(1, 1), (1, 1)],
        1,
    );
    let depthwise = shape2(
        [9, 28, 28, 32],
        [3, 3, 1, 32],
        [1, 1],
        [1, 1],
        [(1, 1), (1, 1)],
        32,
    );
    for shape in [shape, depthwise] {
        let (x_len, y_len) = (
            shape.input().iter().product(),
            shape.output().iter().product(),
        );
        let w_len = shape.weight().iter().product();
        let (x, w, gy) = (
            numbers::<f32>(x_len, 1),
            numbers::<f32>(w_len, 2),
            numbers::<f32>(y_len, 3),
        );
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let (mut y, mut gx, mut gw) = (vec![0.0; y_len], vec![0.0; x_len], vec![0.0; w_len]);
            pool.install(|| {
                f32::conv(&shape, &x, &w, None, &mut y);
                f32::conv_input_grad(&shape, &gy, &w, &mut gx);
                f32::conv_weight_grad(&shape, &x, &gy, &mut gw);
            });
            (y, gx, gw)
        };
        let alone = on(1);
        assert!(on(2) == alone && on(5) == alone);
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let geometry = ConvGeometry::new(2);
    let error = |x: &[usize], w: &[usize], geometry: &ConvGeometry| {
        ConvShape::new("conv2d", x, w, geometry)
            .unwrap_err()
            .to_string()
    };
    let message = error(&[8, 28, 28, 32], &[3, 3, 64, 16], &geometry);
    assert_eq!(
        message,
        "conv2d: the weight [3, 3, 64, 16] with 1 groups expects 64 channels in the last axis of the input, got input [8, 28, 28, 32]"
    );
    assert!(error(&[8, 28, 32], &[3, 3, 32, 16], &geometry).contains("[8, 28, 32]"));
    assert!(error(&[8, 2, 28, 32], &[3, 3, 32, 16], &geometry).contains("covers 3 elements"));
    let grouped = ConvGeometry {
        groups: 3,
        ..geometry.clone()
    };
    assert!(error(&[8, 9, 9, 6], &[3, 3, 2, 16], &grouped).contains("16 filters"));
    assert!(
        error(
            &[8, 9, 9, 6],
            &[3, 3, 2, 16],
            &ConvGeometry {
                groups: 0,
                ..grouped
            }
        )
        .contains("at least 1")
    );
    assert!(
        error(
            &[8, 9, 9, 6],
            &[3, 3, 6, 16],
            &ConvGeometry {
                stride: smallvec![1],
                ..geometry
            }
        )
        .contains("same number")
    );
}
