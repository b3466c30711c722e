//! Positional encodings: what tells attention, which sees a set, where in a sequence its elements stand.

mod learned;
mod sinusoidal;

pub use learned::{LearnedPositionalEncoding, LearnedPositionalEncodingConfig};
pub use sinusoidal::{SinusoidalPositionalEncoding, SinusoidalPositionalEncodingConfig};
