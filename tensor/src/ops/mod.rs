//! The operations on tensors: one file each, with its equation.

mod create;
mod matmul;
