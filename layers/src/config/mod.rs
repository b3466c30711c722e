//! What configurations are written in: names, sizes, paddings, and how they are read from JSON.

mod activation;
mod data_format;
pub(crate) mod defaults;
mod initializer;
mod ints;
pub(crate) mod names;
mod padding;
mod read;
mod reduction;
mod window;

pub use activation::Activation;
pub use data_format::DataFormat;
pub(crate) use initializer::DEVIATION_WITHIN_TWO;
pub use initializer::{Initializer, fans};
pub use ints::{AxisInts, Ints, OneOrMany};
pub use padding::{Padding, Sides};
pub use read::read_config;
pub(crate) use read::to_json;
pub use reduction::Reduction;
pub use window::Window;
