//! What attention takes beside queries, keys and values, and what it gives beside its output.

use crate::{DrawKey, Tape, Var};
use etude_tensor::{Error, Float, Result, Rng, Shape, Tensor};

/// What is added to the score of a key that a boolean mask hides, where scores are returned. No weight is computed from it.
const HIDDEN: f64 = -1e9;

/// Which keys a query may see. Its shape broadcasts to that of the scores, `[…, queries, keys]`.
#[derive(Clone, Debug)]
pub enum AttentionMask<T: Float = f32> {
    /// True where a query may see a key.
    Bool(Tensor<bool>),
    /// Added to the scores; −∞ hides a key. Differentiated if it is tracked.
    Float(Var<T>),
}

impl<T: Float> AttentionMask<T> {
    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        match self {
            AttentionMask::Bool(mask) => mask.shape(),
            AttentionMask::Float(mask) => mask.shape(),
        }
    }
}

impl<T: Float> From<Tensor<bool>> for AttentionMask<T> {
    fn from(mask: Tensor<bool>) -> Self {
        AttentionMask::Bool(mask)
    }
}

impl<T: Float> From<Var<T>> for AttentionMask<T> {
    fn from(mask: Var<T>) -> Self {
        AttentionMask::Float(mask)
    }
}

/// The options of [`Var::scaled_dot_product_attention`]: none of them is needed.
///
/// ```
/// use etude_autograd::{AttentionOptions, Tape};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::<f32>::inference();
/// let x = tape.input(Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
/// let y = x.scaled_dot_product_attention(&x, &x, &AttentionOptions::new().causal(true))?;
/// assert_eq!(y.tensor().to_vec()[..2], [1.0, 0.0]); // the first query sees the first key alone
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AttentionOptions<T: Float = f32> {
    pub(crate) scale: Option<f64>,
    pub(crate) visible: Option<Tensor<bool>>,
    pub(crate) additive: Option<Var<T>>,
    pub(crate) causal: bool,
    pub(crate) dropout: Option<(f64, DrawKey)>,
}

impl<T: Float> Default for AttentionOptions<T> {
    fn default() -> Self {
        AttentionOptions {
            scale: None,
            visible: None,
            additive: None,
            causal: false,
            dropout: None,
        }
    }
}

impl<T: Float> AttentionOptions<T> {
    /// The factor `1/√d`, no mask, no dropout.
    pub fn new() -> Self {
        AttentionOptions::default()
    }

    /// What products of queries and keys are multiplied by, instead of `1/√d`.
    #[must_use]
    pub fn scale(mut self, scale: f64) -> Self {
        self.scale = Some(scale);
        self
    }

    /// With a mask. A boolean and a float one may be given, each in a call of its own: a key must be visible in both.
    #[must_use]
    pub fn mask(mut self, mask: impl Into<AttentionMask<T>>) -> Self {
        match mask.into() {
            AttentionMask::Bool(mask) => self.visible = Some(mask),
            AttentionMask::Float(mask) => self.additive = Some(mask),
        }
        self
    }

    /// Whether query `i` sees the keys `j ≤ i` only, both counted from the start.
    #[must_use]
    pub fn causal(mut self, causal: bool) -> Self {
        self.causal = causal;
        self
    }

    /// Drops a share `rate` of the weights, and divides the others by `1 − rate`. The draw is named by `key`, from
    /// [`Tape::draw_key`](crate::Tape::draw_key).
    #[must_use]
    pub fn dropout(mut self, rate: f64, key: DrawKey) -> Self {
        self.dropout = Some((rate, key));
        self
    }

    /// The factor for queries of length `depth`.
    pub(crate) fn factor(&self, depth: usize) -> f64 {
        self.scale.unwrap_or(1.0 / (depth.max(1) as f64).sqrt())
    }

    /// The boolean mask and the causal one together, for scores of this shape.
    pub(crate) fn visible_by_position(&self, scores: &[usize]) -> Result<Option<Tensor<bool>>> {
        let causal = self.causal.then(|| earlier(scores)).transpose()?;
        match (&self.visible, causal) {
            (Some(mask), Some(causal)) => both(mask, &causal).map(Some),
            (Some(mask), None) => Ok(Some(mask.clone())),
            (None, causal) => Ok(causal),
        }
    }

    /// The keys that a query may see, for scores of this shape: `visible_by_position`, and not where the float mask is −∞.
    pub(crate) fn visible(
        &self,
        by_position: &Option<Tensor<bool>>,
    ) -> Result<Option<Tensor<bool>>> {
        let Some(additive) = &self.additive else {
            return Ok(by_position.clone());
        };
        let finite = additive
            .tensor()
            .not_equal(&Tensor::scalar(T::NEG_INFINITY))?;
        match by_position {
            Some(mask) => both(mask, &finite).map(Some),
            None => Ok(Some(finite)),
        }
    }

    /// Refuses masks on another tape or that don't broadcast to scores of this shape, and a dropout rate that isn't one.
    pub(crate) fn check(&self, op: &str, tape: &Tape<T>, scores: &[usize]) -> Result<()> {
        if let Some(mask) = &self.additive {
            tape.check_same(op, mask)?;
        }
        let masks = [
            ("mask", self.visible.as_ref().map(Tensor::shape)),
            ("float mask", self.additive.as_ref().map(Var::shape)),
        ];
        for (name, shape) in masks {
            let Some(shape) = shape else { continue };
            let fits = Shape::broadcast(op, shape, scores).is_ok_and(|both| *both == *scores);
            if !fits {
                let message = format!(
                    "a {name} of shape {shape:?} for scores {scores:?}; expected one that broadcasts to the scores"
                );
                return Err(Error::shape(op, message));
            }
        }
        match self.dropout {
            Some((rate, _)) if !(0.0..1.0).contains(&rate) => {
                let message = format!("dropout of {rate}; expected a rate from 0 to below 1");
                Err(Error::value(op, message))
            }
            _ => Ok(()),
        }
    }
}

/// True where the key doesn't come after the query.
fn earlier(scores: &[usize]) -> Result<Tensor<bool>> {
    let [.., queries, keys] = *scores else {
        unreachable!("scores have two axes at least")
    };
    let seen: Vec<bool> = (0..queries)
        .flat_map(|i| (0..keys).map(move |j| j <= i))
        .collect();
    Tensor::from_slice([queries, keys], &seen)
}

/// True where both masks are.
fn both(a: &Tensor<bool>, b: &Tensor<bool>) -> Result<Tensor<bool>> {
    a.where_(b, &Tensor::scalar(false))
}

/// 0 where a key is visible, −10⁹ where it isn't: a boolean mask as returned scores show it.
pub(crate) fn additive<T: Float>(visible: &Tensor<bool>) -> Result<Tensor<T>> {
    visible.where_(
        &Tensor::scalar(T::ZERO),
        &Tensor::scalar(T::from_f64(HIDDEN)),
    )
}

/// The factors of the weights with dropout, 0 for those that are dropped; none without it.
pub(crate) fn kept<T: Float>(
    options: &AttentionOptions<T>,
    weights: &Var<T>,
) -> Result<Option<Var<T>>> {
    let Some((rate, key)) = options.dropout.filter(|(rate, _)| *rate > 0.0) else {
        return Ok(None);
    };
    let mut rng = Rng::from_key(key.seed, key.step, key.number);
    let kept = Tensor::bernoulli(weights.shape(), 1.0 - rate, &mut rng)?.cast::<T>()?;
    weights.tape().input(kept).div_scalar(1.0 - rate).map(Some)
}

/// What attention computes on its way, from [`Var::attention_with_weights`].
#[derive(Clone, Debug)]
pub struct AttentionParts<T: Float = f32> {
    /// The weighted sums of values, `[…, queries, e]`.
    pub output: Var<T>,
    /// The scores before the softmax, `[…, queries, keys]`, with the masks: the float one added, and −10⁹ where a boolean one hides a key.
    pub scores: Var<T>,
    /// The weights, before dropout: a softmax of the scores, exactly 0 for hidden keys.
    pub weights: Var<T>,
}
