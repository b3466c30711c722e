//! Strided tensors, SIMD kernels, random numbers and tensor files of étude.

#![deny(unsafe_code)]

mod copy;
mod display;
mod dual;
mod element;
mod error;
pub mod file;
mod float;
pub mod kernels;
mod layout;
mod memory;
mod ops;
/// Shapes and positions that an operation on tensors and the same operation on variables both need.
pub mod plan {
    pub use crate::ops::{
        AtIndices, Between, Contract, along_axis, at_least_one, boolean_positions, check_mask_rank,
        einsum, grid_shape, index_positions, inverse_order, kron, lp_axes, outer,
        quantile_positions, roll_steps, softmax_mask, spatial_axes, tensordot,
    };
}
pub mod reference;
mod rng;
mod shape;
#[allow(unsafe_code)] // with `kernels`, the room where it is allowed: see the documentation of both
mod storage;
mod tensor;
mod walk;

pub use dual::Dual;
pub use element::{Element, Number};
pub use error::{Error, ErrorKind, Result};
pub use float::Float;
pub use kernels::conv::ConvGeometry;
pub use kernels::pool::PoolGeometry;
pub use ops::{
    Attended, AttentionArguments, AttentionGradients, BatchNorm, BatchNormGradients, Comparand,
    CrossEntropy, IndexAxis, Interpolation, LayerNorm, LayerNormParameters, Lstm, LstmGrad,
    MaxPool, PadMode, REST, Scatter, Slice, Unique, Window,
};
pub use rng::Rng;
pub use shape::{Axes, Shape, Strides, axis_index};
pub use storage::pool;
pub use tensor::Tensor;
