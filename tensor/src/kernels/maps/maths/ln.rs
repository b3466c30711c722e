//! ln x, ln(1 + x), log₂ x and log₁₀ x.
//!
//! With x = m·2ᵉ, √½ ≤ m < √2, f = m − 1 and s = f / (2 + f):
//!
//! ```text
//! ln x = e·ln 2 + ln(1 + f),   ln(1 + f) = 2 artanh s = f − s·(f − R),   R = s²·P(s²)
//! ```
//!
//! Here 2 artanh s = 2s + s·R, and 2s = f − s·f. Where e = 0 the leading f is exact, which keeps the relative precision at the zero.

use super::lane::polynomial;
use super::{Lane, MulAdd};

/// The constants of a type.
pub(in crate::kernels) trait LnTable: Lane {
    /// ln 2 = `LN2.0` + `LN2.1`, the first short enough that an exponent times it is exact.
    const LN2: (Self, Self);
    /// P(z) ≈ (2 artanh √z − 2√z) / z^{3/2} for z up to 0.0295. Error of 2 artanh: 2⁻³⁷ for `f32`, 2⁻⁶⁶ for `f64`.
    const P: &'static [Self];
}

impl LnTable for f32 {
    const LN2: (f32, f32) = (0.693_145_75, 1.428_606_8e-6);
    const P: &'static [f32] = &[0.666_666_6, 0.400_003_37, 0.285_372_35, 0.235_836_16];
}

impl LnTable for f64 {
    const LN2: (f64, f64) = (0.693_147_180_558_298_7, 1.646_594_958_289_708_2e-12);
    const P: &'static [f64] = &[
        0.666_666_666_666_666_6,
        0.400_000_000_000_062_86,
        0.285_714_285_690_725_6,
        0.222_222_226_488_144_24,
        0.181_817_755_031_986_4,
        0.153_870_978_893_563,
        0.132_499_566_009_963_18,
        0.132_528_040_449_314_13,
    ];
}

/// 1/ln 2, and the rest of its digits.
const LOG2_E: (f64, f64) = (std::f64::consts::LOG2_E, 2.035_527_374_093_103_3e-17);
/// 1/ln 10, and the rest of its digits.
const LOG10_E: (f64, f64) = (std::f64::consts::LOG10_E, 1.098_319_650_216_765e-17);
/// log₁₀ 2, and the rest of its digits.
const LOG10_2: (f64, f64) = (std::f64::consts::LOG10_2, -2.803_728_127_785_170_4e-18);

/// (f, c, e) with x = m·2ᵉ and ln m + e·second + low = f − c, for finite x > 0 and small `second` and `low`. The correction c to f is a small number with a
/// small error.
#[inline(always)]
fn ln_parts<M: MulAdd, T: LnTable>(x: T, second: T, low: T) -> (T, T, T) {
    let (m, e) = x.significand();
    let f = m - T::of(1.0);
    let s = f / (T::of(2.0) + f);
    let z = s * s;
    let r = z * polynomial::<M, T>(z, T::P);
    // f − s(f − R) as f − (h − s(h + R)) with h = f²/2.
    let h = T::of(0.5) * f * f;
    let low = T::mul_add::<M>(e, second, low);
    (f, h - T::mul_add::<M>(s, h + r, low), e)
}

/// ln x + low for finite x > 0 and |low| ≪ 1.
#[inline(always)]
fn ln_sum<M: MulAdd, T: LnTable>(x: T, low: T) -> T {
    let (f, correction, e) = ln_parts::<M, T>(x, T::LN2.1, low);
    T::mul_add::<M>(e, T::LN2.0, f - correction)
}

/// The logarithm to a base b, from 1/ln b and from log_b 2, each as a sum of two numbers, the first of `two` short enough that an exponent times it is
/// exact:
///
/// ```text
/// log_b x = e·log_b 2 + (f − c)/ln b
/// ```
#[inline(always)]
fn log_to_base<M: MulAdd, T: LnTable>(x: T, per_ln: (T, T), two: (T, T)) -> T {
    let (f, correction, e) = ln_parts::<M, T>(x, T::of(0.0), T::of(0.0));
    let ln_m = f - correction;
    let lost = (f - ln_m) - correction;
    let rest = T::mul_add::<M>(ln_m, per_ln.1, lost * per_ln.0);
    let rest = T::mul_add::<M>(e, two.1, rest);
    at_the_ends(
        x,
        T::mul_add::<M>(ln_m, per_ln.0, T::mul_add::<M>(e, two.0, rest)),
    )
}

/// The logarithm to base 2: −∞ at ±0, NaN below. Exact for powers of two.
#[inline(always)]
pub(in crate::kernels) fn log2<M: MulAdd, T: LnTable>(x: T) -> T {
    let per_ln = T::pair(LOG2_E.0, LOG2_E.1);
    log_to_base::<M, T>(x, per_ln, (T::of(1.0), T::of(0.0)))
}

/// The logarithm to base 10: −∞ at ±0, NaN below.
#[inline(always)]
pub(in crate::kernels) fn log10<M: MulAdd, T: LnTable>(x: T) -> T {
    let (first, rest) = T::pair(LOG10_2.0, LOG10_2.1);
    let short = first.upper_half();
    log_to_base::<M, T>(
        x,
        T::pair(LOG10_E.0, LOG10_E.1),
        (short, (first - short) + rest),
    )
}

/// What a logarithm of x is where `finite`, the value computed for finite x > 0, isn't it.
#[inline(always)]
fn at_the_ends<T: Lane>(x: T, finite: T) -> T {
    let value = if x == T::of(0.0) {
        -T::INFINITY
    } else {
        finite
    };
    let value = if x == T::INFINITY { x } else { value };
    // Also where x is NaN, as the comparison says.
    if x >= T::of(0.0) { value } else { T::NAN }
}

/// The natural logarithm: −∞ at ±0, NaN below.
#[inline(always)]
pub(in crate::kernels) fn ln<M: MulAdd, T: LnTable>(x: T) -> T {
    at_the_ends(x, ln_sum::<M, T>(x, T::of(0.0)))
}

/// ln(1 + x), to full relative precision near 0: −∞ at −1, NaN below.
///
/// With u = 1 + x rounded and c the part of the sum that u has lost, ln(1 + x) = ln u + c/u − ….
#[inline(always)]
pub(in crate::kernels) fn ln_1p<M: MulAdd, T: LnTable>(x: T) -> T {
    let one = T::of(1.0);
    let u = one + x;
    let lost = if x < one {
        x - (u - one)
    } else {
        one - (u - x)
    };
    let value = at_the_ends(u, ln_sum::<M, T>(u, lost / u));
    // Where x²/2 is below half a unit, x itself, with its sign at 0.
    let own = x.abs() < T::EPSILON * T::of(0.25);
    if own { x } else { value }
}
