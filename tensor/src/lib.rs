//! Strided tensors, SIMD kernels, random numbers and tensor files of étude.

#![deny(unsafe_code)]

pub mod kernels;
