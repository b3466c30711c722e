//! The passes over the rows of a block of scores. Each is a loop that the compiler vectorises.

use super::{Attention, Real};
use crate::kernels::dispatch::at_every_level;
use crate::kernels::product::MatRef;

/// Which part of the scores a block is: queries and keys from these on, `width` keys wide.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub head: usize,
    pub query: usize,
    pub key: usize,
    pub width: usize,
}

/// Makes scores of the products in `block`: times the scale, plus the float mask, −∞ where a key is hidden.
pub(super) fn mask<T: Real>(attention: &Attention<'_, T>, at: Place, block: &mut [T]) {
    scale(block, T::from_f64(attention.scale));
    if let Some(additive) = &attention.additive {
        each(additive.at(at.head), at, block, |s, added| *s += added);
    }
    if let Some(visible) = &attention.visible {
        each(visible.at(at.head), at, block, |s, visible| {
            *s = if visible { *s } else { T::NEG_INFINITY };
        });
    }
    if attention.causal {
        for (i, row) in block.chunks_exact_mut(at.width).enumerate() {
            let seen = (at.query + i + 1).saturating_sub(at.key);
            row[seen.min(at.width)..].fill(T::NEG_INFINITY);
        }
    }
}

/// Calls `f` on each score of a block and the element of the mask that belongs to it.
fn each<T, A: Copy>(mask: MatRef<'_, A>, at: Place, block: &mut [T], f: impl Fn(&mut T, A)) {
    for (i, row) in block.chunks_exact_mut(at.width).enumerate() {
        match mask.row_slice(at.query + i, at.key, at.width) {
            Some(elements) => row.iter_mut().zip(elements).for_each(|(s, &a)| f(s, a)),
            None => {
                for (j, s) in row.iter_mut().enumerate() {
                    f(s, mask.get(at.query + i, at.key + j));
                }
            }
        }
    }
}

mod loops {
    use crate::kernels::maps::maths::{MulAdd, Real, exp, ln};
    use crate::kernels::reduce::lanes;

    #[inline(always)]
    pub(super) fn exponentials<M: MulAdd, T: Real>(
        block: &mut [T],
        width: usize,
        max: &mut [T],
        sum: &mut [T],
        correction: &mut [T],
    ) {
        let rows = block
            .chunks_exact_mut(width)
            .zip(max)
            .zip(sum)
            .zip(correction);
        for (((row, max), sum), correction) in rows {
            let before = *max;
            *max = lanes::larger(before, lanes::max::<M, T>(row));
            // A row that has seen nothing so far has the maximum −∞; the difference −∞ − (−∞) would be NaN.
            let nothing = *max == -T::INFINITY;
            let shift = if nothing { T::of(0.0) } else { *max };
            *correction = exp::<M, T>(before - shift);
            for s in row.iter_mut() {
                *s = exp::<M, T>(*s - shift);
            }
            *sum = *sum * *correction + lanes::sum::<M, T>(row);
        }
    }

    #[inline(always)]
    pub(super) fn logsumexp<M: MulAdd, T: Real>(max: &[T], sum: &mut [T], out: &mut [T]) {
        for ((&max, sum), out) in max.iter().zip(sum).zip(out) {
            let nothing = *sum == T::of(0.0);
            *out = if nothing {
                T::INFINITY
            } else {
                max + ln::<M, T>(*sum)
            };
            *sum = if nothing {
                T::of(0.0)
            } else {
                T::of(1.0) / *sum
            };
        }
    }

    #[inline(always)]
    pub(super) fn scores_grad<M: MulAdd, T: Real>(
        weights: &mut [T],
        gradient: &mut [T],
        width: usize,
        logsumexp: &[T],
        along: &[T],
        kept: Option<&[T]>,
    ) {
        let rows = weights
            .chunks_exact_mut(width)
            .zip(gradient.chunks_exact_mut(width));
        for (i, ((weights, gradient), (&logsumexp, &along))) in
            rows.zip(logsumexp.iter().zip(along)).enumerate()
        {
            match kept {
                None => {
                    for (p, g) in weights.iter_mut().zip(gradient) {
                        *p = exp::<M, T>(*p - logsumexp);
                        *g = *p * (*g - along);
                    }
                }
                Some(kept) => {
                    let kept = &kept[i * width..][..width];
                    for ((p, g), &kept) in weights.iter_mut().zip(gradient).zip(kept) {
                        let weight = exp::<M, T>(*p - logsumexp);
                        *g = weight * (*g * kept - along);
                        *p = weight * kept;
                    }
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn scale<M: MulAdd, T: Real>(x: &mut [T], factor: T) {
        for x in x {
            *x = *x * factor;
        }
    }

    #[inline(always)]
    pub(super) fn dot<M: MulAdd, T: Real>(x: &[T], y: &[T]) -> T {
        lanes::dot::<M, T>(x, y)
    }
}

at_every_level! {
    /// Takes a block of scores into the online softmax: the scores become exp(s − m) with the maximum m of the row so far, which is
    /// `max` from now on; `sum` adds them up; and `correction` is the factor that what was summed before has to be multiplied by,
    /// exp(the maximum before − m).
    pub(super) fn exponentials(block: &mut [T], width: usize, max: &mut [T], sum: &mut [T], correction: &mut [T]) = loops::exponentials
}

at_every_level! {
    /// The logarithm of each row's whole sum of exponentials, ∞ for a row that sees nothing; and `sum` becomes the factor that makes weights
    /// of exponentials, 0 for such a row.
    pub(super) fn logsumexp(max: &[T], sum: &mut [T], out: &mut [T]) = loops::logsumexp
}

at_every_level! {
    /// Scores become the weights p = exp(s − logsumexp), and the gradients of the weights those of the scores, p·(g − along), where `along` is Σ p·g over
    /// the row. With dropout the gradient is that of the weights that are left, `kept·p`, and the weights become these.
    pub(super) fn scores_grad(
        weights: &mut [T],
        gradient: &mut [T],
        width: usize,
        logsumexp: &[T],
        along: &[T],
        kept: Option<&[T]>,
    ) = loops::scores_grad
}

at_every_level! {
    /// Each element times the factor.
    pub(super) fn scale(x: &mut [T], factor: T) = loops::scale
}

at_every_level! {
    /// Σ xᵢyᵢ.
    pub(super) fn dot(x: &[T], y: &[T]) -> T = loops::dot
}
