//! One step of long short-term memory.

use super::gates::{Gates, Plan, cell_sizes, check_data};
use super::scan::{States, Step};
use crate::config::{Activation, Initializer, to_json};
use crate::{ActivationFn, Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Tape, Var};
use etude_derive::config;
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;
use smallvec::smallvec;

const WHO: &str = "lstm_cell";
const SIGNATURE: Signature = Signature::new(
    "LstmCell",
    &[
        Argument::float("data"),
        Argument::float("state"),
        Argument::float("hidden").optional(),
    ],
    &["output", "new_state"],
);

/// The number of the forget gate, of input, forget, output and candidate.
const FORGET: usize = 1;

/// The configuration of a [`LstmCell`]. Either `output_size` or `weight_shape` is given.
#[config]
pub struct LstmCellConfig {
    /// How many features come out.
    pub output_size: Option<usize>,
    /// How many features go in; from the first input if absent.
    pub input_size: Option<usize>,
    /// `[input_size, output_size]`, in place of the two.
    pub weight_shape: Option<[usize; 2]>,
    /// What is applied to the candidate and to the cell.
    #[default = Activation::Tanh]
    pub activation: Activation,
    /// What is applied to the gates.
    #[default = Activation::Sigmoid]
    pub recurrent_activation: Activation,
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

impl LstmCellConfig {
    /// The cell, its parameters seeded from `rng`; without an input size they are drawn at the first call.
    ///
    /// # Errors
    /// If no output size is given, the sizes contradict each other, one is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<LstmCell<T>> {
        self.init_as(WHO, rng)
    }

    pub(super) fn init_as<T: Float>(
        &self,
        who: &'static str,
        rng: &mut Rng,
    ) -> Result<LstmCell<T>> {
        let (output_size, input_size) =
            cell_sizes(who, self.output_size, self.input_size, self.weight_shape)?;
        let plan = Plan {
            who,
            count: 4,
            output_size,
            input_size,
            use_bias: self.use_bias,
            recurrent_bias: false,
            open_gate: self.unit_forget_bias.then_some(FORGET),
            weight_initializer: self.weight_initializer,
            recurrent_initializer: self.recurrent_initializer,
            bias_initializer: self.bias_initializer,
            trainable: self.trainable,
        };
        Ok(LstmCell {
            gates: plan.init(rng)?,
            activation: Some(self.activation).into(),
            recurrent_activation: Some(self.recurrent_activation).into(),
            config: self.clone(),
        })
    }
}

/// One step of long short-term memory (Hochreiter and Schmidhuber, *Long Short-Term Memory*, 1997, with the forget gate of Gers et al.,
/// 2000). With the blocks W, U, b of the parameters, the activations ρ = `recurrent_activation` and φ = `activation`, the
/// hidden state h⁻ and the cell c⁻,
///
/// ```text
/// i = ρ(x·W_i + h⁻·U_i + b_i)      f, o alike      g = φ(x·W_g + h⁻·U_g + b_g)
/// c = f ∘ c⁻ + i ∘ g               h = o ∘ φ(c)
/// ```
///
/// The order of the gates is i, f, o, g: input, forget, output, candidate.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, 4h]` |
/// | `recurrent_weight` | `[h, 4h]` |
/// | `bias` | `[4h]`, absent with `use_bias: false` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::LstmCellConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let cell = LstmCellConfig::new().weight_shape([16, 32]).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let (data, state) = (tape.input(Tensor::zeros([64, 16])), tape.input(Tensor::zeros([64, 32])));
/// let (output, new_state) = cell.forward(&data, &state, None)?;
/// assert_eq!((output.shape(), new_state.shape()), (&[64, 32][..], &[64, 32][..]));
/// // A loop over the cell feeds both back.
/// let (output, _) = cell.forward(&data, &new_state, Some(&output))?;
/// assert_eq!(output.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct LstmCell<T: Float = f32> {
    /// The parameters.
    #[module(flatten)]
    pub gates: Gates<T>,
    #[module(skip)]
    activation: ActivationFn<T>,
    #[module(skip)]
    recurrent_activation: ActivationFn<T>,
    #[module(skip)]
    config: LstmCellConfig,
}

impl<T: Float> LstmCell<T> {
    /// With an activation of candidate and cell given in code. Such a cell has no configuration that a file could hold.
    #[must_use]
    pub fn with_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.activation = ActivationFn::custom(activation);
        self
    }

    /// With an activation of the gates given in code, applied to each gate by itself.
    #[must_use]
    pub fn with_recurrent_activation(
        mut self,
        activation: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static,
    ) -> Self {
        self.recurrent_activation = ActivationFn::custom(activation);
        self
    }

    /// Refuses activations that a configuration can't hold.
    pub(super) fn check_named(&self, who: &str) -> Result<()> {
        self.activation.named(who)?;
        self.recurrent_activation.named(who)?;
        Ok(())
    }

    /// `data [b, in]`, the cell `state [b, h]` and `hidden [b, h]` → the output, which is the next `hidden`, and the next
    /// cell state, `[b, h]` both. Without `hidden`, `state` serves as both.
    ///
    /// # Errors
    /// If a shape is another.
    pub fn forward(
        &self,
        data: &Var<T>,
        state: &Var<T>,
        hidden: Option<&Var<T>>,
    ) -> Result<(Var<T>, Var<T>)> {
        check_data(self.gates.who(), data)?;
        let (rows, hidden) = (data.shape()[0], hidden.unwrap_or(state));
        self.gates.check_state("state", state, rows)?;
        self.gates.check_state("hidden", hidden, rows)?;
        let projected = self.gates.on_tape(data, data.shape())?.project(data)?;
        let before = smallvec![hidden.clone(), state.clone()];
        let after = self.step(data.tape())?(&projected, &before)?;
        Ok((after[0].clone(), after[1].clone()))
    }

    /// Whether the activations are those that there is one operation for.
    pub(super) fn is_usual(&self) -> bool {
        self.activation.is(Activation::Tanh) && self.recurrent_activation.is(Activation::Sigmoid)
    }

    /// The step, its parameters on the tape. The states are hidden and cell.
    pub(super) fn step(&self, tape: &Tape<T>) -> Result<Box<Step<'_, T>>> {
        let gates = &self.gates;
        let recurrent_weight = gates.recurrent_weight(tape)?;
        Ok(Box::new(move |projected: &Var<T>, states: &States<T>| {
            let (hidden, cell) = (&states[0], &states[1]);
            let sums = projected.try_add(&hidden.matmul(&recurrent_weight)?)?;
            let gate = |number: usize, activation: &ActivationFn<T>| {
                activation.apply(&gates.pick(&sums, number, 1)?)
            };
            let input = gate(0, &self.recurrent_activation)?;
            let forget = gate(FORGET, &self.recurrent_activation)?;
            let output = gate(2, &self.recurrent_activation)?;
            let candidate = gate(3, &self.activation)?;
            let cell = forget.try_mul(cell)?.try_add(&input.try_mul(&candidate)?)?;
            let hidden = output.try_mul(&self.activation.apply(&cell)?)?;
            Ok(smallvec![hidden, cell])
        }))
    }
}

impl<T: Float> Layer<T> for LstmCell<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        self.check_named(WHO)?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let hidden = args.optional_float("hidden")?;
        let (output, new_state) =
            self.forward(args.float("data")?, args.float("state")?, hidden)?;
        Ok(Outputs::one("output", output).with("new_state", new_state))
    }
}
