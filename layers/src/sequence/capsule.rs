//! Capsules.

use super::config::sequence_config;
use crate::config::defaults::check_size;
use crate::parameters::{build, made_for, param};
use crate::unary::unary_layer;
use crate::{Argument, Module, Signature};
use etude_autograd::{Param, Var};
use etude_tensor::{Axes, Error, Float, Result, Rng, Tensor};

const WHO: &str = "capsule";
const SIGNATURE: Signature = Signature::new("Capsule", &[Argument::float("x")], &["output"]);

/// Rounds that nobody needs more of: the couplings settle within a few.
const MOST_ROUNDS: usize = 1000;

sequence_config! {
    /// The configuration of a [`Capsule`] layer.
    pub struct CapsuleConfig {
        /// How many capsules come out.
        #[required]
        pub num_capsules: usize,
        /// Their length.
        #[required]
        pub dim_capsules: usize,
        /// The rounds of routing, 1000 at most.
        #[default = 3]
        pub routings: usize,
        /// The length of an input capsule; that of the first input's last axis if absent.
        pub input_size: Option<usize>,
        ..weights,
    }
}

impl CapsuleConfig {
    /// The layer, its weight seeded from `rng`; without `input_size` it is drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, `routings` is 0 or above 1000, or the initializer doesn't suit the weight.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Capsule<T>> {
        check_size(WHO, "num_capsules", self.num_capsules)?;
        check_size(WHO, "dim_capsules", self.dim_capsules)?;
        if !(1..=MOST_ROUNDS).contains(&self.routings) {
            let message = format!("routings is {}; expected 1 to {MOST_ROUNDS}", self.routings);
            return Err(Error::config(WHO, message));
        }
        let start = self.start();
        let capsule = Capsule {
            weight: param(
                start.weight,
                &["in".into(), self.columns().into()],
                start.trainable,
                rng,
            ),
            config: self.clone(),
        };
        if let Some(input_size) = self.input_size {
            check_size(WHO, "input_size", input_size)?;
            capsule.make(input_size)?;
        }
        Ok(capsule)
    }

    /// How many numbers an input capsule's votes have.
    fn columns(&self) -> usize {
        self.num_capsules.saturating_mul(self.dim_capsules)
    }
}

/// Capsules with dynamic routing by agreement (Sabour, Frosst and Hinton, *Dynamic Routing Between Capsules*, 2017); one matrix serves all
/// input capsules:
///
/// ```text
/// votes[b,n,m,:] = (x[b,n] · weight)[m·D .. (m+1)·D]
/// L = 0
/// repeat `routings` times:
///     c = softmax of L over m
///     s[b,m] = Σ_n c[b,n,m] · votes[b,n,m]
///     v[b,m] = s · |s| / (1 + |s|²)                     squash; 0 at s = 0, where its derivative is 0 too
///     L[b,n,m] += votes[b,n,m] · v[b,m]
/// output = v
/// ```
///
/// Gradients run through every round. Every vector of the output is shorter than 1.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, num_capsules · dim_capsules]` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::CapsuleConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let capsule_layer = CapsuleConfig::new(10, 16).routings(3).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let output_capsules = capsule_layer.forward(&tape.input(Tensor::zeros([64, 1152, 8])))?;
/// assert_eq!(output_capsules.shape(), [64, 10, 16]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Capsule<T: Float = f32> {
    /// `[in, num_capsules · dim_capsules]`.
    pub weight: Param<T>,
    #[module(skip)]
    config: CapsuleConfig,
}

impl<T: Float> Capsule<T> {
    /// `x` → `[batch, num_capsules, dim_capsules]`. `x` holds `n` input capsules of length `in`: `[batch, in]`, where `n` is 1,
    /// `[batch, n, in]`, or images `[batch, height, width, channels]`, read in row-major order, `in` numbers at a time.
    ///
    /// # Errors
    /// If `x` has another rank, or can't be read as capsules of the length that the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let x = self.capsules(x)?;
        let &[batch, inputs, input_size] = x.shape() else {
            unreachable!("capsules have three axes")
        };
        let CapsuleConfig {
            num_capsules,
            dim_capsules,
            routings,
            ..
        } = self.config;
        self.make(input_size)?;
        // [batch, m, n, D]: for each output capsule a matrix with a vote in each row.
        let votes = x
            .matmul(&x.tape().param(&self.weight)?)?
            .reshape([batch, inputs, num_capsules, dim_capsules])?
            .permute([0, 2, 1, 3])?;
        let mut logits = x.tape().input(Tensor::zeros([batch, num_capsules, inputs]));
        for _ in 1..routings {
            let v = route(&votes, &logits)?;
            let agreement = votes.matmul(&v.unsqueeze(-1)?)?.squeeze(-1)?;
            logits = logits.try_add(&agreement)?;
        }
        route(&votes, &logits)
    }

    /// `x` as `[batch, n, in]`.
    fn capsules(&self, x: &Var<T>) -> Result<Var<T>> {
        let known = made_for(&self.weight, 0).or(self.config.input_size);
        let fits = |last: usize| known.is_none_or(|known| known == last);
        match *x.shape() {
            [_, last] if fits(last) => x.unsqueeze(1),
            [_, _, last] if fits(last) => Ok(x.clone()),
            [batch, height, width, channels] => {
                let (numbers, length) = (height * width * channels, known.unwrap_or(channels));
                if length == 0 || !numbers.is_multiple_of(length) {
                    let message = format!(
                        "an image of {numbers} numbers can't be read as capsules of {length}, got an input {:?}; expected a multiple",
                        x.shape()
                    );
                    return Err(Error::shape(WHO, message));
                }
                x.reshape([batch, numbers / length, length])
            }
            [_, _] | [_, _, _] => {
                let message = format!(
                    "expects input capsules of length {}, got an input {:?}",
                    known.unwrap_or_default(),
                    x.shape()
                );
                Err(Error::shape(WHO, message))
            }
            _ => {
                let message = format!(
                    "expects an input [batch, length], [batch, capsules, length] or [batch, height, width, channels], got {:?}",
                    x.shape()
                );
                Err(Error::shape(WHO, message))
            }
        }
    }

    /// Draws the weight, if it isn't there.
    fn make(&self, input_size: usize) -> Result<()> {
        build("weight", &self.weight, &[input_size, self.config.columns()])
    }
}

/// One round: `votes [batch, m, n, D]` and `logits [batch, m, n]` → the squashed sums `[batch, m, D]`.
fn route<T: Float>(votes: &Var<T>, logits: &Var<T>) -> Result<Var<T>> {
    let coupling = logits.softmax(1)?;
    squash(&coupling.unsqueeze(2)?.matmul(votes)?.squeeze(2)?)
}

/// `s · |s| / (1 + |s|²)` for the vectors of the last axis.
fn squash<T: Float>(s: &Var<T>) -> Result<Var<T>> {
    let squared = s.square()?.sum(Axes::from(-1).keepdims())?;
    // The root has no derivative at 0. There the length is the constant 0, and the root that of 1, which nobody reads.
    let zero = squared.tensor().equal(&Tensor::scalar(T::ZERO))?;
    let constant = |value: f64| s.tape().scalar(value);
    let root = constant(1.0).where_(&zero, &squared)?.sqrt()?;
    let length = constant(0.0).where_(&zero, &root)?;
    s.try_mul(&length.try_div(&squared.add_scalar(1.0)?)?)
}

unary_layer!([] Capsule<T>, SIGNATURE);

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck};

    fn layer(config: CapsuleConfig) -> Capsule<f64> {
        config.init(&mut Rng::seed(1)).unwrap()
    }

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(2)).unwrap()
    }

    #[test]
    fn all_forms_of_an_input_are_read_as_capsules() -> Result<()> {
        let layer = layer(CapsuleConfig::new(3, 2).input_size(4));
        let run = |x: Tensor<f64>| layer.forward(&Tape::inference().input(x));
        let x = numbers(&[5, 6, 4]);
        let y = run(x.clone())?;
        assert_eq!(y.shape(), [5, 3, 2]);
        assert_eq!(run(x.reshape([5, 2, 6, 2])?)?.tensor(), y.tensor());
        assert_eq!(run(numbers(&[1, 4]))?.shape(), [1, 3, 2]);
        let lengths = y.tensor().square().sum(-1)?.to_vec();
        assert!(lengths.iter().all(|&squared| squared < 1.0));
        Ok(())
    }

    #[test]
    fn nothing_is_squashed_to_nothing_and_has_no_gradient() -> Result<()> {
        let tape = Tape::new();
        let s = tape.var(Tensor::from([[0.0, 0.0], [3.0, 4.0]]));
        let v = squash(&s)?;
        let factor = 5.0 / 26.0;
        assert_eq!(v.tensor().to_vec(), [0.0, 0.0, 3.0 * factor, 4.0 * factor]);
        let gradient = v.sum(..)?.backward()?.get(&s)?.to_vec();
        assert_eq!(gradient[..2], [0.0, 0.0]);
        assert!(gradient[2] > 0.0);
        Ok(())
    }

    #[test]
    fn gradients_run_through_every_round() -> Result<()> {
        let layer = layer(CapsuleConfig::new(3, 2).input_size(4));
        gradcheck(|x| layer.forward(&x[0]), &[numbers(&[2, 3, 4])])?;
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for routings in [0, 1001] {
            let config = CapsuleConfig::new(3, 2).routings(routings);
            let err = config.init::<f32>(&mut Rng::seed(1)).unwrap_err();
            assert_eq!(
                err.to_string(),
                format!("capsule: routings is {routings}; expected 1 to 1000")
            );
        }
        let layer = layer(CapsuleConfig::new(3, 2).input_size(4));
        let message = |shape: &[usize]| {
            let x = Tape::inference().input(Tensor::zeros(shape));
            layer.forward(&x).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 3, 5]),
            "capsule: expects input capsules of length 4, got an input [2, 3, 5]"
        );
        assert!(message(&[2, 3, 3, 3]).contains("27 numbers can't be read as capsules of 4"));
        assert!(message(&[2]).contains("expects an input [batch, length]"));
    }
}
