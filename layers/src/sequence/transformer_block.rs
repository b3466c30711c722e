//! The Transformer block.

use super::config::sequence_config;
use super::inputs::sequence;
use super::start::{inside, per_head};
use crate::config::defaults::check_size;
use crate::config::{Activation, to_json};
use crate::{
    Args, Argument, Dense, Layer, LayerNorm, Module, MultiHeadAttention, MultiHeadAttentionConfig,
    Outputs, Signature,
};
use etude_autograd::{Var, Visitor, VisitorMut};
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;
use std::sync::OnceLock;

const WHO: &str = "transformer_block";
const SIGNATURE: Signature =
    Signature::new("TransformerBlock", &[Argument::float("x")], &["output"]);

sequence_config! {
    /// The configuration of a [`TransformerBlock`].
    pub struct TransformerBlockConfig {
        ..projected_heads,
        ..use_bias,
        ..norm_epsilon,
        ..weights_and_biases,
    }
}

impl TransformerBlockConfig {
    /// The block, its parameters seeded from `rng`; without `input_size` those that depend on it are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, the heads don't divide `output_size`, epsilon is negative, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<TransformerBlock<T>> {
        let size = self.output_size;
        per_head(WHO, ("output_size", size), ("num_heads", self.num_heads))?;
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
        }
        let start = self.start();
        let dense = |from: usize, to: usize| {
            let config = start.dense(to).use_bias(self.use_bias);
            config.input_size(from)
        };
        let mut attention = MultiHeadAttentionConfig::new(self.num_heads)
            .n_state(size)
            .use_bias(self.use_bias)
            .weight_initializer(self.weight_initializer)
            .bias_initializer(self.bias_initializer)
            .trainable(self.trainable);
        attention.input_size = self.input_size;
        let ffn1 = dense(size, size.saturating_mul(4)).activation(Activation::Relu);
        Ok(TransformerBlock {
            attention: inside("attention", attention.init(rng))?,
            shortcut: Shortcut {
                dense: start.product(self.input_size, size, rng)?,
                needed: match self.input_size {
                    Some(input_size) => OnceLock::from(input_size != size),
                    None => OnceLock::new(),
                },
            },
            ffn1: inside("ffn1", ffn1.init(rng))?,
            ffn2: inside("ffn2", dense(size.saturating_mul(4), size).init(rng))?,
            norm1: inside("norm1", start.norm(size, self.epsilon, rng))?,
            norm2: inside(
                "norm2",
                start.norm(size.saturating_mul(4), self.epsilon, rng),
            )?,
            norm3: start.norm(size, self.epsilon, rng)?,
            config: self.clone(),
        })
    }
}

/// Self-attention and a feed-forward network, normalised after each (Vaswani et al., *Attention Is All You Need*, 2017), with one more
/// normalisation inside the network and, where input and output differ in size, a projected residual (He et al., 2015):
///
/// ```text
/// carried = x · shortcut.weight,   x itself when input_size = output_size
/// y       = LN(norm1)(carried + attention(x))
/// output  = LN(norm3)(y + Dense(ffn2)(LN(norm2)(relu(Dense(ffn1)(y)))))
/// ```
///
/// with the layer normalisation `LN` over the features. Of `I` and `O` features:
///
/// | parameter | shape |
/// |---|---|
/// | `attention.…` | those of a [`MultiHeadAttention`] |
/// | `shortcut.weight` | `[I, O]`, only where they differ |
/// | `ffn1.weight`, `ffn1.bias` | `[O, 4·O]`, `[4·O]` |
/// | `ffn2.weight`, `ffn2.bias` | `[4·O, O]`, `[O]` |
/// | `norm1.gamma`, `norm1.beta`, `norm3.gamma`, `norm3.beta` | `[O]` |
/// | `norm2.gamma`, `norm2.beta` | `[4·O]` |
///
/// The biases are absent with `use_bias: false`.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::TransformerBlockConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let transformer = TransformerBlockConfig::new(128, 8).input_size(16).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output_data = transformer.forward(&tape.input(Tensor::zeros([64, 10, 16])))?;
/// assert_eq!(output_data.shape(), [64, 10, 128]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct TransformerBlock<T: Float = f32> {
    /// The attention.
    pub attention: MultiHeadAttention<T>,
    /// From the input's size to the output's, where they differ.
    pub shortcut: Shortcut<T>,
    /// The first layer of the feed-forward network, with its relu.
    pub ffn1: Dense<T>,
    /// The second.
    pub ffn2: Dense<T>,
    /// After the attention.
    pub norm1: LayerNorm<T>,
    /// Inside the feed-forward network.
    pub norm2: LayerNorm<T>,
    /// After it.
    pub norm3: LayerNorm<T>,
    #[module(skip)]
    config: TransformerBlockConfig,
}

/// The projection of a residual, which exists if input and output differ in size. Without `input_size` that is known at the first call.
#[derive(Clone, Debug)]
pub struct Shortcut<T: Float = f32> {
    dense: Dense<T>,
    needed: OnceLock<bool>,
}

impl<T: Float> Shortcut<T> {
    /// The projection, if there is one.
    pub fn dense(&self) -> Option<&Dense<T>> {
        (self.needed.get() == Some(&true)).then_some(&self.dense)
    }
}

impl<T: Float> Module<T> for Shortcut<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        if let Some(dense) = self.dense() {
            dense.visit(visitor);
        }
    }

    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        if self.dense().is_some() {
            self.dense.visit_mut(visitor);
        }
    }
}

impl<T: Float> TransformerBlock<T> {
    /// `x [batch, positions, in]` → `[batch, positions, out]`.
    ///
    /// # Errors
    /// If `x` has another rank, or another number of features than the block was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let [_, _, input_size] = sequence(WHO, "x", x)?;
        let attended = inside("attention", self.attention.forward(x, None, None))?;
        let differ = input_size != self.config.output_size;
        let carried = match self.shortcut.needed.get_or_init(|| differ) {
            true => inside("shortcut", self.shortcut.dense.forward(x))?,
            false => x.clone(),
        };
        let y = self.norm1.forward(&carried.try_add(&attended)?)?;
        let hidden = self.norm2.forward(&self.ffn1.forward(&y)?)?;
        self.norm3
            .forward(&y.try_add(&self.ffn2.forward(&hidden)?)?)
    }
}

impl<T: Float> Layer<T> for TransformerBlock<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        // With the size of the first input, once it is known: whether there is a shortcut depends on it.
        let mut config = self.config.clone();
        if let Ok(weight) = self.attention.query.weight.value() {
            config.input_size = weight.shape().first().copied();
        }
        to_json(WHO, &config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one("output", self.forward(args.float("x")?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn paths(layer: &dyn Layer<f64>) -> Vec<String> {
        layer.params().into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn a_shortcut_exists_once_it_is_known_to_be_needed() -> Result<()> {
        let config = TransformerBlockConfig::new(6, 2);
        let wider: TransformerBlock<f64> = config.init(&mut Rng::seed(1))?;
        let same: TransformerBlock<f64> = config.init(&mut Rng::seed(1))?;
        let known: TransformerBlock<f64> = config.input_size(4).init(&mut Rng::seed(1))?;
        wider.build(&Tensor::zeros([1, 3, 4]))?;
        same.build(&Tensor::zeros([1, 3, 6]))?;
        let shortcut = "shortcut.weight".to_string();
        assert!(paths(&wider).contains(&shortcut));
        assert!(!paths(&same).contains(&shortcut));
        assert_eq!(wider.state_dict()?, known.state_dict()?);

        // What was built can be built again from its configuration, and takes its values.
        let mut again = registry::layer::<f64>(
            "TransformerBlock",
            &Layer::config(&wider)?,
            &mut Rng::seed(2),
        )?;
        again.load_state_dict(&wider.state_dict()?)?;
        let x = Tape::inference().input(Tensor::ones([1, 3, 4]));
        assert_eq!(again.apply(&x)?.tensor(), wider.forward(&x)?.tensor());
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let odd = TransformerBlockConfig::new(6, 4).init::<f32>(&mut Rng::seed(1));
        assert_eq!(
            odd.unwrap_err().to_string(),
            "transformer_block: num_heads 4 doesn't divide output_size 6; expected a divisor"
        );
        let config = TransformerBlockConfig::new(6, 2).input_size(4);
        let layer: TransformerBlock<f64> = config.init(&mut Rng::seed(1)).unwrap();
        let x = Tape::inference().input(Tensor::zeros([1, 3, 5]));
        let message = layer.forward(&x).unwrap_err().to_string();
        assert!(message.contains("'attention.query'"), "{message}");
    }
}
