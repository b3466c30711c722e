//! One step of long short-term memory.

use super::config::recurrent_configs;
use super::gates::{Gates, Plan};
use super::scan::{States, Step, step_once};
use crate::activation::custom_activations;
use crate::config::to_json;
use crate::{Activation, ActivationFn, Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Tape, Var};
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

recurrent_configs! {
    /// The configuration of a [`LstmCell`]. Either `output_size` or `weight_shape` is given.
    LstmCellConfig,
    /// The configuration of a [`Lstm`](crate::Lstm) layer.
    LstmConfig,
    {
        /// What is applied to the gates.
        #[default = Activation::Sigmoid]
        recurrent_activation: Activation,
        /// Whether the forget gate's bias starts at 1, so that the cell remembers at first (Jozefowicz et al., 2015).
        #[default = false]
        unit_forget_bias: bool,
    }
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
        let plan = Plan {
            open_gate: self.unit_forget_bias.then_some(FORGET),
            ..self.plan(who, 4)?
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
    pub(super) activation: ActivationFn<T>,
    #[module(skip)]
    pub(super) recurrent_activation: ActivationFn<T>,
    #[module(skip)]
    config: LstmCellConfig,
}

impl<T: Float> LstmCell<T> {
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
        let hidden = hidden.map_or(("state", state), |hidden| ("hidden", hidden));
        let before = [hidden, ("state", state)];
        let after = step_once(&self.gates, data, &before, |tape| self.step(tape))?;
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

custom_activations! {
    [] LstmCell<T>,
    /// With an activation of candidate and cell given in code. Such a cell has no configuration that a file could hold.
    with_activation => activation;
    /// With an activation of the gates given in code, applied to each gate by itself.
    with_recurrent_activation => recurrent_activation;
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
