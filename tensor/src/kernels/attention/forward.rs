//! The forward: a task is a block of queries of one head, and goes over the keys block by block.

use super::rows::{self, Place};
use super::target::Rows;
use super::{Attention, KEYS, QUERIES, Real, Target, cost};
use crate::kernels::parallel;
use crate::kernels::product::MatRef;
use crate::kernels::scratch;

/// [`AttentionKernels::attention`](super::AttentionKernels::attention), fast.
pub(super) fn forward<T: Real>(
    attention: &Attention<'_, T>,
    output: Target<'_, T>,
    logsumexp: &mut [T],
) {
    let (heads, queries, keys) = (attention.heads(), attention.queries(), attention.keys());
    let lengths = attention.query.cols() + attention.value.cols();
    let dims = [heads];
    let logsumexp = Target::new(logsumexp, &dims, [queries, 1], &[0, 1]);
    let blocks = queries.div_ceil(QUERIES);
    let work = cost::<T>(heads * queries * keys, lengths);
    parallel::for_each(heads * blocks, work, |task| {
        let (head, first) = (task / blocks, task % blocks * QUERIES);
        let count = QUERIES.min(queries - first);
        // SAFETY: the tasks are pairs of a head and a block of its queries, and no pair comes twice.
        let (mut output, mut logsumexp) = unsafe {
            (
                output.rows(head, first, count),
                logsumexp.rows(head, first, count),
            )
        };
        block(attention, head, first, &mut output, logsumexp.as_slice());
    });
}

/// The keys that the queries `first..first + count` may see: with a causal mask none after the last of them.
pub(super) fn reach<T: Real>(attention: &Attention<'_, T>, first: usize, count: usize) -> usize {
    match attention.causal {
        true => attention.keys().min(first + count),
        false => attention.keys(),
    }
}

/// The outputs of the queries from `first` on, as many as `output` has rows.
fn block<T: Real>(
    attention: &Attention<'_, T>,
    head: usize,
    first: usize,
    output: &mut Rows<'_, T>,
    logsumexp: &mut [T],
) {
    let count = logsumexp.len();
    let query = attention.query.at(head);
    let query = query.part(first, count, 0, query.cols());
    let mut numbers = scratch::take::<T>(3 * count);
    let (max, rest) = numbers.split_at_mut(count);
    let (sum, correction) = rest.split_at_mut(count);
    max.fill(T::NEG_INFINITY);
    sum.fill(T::ZERO);
    output.clear();
    let keys = reach(attention, first, count);
    let mut scores = scratch::take::<T>(count * KEYS.min(keys));
    for key in (0..keys).step_by(KEYS) {
        let width = KEYS.min(keys - key);
        let at = Place {
            head,
            query: first,
            key,
            width,
        };
        let scores = &mut scores[..count * width];
        products(query, attention.key.at(head), at, scores);
        rows::mask(attention, at, scores);
        rows::exponentials(scores, width, max, sum, correction);
        if key > 0 {
            scale(output, correction);
        }
        if attention.dropout.is_some() {
            drop_some(attention, at, scores);
        }
        let weights = MatRef::row_major(scores, count, width);
        let value = attention.value.at(head);
        output.product(weights, value.part(key, width, 0, value.cols()), key > 0);
    }
    rows::logsumexp(max, sum, logsumexp);
    scale(output, sum);
}

/// The products of some rows of `a` with those rows of `b` that a block is about.
pub(super) fn products<T: Real>(a: MatRef<'_, T>, b: MatRef<'_, T>, at: Place, block: &mut [T]) {
    let b = b.part(at.key, at.width, 0, b.cols());
    Rows::contiguous(block, a.rows(), at.width).product(a, b.t(), false);
}

/// Each row times its factor.
fn scale<T: Real>(output: &mut Rows<'_, T>, factors: &[T]) {
    for (i, &factor) in factors.iter().enumerate() {
        rows::scale(output.row(i), factor);
    }
}

/// Drops some weights, and scales the others up.
fn drop_some<T: Real>(attention: &Attention<'_, T>, at: Place, weights: &mut [T]) {
    let mut kept = scratch::take::<T>(at.width);
    for (i, row) in weights.chunks_exact_mut(at.width).enumerate() {
        attention.kept(at.head, at.query + i, at.key, &mut kept);
        row.iter_mut().zip(&*kept).for_each(|(p, &kept)| *p *= kept);
    }
}
