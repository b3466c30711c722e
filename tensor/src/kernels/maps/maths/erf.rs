//! The error function, and the tail of the normal distribution that it shares with GELU.
//!
//! ```text
//! erf x = x + x·P(x²)                              for |x| < 1
//!       = sign x · (1 − 2·e^{−x²}·R(√2·|x|))        beyond
//!
//! R(x) = Φ(−x)·e^{x²/2}        (Mills' ratio over √2π, Φ the normal distribution)
//! ```
//!
//! R falls from ½ slowly, like 1/x, and so is approximated by one polynomial over the whole half-line, in a variable that
//! takes [0, ∞) to [−1, 1): R(x) = G(t) / (x + K) with t = (x − K) / (x + K). Φ(−x) = e^{−x²/2}·R(x) then keeps its relative
//! precision down to where it underflows.

use super::exp::{ExpTable, exp, exp_parts};
use super::lane::polynomial;
use super::{Lane, MulAdd};

/// The constants of a type.
pub(in crate::kernels) trait ErfTable: Lane {
    /// P(z) ≈ erf(√z)/√z − 1 for z up to 1. Error of erf: 2⁻²⁹ for `f32`, 2⁻⁶² for `f64`.
    const P: &'static [Self];
    /// Where t changes sign.
    const K: Self;
    /// G(t) ≈ (x + K)·R(x), for x up to 15 in `f32` and up to 39 in `f64`; error 2⁻²⁹ and 2⁻⁶⁰.
    const G: &'static [Self];
    /// H(z) ≈ (Φ(√z) − ½)/√z for z up to 1. Error of Φ(−√z): 2⁻³⁰ for `f32`, 2⁻⁶⁹ for `f64`.
    const H: &'static [Self];
}

impl ErfTable for f32 {
    const P: &'static [f32] = &[
        0.128_379_17,
        -0.376_126_26,
        0.112_835_854,
        -0.026_853_815,
        0.005_188_330_5,
        -0.000_801_020_24,
        7.853_85e-5,
    ];
    const K: f32 = 4.0;
    const G: &'static [f32] = &[
        0.755_285_14,
        -0.607_896_6,
        0.387_137_3,
        -0.186_521_57,
        0.060_398_355,
        -0.007_542_612,
        -0.003_492_222_2,
        0.001_635_480_3,
        0.000_171_860_43,
        -0.000_219_276_47,
        -4.505_718e-5,
    ];
    const H: &'static [f32] = &[
        0.398_942_3,
        -0.066_490_315,
        0.009_973_078,
        -0.001_185_785,
        0.000_112_952_28,
        -7.462_929_7e-6,
    ];
}

impl ErfTable for f64 {
    const P: &'static [f64] = &[
        0.128_379_167_095_512_6,
        -0.376_126_389_031_837_5,
        0.112_837_916_709_548_58,
        -0.026_866_170_645_072_96,
        0.005_223_977_624_781_37,
        -0.000_854_832_697_876_514_9,
        0.000_120_553_310_375_511_08,
        -1.492_559_351_872_822_6e-5,
        1.646_097_295_415_376_5e-6,
        -1.635_002_619_207_727e-7,
        1.465_788_353_091_965_3e-8,
        -1.136_567_067_182_716e-9,
        5.945_255_584_223_488e-11,
    ];
    const K: f64 = 4.5;
    const G: &'static [f64] = &[
        0.763_230_528_970_203_2,
        -0.640_257_760_252_617,
        0.446_452_517_055_679_84,
        -0.253_141_799_950_967_6,
        0.111_382_596_570_118_95,
        -0.033_871_326_177_159_114,
        0.004_223_613_382_650_184,
        0.001_748_830_567_566_564_8,
        -0.000_917_746_533_645_526,
        6.381_156_144_419_122e-6,
        0.000_112_042_925_438_616_01,
        -1.593_311_351_730_367e-5,
        -1.423_684_338_673_350_2e-5,
        3.190_280_817_797_145_6e-6,
        2.145_284_251_407_635e-6,
        -5.002_775_560_703_627e-7,
        -3.831_714_161_309_902_7e-7,
        6.152_304_481_959_258e-8,
        7.429_248_554_394_791e-8,
        -2.331_762_672_228_308e-9,
        -1.324_840_968_775_705_2e-8,
        -1.654_949_732_611_088_9e-9,
        1.518_054_404_473_182_3e-9,
        4.329_799_476_920_198e-10,
    ];
    const H: &'static [f64] = &[
        0.398_942_280_401_432_7,
        -0.066_490_380_066_905_44,
        0.009_973_557_010_035_772,
        -0.001_187_328_215_479_859,
        0.000_115_434_687_611_631_19,
        -9.444_656_238_060_205e-6,
        6.659_692_847_402_775e-7,
        -4.122_653_297_677_155e-8,
        2.273_326_718_591_698e-9,
        -1.128_149_875_233_026_3e-10,
        4.989_111_340_077_042e-12,
        -1.663_750_196_593_311_3e-13,
    ];
}

/// R(x) = Φ(−x)·e^{x²/2} for 0 ≤ x ≤ 40; of no meaning beyond where Φ(−x) underflows.
#[inline(always)]
pub(super) fn normal_tail_ratio<M: MulAdd, T: ErfTable>(x: T) -> T {
    let inverse = T::of(1.0) / (x + T::K);
    let t = (x - T::K) * inverse;
    polynomial::<M, T>(t, T::G) * inverse
}

/// e^{−x²/2} as (p, word), see [`exp_parts`], to full relative precision, for 0 ≤ x ≤ 40: the square of the upper half h of x is exact, and what remains
/// of x², (x − h)(x + h), is small.
#[inline(always)]
pub(super) fn exp_of_half_square<M: MulAdd, T: ExpTable>(x: T) -> (T, T) {
    let h = x.upper_half();
    let half = T::of(-0.5);
    exp_parts::<M, T>(half * h * h, half * (x - h) * (x + h))
}

/// The error function, odd to the last bit.
#[inline(always)]
pub(in crate::kernels) fn erf<M: MulAdd, T: ExpTable + ErfTable>(x: T) -> T {
    let near = T::mul_add::<M>(x, polynomial::<M, T>(x * x, T::P), x);
    // From 6 on, erf is 1 to the last bit; the bound keeps R in its range.
    let magnitude = x.abs();
    let bound = T::of(6.0);
    let bounded = if magnitude > bound { bound } else { magnitude };
    let tail = normal_tail_ratio::<M, T>(T::of(std::f64::consts::SQRT_2) * bounded);
    let twice = T::of(2.0) * exp::<M, T>(-(bounded * bounded));
    let far = T::of(1.0) - twice * tail;
    if magnitude < T::of(1.0) {
        near
    } else {
        far.copysign(x)
    }
}

/// erf′ x = 2/√π·e^{−x²}.
#[inline(always)]
pub(in crate::kernels) fn erf_slope<M: MulAdd, T: ExpTable>(x: T) -> T {
    T::of(std::f64::consts::FRAC_2_SQRT_PI) * exp::<M, T>(-(x * x))
}
