//! Losses: how far a prediction is from its target, as one number to be made small.

mod binary_cross_entropy;
mod huber;
mod kl_divergence;
mod mean_absolute_error;
mod mean_squared_error;
mod pair;
mod reduce;
mod softmax_cross_entropy;

pub use binary_cross_entropy::{BinaryCrossEntropy, BinaryCrossEntropyConfig};
pub use huber::{Huber, HuberConfig};
pub use kl_divergence::{KlDivergence, KlDivergenceConfig};
pub use mean_absolute_error::{MeanAbsoluteError, MeanAbsoluteErrorConfig};
pub use mean_squared_error::{MeanSquaredError, MeanSquaredErrorConfig};
pub use softmax_cross_entropy::{SoftmaxCrossEntropy, SoftmaxCrossEntropyConfig};
