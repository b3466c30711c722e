//! Every reduction at every level of the machine against its reference, computed in `f64`.

use super::rows::RowKernels;
use super::*;
use crate::Dual;
use crate::kernels::{available_levels, with_level};
use crate::reference::rows as row_reference;

/// Numbers between −1 and 1 that follow no pattern.
fn numbers<T: Float>(count: usize, seed: u32) -> Vec<T> {
    (0..count as u32)
        .map(|index| {
            let mixed = (index ^ seed).wrapping_mul(2_654_435_761);
            let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519);
            T::from_f64(f64::from(mixed >> 8) / f64::from(1 << 23) - 1.0)
        })
        .collect()
}

fn exact<T: Float>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.primal()).collect()
}

#[track_caller]
fn assert_close<T: Float>(got: &[T], reference: &[f64], tolerance: f64) {
    assert_eq!(got.len(), reference.len());
    for (index, (got, &reference)) in got.iter().zip(reference).enumerate() {
        let got = got.primal();
        let near = (got - reference).abs() <= tolerance * reference.abs().max(1.0);
        let same = got == reference || (got.is_nan() && reference.is_nan());
        assert!(near || same, "{index}: {got}, reference {reference}");
    }
}

fn at_every_level(body: impl Fn()) {
    for level in available_levels() {
        with_level(level, &body);
    }
}

fn reductions_agree<T: Float>(tolerance: f64) {
    at_every_level(|| {
        for length in (0..71).chain([1023, 1024, 1025, 5000]) {
            let all = numbers::<T>(length + 3, 1);
            let (x, y) = (&all[length % 3..][..length], numbers::<T>(length, 2));
            let (x64, y64) = (exact(x), exact(&y));
            assert_close(&[T::sum_of(x)], &[reference::sum(&x64)], tolerance * 10.0);
            assert_close(
                &[T::dot(x, &y)],
                &[reference::dot(&x64, &y64)],
                tolerance * 10.0,
            );
            assert_close(&[T::max_of(x)], &[reference::max(&x64)], 0.0);
            assert_close(&[T::min_of(x)], &[reference::min(&x64)], 0.0);
            assert_eq!(T::argmax(x), reference::argmax(&x64));
            assert_eq!(T::argmin(x), reference::argmin(&x64));
            let (mean, deviations) = T::moments(x);
            let (mean64, deviations64) = reference::moments(&x64);
            assert_close(
                &[mean, deviations],
                &[mean64, deviations64],
                tolerance * 10.0,
            );
        }
        for (rows, width) in [
            (0, 3),
            (1, 1),
            (5, 7),
            (33, 64),
            (70, 65),
            (100, 130),
            (64, 200),
        ] {
            let x = numbers::<T>(rows * width, 3);
            let (mut sum, mut sum64) = (vec![T::one(); width], vec![1.0; width]);
            T::add_rows(&x, &mut sum);
            reference::add_rows(&exact(&x), &mut sum64);
            assert_close(&sum, &sum64, tolerance * 10.0);
        }
    });
}

#[test]
fn f32_reductions_agree_with_the_reference() {
    reductions_agree::<f32>(2e-7);
}

#[test]
fn f64_reductions_agree_with_the_reference() {
    reductions_agree::<f64>(1e-15);
}

/// The bodies that the trait itself has.
#[test]
fn reductions_of_dual_numbers_agree_with_the_reference() {
    reductions_agree::<Dual<f64>>(1e-15);
}

#[test]
fn nan_wins_and_the_first_of_equals_is_found() {
    at_every_level(|| {
        for place in [0, 1, 31, 32, 40, 99] {
            let mut x = vec![1.0_f32; 100];
            x[place] = f32::NAN;
            assert!(f32::max_of(&x).is_nan() && f32::min_of(&x).is_nan());
            assert_eq!(f32::argmax(&x), Some(place));
            assert_eq!(f32::argmin(&x), Some(place));
            x[place] = 2.0;
            x[99] = 2.0;
            assert_eq!(f32::argmax(&x), Some(place));
        }
        assert_eq!(f32::max_of(&[]), f32::NEG_INFINITY);
        assert_eq!(f32::min_of(&[]), f32::INFINITY);
        assert_eq!(f32::argmax(&[]), None);
    });
}

#[test]
fn a_long_sum_keeps_its_digits() {
    // 0.1 is no binary number: a naive f32 sum of so many stops growing at 2²¹.
    let x = vec![0.1_f32; 30_000_000];
    let exact = f64::from(0.1_f32) * x.len() as f64;
    at_every_level(|| {
        for got in [sum(&x), f32::sum_of(&x)] {
            assert!((f64::from(got) / exact - 1.0).abs() < 1e-6, "{got} {exact}");
        }
    });
    let mut column = [0.0_f32];
    add_rows(&x, &mut column);
    assert!((f64::from(column[0]) / exact - 1.0).abs() < 1e-6);
}

#[test]
fn moments_survive_a_large_mean() {
    // Σx² − n·mean² would have no digit left.
    let x: Vec<f32> = numbers::<f32>(100_000, 4)
        .iter()
        .map(|x| 4096.0 + x)
        .collect();
    let (mean, deviations) = reference::moments(&exact(&x));
    let (got_mean, got_deviations) = f32::moments(&x);
    assert!((f64::from(got_mean) / mean - 1.0).abs() < 1e-7);
    assert!((f64::from(got_deviations) / deviations - 1.0).abs() < 1e-4);
}

#[test]
fn threads_change_no_bit() {
    let x = numbers::<f32>(1_000_000, 5);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let mut columns = vec![0.0; 500];
            add_rows(&x, &mut columns);
            let (mut gamma, mut beta) = (vec![0.0; 500], vec![0.0; 500]);
            let (mut y, mut mean, mut rstd) = (x.clone(), vec![0.0; 2000], vec![0.0; 2000]);
            rows::layer_norm(&x, None, None, 1e-5, &mut y, &mut mean, &mut rstd);
            rows::layer_norm_grad_parameters(&x, &y, &mean, &rstd, &mut gamma, &mut beta);
            columns.extend([sum(&x), sum_of_squares(&x), max(&x), min(&x)]);
            columns.extend(
                gamma
                    .into_iter()
                    .chain(beta)
                    .chain(mean)
                    .chain(rstd)
                    .chain(y),
            );
            columns.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        })
    };
    let alone = run(1);
    assert!(run(2) == alone && run(5) == alone);
}

/// One row function over rows of `f64`, to be held against the kernels.
fn by_row(x: &[f64], width: usize, row: impl Fn(usize, &[f64], &mut [f64])) -> Vec<f64> {
    let mut y = vec![0.0; x.len()];
    for (index, (x, y)) in x.chunks(width).zip(y.chunks_mut(width)).enumerate() {
        row(index, x, y);
    }
    y
}

fn rows_agree<T: Float>(tolerance: f64) {
    for (width, count) in (1..71).map(|width| (width, 3)).chain([(1000, 2)]) {
        let length = count * width;
        let x: Vec<T> = numbers::<T>(length, 6)
            .into_iter()
            .map(|x| x * T::from_f64(9.0))
            .collect();
        let (gy, gamma) = (numbers::<T>(length, 7), numbers::<T>(width, 8));
        let beta = numbers::<T>(width, 9);
        let (x64, gy64) = (exact(&x), exact(&gy));
        let (gamma64, beta64) = (exact(&gamma), exact(&beta));
        let gy_row = |index: usize| &gy64[index * width..][..width];
        let mut y = vec![T::ZERO; length];
        let mut gx = y.clone();

        rows::softmax(&x, width, &mut y);
        let y64 = by_row(&x64, width, |_, x, y| row_reference::softmax(x, y));
        assert_close(&y, &y64, tolerance);
        rows::softmax_grad(&y, &gy, width, &mut gx);
        let gradient =
            |index, y: &[f64], gx: &mut [f64]| row_reference::softmax_grad(y, gy_row(index), gx);
        assert_close(&gx, &by_row(&y64, width, gradient), tolerance);

        rows::log_softmax(&x, width, &mut y);
        let y64 = by_row(&x64, width, |_, x, y| row_reference::log_softmax(x, y));
        assert_close(&y, &y64, tolerance);
        rows::log_softmax_grad(&y, &gy, width, &mut gx);
        let gradient = |index, y: &[f64], gx: &mut [f64]| {
            row_reference::log_softmax_grad(y, gy_row(index), gx)
        };
        assert_close(&gx, &by_row(&y64, width, gradient), tolerance * 10.0);

        let targets: Vec<i64> = (0..count).map(|row| (row * 7 % width) as i64).collect();
        let (mut loss, mut total) = (vec![T::ZERO; count], vec![T::ZERO; count]);
        rows::cross_entropy(&x, &targets, &mut loss, &mut total);
        let total64: Vec<f64> = x64.chunks(width).map(row_reference::logsumexp).collect();
        assert_close(&total, &total64, tolerance);
        let target = |row: usize| x64[row * width + targets[row] as usize];
        let loss64: Vec<f64> = (0..count).map(|row| total64[row] - target(row)).collect();
        assert_close(&loss, &loss64, tolerance * 10.0);
        let scale = numbers::<T>(count, 10);
        rows::cross_entropy_grad(&x, &targets, &total, &scale, &mut gx);
        let gradient = |row: usize, x: &[f64], gx: &mut [f64]| {
            let target = targets[row] as usize;
            row_reference::cross_entropy_grad(x, target, total64[row], scale[row].primal(), gx);
        };
        assert_close(&gx, &by_row(&x64, width, gradient), tolerance * 10.0);

        let epsilon = 1e-3;
        for (scaled, shifted) in [(true, true), (true, false), (false, true), (false, false)] {
            let (gamma, beta) = (scaled.then_some(&gamma[..]), shifted.then_some(&beta[..]));
            let (gamma64, beta64) = (
                scaled.then_some(&gamma64[..]),
                shifted.then_some(&beta64[..]),
            );
            let (mut mean, mut rstd) = (vec![T::ZERO; count], vec![T::ZERO; count]);
            rows::layer_norm(&x, gamma, beta, epsilon, &mut y, &mut mean, &mut rstd);
            let norm = |x: &[f64], y: &mut [f64]| {
                row_reference::layer_norm(x, gamma64, beta64, epsilon, y)
            };
            assert_close(
                &y,
                &by_row(&x64, width, |_, x, y| {
                    norm(x, y);
                }),
                tolerance * 10.0,
            );
            rows::layer_norm_grad(&x, &gy, gamma, &mean, &rstd, &mut gx);
            let gradient = |row: usize, x: &[f64], gx: &mut [f64]| {
                let moments = norm(x, &mut vec![0.0; width]);
                row_reference::layer_norm_grad(x, gy_row(row), gamma64, moments, gx);
            };
            // Two elements differ from their mean by as much, and a gradient that is all but 0 is left: of 30·gy·rstd.
            assert_close(&gx, &by_row(&x64, width, gradient), tolerance * 100.0);
            let (mut ggamma, mut gbeta) = (vec![T::ZERO; width], vec![T::ZERO; width]);
            rows::layer_norm_grad_parameters(&x, &gy, &mean, &rstd, &mut ggamma, &mut gbeta);
            let (mut ggamma64, mut gbeta64) = (vec![0.0; width], vec![0.0; width]);
            for (row, x) in x64.chunks(width).enumerate() {
                let moments = norm(x, &mut vec![0.0; width]);
                row_reference::layer_norm_grad_parameters(
                    x,
                    gy_row(row),
                    moments,
                    &mut ggamma64,
                    &mut gbeta64,
                );
            }
            assert_close(&ggamma, &ggamma64, tolerance * 10.0);
            assert_close(&gbeta, &gbeta64, tolerance * 10.0);
        }
    }
}

#[test]
fn f32_rows_agree_with_the_reference() {
    at_every_level(|| rows_agree::<f32>(5e-7));
}

#[test]
fn f64_rows_agree_with_the_reference() {
    at_every_level(|| rows_agree::<f64>(2e-15));
}

/// The bodies that the traits themselves have.
#[test]
fn rows_of_dual_numbers_agree_with_the_reference() {
    rows_agree::<Dual<f64>>(2e-15);
}

#[test]
fn rows_of_extreme_logits() {
    at_every_level(|| {
        let mut y = [0.0_f32; 3];
        f32::softmax(&[1e4, -1e4, 1e4], 3, &mut y);
        assert_eq!(y, [0.5, 0.0, 0.5]);
        f32::log_softmax(&[1e4, -1e4, 1e4], 3, &mut y);
        assert_eq!(y[1], -2e4 - 2.0_f32.ln());
        let infinite = f32::NEG_INFINITY;
        f32::softmax(&[infinite, 0.0, infinite], 3, &mut y);
        assert_eq!(y, [0.0, 1.0, 0.0]);
        f32::softmax(&[infinite; 3], 3, &mut y);
        assert_eq!(y, [0.0; 3]);
        f32::log_softmax(&[infinite; 3], 3, &mut y);
        assert_eq!(y, [infinite; 3]);
        f32::softmax(&[infinite, f32::NAN, 1.0], 3, &mut y);
        assert!(y.iter().all(|y| y.is_nan()));
        crate::reference::rows::softmax(&[infinite; 3], &mut y);
        assert_eq!(y, [0.0; 3]);
        crate::reference::rows::log_softmax(&[infinite; 3], &mut y);
        assert_eq!(y, [infinite; 3]);
        let mut total = [0.0; 4];
        let rows = [
            infinite,
            infinite,
            1.0,
            f32::INFINITY,
            1.0,
            f32::NAN,
            1e4,
            1e4,
        ];
        f32::logsumexp(&rows, 2, &mut total);
        assert_eq!(total[..2], [infinite, f32::INFINITY]);
        assert!(total[2].is_nan() && total[3] == 1e4 + 2.0_f32.ln());
    });
}

#[test]
fn empty_matrices_are_no_trouble() {
    rows::softmax::<f32>(&[], 5, &mut []);
    rows::softmax::<f32>(&[], 0, &mut []);
    rows::layer_norm::<f32>(&[], None, None, 1e-5, &mut [], &mut [], &mut []);
    rows::cross_entropy::<f32>(&[], &[], &mut [], &mut []);
    let mut total = [0.0_f32; 2];
    rows::logsumexp(&[], 0, &mut total);
    assert_eq!(total, [f32::NEG_INFINITY; 2]);
    assert_eq!(sum::<f32>(&[]), 0.0);
    add_rows::<f32>(&[], &mut []);
}
