//! Scaled dot-product attention (Vaswani et al., *Attention Is All You Need*, 2017).

use super::attention_with_weights::{scores_and_weights, scores_shape};
use crate::attention::{AttentionOptions, kept};
use crate::fused::runs_composed;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Attended, AttentionArguments, Axes, Float, Result, Rng};

const OP: &str = "scaled_dot_product_attention";

/// The rule of [`Var::scaled_dot_product_attention`]. Saves `Q, K, V`, the float mask, `O`, and the logarithm of each
/// row's sum of exponentials for the kernel.
struct Attention<T: Float> {
    /// All but the float mask, which is an input.
    options: AttentionOptions<T>,
}

impl<T: Float> Rule<T> for Attention<T> {
    fn name(&self) -> &'static str {
        "scaled_dot_product_attention"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (query, key, value) = (&saved[0], &saved[1], &saved[2]);
        let mut options = self.options.clone();
        options.additive = saved.get(3).cloned();
        let mut operands = vec![query, key, value, &gy];
        operands.extend(saved.get(3));
        if runs_composed(&operands) {
            return composed(query, key, value, &options, gy, to);
        }
        let forward = Attended {
            output: saved[4].tensor().clone(),
            logsumexp: saved[5].tensor().clone(),
        };
        let gradients = query.tensor().scaled_dot_product_attention_grad(
            key.tensor(),
            value.tensor(),
            &arguments(&options, query),
            &forward,
            gy.tensor(),
            to.wants(3),
        )?;
        let tape = gy.tape();
        to.give(0, || Ok(tape.input(gradients.query)))?;
        to.give(1, || Ok(tape.input(gradients.key)))?;
        to.give(2, || Ok(tape.input(gradients.value)))?;
        match gradients.additive {
            Some(gradient) => to.give(3, || Ok(tape.input(gradient))),
            None => Ok(()),
        }
    }
}

/// The gradients, composed of differentiable operations.
fn composed<T: Float>(
    query: &Var<T>,
    key: &Var<T>,
    value: &Var<T>,
    options: &AttentionOptions<T>,
    gy: Var<T>,
    to: &mut Sink<'_, T>,
) -> Result<()> {
    let (_, weights) = scores_and_weights(OP, query, key, value, options)?;
    let kept = kept(options, &weights)?;
    let dropped = |x: &Var<T>| match &kept {
        Some(kept) => x.try_mul(kept),
        None => Ok(x.clone()),
    };
    to.give(2, || dropped(&weights)?.transpose(-2, -1)?.matmul(&gy))?;
    let by_weight = dropped(&gy.matmul(&value.transpose(-2, -1)?)?)?;
    let along = by_weight
        .try_mul(&weights)?
        .sum(Axes::from(-1).keepdims())?;
    let by_score = weights.try_mul(&by_weight.try_sub(&along)?)?;
    let factor = options.factor(query.shape()[query.rank() - 1]);
    let by_product = by_score.mul_scalar(factor)?;
    to.give(0, || by_product.matmul(key))?;
    to.give(1, || by_product.transpose(-2, -1)?.matmul(query))?;
    to.give(3, || Ok(by_score))
}

fn arguments<'a, T: Float>(
    options: &'a AttentionOptions<T>,
    query: &Var<T>,
) -> AttentionArguments<'a, T> {
    let dropout = options.dropout.filter(|(rate, _)| *rate > 0.0);
    AttentionArguments {
        scale: options.factor(query.shape()[query.rank() - 1]),
        visible: options.visible.as_ref(),
        additive: options.additive.as_ref().map(Var::tensor),
        causal: options.causal,
        dropout: dropout.map(|(rate, key)| (rate, Rng::from_key(key.seed, key.step, key.number))),
    }
}

impl<T: Float> Var<T> {
    /// `O = P·V` with `P = softmax(scale·Q·Kᵀ + mask)` over the keys. This is the query `Q`, `[…, queries, d]`; with a key
    /// `K` `[…, keys, d]` and a value `V` `[…, keys, e]` it gives `[…, queries, e]`. Leading axes (batch, heads) broadcast.
    ///
    /// A hidden key has a weight of exactly 0, and a query that sees no key a result of 0 and no gradient: never NaN. A
    /// float mask that is tracked is differentiated. Memory is linear in the numbers of queries and keys, both ways (but
    /// for the gradient of a float mask, which is as large as the scores). Whoever needs the scores or the weights too
    /// calls [`attention_with_weights`](Var::attention_with_weights).
    ///
    /// The result lies in memory as the query does: where the heads of a position lie side by side, merging them copies
    /// nothing.
    ///
    /// Gradient: with the factors `D` of dropout (1 without), `∂P = D∘(∂O·Vᵀ)` and `∂S = P∘(∂P − Σⱼ P∘∂P)`:
    /// `∂Q = scale·∂S·K`, `∂K = scale·∂Sᵀ·Q`, `∂V = (D∘P)ᵀ·∂O` and `∂mask = ∂S`.
    ///
    /// ```
    /// use etude_autograd::{AttentionOptions, Tape};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// // One query and two keys, to which it is equally near.
    /// let query = tape.var(Tensor::from([[0.0_f64, 0.0]]));
    /// let key = tape.var(Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
    /// let value = tape.var(Tensor::from([[2.0], [6.0]]));
    /// let y = query.scaled_dot_product_attention(&key, &value, &AttentionOptions::new())?;
    /// assert_eq!(y.tensor(), &Tensor::from([[4.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&value)?.to_vec(), [0.5, 0.5]); // the weights
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, a mask doesn't broadcast to `[…, queries, keys]`, the dropout rate is outside `[0, 1)`, or
    /// the variables are on different tapes.
    pub fn scaled_dot_product_attention(
        &self,
        key: &Var<T>,
        value: &Var<T>,
        options: &AttentionOptions<T>,
    ) -> Result<Var<T>> {
        let shape = scores_shape(OP, self, key, value)?;
        options.check(OP, self.tape(), &shape)?;
        let leading = &shape[..shape.rank() - 2];
        let (query, key, value) = (
            self.with_leading(leading)?,
            key.with_leading(leading)?,
            value.with_leading(leading)?,
        );
        let mut options = options.clone();
        if let Some(mask) = options.additive.take_if(|mask| mask.is_tracked()) {
            // Its gradient has the shape of the scores, and is summed on the way back.
            options.additive = Some(mask.broadcast_to(shape)?);
        }
        let Attended { output, logsumexp } = query.tensor().scaled_dot_product_attention(
            key.tensor(),
            value.tensor(),
            &arguments(&options, &query),
        )?;
        let mask = options.additive.take();
        let saved = [
            Save::Var(&query),
            Save::Var(&key),
            Save::Var(&value),
            mask.as_ref().map_or(Save::Nothing, Save::Var),
            Save::Output,
            Save::Tensor(logsumexp),
        ];
        let mut inputs = vec![&query, &key, &value];
        inputs.extend(&mask);
        self.tape()
            .record(Attention { options }, &inputs, output, saved)
    }
}
