//! Kernels: the loops that do the arithmetic.
//!
//! A kernel knows slices, lengths and strides, never a tensor. It comes in up to three [levels](Level) of instruction
//! set, one of which is chosen when the program runs. Two forms are used:
//!
//! - **Maps and reductions** ([`maps`], [`reduce`]) are scalar functions without branches, inlined into an entry point
//!   that was compiled for a level. The compiler turns the loop into vector instructions. One, GELU of `f32` at AVX-512,
//!   is written in instructions: no scalar function stands for the one that looks up sixteen numbers.
//! - **Micro-kernels** (matrix products, convolutions) are written against a vector type.
//!
//! [`parallel`] splits work over threads so that the result never depends on how many there are.
//!
//! # Invariants
//!
//! - Within a level the bits of a result depend on the operands alone: not on the number of threads, the alignment of
//!   a slice, or where in it an element stands. Across levels they may differ (a fused multiply-add rounds once).
//! - [`level()`] never returns a level that the machine lacks. Every `unsafe` call of an entry point rests on this.

#![allow(unsafe_code)]

pub mod attention;
pub mod channels;
pub mod conv;
mod dispatch;
pub mod level;
pub mod linalg;
mod linger;
pub mod lstm;
pub mod maps;
pub mod order;
pub mod parallel;
pub mod pool;
pub mod product;
pub mod reduce;
pub(crate) mod scratch;
pub(crate) mod shared;
pub(crate) mod simd;
pub mod square_sum;
pub mod step;
pub mod window;

pub use level::{Level, available_levels, level, with_level};
