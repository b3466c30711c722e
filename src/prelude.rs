//! The names that nearly every program uses: `use etude::prelude::*`.
//!
//! Traits whose methods are called, and the types that signatures speak of. Layers and optimizers are named where they
//! are used.

pub use crate::{
    Error, Float, Gradients, Layer, Module, Param, Result, Rng, Sequential, Tape, Tensor, Var,
};
