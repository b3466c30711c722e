//! The loops over columns, free of branches, for the compiler to vectorise.

use super::Combination;
use crate::kernels::maps::maths::{MulAdd, Real};

/// Columns whose sums are kept in registers.
pub(super) const COLUMNS: usize = 64;

#[inline(always)]
pub(super) fn covariances<M: MulAdd, T: Real>(
    a: &[T],
    mean_a: &[T],
    b: &[T],
    mean_b: &[T],
    sum: &mut [T],
) {
    let width = sum.len();
    let whole = match width.is_multiple_of(COLUMNS) {
        true => a.len() / width * width,
        false => 0,
    };
    if whole > 0 {
        for (index, sum) in sum.chunks_mut(COLUMNS).enumerate() {
            let first = index * COLUMNS;
            let (mean_a, mean_b) = (block(mean_a, first), block(mean_b, first));
            let mut sums = [T::of(0.0); COLUMNS];
            let rows = a[..whole].chunks_exact(width).zip(b.chunks_exact(width));
            for (a, b) in rows {
                let operands = block(a, first).iter().zip(block(b, first));
                add_products::<M, T>(operands, mean_a.iter().zip(mean_b), &mut sums);
            }
            for (sum, x) in sum.iter_mut().zip(sums) {
                *sum += x;
            }
        }
    }
    for (a, b) in a[whole..].chunks(width).zip(b[whole..].chunks(width)) {
        add_products::<M, T>(a.iter().zip(b), mean_a.iter().zip(mean_b), sum);
    }
}

/// The columns from `first` on. The compiler keeps what has a length that it knows in registers.
#[inline(always)]
fn block<T>(row: &[T], first: usize) -> &[T; COLUMNS] {
    let (block, _) = row[first..].split_first_chunk().expect("a full block");
    block
}

/// sumⱼ += (aⱼ − mean_aⱼ)·(bⱼ − mean_bⱼ).
#[inline(always)]
fn add_products<'a, M: MulAdd, T: Real + 'a>(
    operands: impl Iterator<Item = (&'a T, &'a T)>,
    means: impl Iterator<Item = (&'a T, &'a T)>,
    sum: &mut [T],
) {
    for ((sum, (&a, &b)), (&mean_a, &mean_b)) in sum.iter_mut().zip(operands).zip(means) {
        *sum = T::mul_add::<M>(a - mean_a, b - mean_b, *sum);
    }
}

#[inline(always)]
pub(super) fn combine_columns<M: MulAdd, T: Real>(of: Combination<'_, T>, y: &mut [T]) {
    let width = of.mean.len();
    let centred =
        |b: &T, mean: &T, slope: &T, shift: &T| T::mul_add::<M>(*b - *mean, *slope, *shift);
    match of.a {
        None => {
            for (y, b) in y.chunks_mut(width).zip(of.b.chunks(width)) {
                let vectors = of.mean.iter().zip(of.slope).zip(of.shift);
                for ((y, b), ((mean, slope), shift)) in y.iter_mut().zip(b).zip(vectors) {
                    *y = centred(b, mean, slope, shift);
                }
            }
        }
        Some((a, factor)) => {
            let rows = a.chunks(width).zip(of.b.chunks(width));
            for (y, (a, b)) in y.chunks_mut(width).zip(rows) {
                let vectors = of.mean.iter().zip(of.slope).zip(of.shift).zip(factor);
                let operands = a.iter().zip(b);
                for ((y, (&a, b)), (((mean, slope), shift), &factor)) in
                    y.iter_mut().zip(operands).zip(vectors)
                {
                    *y = T::mul_add::<M>(a, factor, centred(b, mean, slope, shift));
                }
            }
        }
    }
}
