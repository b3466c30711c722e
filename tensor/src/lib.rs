//! Strided tensors, SIMD kernels, random numbers and tensor files of étude.
