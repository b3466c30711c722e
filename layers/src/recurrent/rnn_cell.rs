//! One step of a simple recurrent layer.

use super::config::recurrent_configs;
use super::gates::Gates;
use super::scan::{States, Step, step_once};
use crate::activation::custom_activations;
use crate::config::to_json;
use crate::{ActivationFn, Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{Tape, Var};
use etude_tensor::{Float, Result, Rng};
use serde_json::Value;
use smallvec::smallvec;

const WHO: &str = "rnn_cell";
const SIGNATURE: Signature = Signature::new(
    "RnnCell",
    &[Argument::float("data"), Argument::float("state")],
    &["output"],
);

recurrent_configs! {
    /// The configuration of a [`RnnCell`]. Either `output_size` or `weight_shape` is given.
    RnnCellConfig,
    /// The configuration of a [`Rnn`](crate::Rnn) layer.
    RnnConfig,
    {}
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
        let plan = self.plan(who, 1)?;
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
    /// Refuses an activation that a configuration can't hold.
    pub(super) fn check_named(&self, who: &str) -> Result<()> {
        self.activation.named(who).map(|_| ())
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
        let recurrent_weight = self.gates.recurrent_weight(tape)?;
        Ok(Box::new(move |projected: &Var<T>, states: &States<T>| {
            let sum = projected.try_add(&states[0].matmul(&recurrent_weight)?)?;
            Ok(smallvec![self.activation.apply(&sum)?])
        }))
    }
}

custom_activations! {
    [] RnnCell<T>,
    /// With an activation given in code. Such a cell has no configuration that a file could hold.
    with_activation => activation;
}

impl<T: Float> Layer<T> for RnnCell<T> {
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
        Ok(Outputs::one("output", output))
    }
}
