//! The loops over rows: each pass over a row is a loop that the compiler vectorises, and the row stays in the cache between
//! passes.

use crate::kernels::maps::maths::{MulAdd, Real, exp, ln};
use crate::kernels::reduce::lanes;

/// yᵢ = exp(xᵢ − shift); returns Σ yᵢ.
#[inline(always)]
fn exp_row<M: MulAdd, T: Real>(x: &[T], shift: T, y: &mut [T]) -> T {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = exp::<M, T>(x - shift);
    }
    lanes::sum::<M, T>(y)
}

/// Σ exp(xᵢ − shift), keeping nothing: the exponentials pass through a block on the stack.
#[inline(always)]
fn sum_of_exp<M: MulAdd, T: Real>(x: &[T], shift: T) -> T {
    const BLOCK: usize = 256;
    let mut block = [T::of(0.0); BLOCK];
    let mut sum = T::of(0.0);
    for x in x.chunks(BLOCK) {
        sum += exp_row::<M, T>(x, shift, &mut block[..x.len()]);
    }
    sum
}

/// A row's largest element, by which the row is shifted, or 0 where all are −∞: their difference would be NaN.
#[inline(always)]
fn above_nothing<T: Real>(max: T) -> T {
    if max == -T::INFINITY { T::of(0.0) } else { max }
}

/// ln Σ exp xᵢ of a row.
#[inline(always)]
fn logsumexp_row<M: MulAdd, T: Real>(x: &[T]) -> T {
    let max = lanes::max::<M, T>(x);
    // A row of −∞ has the exponentials 0, one with +∞ the exponential ∞; the difference ∞ − ∞ would be NaN.
    let shift = if max.abs() == T::INFINITY {
        T::of(0.0)
    } else {
        max
    };
    shift + ln::<M, T>(sum_of_exp::<M, T>(x, shift))
}

#[inline(always)]
pub(super) fn softmax<M: MulAdd, T: Real>(x: &[T], width: usize, y: &mut [T]) {
    for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
        let sum = exp_row::<M, T>(x, above_nothing(lanes::max::<M, T>(x)), y);
        // Only a row of −∞ has the sum 0: there is nothing to share out, and every share is 0.
        let scale = if sum == T::of(0.0) {
            sum
        } else {
            T::of(1.0) / sum
        };
        for y in y {
            *y = *y * scale;
        }
    }
}

#[inline(always)]
pub(super) fn softmax_grad<M: MulAdd, T: Real>(y: &[T], gy: &[T], width: usize, gx: &mut [T]) {
    let rows = y.chunks_exact(width).zip(gy.chunks_exact(width));
    for ((y, gy), gx) in rows.zip(gx.chunks_exact_mut(width)) {
        let mean = lanes::dot::<M, T>(y, gy);
        for ((gx, &y), &gy) in gx.iter_mut().zip(y).zip(gy) {
            *gx = y * (gy - mean);
        }
    }
}

#[inline(always)]
pub(super) fn logsumexp<M: MulAdd, T: Real>(x: &[T], width: usize, y: &mut [T]) {
    for (x, y) in x.chunks_exact(width).zip(y) {
        *y = logsumexp_row::<M, T>(x);
    }
}

#[inline(always)]
pub(super) fn log_softmax<M: MulAdd, T: Real>(x: &[T], width: usize, y: &mut [T]) {
    for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
        let max = above_nothing(lanes::max::<M, T>(x));
        let sum = sum_of_exp::<M, T>(x, max);
        // Only a row of −∞ has the sum 0: every share is 0, and its logarithm −∞.
        let ln_sum = if sum == T::of(0.0) {
            T::of(0.0)
        } else {
            ln::<M, T>(sum)
        };
        // The two subtractions apart: max + ln_sum would lose the digits of ln_sum beside a large maximum.
        for (y, &x) in y.iter_mut().zip(x) {
            *y = (x - max) - ln_sum;
        }
    }
}

#[inline(always)]
pub(super) fn log_softmax_grad<M: MulAdd, T: Real>(y: &[T], gy: &[T], width: usize, gx: &mut [T]) {
    let rows = y.chunks_exact(width).zip(gy.chunks_exact(width));
    for ((y, gy), gx) in rows.zip(gx.chunks_exact_mut(width)) {
        let sum = lanes::sum::<M, T>(gy);
        for ((gx, &y), &gy) in gx.iter_mut().zip(y).zip(gy) {
            *gx = T::mul_add::<M>(-exp::<M, T>(y), sum, gy);
        }
    }
}

#[inline(always)]
pub(super) fn layer_norm<M: MulAdd, T: Real>(
    x: &[T],
    gamma: Option<&[T]>,
    beta: Option<&[T]>,
    epsilon: f64,
    y: &mut [T],
    mean: &mut [T],
    rstd: &mut [T],
) {
    let width = x.len() / mean.len();
    let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
    for ((x, y), (mean, rstd)) in rows.zip(mean.iter_mut().zip(rstd)) {
        let (m, deviations) = lanes::moments::<M, T>(x);
        let variance = deviations / T::of(width as f64);
        let r = T::of(1.0) / (variance + T::of(epsilon)).sqrt();
        (*mean, *rstd) = (m, r);
        match (gamma, beta) {
            (Some(gamma), Some(beta)) => {
                for (((y, &x), &gamma), &beta) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
                    *y = T::mul_add::<M>((x - m) * r, gamma, beta);
                }
            }
            (Some(gamma), None) => {
                for ((y, &x), &gamma) in y.iter_mut().zip(x).zip(gamma) {
                    *y = (x - m) * r * gamma;
                }
            }
            (None, Some(beta)) => {
                for ((y, &x), &beta) in y.iter_mut().zip(x).zip(beta) {
                    *y = T::mul_add::<M>(x - m, r, beta);
                }
            }
            (None, None) => {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = (x - m) * r;
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn layer_norm_grad<M: MulAdd, T: Real>(
    x: &[T],
    gy: &[T],
    gamma: Option<&[T]>,
    mean: &[T],
    rstd: &[T],
    gx: &mut [T],
) {
    let width = x.len() / mean.len();
    let share = T::of(1.0 / width as f64);
    let rows = x.chunks_exact(width).zip(gy.chunks_exact(width));
    let moments = mean.iter().zip(rstd);
    for (((x, gy), gx), (&mean, &rstd)) in rows.zip(gx.chunks_exact_mut(width)).zip(moments) {
        // g = gy·γ, kept in gx until it is replaced by the gradient.
        match gamma {
            Some(gamma) => {
                for ((gx, &gy), &gamma) in gx.iter_mut().zip(gy).zip(gamma) {
                    *gx = gy * gamma;
                }
            }
            None => gx.copy_from_slice(gy),
        }
        let sum = lanes::sum::<M, T>(gx);
        // Σ g·(x − mean): g times x̂ needs but a factor rstd more.
        let dot = lanes::centred_dot::<M, T>(gx, x, mean);
        let (offset, slope) = (sum * share, dot * share * rstd * rstd);
        for (gx, &x) in gx.iter_mut().zip(x) {
            *gx = rstd * T::mul_add::<M>(mean - x, slope, *gx - offset);
        }
    }
}

#[inline(always)]
pub(super) fn layer_norm_grad_parameters<M: MulAdd, T: Real>(
    x: &[T],
    gy: &[T],
    mean: &[T],
    rstd: &[T],
    ggamma: &mut [T],
    gbeta: &mut [T],
) {
    let width = ggamma.len();
    let rows = x.chunks_exact(width).zip(gy.chunks_exact(width));
    for ((x, gy), (&mean, &rstd)) in rows.zip(mean.iter().zip(rstd)) {
        let gradients = ggamma.iter_mut().zip(gbeta.iter_mut());
        for (((ggamma, gbeta), &x), &gy) in gradients.zip(x).zip(gy) {
            *ggamma = T::mul_add::<M>(gy, (x - mean) * rstd, *ggamma);
            *gbeta += gy;
        }
    }
}

#[inline(always)]
pub(super) fn cross_entropy_grad<M: MulAdd, T: Real>(
    x: &[T],
    targets: &[i64],
    logsumexp: &[T],
    scale: &[T],
    gx: &mut [T],
) {
    let width = x.len() / targets.len();
    let rows = x.chunks_exact(width).zip(gx.chunks_exact_mut(width));
    let given = targets.iter().zip(logsumexp).zip(scale);
    for ((x, gx), ((&target, &logsumexp), &scale)) in rows.zip(given) {
        for (gx, &x) in gx.iter_mut().zip(x) {
            *gx = exp::<M, T>(x - logsumexp) * scale;
        }
        let target = target as usize;
        gx[target] = gx[target] - scale;
    }
}
