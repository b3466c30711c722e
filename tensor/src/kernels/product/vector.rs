//! Matrix times vector: `y += M·x`, bound by how fast M comes from memory, so M is read once, in the order in which it lies there.
//!
//! - Contiguous rows: four dot products at a time, each in two registers of partial sums.
//! - Contiguous columns: y gathers eight columns at a time, `y += x₀·m₀ + … + x₇·m₇`.

use super::Fast;
use super::matrix::MatRef;
use crate::kernels::simd::{Kernel, Vector};

/// `y += M·x` for an M whose rows are contiguous.
pub(super) struct Dots<'a, T> {
    pub matrix: MatRef<'a, T>,
    pub x: &'a [T],
    pub y: &'a mut [T],
}

impl<T: Fast> Kernel<T> for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Dots { matrix, x, y } = self;
        assert!(matrix.rows() == y.len() && matrix.cols() == x.len() && matrix.col_stride() == 1);
        let fours = y.len() / 4 * 4;
        let (in_fours, rest) = y.split_at_mut(fours);
        for (i, y) in in_fours.chunks_exact_mut(4).enumerate() {
            // SAFETY: rows 4·i to 4·i + 3 exist and are as long as x.
            let sums = unsafe { dots::<V, 4>(matrix.pointer(4 * i, 0), matrix.row_stride(), x) };
            for (y, sum) in y.iter_mut().zip(sums) {
                *y += sum;
            }
        }
        for (i, y) in rest.iter_mut().enumerate() {
            // SAFETY: the row exists and is as long as x.
            let [sum] =
                unsafe { dots::<V, 1>(matrix.pointer(fours + i, 0), matrix.row_stride(), x) };
            *y += sum;
        }
    }
}

/// The dot products of x with `R` rows. The order of the sum is the same for every `R`.
///
/// # Safety
///
/// The processor has the instructions of `V`; `R` rows of `x.len()` elements can be read from `row` on.
#[inline(always)]
unsafe fn dots<V: Vector, const R: usize>(
    row: *const V::Element,
    row_stride: isize,
    x: &[V::Element],
) -> [V::Element; R] {
    let pairs = x.len() / (2 * V::LANES) * (2 * V::LANES);
    // SAFETY: all reads stay inside x.len() elements of x and of each row.
    unsafe {
        let mut sums = [[V::zero(); 2]; R];
        for p in (0..pairs).step_by(2 * V::LANES) {
            let x = [
                V::load(x.as_ptr().add(p)),
                V::load(x.as_ptr().add(p + V::LANES)),
            ];
            for (r, sums) in sums.iter_mut().enumerate() {
                let row = row.offset(r as isize * row_stride).add(p);
                sums[0] = V::load(row).mul_add(x[0], sums[0]);
                sums[1] = V::load(row.add(V::LANES)).mul_add(x[1], sums[1]);
            }
        }
        for p in (pairs..x.len()).step_by(V::LANES) {
            let count = (x.len() - p).min(V::LANES);
            let x = V::load_first(x.as_ptr().add(p), count);
            for (r, sums) in sums.iter_mut().enumerate() {
                let row = row.offset(r as isize * row_stride).add(p);
                sums[0] = V::load_first(row, count).mul_add(x, sums[0]);
            }
        }
        sums.map(|[even, odd]| even.add(odd).sum())
    }
}

/// `y += M·x` for an M whose columns are contiguous.
pub(super) struct Columns<'a, T> {
    pub matrix: MatRef<'a, T>,
    pub x: &'a [T],
    pub y: &'a mut [T],
}

impl<T: Fast> Kernel<T> for Columns<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Columns { matrix, x, y } = self;
        assert!(matrix.rows() == y.len() && matrix.cols() == x.len() && matrix.row_stride() == 1);
        let eights = x.len() / 8 * 8;
        for p in (0..eights).step_by(8) {
            // SAFETY: columns p to p + 7 exist and are as long as y.
            unsafe { add_columns::<V, 8>(matrix.pointer(0, p), matrix.col_stride(), &x[p..], y) };
        }
        for p in eights..x.len() {
            // SAFETY: the column exists and is as long as y.
            unsafe { add_columns::<V, 1>(matrix.pointer(0, p), matrix.col_stride(), &x[p..], y) };
        }
    }
}

/// `y += Σ x[c]·column c` over the first `N` columns.
///
/// # Safety
///
/// The processor has the instructions of `V`; `N` columns of `y.len()` elements can be read from `column` on.
#[inline(always)]
unsafe fn add_columns<V: Vector, const N: usize>(
    column: *const V::Element,
    col_stride: isize,
    x: &[V::Element],
    y: &mut [V::Element],
) {
    let x: &[V::Element; N] = x[..N].try_into().expect("N elements");
    // SAFETY: all reads and writes stay inside y.len() elements of y and of each column.
    unsafe {
        let x = x.map(|x| V::splat(x));
        for i in (0..y.len()).step_by(V::LANES) {
            let count = (y.len() - i).min(V::LANES);
            let y = y.as_mut_ptr().add(i);
            let column = column.add(i);
            if count == V::LANES {
                let mut sum = V::load(y);
                for (c, x) in x.into_iter().enumerate() {
                    sum = V::load(column.offset(c as isize * col_stride)).mul_add(x, sum);
                }
                sum.store(y);
            } else {
                let mut sum = V::load_first(y, count);
                for (c, x) in x.into_iter().enumerate() {
                    sum = V::load_first(column.offset(c as isize * col_stride), count)
                        .mul_add(x, sum);
                }
                sum.store_first(y, count);
            }
        }
    }
}
