//! Relative positions from depthwise convolutions of the values.

use super::inputs::{check_odd, example, side_behind_class_token};
use super::kernel::{Kernel, centred};
use crate::config::defaults::check_size;
use crate::config::{Initializer, to_json};
use crate::parameters::{check_size_along, inside, made_for};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Tape, Var};
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "conv_relative_positional_encoding";
const SIGNATURE: Signature = Signature::new(
    "ConvRelativePositionalEncoding",
    &[Argument::float("query"), Argument::float("value")],
    &["output"],
);

/// The configuration of a [`ConvRelativePositionalEncoding`].
#[config]
pub struct ConvRelativePositionalEncodingConfig {
    /// How many heads each bunch has, in order.
    #[default = vec![2, 3, 3]]
    pub head_splits: Vec<usize>,
    /// The side of each bunch's window, odd.
    #[default = vec![3, 5, 7]]
    pub head_kernel_size: Vec<usize>,
    /// How many features a head has; from the first input if absent.
    pub input_size: Option<usize>,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl ConvRelativePositionalEncodingConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If the two lists are empty or differ in length, a bunch has no heads, a kernel size is even, or `input_size` is 0.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<ConvRelativePositionalEncoding<T>> {
        let (splits, sizes) = (&self.head_splits, &self.head_kernel_size);
        if splits.is_empty() || splits.len() != sizes.len() {
            let message = format!(
                "head_splits {splits:?} and head_kernel_size {sizes:?}; expected one of each for every bunch of heads"
            );
            return Err(Error::config(WHO, message));
        }
        for (&heads, &size) in splits.iter().zip(sizes) {
            check_size(WHO, "an entry of head_splits", heads)?;
            check_odd(WHO, "an entry of head_kernel_size", size)?;
        }
        let dconv = |_: &usize| Kernel::new(Initializer::Xavier, true, self.trainable, rng);
        let layer = ConvRelativePositionalEncoding {
            dconvs: splits.iter().map(dconv).collect(),
            config: self.clone(),
        };
        if let Some(features) = self.input_size {
            check_size(WHO, "input_size", features)?;
            let zeros = Tape::inference().input(example(&[1, layer.heads(), 2, features])?);
            layer.forward(&zeros, &zeros)?;
        }
        Ok(layer)
    }
}

/// Adds to factorised attention what it lacks, a sense of relative position (Xu et al., *Co-Scale Conv-Attentional Image Transformers*, 2021):
/// depthwise convolutions of the values, with one kernel size for each bunch of heads, times the query.
///
/// ```text
/// z[b, i, j, n·d + c] = value[b, n, 1 + i·s + j, c]        an image [b, s, s, heads·d], cut into the bunches
/// z' = the bunches z_I convolved with dconvs.I, put together again
/// output[b, n, 0] = 0
/// output[b, n, 1 + i·s + j, c] = query[b, n, 1 + i·s + j, c] · z'[b, i, j, n·d + c]
/// ```
///
/// The class token of both arguments has no influence.
///
/// | parameter | shape |
/// |---|---|
/// | `dconvs.I.weight` | `[head_kernel_size[I], head_kernel_size[I], 1, head_splits[I]·d]` |
/// | `dconvs.I.bias` | `[head_splits[I]·d]` |
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::ConvRelativePositionalEncodingConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let layer = ConvRelativePositionalEncodingConfig::new().init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let query = tape.input(Tensor::ones([1, 8, 197, 6]));
/// let value = tape.input(Tensor::ones([1, 8, 197, 6]));
/// assert_eq!(layer.forward(&query, &value)?.shape(), [1, 8, 197, 6]);
/// let shapes = layer.state_dict()?;
/// assert_eq!(shapes["dconvs.0.weight"].shape(), [3, 3, 1, 12]);
/// assert_eq!(shapes["dconvs.1.weight"].shape(), [5, 5, 1, 18]);
/// assert_eq!(shapes["dconvs.2.weight"].shape(), [7, 7, 1, 18]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct ConvRelativePositionalEncoding<T: Float = f32> {
    dconvs: Vec<Kernel<T>>,
    #[module(skip)]
    config: ConvRelativePositionalEncodingConfig,
}

impl<T: Float> ConvRelativePositionalEncoding<T> {
    /// `query` and `value`, both `[b, heads, 1 + s², d]` → the same shape.
    ///
    /// # Errors
    /// If the shapes differ, have another rank, or other heads, tokens or features than fit.
    pub fn forward(&self, query: &Var<T>, value: &Var<T>) -> Result<Var<T>> {
        let heads = self.heads();
        let expected = match *query.shape() {
            [batch, of, tokens, features]
                if of == heads && features > 0 && query.shape() == value.shape() =>
            {
                Some([batch, tokens, features])
            }
            _ => None,
        };
        let Some([batch, tokens, features]) = expected else {
            let message = format!(
                "query {:?} and value {:?}; expected both [b, {heads}, tokens, features] with one feature or more",
                query.shape(),
                value.shape()
            );
            return Err(Error::shape(WHO, message));
        };
        let side = side_behind_class_token(WHO, tokens)?;
        let all = made_for(&self.dconvs[0].weight, 3);
        let of_a_head = all.map(|all| all / self.config.head_splits[0]);
        check_size_along(WHO, of_a_head, features, query.shape())?;

        let image_of = |x: &Var<T>| x.narrow(2, 1, side * side)?.transpose(1, 2);
        let z = image_of(value)?.reshape([batch, side, side, heads * features])?;
        let widths: Vec<usize> = self
            .config
            .head_splits
            .iter()
            .map(|heads| heads * features)
            .collect();
        let bunches = z.split(-1, &widths)?;
        let mut convolved = Vec::new();
        for (index, (dconv, bunch)) in self.dconvs.iter().zip(&bunches).enumerate() {
            let (size, width) = (self.config.head_kernel_size[index], widths[index]);
            let y = dconv.conv(bunch, size, width, &centred(size, 1, width));
            convolved.push(inside(&format!("dconvs.{index}"), y)?);
        }
        let z = Var::concat(&convolved, -1)?.reshape([batch, side * side, heads, features])?;
        let y = image_of(query)?.try_mul(&z)?.transpose(1, 2)?;
        y.pad([(0, 0), (0, 0), (1, 0), (0, 0)], 0.0)
    }

    fn heads(&self) -> usize {
        self.config
            .head_splits
            .iter()
            .fold(0, |all, &heads| all.saturating_add(heads))
    }
}

impl<T: Float> Layer<T> for ConvRelativePositionalEncoding<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let y = self.forward(args.float("query")?, args.float("value")?)?;
        Ok(Outputs::one("output", y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_tensor::Tensor;

    #[test]
    fn the_class_token_has_no_influence() -> Result<()> {
        let layer: ConvRelativePositionalEncoding<f64> =
            ConvRelativePositionalEncodingConfig::new()
                .head_splits([1, 2])
                .head_kernel_size([3, 1])
                .input_size(2)
                .init(&mut Rng::seed(1))?;
        let tape = Tape::new();
        let [query, value] =
            [2, 3].map(|seed| tape.var(Tensor::randn([1, 3, 5, 2], &mut Rng::seed(seed))));
        let y = layer.forward(&query, &value)?;
        assert_eq!(y.tensor().select(2, 0)?, Tensor::zeros([1, 3, 2]));
        let gradients = y.square()?.sum(..)?.backward()?;
        for x in [&query, &value] {
            let gradient = gradients.get(x)?;
            assert_eq!(gradient.select(2, 0)?, Tensor::zeros([1, 3, 2]));
            assert!(gradient.select(2, 1)?.to_vec().iter().all(|g| *g != 0.0));
        }
        Ok(())
    }

    #[test]
    fn wrong_lists_and_inputs_are_told_what_fits() -> Result<()> {
        let refuse = |splits: &[usize], sizes: &[usize]| {
            let config = ConvRelativePositionalEncodingConfig::new()
                .head_splits(splits)
                .head_kernel_size(sizes);
            config
                .init::<f64>(&mut Rng::seed(1))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refuse(&[2, 3], &[3]),
            "conv_relative_positional_encoding: head_splits [2, 3] and head_kernel_size [3]; \
             expected one of each for every bunch of heads"
        );
        assert!(
            refuse(&[2], &[4])
                .ends_with("an entry of head_kernel_size is 4; expected an odd number")
        );
        assert!(refuse(&[0], &[3]).ends_with("an entry of head_splits is 0; expected 1 or more"));
        let layer: ConvRelativePositionalEncoding<f64> =
            ConvRelativePositionalEncodingConfig::new()
                .input_size(2)
                .init(&mut Rng::seed(1))?;
        let message = |query: [usize; 4], value: [usize; 4]| {
            let tape = Tape::inference();
            let [query, value] = [query, value].map(|shape| tape.input(Tensor::zeros(shape)));
            layer.forward(&query, &value).unwrap_err().to_string()
        };
        let expected = "expected both [b, 8, tokens, features] with one feature or more";
        assert!(message([1, 7, 5, 2], [1, 7, 5, 2]).ends_with(expected));
        assert!(message([1, 8, 5, 2], [1, 8, 10, 2]).ends_with(expected));
        assert!(message([1, 8, 4, 2], [1, 8, 4, 2]).contains("4 tokens; expected a class token"));
        assert!(message([1, 8, 5, 3], [1, 8, 5, 3]).contains("expects 2 input channels, got 3"));
        Ok(())
    }
}
