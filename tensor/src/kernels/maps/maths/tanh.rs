//! tanh x.
//!
//! ```text
//! tanh x = x + x³·P(x²)                     for |x| < 0.625
//!        = sign x · (1 − 2 / (e^{2|x|} + 1))   beyond
//! ```
//!
//! The second form cancels near 0, where the first has full relative precision; beyond, the subtrahend is below ½.

use super::exp::{ExpTable, exp};
use super::lane::polynomial;
use super::{Lane, MulAdd};

/// The constants of a type.
pub(in crate::kernels) trait TanhTable: Lane {
    /// P(z) ≈ (tanh √z − √z) / z^{3/2} for z up to 0.625². Error of tanh: 2⁻²⁷·⁸ for `f32`, 2⁻⁶¹ for `f64`.
    const P: &'static [Self];
}

impl TanhTable for f32 {
    const P: &'static [f32] = &[
        -0.333_332_8,
        0.133_314_42,
        -0.053_739_72,
        0.020_639_101,
        -0.005_704_994_3,
    ];
}

impl TanhTable for f64 {
    const P: &'static [f64] = &[
        -0.333_333_333_333_333_15,
        0.133_333_333_333_297_44,
        -0.053_968_253_966_059_09,
        0.021_869_488_468_717_44,
        -0.008_863_234_312_566_488,
        0.003_592_113_999_372_810_7,
        -0.001_455_725_942_750_906_4,
        0.000_589_451_768_994_247_6,
        -0.000_237_011_629_620_768_74,
        9.155_821_008_515_142e-5,
        -3.018_699_673_950_402e-5,
        6.042_362_522_876_337e-6,
    ];
}

/// The hyperbolic tangent, odd to the last bit.
#[inline(always)]
pub(in crate::kernels) fn tanh<M: MulAdd, T: ExpTable + TanhTable>(x: T) -> T {
    let z = x * x;
    let near = T::mul_add::<M>(x * z, polynomial::<M, T>(z, <T as TanhTable>::P), x);
    let one = T::of(1.0);
    let magnitude = x.abs();
    let far = one - T::of(2.0) / (exp::<M, T>(magnitude + magnitude) + one);
    let value = if magnitude < T::of(0.625) { near } else { far };
    // The sum of −0 and x·z·P = +0 would be +0.
    value.copysign(x)
}
