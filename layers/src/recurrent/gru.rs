//! The layer of gated recurrent units.

use super::layer::recurrent_layer;
use super::scan::Scan;
use super::{GruCell, GruConfig};
use crate::Module;
use crate::activation::custom_activations;
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng, Tensor};

/// The layer of gated recurrent units (Cho et al., *Learning Phrase Representations using RNN Encoder–Decoder*, 2014): at each step
/// the equations of a [`GruCell`], where the state is the output of the step before.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, 3h]`, in the order reset, update, candidate |
/// | `recurrent_weight` | `[h, 3h]` |
/// | `bias` | `[3h]`, absent with `use_bias: false` |
/// | `recurrent_bias` | `[3h]`, only with `reset_after` and `use_bias` |
///
/// Every call begins at zero, or at the state given. Where a mask is false the step is skipped: the state is carried over, and the
/// output repeats that of the step before, zeros before the first step that counts.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::GruConfig;
/// use etude_tensor::{Rng, Tensor};
///
/// let gru = GruConfig::new(32).input_size(16).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let y = gru.forward(&tape.input(Tensor::zeros([64, 10, 16])))?;
/// assert_eq!(y.shape(), [64, 32]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Gru<T: Float = f32> {
    /// One step.
    #[module(flatten)]
    pub cell: GruCell<T>,
    #[module(skip)]
    config: GruConfig,
}

impl<T: Float> Gru<T> {
    /// Like [`forward`](Gru::forward), from a state `[b, h]` on and past the steps where a mask `[b, t]` is false; gives the
    /// output and the state after the last step.
    ///
    /// # Errors
    /// As [`forward`](Gru::forward), and if state or mask has another shape.
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

custom_activations! {
    [] Gru<T>,
    /// With an activation of the candidate given in code. Such a layer has no configuration that a file could hold.
    with_activation => cell.activation;
    /// With an activation of the gates given in code, applied to each gate by itself.
    with_recurrent_activation => cell.recurrent_activation;
}

recurrent_layer!(Gru, GruConfig, "Gru", "gru", state);
