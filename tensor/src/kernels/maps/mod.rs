//! Maps: one function applied to every element.

mod codes;

pub use codes::{Binary, Comparison, Operand, Unary};
