//! Functions of a row, the last axis of a tensor, and their gradients.

use crate::Float;

use super::reduce;

/// The primal value of the largest of the row: shifting by it keeps exponentials in range, and since the functions don't
/// change under a shift it carries no derivative. 0 for a row of −∞, whose differences would be NaN.
fn shift<T: Float>(x: &[T]) -> T {
    let max = reduce::max(x).primal();
    T::from_f64(if max == f64::NEG_INFINITY { 0.0 } else { max })
}

/// y = softmax x: yᵢ = exp xᵢ / Σⱼ exp xⱼ; 0 throughout for a row of −∞.
pub fn softmax<T: Float>(x: &[T], y: &mut [T]) {
    let shift = shift(x);
    let sum = x.iter().fold(T::ZERO, |sum, &x| sum + (x - shift).exp());
    for (y, &x) in y.iter_mut().zip(x) {
        let share = (x - shift).exp();
        *y = if sum == T::ZERO { share } else { share / sum };
    }
}

/// gxᵢ = yᵢ(gyᵢ − Σⱼ yⱼ gyⱼ), for y = softmax x.
pub fn softmax_grad<T: Float>(y: &[T], gy: &[T], gx: &mut [T]) {
    let mean = reduce::dot(y, gy);
    for (gx, (&y, &gy)) in gx.iter_mut().zip(y.iter().zip(gy)) {
        *gx = y * (gy - mean);
    }
}

/// ln Σ exp xᵢ; −∞ for a row of −∞ or of no element.
pub fn logsumexp<T: Float>(x: &[T]) -> T {
    let shift = shift(x);
    let shift = if shift.is_finite() { shift } else { T::ZERO };
    let sum = x.iter().fold(T::ZERO, |sum, &x| sum + (x - shift).exp());
    shift + sum.ln()
}

/// yᵢ = xᵢ − ln Σⱼ exp xⱼ; −∞ throughout for a row of −∞.
pub fn log_softmax<T: Float>(x: &[T], y: &mut [T]) {
    let shift = shift(x);
    let sum = x.iter().fold(T::ZERO, |sum, &x| sum + (x - shift).exp());
    let ln_sum = if sum == T::ZERO { sum } else { sum.ln() };
    for (y, &x) in y.iter_mut().zip(x) {
        *y = (x - shift) - ln_sum;
    }
}

/// gxᵢ = gyᵢ − exp yᵢ·Σⱼ gyⱼ, for y = log_softmax x.
pub fn log_softmax_grad<T: Float>(y: &[T], gy: &[T], gx: &mut [T]) {
    let sum = reduce::sum(gy);
    for (gx, (&y, &gy)) in gx.iter_mut().zip(y.iter().zip(gy)) {
        *gx = gy - y.exp() * sum;
    }
}

/// yᵢ = (xᵢ − mean)·rstd·γᵢ + βᵢ with rstd = 1/√(variance + ε), the variance being the mean squared deviation.
/// Returns (mean, rstd).
pub fn layer_norm<T: Float>(
    x: &[T],
    gamma: Option<&[T]>,
    beta: Option<&[T]>,
    epsilon: f64,
    y: &mut [T],
) -> (T, T) {
    let (mean, deviations) = reduce::moments(x);
    let variance = deviations / T::from_f64(x.len() as f64);
    let rstd = (variance + T::from_f64(epsilon)).sqrt().recip();
    for (index, (y, &x)) in y.iter_mut().zip(x).enumerate() {
        let normalised = (x - mean) * rstd;
        let scaled = gamma.map_or(normalised, |gamma| normalised * gamma[index]);
        *y = beta.map_or(scaled, |beta| scaled + beta[index]);
    }
    (mean, rstd)
}

/// The gradient of [`layer_norm`] for x: with gᵢ = gyᵢγᵢ and x̂ᵢ = (xᵢ − mean)·rstd,
/// gxᵢ = rstd·(gᵢ − mean(g) − x̂ᵢ·mean(g·x̂)).
pub fn layer_norm_grad<T: Float>(
    x: &[T],
    gy: &[T],
    gamma: Option<&[T]>,
    (mean, rstd): (T, T),
    gx: &mut [T],
) {
    let g = |index: usize| gamma.map_or(gy[index], |gamma| gy[index] * gamma[index]);
    let normalised = |index: usize| (x[index] - mean) * rstd;
    let count = T::from_f64(x.len() as f64);
    let (mut sum, mut dot) = (T::ZERO, T::ZERO);
    for index in 0..x.len() {
        sum += g(index);
        dot += g(index) * normalised(index);
    }
    for (index, gx) in gx.iter_mut().enumerate() {
        *gx = rstd * (g(index) - sum / count - normalised(index) * (dot / count));
    }
}

/// The share of a row in the gradients of [`layer_norm`] for γ and β: ggammaᵢ += gyᵢ·x̂ᵢ, gbetaᵢ += gyᵢ.
pub fn layer_norm_grad_parameters<T: Float>(
    x: &[T],
    gy: &[T],
    (mean, rstd): (T, T),
    ggamma: &mut [T],
    gbeta: &mut [T],
) {
    for (index, (&x, &gy)) in x.iter().zip(gy).enumerate() {
        ggamma[index] += gy * ((x - mean) * rstd);
        gbeta[index] += gy;
    }
}

/// The gradient of the cross entropy ln Σ exp xᵢ − x_target, times `scale`: gxᵢ = (softmax(x)ᵢ − [i = target])·scale,
/// `logsumexp` being that of the row.
pub fn cross_entropy_grad<T: Float>(x: &[T], target: usize, logsumexp: T, scale: T, gx: &mut [T]) {
    for (gx, &x) in gx.iter_mut().zip(x) {
        *gx = (x - logsumexp).exp() * scale;
    }
    gx[target] -= scale;
}
