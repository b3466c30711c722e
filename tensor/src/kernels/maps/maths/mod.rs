//! Scalar functions without branches or tables, which the compiler vectorises when a loop calls them.
//!
//! Each is written once for `f32` and `f64`, over two things: a [`Lane`] (the number type, with its bits) and a [`MulAdd`]
//! (whether a·b + c rounds once or twice). A file holds one idea: the equation, the reduction, the polynomial's table and
//! its error. Polynomials are minimax fits (Remez exchange in 60 digits) of the function named beside them, by relative error.
//!
//! Special values come out as IEEE 754 has them for the function: the wrong side of a pole gives NaN, a NaN stays one.
//! Selections are written `if … { a } else { b }` on values computed beforehand, which compile to blends.
//!
//! The errors stand in the table of [`maps`](super).

mod activations;
mod arithmetic;
mod erf;
mod exp;
mod lane;
mod ln;
mod pow;
mod tanh;

#[cfg(test)]
pub(super) mod ulp;

pub(in crate::kernels) use activations::{
    gelu, gelu_slope, gelu_tanh, gelu_tanh_slope, selu, sigmoid, softplus, swish, swish_slope,
};
pub(in crate::kernels) use arithmetic::{Baseline, Fused, MulAdd};
pub(in crate::kernels) use erf::{erf, erf_slope};
pub(in crate::kernels) use exp::{ExpTable, exp, exp_m1, exp2};
pub(in crate::kernels) use lane::Lane;
pub(in crate::kernels) use ln::{ln, ln_1p, log2, log10};
pub(in crate::kernels) use pow::pow;
pub(in crate::kernels) use tanh::tanh;

/// The number types that have every function of this module: `f32` and `f64`.
pub(in crate::kernels) trait Real:
    Lane + exp::ExpTable + ln::LnTable + tanh::TanhTable + erf::ErfTable + pow::Pow
{
}

impl Real for f32 {}
impl Real for f64 {}
