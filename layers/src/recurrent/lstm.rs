//! The layer of long short-term memory.

use super::layer::recurrent_layer;
use super::scan::Scan;
use super::{LstmCell, LstmConfig};
use crate::Module;
use crate::activation::custom_activations;
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng, Tensor};

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

custom_activations! {
    [] Lstm<T>,
    /// With an activation of candidate and cell given in code. Such a layer has no configuration that a file could hold.
    with_activation => cell.activation;
    /// With an activation of the gates given in code, applied to each gate by itself.
    with_recurrent_activation => cell.recurrent_activation;
}

recurrent_layer!(Lstm, LstmConfig, "Lstm", "lstm", state, cell);
