//! The layer.

use super::features::{self, FeatureFactor, FeatureFunction, Randomizer};
use super::linear::{sums_over_all, sums_so_far};
use crate::config::defaults::check_size;
use crate::config::to_json;
use crate::{Activation, ActivationFn, Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Buffer, Update, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng, Shape, Tensor};
use serde_json::Value;

const WHO: &str = "favor_attention";
const SIGNATURE: Signature = Signature::new(
    "FavorAttention",
    &[
        Argument::float("keys"),
        Argument::float("values"),
        Argument::float("queries"),
    ],
    &["output"],
);

/// The configuration of a [`FavorAttention`] layer.
#[config]
pub struct FavorAttentionConfig {
    /// How many features keys and queries have.
    #[required]
    pub key_dim: usize,
    /// Whether the random directions are made orthonormal.
    #[default = true]
    pub orthonormal: bool,
    /// Whether query `i` sees the keys `j ≤ i` only.
    #[default = false]
    pub causal: bool,
    /// How many random directions there are.
    #[default = 128]
    pub m: usize,
    /// Whether every call in training draws new directions.
    #[default = true]
    pub redraw: bool,
    /// What the features of a vector are multiplied by, beside `1/√m`.
    #[default = FeatureFactor::SqrtM]
    pub h: FeatureFactor,
    /// The functions of the projections onto the directions.
    #[default = vec![Activation::Relu.into()]]
    pub f: Vec<FeatureFunction>,
    /// What the directions are drawn from.
    #[default = Randomizer::Normal]
    pub randomizer: Randomizer,
    /// Twice this is added to a denominator that isn't larger in magnitude.
    #[default = 0.0]
    pub eps: f64,
    /// What is added to every feature.
    #[default = 0.001]
    pub kernel_eps: f64,
    /// A seed for the draws of the layer's own, instead of the tape's.
    pub seed: Option<u64>,
}

impl FavorAttentionConfig {
    /// The layer, its directions drawn from `seed`, or else from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `f` is empty, or `eps`, `kernel_eps` or a number for `h` isn't finite.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<FavorAttention<T>> {
        check_size(WHO, "key_dim", self.key_dim)?;
        check_size(WHO, "m", self.m)?;
        if self.f.is_empty() {
            return Err(Error::config(
                WHO,
                "f is empty; expected at least one function, such as relu",
            ));
        }
        let factor = match self.h {
            FeatureFactor::Number(number) => number,
            _ => 1.0,
        };
        for (key, number) in [
            ("eps", self.eps),
            ("kernel_eps", self.kernel_eps),
            ("h", factor),
        ] {
            if !number.is_finite() {
                let message = format!("{key} is {number}; expected a finite number");
                return Err(Error::config(WHO, message));
            }
        }
        let mut own = self.seed.map(Rng::seed);
        let features = self.draw(own.as_mut().unwrap_or(rng))?;
        Ok(FavorAttention {
            features: Buffer::new(features),
            functions: self.f.iter().map(|&function| function.into()).collect(),
            custom: false,
            config: self.clone(),
        })
    }

    /// New directions.
    fn draw<T: Float>(&self, rng: &mut Rng) -> Result<Tensor<T>> {
        // A block of directions is square.
        let largest = [Ord::max(self.m, self.key_dim), self.key_dim];
        Shape::new(&largest).check_fits(WHO, size_of::<f64>())?;
        features::draw(
            [self.m, self.key_dim],
            self.randomizer,
            self.orthonormal,
            rng,
        )
    }
}

/// Attention through positive orthogonal random features (Choromanski et al., *Rethinking Attention with Performers*, 2021), in time linear
/// in the length, also if it is causal. With `Ω = features`, and for each location vector `u`
///
/// ```text
/// φ(u) = concat over f of f(Ω·u), times h(u)/√m, plus kernel_eps
/// numᵢ = Σⱼ (φ(qᵢ)·φ(kⱼ))·vⱼ,   denᵢ = Σⱼ φ(qᵢ)·φ(kⱼ),   outputᵢ = numᵢ/(denᵢ + 2·eps·[|denᵢ| ≤ eps])
/// ```
///
/// over all keys `j`, or over `j ≤ i` with `causal`. The feature axis is the second one; location axes, one or more, follow it.
///
/// With `f` the exponential and `h` `exp_neg_half_square` this is the positive kernel of the softmax; with sine and cosine and
/// `exp_half_square` the trigonometric one.
///
/// | buffer | shape |
/// |---|---|
/// | `features` | `[m, key_dim]`, drawn when the layer is made; with `redraw` again in each call in training |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::FavorAttentionConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let favor = FavorAttentionConfig::new(128).m(64).init::<f32>(&mut Rng::seed(1))?;
/// let tape = Tape::inference();
/// let [keys, values, queries] = [[4, 128, 10], [4, 32, 10], [4, 128, 8]].map(|shape| tape.input(Tensor::zeros(shape)));
/// assert_eq!(favor.forward(&keys, &values, &queries)?.shape(), [4, 32, 8]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct FavorAttention<T: Float = f32> {
    /// The random directions, `[m, key_dim]`.
    pub features: Buffer<T>,
    #[module(skip)]
    functions: Vec<ActivationFn<T>>,
    #[module(skip)]
    custom: bool,
    #[module(skip)]
    config: FavorAttentionConfig,
}

impl<T: Float> FavorAttention<T> {
    /// With a function of the projections given in code, in place of those of the configuration. Such a layer has no configuration that a file
    /// could hold.
    #[must_use]
    pub fn with_function(
        mut self,
        function: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.functions = vec![ActivationFn::custom(function)];
        self.custom = true;
        self
    }

    /// Draws new directions.
    ///
    /// # Errors
    /// None at present.
    pub fn redraw(&mut self, rng: &mut Rng) -> Result<()> {
        self.features.set(self.config.draw(rng)?)
    }

    /// `keys [b, key_dim, L…]`, `values [b, e, L…]` and `queries [b, key_dim, L'…]` → `[b, e, L'…]`.
    ///
    /// # Errors
    /// If the shapes don't go together, if causal keys have other locations than the queries, or if directions have to be drawn and neither
    /// the layer nor the tape has a seed.
    pub fn forward(&self, keys: &Var<T>, values: &Var<T>, queries: &Var<T>) -> Result<Var<T>> {
        self.check(keys, values, queries)?;
        let locations_last = |x: &Var<T>| {
            let (batch, width) = (x.shape()[0], x.shape()[1]);
            let locations: usize = x.shape()[2..].iter().product();
            x.reshape([batch, width, locations])?.transpose(1, 2)
        };
        let features = keys.tape().input(self.directions(keys)?.transpose(0, 1)?);
        let kernel = |x: &Var<T>| self.kernel(&locations_last(x)?, &features);
        let (k, q) = (kernel(keys)?, kernel(queries)?);
        // A value of 1 beside the others makes the denominator.
        let v = locations_last(values)?;
        let ones = v
            .tape()
            .input(Tensor::ones([v.shape()[0], v.shape()[1], 1]));
        let v = Var::concat(&[v, ones], 2)?;
        let sums = match self.config.causal {
            true => sums_so_far(&q, &k, &v)?,
            false => sums_over_all(&q, &k, &v)?,
        };
        let width = sums.shape()[2] - 1;
        let (num, den) = (sums.narrow(2, 0, width)?, sums.narrow(2, width, 1)?);
        let output = num.try_div(&self.clear_of_zero(den)?)?;
        let shape = [&values.shape()[..2], &queries.shape()[2..]].concat();
        output.transpose(1, 2)?.reshape(shape)
    }

    fn check(&self, keys: &Var<T>, values: &Var<T>, queries: &Var<T>) -> Result<()> {
        let key_dim = self.config.key_dim;
        let fits = match (keys.shape(), values.shape(), queries.shape()) {
            (
                [b, d, locations @ ..],
                [values_b, _, values_locations @ ..],
                [queries_b, queries_d, to @ ..],
            ) => {
                b == values_b
                    && b == queries_b
                    && [*d, *queries_d] == [key_dim; 2]
                    && locations == values_locations
                    && !locations.is_empty()
                    && !to.is_empty()
            }
            _ => false,
        };
        if !fits {
            let message = format!(
                "keys {:?}, values {:?} and queries {:?}; expected [b, {key_dim}, L…], [b, e, L…] and [b, {key_dim}, L'…] with one location axis \
                 or more",
                keys.shape(),
                values.shape(),
                queries.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        if self.config.causal && keys.shape()[2..] != queries.shape()[2..] {
            let message = format!(
                "is causal, but keys {:?} and queries {:?} have different locations; expected the same",
                keys.shape(),
                queries.shape()
            );
            return Err(Error::shape(WHO, message));
        }
        Ok(())
    }

    /// The directions of this call.
    fn directions(&self, x: &Var<T>) -> Result<Tensor<T>> {
        let tape = x.tape();
        if !(self.config.redraw && tape.is_training()) {
            return tape.buffer(&self.features);
        }
        let key = tape.draw_key(self.config.seed)?;
        let drawn = self
            .config
            .draw(&mut Rng::from_key(key.seed, key.step, key.number))?;
        tape.update(&self.features, Update::Set(drawn.clone()))?;
        Ok(drawn)
    }

    /// φ of each row of `x [b, n, key_dim]`, with the directions as columns: `[b, n, m·|f|]`.
    fn kernel(&self, x: &Var<T>, directions: &Var<T>) -> Result<Var<T>> {
        let projected = x.matmul(directions)?;
        let parts = self
            .functions
            .iter()
            .map(|function| function.apply(&projected));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let features = match &parts[..] {
            [one] => one.clone(),
            _ => Var::concat(&parts, 2)?,
        };
        self.config
            .h
            .apply(&features, x, self.config.m)?
            .add_scalar(self.config.kernel_eps)
    }

    /// `den + 2·eps` where `|den| ≤ eps`, `den` elsewhere.
    fn clear_of_zero(&self, den: Var<T>) -> Result<Var<T>> {
        if self.config.eps == 0.0 {
            return Ok(den);
        }
        let eps = Tensor::scalar(T::from_f64(self.config.eps));
        let small = den.tensor().abs().less_equal(&eps)?.cast::<T>()?;
        let added = den.tape().input(small).mul_scalar(2.0 * self.config.eps)?;
        den.try_add(&added)
    }
}

impl<T: Float> Layer<T> for FavorAttention<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        if self.custom {
            let message = "its function is given in code, which a configuration can't hold; use the names of f";
            return Err(Error::config(WHO, message));
        }
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let (keys, values) = (args.float("keys")?, args.float("values")?);
        let output = self.forward(keys, values, args.float("queries")?)?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
        Tensor::randn(shape, &mut Rng::seed(seed))
    }

    #[test]
    fn many_positive_features_come_near_the_softmax() -> Result<()> {
        let config = FavorAttentionConfig::new(3)
            .m(20_000)
            .f([Activation::Exponential.into()])
            .h(FeatureFactor::ExpNegHalfSquare)
            .orthonormal(false)
            .kernel_eps(0.0);
        let favor = config.init::<f64>(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let [k, v, q] = [
            numbers(&[1, 3, 5], 2),
            numbers(&[1, 2, 5], 3),
            numbers(&[1, 3, 4], 4),
        ]
        .map(|x| tape.input(x));
        let k = k.mul_scalar(0.5)?;
        let near = favor.forward(&k, &v, &q)?;
        let weights = q.transpose(1, 2)?.matmul(&k)?.softmax(-1)?;
        let exact = weights.matmul(&v.transpose(1, 2)?)?.transpose(1, 2)?;
        let apart = near.try_sub(&exact)?.tensor().abs().to_vec();
        assert!(apart.iter().all(|&apart| apart < 0.1), "{apart:?}");
        Ok(())
    }

    #[test]
    fn training_redraws_and_the_update_is_committed_with_the_step() -> Result<()> {
        let mut favor = FavorAttentionConfig::new(3)
            .m(2)
            .init::<f64>(&mut Rng::seed(1))?;
        let before = favor.features.value()?.clone();
        let tape = Tape::training(7);
        let x = tape.var(numbers(&[1, 3, 4], 2));
        let gradients = favor.forward(&x, &x, &x)?.sum(..)?.backward()?;
        assert_eq!(favor.features.value()?, &before);
        gradients.commit(&mut favor)?;
        assert_ne!(favor.features.value()?, &before);
        let kept = favor.features.value()?.clone();
        let x = Tape::inference().input(numbers(&[1, 3, 4], 2));
        favor.forward(&x, &x, &x)?;
        assert_eq!(favor.features.value()?, &kept);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let empty = FavorAttentionConfig::new(3)
            .f([])
            .init::<f64>(&mut Rng::seed(1));
        assert!(
            empty
                .unwrap_err()
                .to_string()
                .starts_with("favor_attention: f is empty")
        );
        let favor = FavorAttentionConfig::new(3)
            .causal(true)
            .init::<f64>(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let (x, y) = (
            tape.input(numbers(&[1, 3, 4], 2)),
            tape.input(numbers(&[1, 3, 5], 2)),
        );
        let message = favor.forward(&x, &x, &y).unwrap_err().to_string();
        assert!(
            message.starts_with(
                "favor_attention: is causal, but keys [1, 3, 4] and queries [1, 3, 5]"
            ),
            "{message}"
        );
        Ok(())
    }
}
