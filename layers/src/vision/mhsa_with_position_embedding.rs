//! The self-attention of BoTNet.

use super::inputs::image;
use super::position::Position;
use super::positional_attention::{Heads, layer_with_scores, positional_attention_config, project};
use super::start::normal;
use crate::Module;
use crate::attention::{merge_heads, split_heads};
use crate::config::Initializer;
use crate::config::defaults::{check_rate, check_size};
use crate::parameters::{build, check_channels, made_for, optional_param, param};
use etude_autograd::{Param, Var};
use etude_tensor::{Error, Float, Result, Rng};

const WHO: &str = "mhsa_with_position_embedding";

positional_attention_config! {
    /// The configuration of a [`MhsaWithPositionEmbedding`].
    pub struct MhsaWithPositionEmbeddingConfig {
        /// Whether the position term goes by the distance of query and key, or by the key's position alone.
        #[default = true]
        pub relative: bool,
        /// Height, width and channels; from the first input if absent.
        pub input_size: Option<[usize; 3]>,
    }
}

impl MhsaWithPositionEmbeddingConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or `attn_dropout` is outside `[0, 1)`.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<MhsaWithPositionEmbedding<T>> {
        self.check()?;
        let (xavier, trainable) = (Initializer::Xavier, self.trainable);
        let deviation = (self.key_dim as f64).sqrt().recip();
        let (all, out) = self.widths();
        let projection = ["channels".into(), all.into()];
        let output = [all.into(), out.into()];
        let zeros = Initializer::Zeros;
        let table = |side: &'static str| [self.key_dim.into(), side.into()];
        let layer = MhsaWithPositionEmbedding {
            query: param(xavier, &projection, trainable, rng),
            key: param(xavier, &projection, trainable, rng),
            value: param(xavier, &projection, trainable, rng),
            output_weight: optional_param(self.out_weight, xavier, &output, trainable, rng),
            output_bias: optional_param(self.out_bias, zeros, &output[1..], trainable, rng),
            r_width: param(normal(deviation), &table("columns"), trainable, rng),
            r_height: param(normal(deviation), &table("rows"), trainable, rng),
            position: match self.relative {
                true => Position::Relative,
                false => Position::Absolute,
            },
            config: self.clone(),
        };
        if let Some(sizes) = self.input_size {
            for size in sizes {
                check_size(WHO, "an entry of input_size", size)?;
            }
            layer.make(sizes)?;
        }
        Ok(layer)
    }
}

/// Multi-head self-attention over all positions of an image, with a learned position term in the logits (Srinivas et al., *Bottleneck
/// Transformers for Visual Recognition*, 2021). With `d = key_dim`, `E = num_heads·d`, for each head of `d` columns
///
/// ```text
/// q = (x · query) / √d     k = x · key     v = x · value
/// logit((a, b), (p, r)) = q[a, b]·k[p, r] + q[a, b]·r_width[:, r − b + W − 1] + q[a, b]·r_height[:, p − a + H − 1]
/// output = concat(softmax(logit) · v) · output_weight + output_bias
/// ```
///
/// Without `relative` the columns of the tables are `r` and `p`.
///
/// | parameter | shape |
/// |---|---|
/// | `query`, `key`, `value` | `[C, E]` |
/// | `output_weight` | `[E, out_shape]`, absent without `out_weight` |
/// | `output_bias` | `[out_shape]`, absent without `out_bias` |
/// | `r_width`, `r_height` | `[d, 2W − 1]`, `[d, 2H − 1]`; without `relative` `[d, W]`, `[d, H]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::MhsaWithPositionEmbeddingConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = MhsaWithPositionEmbeddingConfig::new().num_heads(4).key_dim(128).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([1, 14, 16, 256])))?;
/// assert_eq!(y.shape(), [1, 14, 16, 512]);
/// assert_eq!(layer.query.value()?.shape(), [256, 512]);
/// assert_eq!(layer.r_width.value()?.shape(), [128, 31]);
/// assert_eq!(layer.r_height.value()?.shape(), [128, 27]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct MhsaWithPositionEmbedding<T: Float = f32> {
    /// Makes the queries.
    pub query: Param<T>,
    /// Makes the keys.
    pub key: Param<T>,
    /// Makes the values.
    pub value: Param<T>,
    /// Mixes the heads.
    pub output_weight: Option<Param<T>>,
    /// What is added last.
    pub output_bias: Option<Param<T>>,
    /// What a query thinks of a key's column.
    pub r_width: Param<T>,
    /// What a query thinks of a key's row.
    pub r_height: Param<T>,
    #[module(skip)]
    position: Position,
    #[module(skip)]
    config: MhsaWithPositionEmbeddingConfig,
}

impl<T: Float> MhsaWithPositionEmbedding<T> {
    /// `x [b, H, W, C]` → `[b, H, W, out_shape]`.
    ///
    /// # Errors
    /// If `x` has another rank, no rows or columns, or other sizes than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let heads = self.heads(x)?.attend(self.config.attn_dropout)?;
        self.finish(x, &heads)
    }

    /// [`forward`](MhsaWithPositionEmbedding::forward) that also gives the weights after the softmax (and dropout), `[b, num_heads, H·W, H·W]`: a row for each
    /// query, a column for each key, the position `(a, b)` at `a·W + b`.
    ///
    /// # Errors
    /// As [`forward`](MhsaWithPositionEmbedding::forward).
    pub fn forward_with_scores(&self, x: &Var<T>) -> Result<(Var<T>, Var<T>)> {
        let heads = self.heads(x)?;
        let (heads, scores) = heads.attend_with_weights(self.config.attn_dropout)?;
        Ok((self.finish(x, &heads)?, scores))
    }

    /// Queries, keys and values `[b, num_heads, H·W, d]`, the queries scaled, and the position term.
    fn heads(&self, x: &Var<T>) -> Result<Heads<T>> {
        let [batch, height, width, channels] = image(WHO, x)?;
        self.check([height, width], x.shape())?;
        check_channels(WHO, &self.query, 0, channels, x.shape())?;
        self.make([height, width, channels])?;
        let MhsaWithPositionEmbeddingConfig {
            num_heads, key_dim, ..
        } = self.config;
        let tape = x.tape();
        let tokens = x.reshape([batch, height * width, channels])?;
        let project = |weight: &Param<T>| -> Result<Var<T>> {
            split_heads(&tokens.matmul(&tape.param(weight)?)?, num_heads)
        };
        let query = project(&self.query)?.mul_scalar((key_dim as f64).sqrt().recip())?;
        let position = self.position.logits(
            &query.reshape([batch, num_heads, height, width, key_dim])?,
            &tape.param(&self.r_height)?,
            &tape.param(&self.r_width)?,
        )?;
        Ok(Heads {
            query,
            key: project(&self.key)?,
            value: project(&self.value)?,
            position,
        })
    }

    /// The heads side by side, as an image, through the output projection.
    fn finish(&self, x: &Var<T>, heads: &Var<T>) -> Result<Var<T>> {
        let y = project(&merge_heads(heads)?, &self.output_weight, &self.output_bias)?;
        let shape = [&x.shape()[..3], &y.shape()[2..]].concat();
        y.reshape(shape)
    }

    /// Refuses an image of another height or width than the tables are for.
    fn check(&self, sizes: [usize; 2], input: &[usize]) -> Result<()> {
        if sizes.contains(&0) {
            let message = format!("expects an image with rows and columns, got {input:?}");
            return Err(Error::shape(WHO, message));
        }
        if let (Some(height), Some(width)) =
            (made_for(&self.r_height, 1), made_for(&self.r_width, 1))
        {
            let expected = [height, width].map(|size| self.position.keys(size));
            if expected != sizes {
                let message = format!(
                    "expects images of {} rows and {} columns, got an input of shape {input:?}",
                    expected[0], expected[1]
                );
                return Err(Error::shape(WHO, message));
            }
        }
        Ok(())
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, [height, width, channels]: [usize; 3]) -> Result<()> {
        let (all, out) = self.config.widths();
        let key_dim = self.config.key_dim;
        build("query", &self.query, &[channels, all])?;
        build("key", &self.key, &[channels, all])?;
        build("value", &self.value, &[channels, all])?;
        build("output_weight", self.output_weight.as_ref(), &[all, out])?;
        build("output_bias", self.output_bias.as_ref(), &[out])?;
        build(
            "r_width",
            &self.r_width,
            &[key_dim, self.position.table(width)],
        )?;
        build(
            "r_height",
            &self.r_height,
            &[key_dim, self.position.table(height)],
        )
    }
}

layer_with_scores!(MhsaWithPositionEmbedding);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Args, Layer};
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn layer(config: MhsaWithPositionEmbeddingConfig) -> MhsaWithPositionEmbedding<f64> {
        config
            .num_heads(2)
            .key_dim(3)
            .init(&mut Rng::seed(1))
            .unwrap()
    }

    fn apart(a: &Var<f64>, b: &Var<f64>) -> f64 {
        a.try_sub(b)
            .unwrap()
            .tensor()
            .abs()
            .max(..)
            .unwrap()
            .item()
            .unwrap()
    }

    #[test]
    fn both_ways_give_the_same_output_dropout_included() -> Result<()> {
        let config = MhsaWithPositionEmbeddingConfig::new();
        let layer = layer(config.attn_dropout(0.4).out_shape(5).out_bias(true));
        let x = Tensor::randn([2, 3, 4, 6], &mut Rng::seed(2));
        let y = layer.forward(&Tape::training(7).input(x.clone()))?;
        let tape = Tape::training(7);
        let (again, scores) = layer.forward_with_scores(&tape.input(x))?;
        assert!(apart(&tape.input(y.into_tensor()), &again) < 1e-13);
        assert_eq!(scores.shape(), [2, 2, 12, 12]);
        let dropped = scores
            .tensor()
            .to_vec()
            .iter()
            .filter(|&&w| w == 0.0)
            .count();
        assert!(
            (170..290).contains(&dropped),
            "{dropped} of 576 weights dropped at a rate of 0.4"
        );
        Ok(())
    }

    #[test]
    fn without_a_projection_the_heads_come_out() -> Result<()> {
        let config = MhsaWithPositionEmbeddingConfig::new()
            .out_weight(false)
            .out_shape(5);
        let layer = layer(config.out_bias(true));
        let x = Tensor::randn([1, 1, 1, 4], &mut Rng::seed(2));
        let tape = Tape::inference();
        let x = tape.input(x);
        let y = layer.forward(&x)?; // a single position sees itself alone
        assert!(apart(&y, &x.matmul(&tape.param(&layer.value)?)?) < 1e-14);
        assert_eq!(layer.output_bias.as_ref().unwrap().value()?.shape(), [6]);
        Ok(())
    }

    #[test]
    fn wrong_sizes_are_told_what_fits() {
        for relative in [true, false] {
            let config = MhsaWithPositionEmbeddingConfig::new().relative(relative);
            let layer = layer(config.input_size([3, 4, 5]));
            let message = |shape: &[usize]| {
                let x = Tape::inference().input(Tensor::zeros(shape));
                layer.forward(&x).unwrap_err().to_string()
            };
            assert_eq!(
                message(&[1, 4, 3, 5]),
                "mhsa_with_position_embedding: expects images of 3 rows and 4 columns, got an input of shape [1, 4, 3, 5]"
            );
            assert_eq!(
                message(&[1, 3, 4, 6]),
                "mhsa_with_position_embedding: expects 5 input channels, got 6 in an input of shape [1, 3, 4, 6]"
            );
            assert!(message(&[1, 0, 4, 5]).contains("expects an image with rows and columns"));
        }
    }

    #[test]
    fn the_scores_are_a_result_when_the_configuration_says_so() -> Result<()> {
        let x = Tape::inference().input(Tensor::ones([1, 2, 2, 3]));
        let args = Args::new(x.tape()).with("x", &x);
        let want = &["output", "attention_scores"];
        let config = MhsaWithPositionEmbeddingConfig::new();
        let message = layer(config.clone())
            .call(&args, want)
            .err()
            .unwrap()
            .to_string();
        assert!(
            message.contains("has no result 'attention_scores'"),
            "{message}"
        );
        let outputs = layer(config.return_attention_scores(true)).call(&args, want)?;
        let sums = outputs.get("attention_scores")?.sum(-1)?.tensor().to_vec();
        assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-15));
        Ok(())
    }
}
