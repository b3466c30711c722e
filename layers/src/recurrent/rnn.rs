//! The simple recurrent layer.

use super::rnn_cell::{RnnCell, RnnCellConfig};
use super::scan::Scan;
use crate::config::{Activation, Initializer, to_json};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng, Tensor};
use serde_json::Value;

const WHO: &str = "rnn";
const TAKES: &[Argument] = &[
    Argument::float("x"),
    Argument::float("state").optional(),
    Argument::bools("mask").optional(),
];
const OUTPUT: Signature = Signature::new("Rnn", TAKES, &["output"]);
const WITH_STATE: Signature = Signature::new("Rnn", TAKES, &["output", "state"]);

/// The configuration of a [`Rnn`] layer.
#[config]
pub struct RnnConfig {
    /// How many features come out.
    #[required]
    pub output_size: usize,
    /// How many features go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// What is applied to the sum.
    #[default = Activation::Tanh]
    pub activation: Activation,
    /// Whether the output has all steps, not the last alone.
    #[default = false]
    pub return_sequence: bool,
    /// Whether the state after the last step is a result, too.
    #[default = false]
    pub return_state: bool,
    /// Whether a bias is added.
    #[default = true]
    pub use_bias: bool,
    /// What the weight starts from.
    #[default = Initializer::Xavier]
    pub weight_initializer: Initializer,
    /// What the recurrent weight starts from; as `weight_initializer` if absent.
    pub recurrent_initializer: Option<Initializer>,
    /// What the bias starts from.
    #[default = Initializer::Zeros]
    pub bias_initializer: Initializer,
    /// Whether the parameters are trained.
    #[default = true]
    pub trainable: bool,
}

impl RnnConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Rnn<T>> {
        let cell = RnnCellConfig {
            output_size: Some(self.output_size),
            input_size: self.input_size,
            weight_shape: None,
            activation: self.activation,
            use_bias: self.use_bias,
            weight_initializer: self.weight_initializer,
            recurrent_initializer: self.recurrent_initializer,
            bias_initializer: self.bias_initializer,
            trainable: self.trainable,
        };
        Ok(Rnn {
            cell: cell.init_as(WHO, rng)?,
            config: self.clone(),
        })
    }
}

/// The simple recurrent layer (Elman, *Finding Structure in Time*, 1990): at each step
/// `h = act(x · weight + h⁻ · recurrent_weight + bias)`, where `h⁻` is the `h` of the step before.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, h]` |
/// | `recurrent_weight` | `[h, h]` |
/// | `bias` | `[h]`, absent with `use_bias: false` |
///
/// Every call begins at zero, or at the state given. Where a mask is false the step is skipped: the state is carried over, and the
/// output repeats that of the step before, zeros before the first step that counts.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::RnnConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let rnn = RnnConfig::new(32).input_size(16).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = rnn.forward(&tape.input(Tensor::zeros([64, 10, 16])))?;
/// assert_eq!(y.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Rnn<T: Float = f32> {
    /// One step.
    #[module(flatten)]
    pub cell: RnnCell<T>,
    #[module(skip)]
    config: RnnConfig,
}

impl<T: Float> Rnn<T> {
    /// With an activation given in code. Such a layer has no configuration that a file could hold.
    #[must_use]
    pub fn with_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.cell = self.cell.with_activation(activation);
        self
    }

    /// `x [b, t, in]` → the output of the last step, `[b, h]`, or of all, `[b, t, h]`, with `return_sequence`.
    ///
    /// # Errors
    /// If `x` has another rank, no step, or another number of features than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        Ok(self.forward_from(x, None, None)?.0)
    }

    /// Like [`forward`](Rnn::forward), from a state `[b, h]` on and past the steps where a mask `[b, t]` is false; gives the
    /// output and the state after the last step.
    ///
    /// # Errors
    /// As [`forward`](Rnn::forward), and if state or mask has another shape.
    pub fn forward_from(
        &self,
        x: &Var<T>,
        state: Option<&Var<T>>,
        mask: Option<&Tensor<bool>>,
    ) -> Result<(Var<T>, Var<T>)> {
        let scan = Scan::new(&self.cell.gates, x, mask, &[("state", state)])?;
        let step = self.cell.step(x.tape())?;
        let (output, states) = scan.run(self.config.return_sequence, &*step)?;
        Ok((output, states[0].clone()))
    }
}

impl<T: Float> Layer<T> for Rnn<T> {
    fn signature(&self) -> Signature {
        if self.config.return_state {
            WITH_STATE
        } else {
            OUTPUT
        }
    }

    fn config(&self) -> Result<Value> {
        self.cell.activation.named(WHO)?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&Layer::<T>::signature(self), want)?;
        let (state, mask) = (args.optional_float("state")?, args.optional_bools("mask")?);
        let (output, state) = self.forward_from(args.float("x")?, state, mask)?;
        let outputs = Outputs::one("output", output);
        Ok(if self.config.return_state {
            outputs.with("state", state)
        } else {
            outputs
        })
    }
}
