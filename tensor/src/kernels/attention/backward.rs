//! The gradients: a task is a head (or, where heads are few, a part of its queries), and goes over all blocks of queries and keys.
//!
//! ```text
//! P = exp(S − logsumexp)       ∂V = Pᵀ·∂O      ∂P = ∂O·Vᵀ
//! ∂S = P ∘ (∂P − Σⱼ P∘∂P)      ∂Q = scale·∂S·K      ∂K = scale·∂Sᵀ·Q
//! ```
//!
//! The sum over a row of P∘∂P is the one over ∂O∘O, and so needs no weights.

use super::forward::{products, reach};
use super::rows::{self, Place};
use super::target::Rows;
use super::{Attention, Forward, Gradients, KEYS, QUERIES, Real, Target, cost};
use crate::kernels::parallel::{self, Work};
use crate::kernels::product::MatRef;
use crate::kernels::scratch;

/// Tasks that are enough for any number of threads.
const TASKS: usize = 16;

/// [`AttentionKernels::attention_grad`](super::AttentionKernels::attention_grad), fast.
pub(super) fn backward<T: Real>(
    attention: &Attention<'_, T>,
    forward: &Forward<'_, T>,
    gradients: Gradients<'_, T>,
) {
    let (heads, queries, keys) = (attention.heads(), attention.queries(), attention.keys());
    let (depth, width) = (attention.key.cols(), attention.value.cols());
    let blocks = queries.div_ceil(QUERIES);
    // Queries of different parts add to the same keys. So each part has gradients of its own, which are added up in order.
    let parts = (TASKS / heads.max(1)).clamp(1, blocks.max(1));
    let work = cost::<T>(heads * queries * keys, 2 * depth + 3 * width);
    let task = |task: usize, key: &mut Rows<'_, T>, value: &mut Rows<'_, T>| {
        let (head, part) = (task / parts, task % parts);
        key.clear();
        value.clear();
        for block in blocks * part / parts..blocks * (part + 1) / parts {
            let first = block * QUERIES;
            let count = QUERIES.min(queries - first);
            // SAFETY: a head and a block of its queries come together once, in one task.
            let (query, additive) = unsafe {
                let additive = gradients.additive.as_ref();
                (
                    gradients.query.rows(head, first, count),
                    additive.map(|target| target.rows(head, first, count)),
                )
            };
            let to = Block {
                query,
                key: key.part(0, keys),
                value: value.part(0, keys),
                additive,
            };
            to.add(attention, forward, head, first, count);
        }
    };
    if parts == 1 {
        return parallel::for_each(heads, work, |head| {
            // SAFETY: each head comes once.
            let (mut key, mut value) = unsafe {
                (
                    gradients.key.rows(head, 0, keys),
                    gradients.value.rows(head, 0, keys),
                )
            };
            task(head, &mut key, &mut value);
        });
    }
    let mut key_parts = scratch::zeros::<T>(heads * parts * keys * depth);
    let mut value_parts = scratch::zeros::<T>(heads * parts * keys * width);
    let dims = [heads * parts];
    let key_target = Target::new(&mut key_parts, &dims, [keys, depth], &[0, 1]);
    let value_target = Target::new(&mut value_parts, &dims, [keys, width], &[0, 1]);
    parallel::for_each(heads * parts, work, |index| {
        // SAFETY: each head and part comes once.
        let (mut key, mut value) = unsafe {
            (
                key_target.rows(index, 0, keys),
                value_target.rows(index, 0, keys),
            )
        };
        task(index, &mut key, &mut value);
    });
    add_up(&key_parts, parts, &gradients.key, [heads, keys, depth]);
    add_up(&value_parts, parts, &gradients.value, [heads, keys, width]);
}

/// The sum of the parts of each head, in order.
fn add_up<T: Real>(from: &[T], parts: usize, to: &Target<'_, T>, [heads, keys, width]: [usize; 3]) {
    let work = Work::per_element(from.len(), 0.3);
    parallel::for_each(heads, work, |head| {
        // SAFETY: each head comes once.
        let mut to = unsafe { to.rows(head, 0, keys) };
        for i in 0..keys {
            let to = to.row(i);
            to.fill(T::ZERO);
            for part in 0..parts {
                let from = &from[((head * parts + part) * keys + i) * width..][..width];
                to.iter_mut().zip(from).for_each(|(to, &from)| *to += from);
            }
        }
    });
}

/// Where the gradients of a block of queries go: those of the keys and values are all the head's, and are added to.
struct Block<'a, T> {
    query: Rows<'a, T>,
    key: Rows<'a, T>,
    value: Rows<'a, T>,
    additive: Option<Rows<'a, T>>,
}

impl<T: Real> Block<'_, T> {
    /// Adds what the queries `first..first + count` of a head give.
    fn add(
        mut self,
        attention: &Attention<'_, T>,
        forward: &Forward<'_, T>,
        head: usize,
        first: usize,
        count: usize,
    ) {
        let query = attention.query.at(head);
        let query = query.part(first, count, 0, query.cols());
        let (key, value) = (attention.key.at(head), attention.value.at(head));
        let gradient = forward.gradient.at(head);
        let gradient = gradient.part(first, count, 0, gradient.cols());
        let logsumexp = &forward.logsumexp[head * attention.queries() + first..][..count];
        let mut along = scratch::take::<T>(count);
        row_dots(gradient, forward.output.at(head), first, &mut along);

        let keys = reach(attention, first, count);
        let block = count * KEYS.min(keys);
        let (mut weights, mut scores) = (scratch::take::<T>(block), scratch::take::<T>(block));
        let mut kept = scratch::take::<T>(if attention.dropout.is_some() {
            block
        } else {
            0
        });
        let scale = T::from_f64(attention.scale);
        self.query.clear();
        if let Some(additive) = &mut self.additive {
            additive.clear();
        }
        for from in (0..keys).step_by(KEYS) {
            let width = KEYS.min(keys - from);
            let at = Place {
                head,
                query: first,
                key: from,
                width,
            };
            let (weights, scores) = (&mut weights[..count * width], &mut scores[..count * width]);
            products(query, key, at, weights);
            rows::mask(attention, at, weights);
            products(gradient, value, at, scores);
            let kept = attention.dropout.is_some().then(|| {
                let kept = &mut kept[..count * width];
                for (i, kept) in kept.chunks_exact_mut(width).enumerate() {
                    attention.kept(head, first + i, from, kept);
                }
                &*kept
            });
            rows::scores_grad(weights, scores, width, logsumexp, &along, kept);
            if let Some(additive) = &mut self.additive {
                for (i, scores) in scores.chunks_exact(width).enumerate() {
                    additive.row(i)[from..from + width].copy_from_slice(scores);
                }
            }
            rows::scale(scores, scale);

            let weights = MatRef::row_major(weights, count, width);
            let scores = MatRef::row_major(scores, count, width);
            let near = key.part(from, width, 0, key.cols());
            self.value
                .part(from, width)
                .product(weights.t(), gradient, true);
            self.query.product(scores, near, true);
            self.key.part(from, width).product(scores.t(), query, true);
        }
    }
}

/// Σ over the columns of ∂O∘O, for each row of `gradient`, whose first is row `first` of `output`.
fn row_dots<T: Real>(
    gradient: MatRef<'_, T>,
    output: MatRef<'_, T>,
    first: usize,
    along: &mut [T],
) {
    let width = gradient.cols();
    let mut copies = scratch::take::<T>(2 * width);
    let (a, b) = copies.split_at_mut(width);
    for (i, along) in along.iter_mut().enumerate() {
        *along = rows::dot(row(gradient, i, a), row(output, first + i, b));
    }
}

/// Row `i`, in `copy` if its elements don't lie side by side.
fn row<'a, T: Real>(matrix: MatRef<'a, T>, i: usize, copy: &'a mut [T]) -> &'a [T] {
    matrix.row_slice(i, 0, matrix.cols()).unwrap_or_else(|| {
        for (j, copy) in copy.iter_mut().enumerate() {
            *copy = matrix.get(i, j);
        }
        copy
    })
}
