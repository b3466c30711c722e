//! The operations on tensors: one file each, with its equation.

mod broadcast_to;
mod cast;
mod create;
mod diagonal;
mod flip;
mod matmul;
mod narrow;
mod nested;
mod permute;
mod random;
mod reshape;
mod select;
mod slice;
mod split;
mod square_sum;
mod step;
mod windows;

pub use reshape::REST;
pub use slice::Slice;
pub use windows::Window;
