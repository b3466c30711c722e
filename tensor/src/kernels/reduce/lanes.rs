//! Sums and extremes of a short slice, in many accumulators.
//!
//! A loop with one accumulator waits for each addition before it begins the next. With [`LANES`] of them, element i going to
//! accumulator i mod `LANES`, the compiler keeps the accumulators in vector registers and has several additions under way; and
//! each accumulator sums a thirty-second of the elements, so that the rounding error is smaller too. At the end they
//! are combined as a tree.

use crate::kernels::maps::maths::{MulAdd, Real};

/// The number of accumulators: four AVX2 registers of `f32`.
const LANES: usize = 32;

/// Accumulates over slices of one length: `macro!(lane, value…)` for each element, in accumulators that start at `$start`.
macro_rules! in_lanes {
    ($start:expr, |$lane:ident, $($x:ident),+| $step:expr) => {{
        let mut lanes = [$start; LANES];
        in_lanes!(@loop lanes, $lane, $step, $($x),+);
        lanes
    }};
    (@loop $lanes:ident, $lane:ident, $step:expr, $x:ident) => {
        let (blocks, rest) = $x.as_chunks::<LANES>();
        for block in blocks {
            for ($lane, &$x) in $lanes.iter_mut().zip(block) {
                $step;
            }
        }
        for ($lane, &$x) in $lanes.iter_mut().zip(rest) {
            $step;
        }
    };
    (@loop $lanes:ident, $lane:ident, $step:expr, $x:ident, $y:ident) => {
        let (x_blocks, x_rest) = $x.as_chunks::<LANES>();
        let (y_blocks, y_rest) = $y.as_chunks::<LANES>();
        for (x_block, y_block) in x_blocks.iter().zip(y_blocks) {
            for (($lane, &$x), &$y) in $lanes.iter_mut().zip(x_block).zip(y_block) {
                $step;
            }
        }
        for (($lane, &$x), &$y) in $lanes.iter_mut().zip(x_rest).zip(y_rest) {
            $step;
        }
    };
}

/// The lanes combined as a tree, halves to halves.
macro_rules! combine {
    ($lanes:expr, |$a:ident, $b:ident| $both:expr) => {{
        let mut lanes = $lanes;
        let mut half = LANES / 2;
        while half > 0 {
            for index in 0..half {
                let ($a, $b) = (lanes[index], lanes[index + half]);
                lanes[index] = $both;
            }
            half /= 2;
        }
        lanes[0]
    }};
}

/// Σ xᵢ.
#[inline(always)]
pub(in crate::kernels) fn sum<M: MulAdd, T: Real>(x: &[T]) -> T {
    combine!(in_lanes!(T::of(0.0), |lane, x| *lane += x), |a, b| a + b)
}

/// Σ xᵢyᵢ.
#[inline(always)]
pub(in crate::kernels) fn dot<M: MulAdd, T: Real>(x: &[T], y: &[T]) -> T {
    let lanes = in_lanes!(T::of(0.0), |lane, x, y| *lane =
        T::mul_add::<M>(x, y, *lane));
    combine!(lanes, |a, b| a + b)
}

/// Σ (xᵢ − mean)².
#[inline(always)]
pub(in crate::kernels::reduce) fn squared_deviations<M: MulAdd, T: Real>(x: &[T], mean: T) -> T {
    let lanes = in_lanes!(T::of(0.0), |lane, x| {
        let deviation = x - mean;
        *lane = T::mul_add::<M>(deviation, deviation, *lane);
    });
    combine!(lanes, |a, b| a + b)
}

/// Σ xᵢ(yᵢ − mean).
#[inline(always)]
pub(in crate::kernels::reduce) fn centred_dot<M: MulAdd, T: Real>(x: &[T], y: &[T], mean: T) -> T {
    let lanes = in_lanes!(T::of(0.0), |lane, x, y| {
        *lane = T::mul_add::<M>(x, y - mean, *lane);
    });
    combine!(lanes, |a, b| a + b)
}

/// The mean, and the sum of squared deviations from it.
#[inline(always)]
pub(in crate::kernels::reduce) fn moments<M: MulAdd, T: Real>(x: &[T]) -> (T, T) {
    let mean = sum::<M, T>(x) / T::of(x.len() as f64);
    (mean, squared_deviations::<M, T>(x, mean))
}

/// b where it is larger or NaN, else a, which may be NaN.
#[inline(always)]
pub(in crate::kernels) fn larger<T: Real>(a: T, b: T) -> T {
    if (b > a) | is_nan(b) { b } else { a }
}

/// b where it is smaller or NaN, else a, which may be NaN.
#[inline(always)]
pub(in crate::kernels::reduce) fn smaller<T: Real>(a: T, b: T) -> T {
    if (b < a) | is_nan(b) { b } else { a }
}

/// The largest; −∞ for none, NaN if there is one.
#[inline(always)]
pub(in crate::kernels) fn max<M: MulAdd, T: Real>(x: &[T]) -> T {
    let lanes = in_lanes!(-T::INFINITY, |lane, x| *lane = larger(*lane, x));
    combine!(lanes, |a, b| larger(a, b))
}

/// The smallest; ∞ for none, NaN if there is one.
#[inline(always)]
pub(in crate::kernels::reduce) fn min<M: MulAdd, T: Real>(x: &[T]) -> T {
    let lanes = in_lanes!(T::INFINITY, |lane, x| *lane = smaller(*lane, x));
    combine!(lanes, |a, b| smaller(a, b))
}

/// The index of the first element that equals `value`, or is NaN where `value` is; the length where there is none.
#[inline(always)]
pub(in crate::kernels::reduce) fn position<M: MulAdd, T: Real>(x: &[T], value: T) -> usize {
    let wanted = |x: T| (x == value) | (is_nan(x) & is_nan(value));
    // Looking at all of a block is quick, and says where to look closely.
    for (index, block) in x.chunks(LANES).enumerate() {
        let mut found = false;
        for &x in block {
            found |= wanted(x);
        }
        if found {
            let within = block.iter().position(|&x| wanted(x));
            return index * LANES + within.unwrap_or(0);
        }
    }
    x.len()
}

/// Columns that [`add_rows`] sums at a time, in registers.
pub(super) const COLUMNS: usize = 64;

/// Σ of the rows of `width` in `rows`, for the columns from `first` on, [`COLUMNS`] of them or as many as there are.
#[inline(always)]
pub(in crate::kernels::reduce) fn column_sums<M: MulAdd, T: Real>(
    rows: &[T],
    width: usize,
    first: usize,
) -> [T; COLUMNS] {
    let mut sums = [T::of(0.0); COLUMNS];
    let columns = COLUMNS.min(width - first);
    if columns == COLUMNS {
        for row in rows.chunks_exact(width) {
            let (block, _) = row[first..]
                .split_first_chunk::<COLUMNS>()
                .expect("a full block");
            for (sum, &x) in sums.iter_mut().zip(block) {
                *sum += x;
            }
        }
    } else {
        for row in rows.chunks_exact(width) {
            for (sum, &x) in sums.iter_mut().zip(&row[first..]) {
                *sum += x;
            }
        }
    }
    sums
}

#[inline(always)]
fn is_nan<T: Real>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}
