//! The error function, and the tail of the normal distribution that it shares with GELU.
//!
//! ```text
//! erf x = x + x·P(x²)                              for |x| < 1
//!       = sign x · (1 − 2·e^{−x²}·R(√2·|x|))        beyond
//!
//! R(x) = Φ(−x)·e^{x²/2}        (Mills' ratio over √2π, Φ the normal distribution)
//!      = ½(1 + δ(x)) / (1 + x)
//! ```
//!
//! R falls from ½ slowly, like 1/x. What is left of it after the division by 1 + x, δ, stays between −0.21 and 0.05 over the whole half-line, and is approximated there by
//! one rational function x·N(x) / D(x): its errors count by a fifth.

use super::exp::{ExpTable, exp, exp_parts_of_half};
use super::lane::{polynomial, product_error};
use super::{Lane, MulAdd};

/// The constants of a type.
pub(in crate::kernels) trait ErfTable: Lane {
    /// P(z) ≈ erf(√z)/√z − 1 for z up to 1. Error of erf: 2⁻²⁹ for `f32`, 2⁻⁶² for `f64`.
    const P: &'static [Self];
    /// Where Φ(−x) is 0 to the last bit, x times it too; N and D hold up to there.
    const RANGE: Self;
    /// x·N(x)/D(x) ≈ δ(x). Error of 1 + δ: 2⁻²⁸·⁸ for `f32`, 2⁻⁶⁶ for `f64`.
    const N: &'static [Self];
    /// See [`ErfTable::N`].
    const D: &'static [Self];
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
    const RANGE: f32 = 15.0;
    const N: &'static [f32] = &[
        0.202_115_65,
        0.046_968_482,
        -0.021_139_598,
        -0.013_046_803,
        -0.002_484_403,
    ];
    const D: &'static [f32] = &[
        1.0,
        1.706_234_5,
        1.252_074_4,
        0.502_795_34,
        0.113_060_184,
        0.012_292_309,
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
    const RANGE: f64 = 39.0;
    const N: &'static [f64] = &[
        0.202_115_439_197_134_65,
        0.222_083_111_286_545_93,
        0.097_395_975_779_499,
        0.008_569_029_274_064_855,
        -0.012_633_846_580_204_838,
        -0.007_968_762_820_106_81,
        -0.002_643_314_198_631_178_3,
        -0.000_582_592_708_972_670_8,
        -8.943_364_194_030_408e-5,
        -9.407_815_991_406_927e-6,
        -6.245_478_676_524_658e-7,
        -2.031_283_969_761_929_6e-8,
    ];
    const D: &'static [f64] = &[
        1.0,
        2.572_627_178_581_133_7,
        3.115_563_144_258_828_7,
        2.352_689_910_866_600_6,
        1.236_264_956_560_947_8,
        0.477_324_092_430_351_95,
        0.139_232_623_444_858_76,
        0.031_016_365_182_246_347,
        0.005_257_983_442_772_732_5,
        0.000_664_849_888_095_998_9,
        5.991_472_968_471_161e-5,
        3.486_800_457_143_846e-6,
        1.005_011_778_333_584_2e-7,
    ];
}

/// (x·N(x), D(x)) for 0 ≤ x ≤ [`ErfTable::RANGE`].
#[inline(always)]
pub(super) fn normal_tail<M: MulAdd, T: ErfTable>(x: T) -> (T, T) {
    (x * polynomial::<M, T>(x, T::N), polynomial::<M, T>(x, T::D))
}

/// 2·R(x) for 0 ≤ x ≤ [`ErfTable::RANGE`].
#[inline(always)]
pub(super) fn twice_normal_tail_ratio<M: MulAdd, T: ErfTable>(x: T) -> T {
    let (n, d) = normal_tail::<M, T>(x);
    (d + n) / (d * (T::of(1.0) + x))
}

/// e^{−x²/2} as (b, word), see [`exp_parts`](super::exp::exp_parts), to full relative precision, for 0 ≤ x ≤ [`ErfTable::RANGE`].
#[inline(always)]
pub(super) fn exp_of_half_square<M: MulAdd, T: ExpTable>(x: T) -> (T, T) {
    let square = x * x;
    exp_parts_of_half::<M, T>(-square, -product_error::<M, T>(x, x, square))
}

/// The error function, odd to the last bit.
#[inline(always)]
pub(in crate::kernels) fn erf<M: MulAdd, T: ExpTable + ErfTable>(x: T) -> T {
    let near = T::mul_add::<M>(x, polynomial::<M, T>(x * x, T::P), x);
    // From 6 on, erf is 1 to the last bit; the bound keeps R in its range.
    let magnitude = x.abs();
    let bound = T::of(6.0);
    let bounded = if magnitude > bound { bound } else { magnitude };
    let tail = twice_normal_tail_ratio::<M, T>(T::of(std::f64::consts::SQRT_2) * bounded);
    let far = T::of(1.0) - exp::<M, T>(-(bounded * bounded)) * tail;
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
