//! eˣ, 2ˣ and eˣ − 1.
//!
//! With n = round(x / ln 2) and r = x − n·ln 2, so that |r| ≤ ½ ln 2:
//!
//! ```text
//! eˣ = 2ⁿ·eʳ,   eʳ = 1 + r + r²·Q(r)
//! ```
//!
//! ln 2 is subtracted in two parts (Cody and Waite), the first short enough that n times it is exact.

use super::lane::polynomial;
use super::{Lane, MulAdd};

/// The constants of a type.
pub(in crate::kernels) trait ExpTable: Lane {
    /// Below it x·eˣ rounds to 0, above it eˣ to ∞.
    const RANGE: (Self, Self);
    /// ln 2 = `LN2.0` + `LN2.1`.
    const LN2: (Self, Self);
    /// Q(r) ≈ (eʳ − 1 − r) / r². Error of 1 + r + r²Q, relative to eʳ − 1: 2⁻³² for `f32`, 2⁻⁶¹ for `f64`.
    const Q: &'static [Self];
    /// H(s) ≈ (e^{s/2} − 1 − s/2) / s². Error of 1 + s/2 + s²H, relative to e^{s/2}: 2⁻²⁸ for `f32`, 2⁻⁶¹ for `f64`.
    const H: &'static [Self];
}

impl ExpTable for f32 {
    const RANGE: (f32, f32) = (-120.0, 89.0);
    const LN2: (f32, f32) = (0.693_145_75, 1.428_606_8e-6);
    const Q: &'static [f32] = &[
        0.5,
        0.166_666_66,
        0.041_666_36,
        0.008_333_39,
        0.001_394_067_3,
        0.000_198_458_86,
    ];
    const H: &'static [f32] = &[
        0.124_999_98,
        0.020_833_151,
        0.002_604_274_3,
        0.000_261_522_17,
        2.158_533_3e-5,
    ];
}

impl ExpTable for f64 {
    const RANGE: (f64, f64) = (-780.0, 710.0);
    const LN2: (f64, f64) = (0.693_147_180_558_298_7, 1.646_594_958_289_708_2e-12);
    const Q: &'static [f64] = &[
        0.5,
        0.166_666_666_666_666_77,
        0.041_666_666_666_666_505,
        0.008_333_333_333_321_652,
        0.001_388_888_888_896_284_7,
        0.000_198_412_698_860_791_4,
        2.480_158_717_174_38e-5,
        2.755_724_424_920_712_3e-6,
        2.755_740_319_963_291_6e-7,
        2.510_902_600_683_480_7e-8,
        2.087_519_594_250_839e-9,
    ];
    const H: &'static [f64] = &[
        0.125,
        0.020_833_333_333_333_346,
        0.002_604_166_666_666_656_5,
        0.000_260_416_666_666_301_6,
        2.170_138_888_900_445e-05,
        1.550_099_209_849_932_7e-06,
        9.688_119_988_962_423e-08,
        5.382_274_267_423_266e-09,
        2.691_152_656_214_152e-10,
        1.226_026_660_489_980_8e-11,
        5.096_483_384_401_462e-13,
    ];
}

/// x between `low` and `high`; NaN stays NaN, since no comparison with it holds.
#[inline(always)]
fn clamp<T: Lane>(x: T, (low, high): (T, T)) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// (r, what r has lost to rounding, word of n) with x + low = n·ln 2 + r.
#[inline(always)]
fn reduce<M: MulAdd, T: ExpTable>(x: T, low: T) -> (T, T, T) {
    let (n, word) = T::round_product::<M>(x, T::of(std::f64::consts::LOG2_E));
    let exact = T::mul_add::<M>(n, -T::LN2.0, x);
    let small = T::mul_add::<M>(n, -T::LN2.1, low);
    let r = exact + small;
    (r, small - (r - exact), word)
}

/// eˣ: 0 from −∞ up to where it underflows, ∞ from where it overflows.
#[inline(always)]
pub(in crate::kernels) fn exp<M: MulAdd, T: ExpTable>(x: T) -> T {
    let (b, word) = exp_parts::<M, T>(x, T::of(0.0));
    T::scale(T::of(1.0) + b, word)
}

/// 2ˣ: [`exp`] with n = round(x) and r = (x − n)·ln 2.
#[inline(always)]
pub(in crate::kernels) fn exp2<M: MulAdd, T: ExpTable>(x: T) -> T {
    let per_ln2 = T::of(std::f64::consts::LOG2_E);
    let x = clamp(x, (per_ln2 * T::RANGE.0, per_ln2 * T::RANGE.1));
    let (n, word) = T::round_product::<M>(x, T::of(1.0));
    let r = (x - n) * T::of(std::f64::consts::LN_2);
    T::scale(T::of(1.0) + exp_m1_of_remainder::<M, T>(r), word)
}

/// eʳ − 1 = r + r²·Q(r) for |r| ≤ ½ ln 2.
#[inline(always)]
fn exp_m1_of_remainder<M: MulAdd, T: ExpTable>(r: T) -> T {
    T::mul_add::<M>(r * r, polynomial::<M, T>(r, T::Q), r)
}

/// exp(x + low) = (1 + b)·2ⁿ as (b, word of n), for |low| ≪ 1.
///
/// With `low` the part of an argument that x has lost to rounding, the result keeps the relative precision that exp(x) would
/// lose by a factor of |x|. A factor a of the exponential is best multiplied as a + a·b, one rounding, and before [`Lane::scale`] rounds to a
/// subnormal.
#[inline(always)]
pub(super) fn exp_parts<M: MulAdd, T: ExpTable>(x: T, low: T) -> (T, T) {
    let (r, _, word) = reduce::<M, T>(clamp(x, T::RANGE), low);
    (exp_m1_of_remainder::<M, T>(r), word)
}

/// exp((x + low)/2) as [`exp_parts`] gives it, for x within twice [`ExpTable::RANGE`]: half of a square needs no
/// multiplication of its own.
#[inline(always)]
pub(super) fn exp_parts_of_half<M: MulAdd, T: ExpTable>(x: T, low: T) -> (T, T) {
    let (n, word) = T::round_product::<M>(x, T::of(0.5 * std::f64::consts::LOG2_E));
    let exact = T::mul_add::<M>(n, -(T::LN2.0 + T::LN2.0), x);
    let s = exact + T::mul_add::<M>(n, -(T::LN2.1 + T::LN2.1), low);
    let b = T::mul_add::<M>(s * s, polynomial::<M, T>(s, T::H), T::of(0.5) * s);
    (b, word)
}

/// eˣ − 1, to full relative precision near 0, where it is x + x²/2 + ….
///
/// ```text
/// eˣ − 1 = 2·(s·r²Q + (s·r + (s − ½)))   with s = 2ⁿ⁻¹
/// ```
///
/// Half of 2ⁿ, because n may be 128 where the result still is finite.
#[inline(always)]
pub(in crate::kernels) fn exp_m1<M: MulAdd, T: ExpTable>(x: T) -> T {
    // Below ln ε the result is −1; bounding x there keeps 2ⁿ normal.
    let bounded = clamp(x, (T::of(-45.0), T::RANGE.1));
    let (r, lost, word) = reduce::<M, T>(bounded, T::of(0.0));
    let s = T::half_power_of_two(word);
    let square = r * r;
    let tail = T::mul_add::<M>(square, polynomial::<M, T>(r, T::Q), lost);
    let whole = s - T::of(0.5);
    let head = T::mul_add::<M>(s, r, whole);
    let head_lost = T::mul_add::<M>(s, r, whole - head);
    let value = head + T::mul_add::<M>(s, tail, head_lost);
    // Where x²/2 is below half a unit, x itself: s·r would lose digits of a subnormal, s − ½ the sign of −0.
    let own = x.abs() < T::EPSILON * T::of(0.25);
    if own { x } else { value + value }
}
