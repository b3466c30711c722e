//! The names that nearly every program uses: `use etude::prelude::*`.

pub use crate::{Element, Error, Float, Result, Shape, Tensor};
