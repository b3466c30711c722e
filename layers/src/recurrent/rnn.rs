//! The simple recurrent layer.

use super::layer::recurrent_layer;
use super::scan::Scan;
use super::{RnnCell, RnnConfig};
use crate::Module;
use crate::activation::custom_activations;
use etude_autograd::Var;
use etude_tensor::{Float, Result, Rng, Tensor};

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

custom_activations! {
    [] Rnn<T>,
    /// With an activation given in code. Such a layer has no configuration that a file could hold.
    with_activation => cell.activation;
}

recurrent_layer!(Rnn, RnnConfig, "Rnn", "rnn", state);
