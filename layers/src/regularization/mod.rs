//! Layers that disturb training on purpose, and do nothing in use.

mod drop;
mod dropout;
mod stochastic_depth;

pub(crate) use drop::drop;
pub use dropout::{Dropout, DropoutConfig};
pub use stochastic_depth::{StochasticDepth, StochasticDepthConfig};
