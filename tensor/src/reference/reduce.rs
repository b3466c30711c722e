//! Reductions of a slice to a number, by the definition.

use crate::Float;

/// Σ xᵢ; 0 for none.
pub fn sum<T: Float>(x: &[T]) -> T {
    x.iter().fold(T::ZERO, |sum, &x| sum + x)
}

/// Σ aᵢbᵢ; 0 for none.
pub fn dot<T: Float>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::ZERO, |sum, (&a, &b)| sum + a * b)
}

/// The largest; −∞ for none, NaN if there is one.
///
/// Where several are largest each has an equal share in the derivative.
pub fn max<T: Float>(x: &[T]) -> T {
    extreme(x, T::NEG_INFINITY, |a, b| a > b)
}

/// The smallest; ∞ for none, NaN if there is one.
///
/// Where several are smallest each has an equal share in the derivative.
pub fn min<T: Float>(x: &[T]) -> T {
    extreme(x, T::INFINITY, |a, b| a < b)
}

fn extreme<T: Float>(x: &[T], none: T, wins: impl Fn(T, T) -> bool) -> T {
    let Some(best) = arg(x, wins).map(|index| x[index]) else {
        return none;
    };
    if !best.is_finite() {
        return best;
    }
    let ties = x.iter().filter(|&&x| x == best);
    let share = T::from_f64(1.0 / ties.clone().count() as f64);
    // Each difference is 0; what it carries is the difference of the tangents.
    best + ties.fold(T::ZERO, |sum, &x| sum + (x - best)) * share
}

/// The index of the first of the largest, or of the first NaN; none for none.
pub fn argmax<T: Float>(x: &[T]) -> Option<usize> {
    arg(x, |a, b| a > b)
}

/// The index of the first of the smallest, or of the first NaN; none for none.
pub fn argmin<T: Float>(x: &[T]) -> Option<usize> {
    arg(x, |a, b| a < b)
}

fn arg<T: Float>(x: &[T], wins: impl Fn(T, T) -> bool) -> Option<usize> {
    (0..x.len()).reduce(|best, index| {
        let better = wins(x[index], x[best]) || x[index].is_nan();
        if better && !x[best].is_nan() {
            index
        } else {
            best
        }
    })
}

/// sumⱼ += Σᵢ rowsᵢⱼ, for rows of the width of `sum`.
pub fn add_rows<T: Float>(rows: &[T], sum: &mut [T]) {
    if !sum.is_empty() {
        for row in rows.chunks_exact(sum.len()) {
            for (sum, &x) in sum.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }
}

/// The mean, NaN for no element, and the sum of the squared deviations from it.
pub fn moments<T: Float>(x: &[T]) -> (T, T) {
    let mean = sum(x) / T::from_f64(x.len() as f64);
    let deviations = x.iter().map(|&x| (x - mean) * (x - mean));
    (mean, deviations.fold(T::ZERO, |sum, square| sum + square))
}
