//! Functions of a row, over the rows of a matrix: softmax, layer norm, cross entropy, and their gradients.

mod loops;
mod threads;

use crate::kernels::dispatch::at_every_level;
use crate::{Float, reference::rows as reference};

pub use threads::{
    cross_entropy, cross_entropy_grad, layer_norm, layer_norm_grad, layer_norm_grad_parameters,
    log_softmax, log_softmax_grad, logsumexp, softmax, softmax_grad,
};

/// Functions of each row of a matrix, given as a slice and the width of a row, on the calling thread, at the level in force.
///
/// The default bodies are the [reference functions](crate::reference::rows); `f32` and `f64` have vectorised ones. All
/// are finite wherever the definition is: logits of ±1e4 are no trouble. A NaN makes its row NaN.
///
/// # Panics
/// All functions do if the slices don't have the same number of whole rows, if there is no row or its width is 0, or if a
/// target isn't in `0..width`. The free functions of this module take empty matrices too.
pub trait RowKernels: Copy + 'static {
    /// y = softmax of each row of x: 0 throughout for a row of −∞, NaN for one with a +∞.
    fn softmax(x: &[Self], width: usize, y: &mut [Self])
    where
        Self: Float,
    {
        check(&[x.len(), y.len()], width);
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            reference::softmax(x, y);
        }
    }

    /// gx = gradient of softmax, from its result y and the gradient gy of that.
    fn softmax_grad(y: &[Self], gy: &[Self], width: usize, gx: &mut [Self])
    where
        Self: Float,
    {
        check(&[y.len(), gy.len(), gx.len()], width);
        let rows = y.chunks_exact(width).zip(gy.chunks_exact(width));
        for ((y, gy), gx) in rows.zip(gx.chunks_exact_mut(width)) {
            reference::softmax_grad(y, gy, gx);
        }
    }

    /// yᵢ = ln Σ exp of row i. −∞ for a row of −∞, ∞ for one with a +∞.
    fn logsumexp(x: &[Self], width: usize, y: &mut [Self])
    where
        Self: Float,
    {
        check(&[x.len(), y.len() * width], width);
        for (x, y) in x.chunks_exact(width).zip(y) {
            *y = reference::logsumexp(x);
        }
    }

    /// y = x − ln Σ exp of each row: −∞ throughout for a row of −∞, NaN for one with a +∞.
    fn log_softmax(x: &[Self], width: usize, y: &mut [Self])
    where
        Self: Float,
    {
        check(&[x.len(), y.len()], width);
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            reference::log_softmax(x, y);
        }
    }

    /// gx = gradient of log_softmax, from its result y and the gradient gy of that.
    fn log_softmax_grad(y: &[Self], gy: &[Self], width: usize, gx: &mut [Self])
    where
        Self: Float,
    {
        check(&[y.len(), gy.len(), gx.len()], width);
        let rows = y.chunks_exact(width).zip(gy.chunks_exact(width));
        for ((y, gy), gx) in rows.zip(gx.chunks_exact_mut(width)) {
            reference::log_softmax_grad(y, gy, gx);
        }
    }

    /// y = (x − mean)·rstd·γ + β for each row, and the mean and rstd = 1/√(variance + ε) of each row. γ and β have the
    /// width of a row; without them they are 1 and 0.
    fn layer_norm(
        x: &[Self],
        gamma: Option<&[Self]>,
        beta: Option<&[Self]>,
        epsilon: f64,
        y: &mut [Self],
        mean: &mut [Self],
        rstd: &mut [Self],
    ) where
        Self: Float,
    {
        let width = check_norm(&[x.len(), y.len()], mean, rstd, &[gamma, beta]);
        let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
        for ((x, y), (mean, rstd)) in rows.zip(mean.iter_mut().zip(rstd)) {
            (*mean, *rstd) = reference::layer_norm(x, gamma, beta, epsilon, y);
        }
    }

    /// gx = gradient of [`RowKernels::layer_norm`] for x.
    fn layer_norm_grad(
        x: &[Self],
        gy: &[Self],
        gamma: Option<&[Self]>,
        mean: &[Self],
        rstd: &[Self],
        gx: &mut [Self],
    ) where
        Self: Float,
    {
        let width = check_norm(&[x.len(), gy.len(), gx.len()], mean, rstd, &[gamma]);
        let rows = x.chunks_exact(width).zip(gy.chunks_exact(width));
        let moments = mean.iter().zip(rstd);
        for (((x, gy), gx), (&mean, &rstd)) in rows.zip(gx.chunks_exact_mut(width)).zip(moments) {
            reference::layer_norm_grad(x, gy, gamma, (mean, rstd), gx);
        }
    }

    /// ggamma += Σ gy·x̂ and gbeta += Σ gy over the rows: the gradients of [`RowKernels::layer_norm`] for γ and β.
    fn layer_norm_grad_parameters(
        x: &[Self],
        gy: &[Self],
        mean: &[Self],
        rstd: &[Self],
        ggamma: &mut [Self],
        gbeta: &mut [Self],
    ) where
        Self: Float,
    {
        let width = check_norm(
            &[x.len(), gy.len()],
            mean,
            rstd,
            &[Some(ggamma), Some(gbeta)],
        );
        let rows = x.chunks_exact(width).zip(gy.chunks_exact(width));
        for ((x, gy), (&mean, &rstd)) in rows.zip(mean.iter().zip(rstd)) {
            reference::layer_norm_grad_parameters(x, gy, (mean, rstd), ggamma, gbeta);
        }
    }

    /// lossᵢ = logsumexpᵢ − x[i, targetᵢ], and logsumexpᵢ = ln Σ exp of row i, which the gradient needs.
    fn cross_entropy(x: &[Self], targets: &[i64], loss: &mut [Self], logsumexp: &mut [Self])
    where
        Self: Float,
    {
        let width = check_targets(&[x.len()], targets, &[loss.len(), logsumexp.len()]);
        Self::logsumexp(x, width, logsumexp);
        let rows = x.chunks_exact(width).zip(targets);
        for ((x, &target), (loss, &logsumexp)) in rows.zip(loss.iter_mut().zip(&*logsumexp)) {
            *loss = logsumexp - x[target as usize];
        }
    }

    /// gx[i, j] = (softmax(x)[i, j] − [j = targetᵢ])·scaleᵢ, with the logsumexp that [`RowKernels::cross_entropy`] gave.
    fn cross_entropy_grad(
        x: &[Self],
        targets: &[i64],
        logsumexp: &[Self],
        scale: &[Self],
        gx: &mut [Self],
    ) where
        Self: Float,
    {
        let lengths = [logsumexp.len(), scale.len()];
        let width = check_targets(&[x.len(), gx.len()], targets, &lengths);
        let rows = x.chunks_exact(width).zip(gx.chunks_exact_mut(width));
        let given = targets.iter().zip(logsumexp).zip(scale);
        for ((x, gx), ((&target, &logsumexp), &scale)) in rows.zip(given) {
            reference::cross_entropy_grad(x, target as usize, logsumexp, scale, gx);
        }
    }
}

impl<T: Float> RowKernels for crate::Dual<T> {}

/// The vectorised row functions of a type.
macro_rules! vectorised_rows {
    ($type:ident) => {
        impl RowKernels for $type {
            fn softmax(x: &[$type], width: usize, y: &mut [$type]) {
                check(&[x.len(), y.len()], width);
                softmax_at_level(x, width, y);
            }

            fn softmax_grad(y: &[$type], gy: &[$type], width: usize, gx: &mut [$type]) {
                check(&[y.len(), gy.len(), gx.len()], width);
                softmax_grad_at_level(y, gy, width, gx);
            }

            fn logsumexp(x: &[$type], width: usize, y: &mut [$type]) {
                check(&[x.len(), y.len() * width], width);
                logsumexp_at_level(x, width, y);
            }

            fn log_softmax(x: &[$type], width: usize, y: &mut [$type]) {
                check(&[x.len(), y.len()], width);
                log_softmax_at_level(x, width, y);
            }

            fn log_softmax_grad(y: &[$type], gy: &[$type], width: usize, gx: &mut [$type]) {
                check(&[y.len(), gy.len(), gx.len()], width);
                log_softmax_grad_at_level(y, gy, width, gx);
            }

            fn layer_norm(
                x: &[$type],
                gamma: Option<&[$type]>,
                beta: Option<&[$type]>,
                epsilon: f64,
                y: &mut [$type],
                mean: &mut [$type],
                rstd: &mut [$type],
            ) {
                check_norm(&[x.len(), y.len()], mean, rstd, &[gamma, beta]);
                layer_norm_at_level(x, gamma, beta, epsilon, y, mean, rstd);
            }

            fn layer_norm_grad(
                x: &[$type],
                gy: &[$type],
                gamma: Option<&[$type]>,
                mean: &[$type],
                rstd: &[$type],
                gx: &mut [$type],
            ) {
                check_norm(&[x.len(), gy.len(), gx.len()], mean, rstd, &[gamma]);
                layer_norm_grad_at_level(x, gy, gamma, mean, rstd, gx);
            }

            fn layer_norm_grad_parameters(
                x: &[$type],
                gy: &[$type],
                mean: &[$type],
                rstd: &[$type],
                ggamma: &mut [$type],
                gbeta: &mut [$type],
            ) {
                let parameters = [Some(&*ggamma), Some(&*gbeta)];
                check_norm(&[x.len(), gy.len()], mean, rstd, &parameters);
                layer_norm_grad_parameters_at_level(x, gy, mean, rstd, ggamma, gbeta);
            }

            fn cross_entropy_grad(
                x: &[$type],
                targets: &[i64],
                logsumexp: &[$type],
                scale: &[$type],
                gx: &mut [$type],
            ) {
                let lengths = [logsumexp.len(), scale.len()];
                check_targets(&[x.len(), gx.len()], targets, &lengths);
                cross_entropy_grad_at_level(x, targets, logsumexp, scale, gx);
            }
        }
    };
}

vectorised_rows!(f32);
vectorised_rows!(f64);

at_every_level!(fn softmax_at_level(x: &[T], width: usize, y: &mut [T]) = loops::softmax);
at_every_level!(
    fn softmax_grad_at_level(y: &[T], gy: &[T], width: usize, gx: &mut [T]) =
        loops::softmax_grad
);
at_every_level!(fn logsumexp_at_level(x: &[T], width: usize, y: &mut [T]) = loops::logsumexp);
at_every_level!(
    fn log_softmax_at_level(x: &[T], width: usize, y: &mut [T]) = loops::log_softmax
);
at_every_level!(
    fn log_softmax_grad_at_level(y: &[T], gy: &[T], width: usize, gx: &mut [T]) =
        loops::log_softmax_grad
);
at_every_level!(
    fn layer_norm_at_level(
        x: &[T],
        gamma: Option<&[T]>,
        beta: Option<&[T]>,
        epsilon: f64,
        y: &mut [T],
        mean: &mut [T],
        rstd: &mut [T],
    ) = loops::layer_norm
);
at_every_level!(
    fn layer_norm_grad_at_level(
        x: &[T],
        gy: &[T],
        gamma: Option<&[T]>,
        mean: &[T],
        rstd: &[T],
        gx: &mut [T],
    ) = loops::layer_norm_grad
);
at_every_level!(
    fn layer_norm_grad_parameters_at_level(
        x: &[T],
        gy: &[T],
        mean: &[T],
        rstd: &[T],
        ggamma: &mut [T],
        gbeta: &mut [T],
    ) = loops::layer_norm_grad_parameters
);
at_every_level!(
    fn cross_entropy_grad_at_level(
        x: &[T],
        targets: &[i64],
        logsumexp: &[T],
        scale: &[T],
        gx: &mut [T],
    ) = loops::cross_entropy_grad
);

/// Panics unless each length is that of the first, and a whole number of rows.
fn check(lengths: &[usize], width: usize) {
    assert!(
        width > 0 && lengths[0].is_multiple_of(width) && lengths.iter().all(|&l| l == lengths[0]),
        "slices of {lengths:?} elements aren't the same number of rows of {width}"
    );
}

/// The width of a row, for matrices of the given lengths with a mean and an rstd to each row and parameters of its width.
fn check_norm<T>(lengths: &[usize], mean: &[T], rstd: &[T], parameters: &[Option<&[T]>]) -> usize {
    assert!(!mean.is_empty(), "a row to normalise");
    let width = lengths[0] / mean.len();
    check(lengths, width);
    assert_eq!(width * mean.len(), lengths[0], "a mean for each row");
    assert_eq!(mean.len(), rstd.len(), "a mean and an rstd for each row");
    for parameter in parameters.iter().flatten() {
        assert_eq!(parameter.len(), width, "a parameter for each column");
    }
    width
}

/// The width of a row, for matrices of the given lengths with a target to each row, which is in range.
fn check_targets(lengths: &[usize], targets: &[i64], rows: &[usize]) -> usize {
    assert!(!targets.is_empty(), "a row to classify");
    let width = lengths[0] / targets.len();
    check(lengths, width);
    assert_eq!(width * targets.len(), lengths[0], "a target for each row");
    assert!(
        rows.iter().all(|&rows| rows == targets.len()),
        "a number for each row"
    );
    assert!(
        targets
            .iter()
            .all(|&target| (0..width as i64).contains(&target)),
        "targets below {width}"
    );
    width
}
