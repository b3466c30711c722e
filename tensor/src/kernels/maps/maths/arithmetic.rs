//! a·b + c, rounded once or twice.
//!
//! A processor with fused multiply-add does it in one instruction with one rounding. Without, `f32::mul_add` is a call
//! into a library that emulates the single rounding, slower than all the rest of a kernel: there a product and a sum serve.
//! So each kernel is compiled for one of the two.

/// How a·b + c is computed.
pub(in crate::kernels) trait MulAdd: Copy + 'static {
    /// Whether it is rounded once.
    const FUSED: bool;
    /// a·b + c.
    fn f32(a: f32, b: f32, c: f32) -> f32;
    /// a·b + c.
    fn f64(a: f64, b: f64, c: f64) -> f64;
}

/// One rounding, one instruction where the level has it.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Fused;

impl MulAdd for Fused {
    const FUSED: bool = true;
    #[inline(always)]
    fn f32(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
    #[inline(always)]
    fn f64(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

/// Two roundings.
#[derive(Clone, Copy)]
#[cfg_attr(
    any(target_arch = "aarch64", target_feature = "fma"),
    expect(dead_code, reason = "the baseline has fused multiply-add here")
)]
pub(in crate::kernels) struct Separate;

impl MulAdd for Separate {
    const FUSED: bool = false;
    #[inline(always)]
    fn f32(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
    #[inline(always)]
    fn f64(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }
}

/// What the target of the compilation has for certain.
#[cfg(any(target_arch = "aarch64", target_feature = "fma"))]
pub(in crate::kernels) type Baseline = Fused;
/// What the target of the compilation has for certain.
#[cfg(not(any(target_arch = "aarch64", target_feature = "fma")))]
pub(in crate::kernels) type Baseline = Separate;
