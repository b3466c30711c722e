//! Dropout of attention weights.

use etude_autograd::{AttentionOptions, Tape};
use etude_tensor::{Float, Result};

/// The options, with dropout if the tape is one for training and `rate` isn't 0. The draw is the tape's next.
pub(crate) fn attention_dropout<T: Float>(
    options: AttentionOptions<T>,
    tape: &Tape<T>,
    rate: f64,
) -> Result<AttentionOptions<T>> {
    if !tape.is_training() || rate == 0.0 {
        return Ok(options);
    }
    Ok(options.dropout(rate, tape.draw_key(None)?))
}
