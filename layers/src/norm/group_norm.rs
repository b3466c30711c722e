//! Normalisation of groups of channels, sample by sample.

use super::config::norm_config;
use super::moments::{Moments, mask};
use crate::config::defaults::{check_epsilon, check_size};
use crate::config::to_json;
use crate::parameters::{build, check_size_along, leaf};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Param, Var};
use etude_tensor::{Axes, Error, Float, Result, Rng, Tensor, axis_index};
use serde_json::Value;

const WHO: &str = "group_norm";
const SIGNATURE: Signature = Signature::new(
    "GroupNorm",
    &[Argument::float("x"), Argument::mask("mask").optional()],
    &["output"],
);

norm_config! {
    /// The configuration of a [`GroupNorm`].
    pub struct GroupNormConfig {
        /// Into how many consecutive blocks the channels are split; −1 for a block to each channel.
        #[default = 32]
        pub groups: i64,
        /// How many channels go in; from the first input if absent.
        pub input_size: Option<usize>,
        /// The axis of the channels, negative from the end; not the first.
        #[default = -1]
        pub axis: isize,
    }
}

impl GroupNormConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are made at the first call.
    ///
    /// # Errors
    /// If a size is 0, `groups` is neither 1 or more nor −1 or doesn't divide the channels, epsilon is negative, the axis is
    /// 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<GroupNorm<T>> {
        check_epsilon(WHO, self.epsilon)?;
        if self.groups < 1 && self.groups != -1 {
            let message = format!(
                "groups is {}; expected 1 or more, or -1 for a group to each channel",
                self.groups
            );
            return Err(Error::config(WHO, message));
        }
        if self.axis == 0 {
            return Err(first_axis());
        }
        let sizes = ["channels".into()];
        let norm = GroupNorm {
            gamma: self.gamma(&sizes, rng),
            beta: self.beta(&sizes, rng),
            group_size: None,
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            norm.groups(input_size)?;
            norm.make(input_size)?;
        }
        Ok(norm)
    }
}

fn first_axis() -> Error {
    let message = "axis 0 is the batch, which isn't normalised over; expected another axis";
    Error::config(WHO, message)
}

/// Group normalisation (Wu and He, *Group Normalization*, 2018). The channels are split into `groups` consecutive blocks. For each
/// sample and block, over the block's channels and every other axis but the first, with weights `w` of 1, or the mask,
///
/// ```text
/// μ = Σ w x / Σ w     σ² = Σ w (x − μ)² / Σ w     y = gamma · (x − μ)/√(σ² + epsilon) + beta
/// ```
///
/// with gamma and beta by channel. With one group it is layer normalisation over all but the batch, with a group to each channel
/// (`groups: -1`) instance normalisation.
///
/// | parameter | shape |
/// |---|---|
/// | `gamma` | `[C]`, absent without `scale` |
/// | `beta` | `[C]`, absent without `center` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::GroupNormConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let norm = GroupNormConfig::new().groups(32).input_size(256).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = norm.forward(&tape.input(Tensor::zeros([64, 128, 256])), None)?;
/// assert_eq!(y.shape(), [64, 128, 256]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct GroupNorm<T: Float = f32> {
    /// The factors.
    pub gamma: Option<Param<T>>,
    /// What is added.
    pub beta: Option<Param<T>>,
    /// How many channels a group has, where that is known and their number isn't.
    #[module(skip)]
    group_size: Option<usize>,
    #[module(skip)]
    config: GroupNormConfig,
}

impl<T: Float> GroupNorm<T> {
    /// With groups of so many channels, however many groups that gives: for a block that doesn't know its channels yet.
    #[must_use]
    pub(crate) fn in_groups_of(mut self, size: usize) -> Self {
        self.group_size = Some(size);
        self
    }

    /// `x [b, ...]` → the same shape. `mask`, broadcastable to `x`'s shape, weighs the positions in the moments; all of them
    /// are normalised.
    ///
    /// # Errors
    /// If `x` has no such axis, it is the first, the groups don't divide it, or it has another size than the layer was made
    /// for; if a block has no element; if the mask doesn't broadcast to `x`, or leaves a block without weight.
    pub fn forward(&self, x: &Var<T>, mask: Option<&Tensor<T>>) -> Result<Var<T>> {
        let axis = axis_index(WHO, self.config.axis, x.rank())?;
        if axis == 0 {
            return Err(first_axis());
        }
        let channels = x.shape()[axis];
        let params = [&self.gamma, &self.beta];
        let built = params.into_iter().flatten().find_map(|p| p.value().ok());
        check_size_along(WHO, built.map(Tensor::elements), channels, x.shape())?;
        let groups = self.groups(channels)?;
        if channels == 0 || (x.shape()[0] > 0 && x.shape().contains(&0)) {
            let message = format!(
                "a group of channels of an input of shape {:?} has no element to take moments of",
                x.shape()
            );
            return Err(Error::shape(WHO, message));
        }

        // The channels' axis becomes two: the groups, and the channels of one.
        let split = |shape: &[usize]| {
            let (before, after) = (&shape[..axis], &shape[axis + 1..]);
            [before, &[groups, channels / groups], after].concat()
        };
        let blocks = x.reshape(split(x.shape()))?;
        let inner: Vec<isize> = (1..=x.rank() as isize)
            .filter(|&other| other != axis as isize)
            .collect();
        let inner = Axes::from(inner);
        let moments = match mask {
            None => Moments::new(&blocks, &inner)?,
            Some(mask) => {
                let weights = mask
                    .broadcast_to(x.shape())
                    .map_err(|_| misfit(mask.shape(), x.shape()))?;
                let weights = weights.reshape(split(x.shape()))?;
                let total = weights.sum(inner.clone().keepdims())?;
                if total.to_vec().contains(&T::ZERO) {
                    let message = "the mask leaves a group of channels of a sample without weight; expected a sum above 0 in each";
                    return Err(Error::value(WHO, message));
                }
                Moments::weighted(&blocks, &weights, &total, &inner)?
            }
        };
        self.make(channels)?;
        let mut spread = vec![1; x.rank()];
        spread[axis] = channels;
        let spread = split(&spread);
        let by_channel = |param: &Option<Param<T>>| -> Result<Option<Var<T>>> {
            let leaf = leaf(x.tape(), param)?;
            leaf.map(|leaf| leaf.reshape(&spread[..])).transpose()
        };
        let (gamma, beta) = (by_channel(&self.gamma)?, by_channel(&self.beta)?);
        let y = moments.normalise(&blocks, self.config.epsilon, gamma.as_ref(), beta.as_ref())?;
        y.reshape(x.shape())
    }

    /// Into how many groups so many channels are split.
    fn groups(&self, channels: usize) -> Result<usize> {
        let groups = match self.group_size {
            Some(size) => Ok(Ord::max(channels / size, 1)),
            None => usize::try_from(self.config.groups),
        };
        match groups {
            Err(_) => Ok(channels),
            Ok(groups) if channels.is_multiple_of(groups) => Ok(groups),
            Ok(groups) => {
                let message =
                    format!("groups {groups} don't divide {channels} channels; expected a divisor");
                Err(Error::config(WHO, message))
            }
        }
    }

    /// Makes the parameters, if they aren't there.
    fn make(&self, channels: usize) -> Result<()> {
        build("gamma", self.gamma.as_ref(), &[channels])?;
        build("beta", self.beta.as_ref(), &[channels])
    }
}

fn misfit(mask: &[usize], x: &[usize]) -> Error {
    let message = format!("a mask of shape {mask:?} doesn't broadcast to an input {x:?}");
    Error::shape(WHO, message)
}

impl<T: Float> Layer<T> for GroupNorm<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let mask = mask(args)?;
        let y = self.forward(args.float("x")?, mask.as_ref())?;
        Ok(Outputs::one("output", y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck, gradgradcheck};

    fn norm(config: GroupNormConfig) -> GroupNorm<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        Tensor::randn(shape, &mut Rng::seed(7))
    }

    fn largest(x: &Tensor<f64>) -> f64 {
        x.abs().max(..).unwrap().item().unwrap()
    }

    #[test]
    fn blocks_of_a_sample_get_mean_0_and_variance_1() -> Result<()> {
        for (axis, shape) in [(-1, [2, 3, 6]), (1, [2, 6, 3])] {
            let layer = norm(GroupNormConfig::new().groups(3).axis(axis).epsilon(0.0));
            let x = Tape::inference().input(numbers(&shape));
            let y = layer.forward(&x, None)?;
            assert_eq!(y.shape(), shape);
            let channels_last = if axis == 1 { y.permute([0, 2, 1])? } else { y };
            let blocks = channels_last.tensor().reshape([2, 3, 3, 2])?;
            assert!(largest(&blocks.mean([1, 3])?) < 1e-14);
            assert!(largest(&(blocks.var([1, 3], 0)? - 1.0)) < 1e-13);
        }
        Ok(())
    }

    #[test]
    fn a_group_to_each_channel_and_gamma_by_channel() -> Result<()> {
        let mut layer = norm(GroupNormConfig::new().groups(-1).input_size(2).epsilon(0.0));
        layer
            .gamma
            .as_mut()
            .unwrap()
            .set(Tensor::from([1.0, 10.0]))?;
        layer.beta.as_mut().unwrap().set(Tensor::from([0.0, 5.0]))?;
        let x = Tape::inference().input(Tensor::from([[[1.0, 2.0], [3.0, 0.0]]]));
        let y = layer.forward(&x, None)?;
        assert_eq!(y.tensor().to_vec(), [-1.0, 15.0, 1.0, -5.0]);
        Ok(())
    }

    #[test]
    fn a_mask_weighs_and_everything_is_normalised() -> Result<()> {
        let layer = norm(GroupNormConfig::new().groups(1).epsilon(0.0));
        let x = Tape::inference().input(Tensor::from([[[1.0], [3.0], [100.0]]]));
        let mask = Tensor::from([[[1.0], [1.0], [0.0]]]);
        let y = layer.forward(&x, Some(&mask))?;
        assert_eq!(y.tensor().to_vec(), [-1.0, 1.0, 98.0]);
        let message = |mask: Tensor<f64>| {
            let refused = layer.forward(&x, Some(&mask)).unwrap_err();
            refused.to_string()
        };
        assert!(message(Tensor::zeros([1, 3, 1])).contains("without weight"));
        assert_eq!(
            message(Tensor::zeros([2])),
            "group_norm: a mask of shape [2] doesn't broadcast to an input [1, 3, 1]"
        );
        Ok(())
    }

    #[test]
    fn derivatives_of_first_and_second_order() -> Result<()> {
        let layer = norm(GroupNormConfig::new().groups(2).axis(1));
        let x = [numbers(&[2, 4, 3])];
        gradcheck(|x| layer.forward(&x[0], None), &x)?;
        gradgradcheck(|x| layer.forward(&x[0], None), &x)?;
        let mask = Tensor::rand([2, 1, 3], &mut Rng::seed(3));
        gradcheck(|x| layer.forward(&x[0], Some(&mask)), &x).map(|_| ())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let message = |config: GroupNormConfig, x: &[usize]| {
            let x = Tape::inference().input(numbers(x));
            norm(config).forward(&x, None).unwrap_err().to_string()
        };
        let config = GroupNormConfig::new;
        assert_eq!(
            message(config().groups(3), &[2, 5, 4]),
            "group_norm: groups 3 don't divide 4 channels; expected a divisor"
        );
        assert!(message(config().axis(-3), &[2, 5, 32]).contains("axis 0 is the batch"));
        assert!(message(config().axis(3), &[2, 5, 32]).contains("axis 3 is out of range"));
        assert_eq!(
            message(config().groups(1).input_size(4), &[2, 5]),
            "group_norm: expects 4 input channels, got 5 in an input of shape [2, 5]"
        );
        for shape in [[2, 0, 4], [2, 5, 0], [0, 5, 0]] {
            let message = message(config().groups(-1), &shape);
            assert!(
                message.contains("has no element to take moments of"),
                "{message}"
            );
        }
        let refused = |config: GroupNormConfig| {
            let refused = config.init::<f64>(&mut Rng::seed(1));
            refused.unwrap_err().to_string()
        };
        assert!(refused(config().groups(0)).contains("groups is 0"));
        assert!(refused(config().axis(0)).contains("axis 0 is the batch"));
        assert!(refused(config().input_size(33)).contains("don't divide 33"));
    }
}
