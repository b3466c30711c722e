//! aᵇ.
//!
//! ```text
//! aᵇ = ± exp(b·ln|a|),   − for a < 0 and an odd integer b
//! ```
//!
//! exp multiplies the relative error of its argument by its size, up to 89 in `f32`. So `f32` goes through `f64`, where the
//! logarithm has 29 bits to spare. For `f64` no wider type is at hand, and the library's function, which computes its
//! logarithm in two words, serves: accurate, but not vectorised.

use super::exp::exp;
use super::ln::ln;
use super::{Lane, MulAdd};

/// aᵇ for a type.
pub(in crate::kernels) trait Pow: Lane {
    /// aᵇ as IEEE 754's `pow` has it.
    fn pow<M: MulAdd>(a: Self, b: Self) -> Self;
}

impl Pow for f64 {
    #[inline(always)]
    fn pow<M: MulAdd>(a: f64, b: f64) -> f64 {
        a.powf(b)
    }
}

impl Pow for f32 {
    #[inline(always)]
    fn pow<M: MulAdd>(a: f32, b: f32) -> f32 {
        let magnitude = a.abs();
        let exponent = f64::from(b) * ln::<M, f64>(f64::from(magnitude));
        let power = exp::<M, f64>(exponent) as f32;
        let bounded = b.abs();
        // Below 2²³, adding 2²³ rounds to an integer; from there on every f32 is one, from 2²⁴ on an even one.
        const FRACTION: f32 = 8_388_608.0; // 2²³
        let is_integer = |x: f32| ((x + FRACTION) - FRACTION == x) | (x >= FRACTION);
        let integer = is_integer(bounded);
        let odd = integer & !is_integer(0.5 * bounded);
        let negative = a.is_sign_negative();
        let signed = if negative & odd { -power } else { power };
        let undefined = (a < 0.0) & (magnitude < f32::INFINITY) & !integer;
        let value = if undefined { f32::NAN } else { signed };
        // |a| = 1 to the power ±∞, where ln gives 0·∞.
        let value = if (magnitude == 1.0) & (bounded == f32::INFINITY) {
            1.0
        } else {
            value
        };
        if (a == 1.0) | (b == 0.0) { 1.0 } else { value }
    }
}

/// aᵇ as IEEE 754's `pow` has it: 1 for b = 0 or a = 1, also beside a NaN; NaN for finite a < 0 unless b is an integer.
#[inline(always)]
pub(in crate::kernels) fn pow<M: MulAdd, T: Pow>(a: T, b: T) -> T {
    T::pow::<M>(a, b)
}
