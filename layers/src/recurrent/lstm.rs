//! The layer of long short-term memory.

use super::lstm_cell::{LstmCell, LstmCellConfig};
use super::scan::Scan;
use crate::config::{Activation, Initializer, to_json};
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result, Rng, Tensor};
use serde_json::Value;

const WHO: &str = "lstm";
const TAKES: &[Argument] = &[
    Argument::float("x"),
    Argument::float("state").optional(),
    Argument::float("cell").optional(),
    Argument::bools("mask").optional(),
];
const OUTPUT: Signature = Signature::new("Lstm", TAKES, &["output"]);
const WITH_STATE: Signature = Signature::new("Lstm", TAKES, &["output", "state", "cell"]);

/// The configuration of a [`Lstm`] layer.
#[config]
pub struct LstmConfig {
    /// How many features come out.
    #[required]
    pub output_size: usize,
    /// How many features go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// What is applied to the candidate and to the cell.
    #[default = Activation::Tanh]
    pub activation: Activation,
    /// What is applied to the gates.
    #[default = Activation::Sigmoid]
    pub recurrent_activation: Activation,
    /// Whether the output has all steps, not the last alone.
    #[default = false]
    pub return_sequence: bool,
    /// Whether the state after the last step is a result, too.
    #[default = false]
    pub return_state: bool,
    /// Whether a bias is added.
    #[default = true]
    pub use_bias: bool,
    /// Whether the forget gate's bias starts at 1, so that the cell remembers at first (Jozefowicz et al., 2015).
    #[default = false]
    pub unit_forget_bias: bool,
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

impl LstmConfig {
    /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
    ///
    /// # Errors
    /// If a size is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Lstm<T>> {
        let cell = LstmCellConfig {
            output_size: Some(self.output_size),
            input_size: self.input_size,
            weight_shape: None,
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
            unit_forget_bias: self.unit_forget_bias,
            use_bias: self.use_bias,
            weight_initializer: self.weight_initializer,
            recurrent_initializer: self.recurrent_initializer,
            bias_initializer: self.bias_initializer,
            trainable: self.trainable,
        };
        Ok(Lstm {
            cell: cell.init_as(WHO, rng)?,
            config: self.clone(),
        })
    }
}

/// The layer of long short-term memory (Hochreiter and Schmidhuber, *Long Short-Term Memory*, 1997, with the forget gate of Gers et al.,
/// 2000): at each step the equations of a [`LstmCell`], where hidden state and cell are those of the step before.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, 4h]`, in the order input, forget, output, candidate |
/// | `recurrent_weight` | `[h, 4h]` |
/// | `bias` | `[4h]`, absent with `use_bias: false` |
///
/// Every call begins at zero, or at state and cell given. Where a mask is false the step is skipped: both are carried over, and the
/// output repeats that of the step before, zeros before the first step that counts.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LstmConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let lstm = LstmConfig::new(32).input_size(16).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = lstm.forward(&tape.input(Tensor::zeros([64, 10, 16])))?;
/// assert_eq!(y.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Lstm<T: Float = f32> {
    /// One step.
    #[module(flatten)]
    pub cell: LstmCell<T>,
    #[module(skip)]
    config: LstmConfig,
}

impl<T: Float> Lstm<T> {
    /// With an activation of candidate and cell given in code. Such a layer has no configuration that a file could hold.
    #[must_use]
    pub fn with_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.cell = self.cell.with_activation(activation);
        self
    }

    /// With an activation of the gates given in code, applied to each gate by itself.
    #[must_use]
    pub fn with_recurrent_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.cell = self.cell.with_recurrent_activation(activation);
        self
    }

    /// `x [b, t, in]` → the output of the last step, `[b, h]`, or of all, `[b, t, h]`, with `return_sequence`.
    ///
    /// # Errors
    /// If `x` has another rank, no step, or another number of features than the layer was made for.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        Ok(self.forward_from(x, None, None, None)?.0)
    }

    /// Like [`forward`](Lstm::forward), from a state and a cell `[b, h]` on and past the steps where a mask `[b, t]` is false; gives the
    /// output, and state and cell after the last step.
    ///
    /// # Errors
    /// As [`forward`](Lstm::forward), and if state, cell or mask has another shape.
    pub fn forward_from(
        &self,
        x: &Var<T>,
        state: Option<&Var<T>>,
        cell: Option<&Var<T>>,
        mask: Option<&Tensor<bool>>,
    ) -> Result<(Var<T>, Var<T>, Var<T>)> {
        let start = [("state", state), ("cell", cell)];
        let scan = Scan::new(&self.cell.gates, x, mask, &start)?;
        let all_steps = self.config.return_sequence;
        let (output, states) = if scan.is_unmasked() && self.cell.is_usual() {
            scan.run_as_lstm(all_steps)?
        } else {
            scan.run(all_steps, &*self.cell.step(x.tape())?)?
        };
        Ok((output, states[0].clone(), states[1].clone()))
    }
}

impl<T: Float> Layer<T> for Lstm<T> {
    fn signature(&self) -> Signature {
        if self.config.return_state {
            WITH_STATE
        } else {
            OUTPUT
        }
    }

    fn config(&self) -> Result<Value> {
        self.cell.check_named(WHO)?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&Layer::<T>::signature(self), want)?;
        let (state, cell) = (args.optional_float("state")?, args.optional_float("cell")?);
        let mask = args.optional_bools("mask")?;
        let (output, state, cell) = self.forward_from(args.float("x")?, state, cell, mask)?;
        let outputs = Outputs::one("output", output);
        Ok(if self.config.return_state {
            outputs.with("state", state).with("cell", cell)
        } else {
            outputs
        })
    }
}
