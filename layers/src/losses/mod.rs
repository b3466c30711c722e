//! Losses: how far a prediction is from its target, as one number to be made small.

mod mean_squared_error;
mod reduce;
mod softmax_cross_entropy;

pub use mean_squared_error::{MeanSquaredError, MeanSquaredErrorConfig};
pub use softmax_cross_entropy::{SoftmaxCrossEntropy, SoftmaxCrossEntropyConfig};
