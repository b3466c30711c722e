//! One step of a gated recurrent unit.

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

const WHO: &str = "gru_cell";
const SIGNATURE: Signature = Signature::new(
    "GruCell",
    &[Argument::float("data"), Argument::float("state")],
    &["output", "new_state"],
);

recurrent_configs! {
    /// The configuration of a [`GruCell`]. Either `output_size` or `weight_shape` is given.
    GruCellConfig,
    /// The configuration of a [`Gru`](crate::Gru) layer.
    GruConfig,
    {
        /// What is applied to the gates.
        #[default = Activation::Sigmoid]
        recurrent_activation: Activation,
        /// Whether the reset gate is applied after the product with the recurrent weight, not before it.
        #[default = false]
        reset_after: bool,
    }
}

impl GruCellConfig {
    /// The cell, its parameters seeded from `rng`; without an input size they are drawn at the first call.
    ///
    /// # Errors
    /// If no output size is given, the sizes contradict each other, one is 0, or an initializer doesn't suit its parameter.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<GruCell<T>> {
        self.init_as(WHO, rng)
    }

    pub(super) fn init_as<T: Float>(&self, who: &'static str, rng: &mut Rng) -> Result<GruCell<T>> {
        let plan = Plan {
            recurrent_bias: self.reset_after,
            ..self.plan(who, 3)?
        };
        Ok(GruCell {
            gates: plan.init(rng)?,
            activation: Some(self.activation).into(),
            recurrent_activation: Some(self.recurrent_activation).into(),
            config: self.clone(),
        })
    }
}

/// One step of a gated recurrent unit (Cho et al., *Learning Phrase Representations using RNN Encoder–Decoder*, 2014). With the
/// blocks W, U, b, e of the parameters, the activations ρ = `recurrent_activation` and φ = `activation`, and the state h⁻,
///
/// ```text
/// reset_after: false                             reset_after: true
/// r = ρ(x·W_r + h⁻·U_r + b_r)                    r = ρ(x·W_r + b_r + h⁻·U_r + e_r)
/// z = ρ(x·W_z + h⁻·U_z + b_z)                    z = ρ(x·W_z + b_z + h⁻·U_z + e_z)
/// c = φ(x·W_c + (r ∘ h⁻)·U_c + b_c)              c = φ(x·W_c + b_c + r ∘ (h⁻·U_c + e_c))
/// h = z ∘ h⁻ + (1 − z) ∘ c                       h = z ∘ h⁻ + (1 − z) ∘ c
/// ```
///
/// The order of the gates is r, z, c: reset, update, candidate.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, 3h]` |
/// | `recurrent_weight` | `[h, 3h]` |
/// | `bias` | `[3h]`, absent with `use_bias: false` |
/// | `recurrent_bias` | `[3h]`, only with `reset_after` and `use_bias` |
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::GruCellConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let cell = GruCellConfig::new().weight_shape([16, 32]).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let (data, state) = (tape.input(Tensor::zeros([64, 16])), tape.input(Tensor::zeros([64, 32])));
/// assert_eq!(cell.forward(&data, &state)?.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct GruCell<T: Float = f32> {
    /// The parameters.
    #[module(flatten)]
    pub gates: Gates<T>,
    #[module(skip)]
    pub(super) activation: ActivationFn<T>,
    #[module(skip)]
    pub(super) recurrent_activation: ActivationFn<T>,
    #[module(skip)]
    config: GruCellConfig,
}

impl<T: Float> GruCell<T> {
    /// Refuses activations that a configuration can't hold.
    pub(super) fn check_named(&self, who: &str) -> Result<()> {
        self.activation.named(who)?;
        self.recurrent_activation.named(who)?;
        Ok(())
    }

    /// `data [b, in]` and `state [b, h]` → `[b, h]`, the output and next state.
    ///
    /// # Errors
    /// If a shape is another.
    pub fn forward(&self, data: &Var<T>, state: &Var<T>) -> Result<Var<T>> {
        let after = step_once(&self.gates, data, &[("state", state)], |tape| {
            self.step(tape)
        })?;
        Ok(after[0].clone())
    }

    /// The step, its parameters on the tape.
    pub(super) fn step(&self, tape: &Tape<T>) -> Result<Box<Step<'_, T>>> {
        let gates = &self.gates;
        let u = gates.recurrent_weight(tape)?;
        let (u_gates, u_candidate) = (gates.pick(&u, 0, 2)?, gates.pick(&u, 2, 1)?);
        let bias = gates.recurrent_bias(tape)?;
        let reset_after = self.config.reset_after;
        // The state's share in all gates, where it doesn't wait for the reset gate.
        let from_state = move |state: &Var<T>| match (&bias, reset_after) {
            (Some(bias), _) => state.affine(&u, bias),
            (None, true) => state.matmul(&u),
            (None, false) => state.matmul(&u_gates),
        };
        Ok(Box::new(move |projected: &Var<T>, states: &States<T>| {
            let state = &states[0];
            let recurrent = from_state(state)?;
            let gate = |number: usize| {
                let sum = gates.pick(projected, number, 1)?;
                let sum = sum.try_add(&gates.pick(&recurrent, number, 1)?)?;
                self.recurrent_activation.apply(&sum)
            };
            let (reset, update) = (gate(0)?, gate(1)?);
            let from_state = match reset_after {
                true => reset.try_mul(&gates.pick(&recurrent, 2, 1)?)?,
                false => reset.try_mul(state)?.matmul(&u_candidate)?,
            };
            let sum = gates.pick(projected, 2, 1)?.try_add(&from_state)?;
            let candidate = self.activation.apply(&sum)?;
            // z ∘ h⁻ + (1 − z) ∘ c
            let way = update.try_mul(&state.try_sub(&candidate)?)?;
            Ok(smallvec![candidate.try_add(&way)?])
        }))
    }
}

custom_activations! {
    [] GruCell<T>,
    /// With an activation of the candidate given in code. Such a cell has no configuration that a file could hold.
    with_activation => activation;
    /// With an activation of the gates given in code, applied to each gate by itself.
    with_recurrent_activation => recurrent_activation;
}

impl<T: Float> Layer<T> for GruCell<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        self.check_named(WHO)?;
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let output = self.forward(args.float("data")?, args.float("state")?)?;
        Ok(Outputs::one("output", output.clone()).with("new_state", output))
    }
}
