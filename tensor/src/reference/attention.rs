//! Scaled dot-product attention, query by query.

use crate::Float;
use crate::kernels::attention::{Attention, Forward, Gradients, Target};
use crate::kernels::product::MatRef;

/// Σ aᵢⱼbₖⱼ over j.
fn dot<T: Float>(a: MatRef<'_, T>, i: usize, b: MatRef<'_, T>, k: usize) -> T {
    (0..a.cols()).fold(T::ZERO, |sum, j| sum + a.get(i, j) * b.get(k, j))
}

/// sⱼ = scale·q·kⱼ + maskⱼ of query `i`; −∞ for a key that is hidden.
fn scores<T: Float>(attention: &Attention<'_, T>, head: usize, i: usize) -> Vec<T> {
    let (query, key) = (attention.query.at(head), attention.key.at(head));
    let score = |j: usize| {
        let visible = attention
            .visible
            .as_ref()
            .is_none_or(|mask| mask.at(head).get(i, j));
        if !visible || attention.causal && j > i {
            return T::NEG_INFINITY;
        }
        let score = T::from_f64(attention.scale) * dot(query, i, key, j);
        match &attention.additive {
            Some(mask) => score + mask.at(head).get(i, j),
            None => score,
        }
    };
    (0..attention.keys()).map(score).collect()
}

/// The factors of the weights of query `i`: 0 for what is dropped.
fn kept<T: Float>(attention: &Attention<'_, T>, head: usize, i: usize) -> Vec<T> {
    let mut kept = vec![T::ZERO; attention.keys()];
    attention.kept(head, i, 0, &mut kept);
    kept
}

/// oᵢ = Σⱼ pᵢⱼ vⱼ with p = softmax s, and ln Σⱼ exp sᵢⱼ: 0 and ∞ for a query that sees nothing.
pub fn forward<T: Float>(
    attention: &Attention<'_, T>,
    mut output: Target<'_, T>,
    logsumexp: &mut [T],
) {
    for (row, logsumexp) in logsumexp.iter_mut().enumerate() {
        let (head, i) = (row / attention.queries(), row % attention.queries());
        let scores = scores(attention, head, i);
        let largest = scores
            .iter()
            .map(|s| s.primal())
            .fold(f64::NEG_INFINITY, f64::max);
        let shift = T::from_f64(if largest == f64::NEG_INFINITY {
            0.0
        } else {
            largest
        });
        let sum = scores
            .iter()
            .fold(T::ZERO, |sum, &s| sum + (s - shift).exp());
        let nothing = sum.primal() == 0.0;
        *logsumexp = if nothing {
            T::INFINITY
        } else {
            shift + sum.ln()
        };
        let kept = kept(attention, head, i);
        let value = attention.value.at(head);
        let mut head = output.head(head);
        for (c, o) in head.row(i).iter_mut().enumerate() {
            *o = (0..scores.len()).fold(T::ZERO, |o, j| {
                o + (scores[j] - *logsumexp).exp() * kept[j] * value.get(j, c)
            });
        }
    }
}

/// With pⱼ = exp(sⱼ − logsumexp) and gⱼ = ∂o·vⱼ: ∂vⱼ += pⱼ·∂o, ∂sⱼ = pⱼ·(gⱼ − Σ p·g), ∂q += scale·∂sⱼ·kⱼ, ∂kⱼ += scale·∂sⱼ·q.
pub fn backward<T: Float>(
    attention: &Attention<'_, T>,
    forward: &Forward<'_, T>,
    mut gradients: Gradients<'_, T>,
) {
    let scale = T::from_f64(attention.scale);
    for head in 0..attention.heads() {
        let (query, key) = (attention.query.at(head), attention.key.at(head));
        let (value, gradient) = (attention.value.at(head), forward.gradient.at(head));
        let mut to_query = gradients.query.head(head);
        let mut to_key = gradients.key.head(head);
        let mut to_value = gradients.value.head(head);
        for j in 0..attention.keys() {
            to_key.row(j).fill(T::ZERO);
            to_value.row(j).fill(T::ZERO);
        }
        for i in 0..attention.queries() {
            let logsumexp = forward.logsumexp[head * attention.queries() + i];
            let kept = kept(attention, head, i);
            let weights: Vec<T> = scores(attention, head, i)
                .iter()
                .map(|&s| (s - logsumexp).exp())
                .collect();
            let by_weight: Vec<T> = (0..weights.len())
                .map(|j| kept[j] * dot(gradient, i, value, j))
                .collect();
            let along = weights
                .iter()
                .zip(&by_weight)
                .fold(T::ZERO, |sum, (&p, &g)| sum + p * g);
            to_query.row(i).fill(T::ZERO);
            for (j, (&weight, &by_weight)) in weights.iter().zip(&by_weight).enumerate() {
                let by_score = weight * (by_weight - along);
                for (c, to) in to_value.row(j).iter_mut().enumerate() {
                    *to += weight * kept[j] * gradient.get(i, c);
                }
                for (c, to) in to_query.row(i).iter_mut().enumerate() {
                    *to += scale * by_score * key.get(j, c);
                }
                for (c, to) in to_key.row(j).iter_mut().enumerate() {
                    *to += scale * by_score * query.get(i, c);
                }
                if let Some(additive) = &mut gradients.additive {
                    additive.head(head).row(i)[j] = by_score;
                }
            }
        }
    }
}
