//! The layers, initializers and losses of étude.

#![forbid(unsafe_code)]

mod config;
mod orthonormal;

pub use config::{
    Activation, AxisInts, DataFormat, Initializer, Ints, OneOrMany, Padding, Reduction, Sides,
    Window, fans, read_config,
};
