//! Normalisation of each channel over the batch.

use super::config::norm_config;
use super::moments::{Moments, mask};
use crate::config::defaults::{check_epsilon, check_size};
use crate::config::{Initializer, to_json};
use crate::parameters::{build, check_size_along, leaf};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Buffer, Param, Update, Var};
use etude_tensor::{Axes, Error, Float, Result, Rng, Tensor, axis_index};
use serde_json::Value;

const WHO: &str = "batch_norm";
const SIGNATURE: Signature = Signature::new(
    "BatchNorm",
    &[Argument::float("x"), Argument::mask("mask").optional()],
    &["output"],
);

norm_config! {
    /// The configuration of a [`BatchNorm`].
    pub struct BatchNormConfig {
        /// How many channels go in; from the first input if absent.
        pub input_size: Option<usize>,
        /// The axis of the channels, negative from the end.
        #[default = -1]
        pub axis: isize,
        /// The share of the old moving averages that stays at each step.
        #[default = 0.99]
        pub momentum: f64,
        /// What `moving_mean` starts from.
        #[default = Initializer::Zeros]
        pub moving_mean_initializer: Initializer,
        /// What `moving_variance` starts from.
        #[default = Initializer::Ones]
        pub moving_variance_initializer: Initializer,
        /// Whether the moments are those of all replicas together (see [`DataParallel`](crate::DataParallel)); with one replica it
        /// changes nothing.
        #[default = false]
        pub synchronized: bool,
    }
}

impl BatchNormConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are made at the first call.
    ///
    /// # Errors
    /// If a size is 0, epsilon is negative, momentum lies outside of 0 to 1, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<BatchNorm<T>> {
        check_epsilon(WHO, self.epsilon)?;
        if !(0.0..=1.0).contains(&self.momentum) {
            return Err(Error::config(
                WHO,
                format!(
                    "momentum is {}; expected a share from 0 to 1",
                    self.momentum
                ),
            ));
        }
        let sizes = ["channels".into()];
        let buffer = |initializer: Initializer, rng: &mut Rng| {
            let draw = move |shape: &[usize], seed: u64| initializer.draw(shape, seed);
            Buffer::lazy(draw, rng.next_u64()).of_shape(&sizes)
        };
        let norm = BatchNorm {
            gamma: self.gamma(&sizes, rng),
            beta: self.beta(&sizes, rng),
            moving_mean: buffer(self.moving_mean_initializer, rng),
            moving_variance: buffer(self.moving_variance_initializer, rng),
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            norm.make(input_size)?;
        }
        Ok(norm)
    }
}

/// Batch normalisation (Ioffe and Szegedy, *Batch Normalization*, 2015). In training, with weights `w` of 1, or the mask,
///
/// ```text
/// μ = Σ w x / Σ w     σ² = Σ w (x − μ)² / Σ w     y = gamma · (x − μ)/√(σ² + epsilon) + beta
/// moving_mean ← momentum·moving_mean + (1 − momentum)·μ     moving_variance ← momentum·moving_variance + (1 − momentum)·σ²
/// ```
///
/// for each channel, over all other axes. The gradient runs through `μ` and `σ²`; the new averages are recorded on the tape and
/// committed with the optimizer's step. In inference, and if the layer isn't trainable, `μ` and `σ²` are the moving averages.
///
/// | parameter | shape |
/// |---|---|
/// | `gamma` | `[C]`, absent without `scale` |
/// | `beta` | `[C]`, absent without `center` |
/// | `moving_mean`, `moving_variance` | `[C]`, buffers |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::BatchNormConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let norm = BatchNormConfig::new().input_size(10).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::training(1);
/// let y = norm.forward(&tape.input(Tensor::zeros([2, 5, 10])), None)?;
/// assert_eq!(y.shape(), [2, 5, 10]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct BatchNorm<T: Float = f32> {
    /// The factors.
    pub gamma: Option<Param<T>>,
    /// What is added.
    pub beta: Option<Param<T>>,
    /// The moving average of the means.
    pub moving_mean: Buffer<T>,
    /// The moving average of the variances.
    pub moving_variance: Buffer<T>,
    #[module(skip)]
    config: BatchNormConfig,
}

impl<T: Float> BatchNorm<T> {
    /// `x` of rank 2 or more → the same shape. `mask`, of `x`'s shape without the channels' axis, weighs the positions in
    /// the moments; all of them are normalised.
    ///
    /// # Errors
    /// If `x` has a lower rank, no such axis, or another number of channels than the layer was made for, or the mask
    /// another shape.
    pub fn forward(&self, x: &Var<T>, mask: Option<&Tensor<T>>) -> Result<Var<T>> {
        if x.rank() < 2 {
            return Err(Error::shape(
                WHO,
                format!("expects an input of rank 2 or more, got {:?}", x.shape()),
            ));
        }
        let axis = axis_index(WHO, self.config.axis, x.rank())?;
        let channels = x.shape()[axis];
        let built = self.moving_mean.value().ok();
        check_size_along(WHO, built.map(Tensor::elements), channels, x.shape())?;
        let weights = mask.map(|mask| weights(mask, x, axis)).transpose()?;
        self.make(channels)?;
        let training = x.tape().is_training() && self.config.trainable;
        let whole = weights.is_none() && !self.is_in_group(x) && !x.shape().contains(&0);
        match training && whole {
            true => self.by_batch(x, axis),
            false => self.by_moments(x, axis, weights.as_ref(), training),
        }
    }

    /// Whether the moments are those of a group of replicas.
    fn is_in_group(&self, x: &Var<T>) -> bool {
        self.config.synchronized && x.tape().group().is_some()
    }

    /// Normalises by the moments of the whole batch: one operation, on channels that stand last.
    fn by_batch(&self, x: &Var<T>, axis: usize) -> Result<Var<T>> {
        let (tape, channels) = (x.tape(), x.shape()[axis]);
        let gamma = leaf(tape, &self.gamma)?;
        let gamma = gamma.unwrap_or_else(|| tape.input(Tensor::ones([channels])));
        let beta = leaf(tape, &self.beta)?;
        let beta = beta.unwrap_or_else(|| tape.input(Tensor::zeros([channels])));
        let (axis, last) = (axis as isize, x.rank() as isize - 1);
        let to_end: Vec<isize> = (0..axis).chain(axis + 1..=last).chain([axis]).collect();
        let back: Vec<isize> = (0..axis).chain([last]).chain(axis..last).collect();
        let moved = if axis == last {
            x.clone()
        } else {
            x.permute(to_end)?
        };
        let norm = moved.batch_norm(&gamma, &beta, self.config.epsilon)?;
        self.update(x, norm.mean, norm.variance)?;
        if axis == last {
            Ok(norm.y)
        } else {
            norm.y.permute(back)
        }
    }

    /// Normalises by weighted moments, or those of a group, in training, otherwise by the moving averages.
    fn by_moments(
        &self,
        x: &Var<T>,
        axis: usize,
        weights: Option<&Tensor<T>>,
        training: bool,
    ) -> Result<Var<T>> {
        let (tape, channels) = (x.tape(), x.shape()[axis]);
        // A vector of channels, in the shape in which it broadcasts against x.
        let mut spread = vec![1; x.rank()];
        spread[axis] = channels;
        let moments = if training {
            let moments = self.moments(x, axis, weights)?;
            let [mean, variance] = [&moments.mean, &moments.variance];
            let flat = |moment: &Var<T>| moment.tensor().reshape([channels]);
            self.update(x, flat(mean)?, flat(variance)?)?;
            moments
        } else {
            let stored = |buffer| tape.input(tape.buffer(buffer)?).reshape(&spread[..]);
            Moments {
                mean: stored(&self.moving_mean)?,
                variance: stored(&self.moving_variance)?,
            }
        };
        let by_channel = |param: &Option<Param<T>>| -> Result<Option<Var<T>>> {
            let leaf = leaf(tape, param)?;
            leaf.map(|leaf| leaf.reshape(&spread[..])).transpose()
        };
        let (gamma, beta) = (by_channel(&self.gamma)?, by_channel(&self.beta)?);
        moments.normalise(x, self.config.epsilon, gamma.as_ref(), beta.as_ref())
    }

    fn moments(&self, x: &Var<T>, axis: usize, weights: Option<&Tensor<T>>) -> Result<Moments<T>> {
        let others = (0..x.rank()).filter(|&other| other != axis);
        let others: Vec<isize> = others.map(|other| other as isize).collect();
        let others = Axes::from(others);
        let weights = match weights {
            Some(weights) if !self.is_in_group(x) => weights,
            weights => return Moments::over_group(x, weights, &others),
        };
        let total = weights.sum(..)?;
        // With no weight at all, both moments are 0: the sums are, and 1 divides them.
        let total = match total.item()? == T::ZERO {
            true => Tensor::scalar(T::one()),
            false => total,
        };
        Moments::weighted(x, weights, &total, &others)
    }

    /// Asks for the moving averages to go towards the moments of this batch.
    fn update(&self, x: &Var<T>, mean: Tensor<T>, variance: Tensor<T>) -> Result<()> {
        // All members of a group have the same moments: one update is what the whole batch would make.
        let group = x.tape().group().filter(|_| self.config.synchronized);
        if group.is_some_and(|group| group.rank() > 0) {
            return Ok(());
        }
        let keep = self.config.momentum;
        let towards = |towards| Update::Blend { keep, towards };
        x.tape().update(&self.moving_mean, towards(mean))?;
        x.tape().update(&self.moving_variance, towards(variance))
    }

    /// Makes the parameters and buffers, if they aren't there.
    fn make(&self, channels: usize) -> Result<()> {
        let shape = [channels];
        build("gamma", self.gamma.as_ref(), &shape)?;
        build("beta", self.beta.as_ref(), &shape)?;
        let named = |name: &'static str| move |err: Error| err.in_layer(name);
        let mean = self.moving_mean.build(&shape);
        mean.map_err(named("moving_mean"))?;
        let variance = self.moving_variance.build(&shape);
        variance.map_err(named("moving_variance"))?;
        Ok(())
    }
}

/// A mask of `x`'s shape without the channels' axis, in the shape in which it broadcasts against `x`.
fn weights<T: Float>(mask: &Tensor<T>, x: &Var<T>, axis: usize) -> Result<Tensor<T>> {
    let expected = [&x.shape()[..axis], &x.shape()[axis + 1..]].concat();
    if mask.shape() != expected {
        let message = format!(
            "a mask of shape {:?} for an input {:?}; expected {expected:?}",
            mask.shape(),
            x.shape()
        );
        return Err(Error::shape(WHO, message));
    }
    mask.unsqueeze(axis as isize)
}

impl<T: Float> Layer<T> for BatchNorm<T> {
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
    use etude_autograd::Tape;

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    #[test]
    fn training_normalises_by_the_batch_and_records_the_averages() -> Result<()> {
        let mut norm: BatchNorm<f64> = BatchNormConfig::new()
            .axis(1)
            .momentum(0.9)
            .epsilon(0.0)
            .init(&mut Rng::seed(1))?;
        let x = numbers(&[3, 4, 5]);
        let tape = Tape::training(1);
        let y = norm.forward(&tape.input(x.clone()), None)?;
        assert!(
            y.tensor()
                .mean([0, 2])?
                .to_vec()
                .iter()
                .all(|mean| mean.abs() < 1e-14)
        );
        assert!(
            y.tensor()
                .var([0, 2], 0)?
                .to_vec()
                .iter()
                .all(|var| (var - 1.0).abs() < 1e-13)
        );
        assert_eq!(
            norm.moving_mean.value()?.to_vec(),
            [0.0; 4],
            "forward changes nothing"
        );
        tape.finish().commit(&mut norm)?;
        let expected = x.mean([0, 2])? * 0.1;
        let moved = norm.moving_mean.value()?;
        assert!(
            moved
                .to_vec()
                .iter()
                .zip(expected.to_vec())
                .all(|(a, b)| (a - b).abs() < 1e-15)
        );

        let quiet = Tape::inference();
        let y = norm.forward(&quiet.input(x.clone()), None)?;
        let mean = moved.unsqueeze(-1)?;
        let variance = norm.moving_variance.value()?.unsqueeze(-1)?;
        let expected = (&x - &mean) / variance.sqrt();
        assert!(
            y.tensor()
                .to_vec()
                .iter()
                .zip(expected.to_vec())
                .all(|(a, b)| (a - b).abs() < 1e-14)
        );
        Ok(())
    }

    #[test]
    fn masked_positions_do_not_count_but_are_normalised() -> Result<()> {
        let norm: BatchNorm<f64> = BatchNormConfig::new()
            .epsilon(0.0)
            .init(&mut Rng::seed(1))?;
        let x = Tensor::from_slice([1, 3, 1], &[1.0, 3.0, 100.0])?;
        let mask = Tensor::from_slice([1, 3], &[1.0, 1.0, 0.0])?;
        let y = norm.forward(&Tape::training(1).input(x.clone()), Some(&mask))?;
        assert_eq!(y.tensor().to_vec(), [-1.0, 1.0, 98.0]);
        let nothing = norm.forward(&Tape::training(1).input(x), Some(&Tensor::zeros([1, 3])))?;
        assert!(
            nothing.tensor().to_vec().iter().all(|y| y.is_infinite()),
            "mean and variance are 0, and so is epsilon"
        );
        Ok(())
    }

    #[test]
    fn without_samples_the_moments_are_0() -> Result<()> {
        for (shape, mask) in [
            ([0, 3], None),
            ([0, 3], Some(Tensor::zeros([0]))),
            ([3, 0], None),
        ] {
            let mut norm: BatchNorm<f64> = BatchNormConfig::new()
                .momentum(0.75)
                .init(&mut Rng::seed(1))?;
            let tape = Tape::training(1);
            let y = norm.forward(&tape.input(Tensor::zeros(shape)), mask.as_ref())?;
            assert_eq!(y.shape(), shape);
            tape.finish().commit(&mut norm)?;
            assert_eq!(
                norm.moving_variance.value()?,
                &Tensor::full([shape[1]], 0.75)
            );
        }
        Ok(())
    }

    #[test]
    fn a_frozen_layer_uses_its_averages_in_training_too() -> Result<()> {
        let norm: BatchNorm<f64> = BatchNormConfig::new()
            .trainable(false)
            .epsilon(0.0)
            .init(&mut Rng::seed(1))?;
        let tape = Tape::training(1);
        let y = norm.forward(&tape.input(numbers(&[3, 2])), None)?;
        assert_eq!(y.tensor(), &numbers(&[3, 2]));
        assert!(tape.finish().updates().is_empty());
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() -> Result<()> {
        let norm: BatchNorm<f64> = BatchNormConfig::new()
            .input_size(2)
            .init(&mut Rng::seed(1))?;
        let run = |x: &[usize], mask: Option<&[usize]>| {
            let mask = mask.map(Tensor::zeros);
            norm.forward(&Tape::training(1).input(numbers(x)), mask.as_ref())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            run(&[3, 4], None),
            "batch_norm: expects 2 input channels, got 4 in an input of shape [3, 4]"
        );
        assert_eq!(
            run(&[3, 2], Some(&[2])),
            "batch_norm: a mask of shape [2] for an input [3, 2]; expected [3]"
        );
        assert!(run(&[2], None).contains("rank 2 or more"));
        let outside: BatchNorm<f64> = BatchNormConfig::new().axis(2).init(&mut Rng::seed(1))?;
        let message = outside
            .forward(&Tape::training(1).input(numbers(&[3, 2])), None)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("batch_norm: axis 2 is out of range"),
            "{message}"
        );
        Ok(())
    }
}
