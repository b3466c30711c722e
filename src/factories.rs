//! Tensors of `f32` without spelling the type.
//!
//! `Tensor::zeros([2, 3])` needs something around it to fix the type of its elements, and where nothing does, Rust takes
//! a literal for an `f64`. These functions are the ones of [`Tensor`] with the type that models train in.

use crate::{Result, Shape, Tensor};

/// A tensor of zeros.
///
/// # Panics
/// If the shape has more elements than memory can address.
///
/// ```
/// let x = etude::zeros([2, 3]);
/// assert_eq!((x.shape(), x.to_vec()), ([2, 3].as_slice(), vec![0.0_f32; 6]));
/// ```
pub fn zeros(shape: impl Into<Shape>) -> Tensor<f32> {
    Tensor::zeros(shape)
}

/// A tensor of ones.
///
/// # Panics
/// If the shape has more elements than memory can address.
pub fn ones(shape: impl Into<Shape>) -> Tensor<f32> {
    Tensor::ones(shape)
}

/// A tensor with every element `value`.
///
/// # Panics
/// If the shape has more elements than memory can address.
pub fn full(shape: impl Into<Shape>, value: f32) -> Tensor<f32> {
    Tensor::full(shape, value)
}

/// A tensor of rank 0.
pub fn scalar(value: f32) -> Tensor<f32> {
    Tensor::scalar(value)
}

/// The identity matrix.
///
/// # Panics
/// If it has more elements than memory can address.
pub fn eye(size: usize) -> Tensor<f32> {
    Tensor::eye(size)
}

/// The numbers `start, start + step, …` up to but without `end`.
///
/// # Errors
/// If `step` is 0, a number isn't finite, or there are more than memory can address.
///
/// ```
/// assert_eq!(etude::arange(0.0, 1.0, 0.25)?.to_vec(), [0.0, 0.25, 0.5, 0.75]);
/// # Ok::<(), etude::Error>(())
/// ```
pub fn arange(start: f32, end: f32, step: f32) -> Result<Tensor<f32>> {
    Tensor::arange(start, end, step)
}

/// `count` numbers at equal distances, the first `start` and the last `end` exactly.
///
/// # Panics
/// If `count` is more than memory can address.
pub fn linspace(start: f32, end: f32, count: usize) -> Tensor<f32> {
    Tensor::linspace(start, end, count)
}
