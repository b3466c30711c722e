//! Functions of channels, naively: loops over the columns of a matrix whose last row may be shorter.

use crate::Float;
use crate::kernels::channels::Combination;

/// sumⱼ += Σᵢ (aᵢⱼ − mean_aⱼ)·(bᵢⱼ − mean_bⱼ).
pub fn covariances<T: Float>(a: &[T], mean_a: &[T], b: &[T], mean_b: &[T], sum: &mut [T]) {
    for (index, (&a, &b)) in a.iter().zip(b).enumerate() {
        let column = index % sum.len();
        sum[column] += (a - mean_a[column]) * (b - mean_b[column]);
    }
}

/// yᵢⱼ = aᵢⱼ·factorⱼ + (bᵢⱼ − meanⱼ)·slopeⱼ + shiftⱼ.
pub fn combine_columns<T: Float>(of: &Combination<'_, T>, y: &mut [T]) {
    for (index, (y, &b)) in y.iter_mut().zip(of.b).enumerate() {
        let column = index % of.mean.len();
        *y = (b - of.mean[column]) * of.slope[column] + of.shift[column];
        if let Some((a, factor)) = of.a {
            *y += a[index] * factor[column];
        }
    }
}
