//! What a forward pass is for: layers that behave differently in training ask the tape.

/// Whether layers behave as in training or as in use.
///
/// The mode belongs to the [`Tape`](crate::Tape), not to the layers: the same shared model can train on one thread
/// and predict on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Dropout draws masks, batch normalization uses the batch's statistics and updates its running ones.
    Training,
    /// Nothing is random, nothing moves.
    Inference,
}
