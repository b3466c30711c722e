//! One step of a simple recurrent layer.

use super::gates::{Gates, Plan, cell_sizes, check_data};
use super::scan::{States, Step};
use crate::config::{Activation, Initializer, to_json};
use crate::{ActivationFn, Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Tape, Var};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;
use smallvec::smallvec;

const WHO: &str = "rnn_cell";
const SIGNATURE: Signature = Signature::new(
    "RnnCell",
    &[Argument::float("data"), Argument::float("state")],
    &["output"],
);

/// The configuration of a [`RnnCell`]. Either `output_size` or `weight_shape` is given.
#[config]
pub struct RnnCellConfig {
    /// How many features come out.
    pub output_size: Option<usize>,
    /// How many features go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// `[input_size, output_size]`, in place of the two.
    pub weight_shape: Option<[usize; 2]>,
    /// What is applied to the sum.
    #[default = Activation::Tanh]
    pub activation: Activation,
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

impl RnnCellConfig {
    /// The cell, its parameters seeded from `rng`; without an input size they are drawn at the first call.
    ///
    /// # Errors
    /// If no output size is given, the sizes contradict each other, one is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<RnnCell<T>> {
        self.init_as(WHO, rng)
    }

    pub(super) fn init_as<T: Float>(&self, who: &'static str, rng: &mut Rng) -> Result<RnnCell<T>> {
        let (output_size, input_size) =
            cell_sizes(who, self.output_size, self.input_size, self.weight_shape)?;
        let plan = Plan {
            who,
            count: 1,
            output_size,
            input_size,
            use_bias: self.use_bias,
            recurrent_bias: false,
            open_gate: None,
            weight_initializer: self.weight_initializer,
            recurrent_initializer: self.recurrent_initializer,
            bias_initializer: self.bias_initializer,
            trainable: self.trainable,
        };
        Ok(RnnCell {
            gates: plan.init(rng)?,
            activation: Some(self.activation).into(),
            config: self.clone(),
        })
    }
}

/// One step of a simple recurrent layer (Elman, 1990):
/// `output = act(data · weight + state · recurrent_weight + bias)`, which is the next state, too.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, h]` |
/// | `recurrent_weight` | `[h, h]` |
/// | `bias` | `[h]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::RnnCellConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let cell = RnnCellConfig::new().weight_shape([16, 32]).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let (data, state) = (tape.input(Tensor::zeros([64, 16])), tape.input(Tensor::zeros([64, 32])));
/// assert_eq!(cell.forward(&data, &state)?.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct RnnCell<T: Float = f32> {
    /// The parameters.
    #[module(flatten)]
    pub gates: Gates<T>,
    #[module(skip)]
    pub(super) activation: ActivationFn<T>,
    #[module(skip)]
    config: RnnCellConfig,
}

impl<T: Float> RnnCell<T> {
    /// With an activation given in code. Such a cell has no configuration that a file could hold.
    #[must_use]
    pub fn with_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.activation = ActivationFn::custom(activation);
        self
    }

    /// `data [b, in]` and `state [b, h]` → `[b, h]`, the output and next state.
    ///
    /// # Errors
    /// If a shape is another.
    pub fn forward(&self, data: &Var<T>, state: &Var<T>) -> Result<Var<T>> {
        check_data(self.gates.who(), data)?;
        self.gates.check_state("state", state, data.shape()[0])?;
        let projected = self.gates.on_tape(data, data.shape())?.project(data)?;
        let after = self.step(data.tape())?(&projected, &smallvec![state.clone()])?;
        Ok(after[0].clone())
    }

    /// The step, its parameters on the tape.
    pub(super) fn step(&self, tape: &Tape<T>) -> Result<Box<Step<'_, T>>> {
        let recurrent_weight = self.gates.recurrent_weight(tape)?;
        Ok(Box::new(move |projected: &Var<T>, states: &States<T>| {
            let sum = projected.try_add(&states[0].matmul(&recurrent_weight)?)?;
            Ok(smallvec![self.activation.apply(&sum)?])
        }))
    }
}

impl<T: Float> Layer<T> for RnnCell<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        self.activation.named(WHO)?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let output = self.forward(args.float("data")?, args.float("state")?)?;
        Ok(Outputs::one("output", output))
    }
}
