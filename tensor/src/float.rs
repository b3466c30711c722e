//! The arithmetic that every differentiable operation is written in.

use crate::kernels::attention::AttentionKernels;
use crate::kernels::channels::ChannelKernels;
use crate::kernels::conv::ConvKernels;
use crate::kernels::linalg::LinalgKernels;
use crate::kernels::lstm::LstmKernels;
use crate::kernels::maps::MapKernels;
use crate::kernels::pool::PoolKernels;
use crate::kernels::product::ProductKernels;
use crate::kernels::reduce::{ReduceKernels, RowKernels};
use crate::reference::polygamma::polygamma;
use crate::{Element, Error, Result};
use bytemuck::Pod;
use num_traits::{NumAssignOps, NumOps, One, Zero};
use std::iter::Sum;
use std::ops::Neg;

/// A number with the functions of calculus: `f32`, `f64` and [`Dual`](crate::Dual) numbers over them.
///
/// Everything that can be differentiated is generic in `T: Float`. Run it on `f32` to train, on `f64` to check, and on
/// `Dual<f64>` for exact directional derivatives. Comparisons (`<`, `==`) look at the plain value only, so that a
/// program takes the same branches whatever it runs on.
pub trait Float:
    Element
    + Pod
    + MapKernels
    + ReduceKernels
    + RowKernels
    + ChannelKernels
    + ProductKernels
    + ConvKernels
    + PoolKernels
    + LinalgKernels
    + LstmKernels
    + AttentionKernels
    + NumOps
    + NumAssignOps
    + Zero
    + One
    + Neg<Output = Self>
    + PartialOrd
    + Sum
{
    /// Zero, as a constant.
    const ZERO: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// Negative infinity.
    const NEG_INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// The distance from 1 to the next larger number of the plain type.
    const EPSILON: f64;

    /// The nearest number of this type, with no tangent.
    fn from_f64(value: f64) -> Self;

    /// The plain value, for decisions and for printing; a tangent is left behind. To convert numbers use
    /// [`Float::to_f64`], which doesn't lose one in silence.
    fn primal(self) -> f64;

    /// The plain value.
    ///
    /// # Errors
    /// If the number carries a tangent that isn't zero, which the conversion would lose.
    fn to_f64(self) -> Result<f64>;

    /// Whether this is 0 with nothing attached: no tangent, no tangent of a tangent.
    fn vanishes(self) -> bool;

    /// `|x|`, with derivative 0 at 0.
    fn abs(self) -> Self;
    /// `√x`.
    fn sqrt(self) -> Self;
    /// `eˣ`.
    fn exp(self) -> Self;
    /// `eˣ − 1`, without cancellation near 0.
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// `ln(1 + x)`, without cancellation near 0.
    fn ln_1p(self) -> Self;
    /// `sin x`.
    fn sin(self) -> Self;
    /// `cos x`.
    fn cos(self) -> Self;
    /// `tan x`.
    fn tan(self) -> Self;
    /// `arcsin x`.
    fn asin(self) -> Self;
    /// `arccos x`.
    fn acos(self) -> Self;
    /// `arctan x`.
    fn atan(self) -> Self;
    /// The angle of the point with the ordinate `self` and this abscissa.
    fn atan2(self, abscissa: Self) -> Self;
    /// `√(x² + y²)`; its derivative at (0, 0) is 0.
    fn hypot(self, y: Self) -> Self;
    /// `sinh x`.
    fn sinh(self) -> Self;
    /// `cosh x`.
    fn cosh(self) -> Self;
    /// `tanh x`.
    fn tanh(self) -> Self;
    /// The inverse of `sinh`.
    fn asinh(self) -> Self;
    /// The inverse of `cosh`, from 0 up.
    fn acosh(self) -> Self;
    /// The inverse of `tanh`.
    fn atanh(self) -> Self;
    /// The error function, `2/√π ∫₀ˣ e^(−t²) dt`.
    fn erf(self) -> Self;
    /// The complementary error function, `1 − erf x`, without cancellation for large `x`.
    fn erfc(self) -> Self;
    /// `ln |Γ(x)|`.
    fn lgamma(self) -> Self;
    /// The derivative of order `n + 1` of `ln Γ`: the digamma function for `n = 0`.
    fn polygamma(self, n: u32) -> Self;
    /// `x` to the power `p`.
    fn powf(self, p: Self) -> Self;
    /// The largest integer not above `x`; its derivative is 0.
    fn floor(self) -> Self;
    /// The smallest integer not below `x`; its derivative is 0.
    fn ceil(self) -> Self;
    /// The nearest integer, of two the even one; its derivative is 0.
    fn round(self) -> Self;
    /// `x` without its fraction; its derivative is 0.
    fn trunc(self) -> Self;

    /// `1/x`.
    fn recip(self) -> Self {
        Self::one() / self
    }
    /// Whether the plain value is not a number.
    fn is_nan(self) -> bool {
        self.primal().is_nan()
    }
    /// Whether the plain value is neither infinite nor NaN.
    fn is_finite(self) -> bool {
        self.primal().is_finite()
    }
}

macro_rules! plain_float {
    ($type:ident, $erf:path) => {
        impl Float for $type {
            const ZERO: Self = 0.0;
            const INFINITY: Self = $type::INFINITY;
            const NEG_INFINITY: Self = $type::NEG_INFINITY;
            const NAN: Self = $type::NAN;
            const EPSILON: f64 = $type::EPSILON as f64;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn primal(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn to_f64(self) -> Result<f64> {
                Ok(self as f64)
            }
            #[inline(always)]
            fn vanishes(self) -> bool {
                self == 0.0
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $type::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $type::sqrt(self)
            }
            fn exp(self) -> Self {
                $type::exp(self)
            }
            fn exp_m1(self) -> Self {
                $type::exp_m1(self)
            }
            fn ln(self) -> Self {
                $type::ln(self)
            }
            fn ln_1p(self) -> Self {
                $type::ln_1p(self)
            }
            fn sin(self) -> Self {
                $type::sin(self)
            }
            fn cos(self) -> Self {
                $type::cos(self)
            }
            fn tanh(self) -> Self {
                $type::tanh(self)
            }
            fn erf(self) -> Self {
                $erf(self)
            }
            fn powf(self, p: Self) -> Self {
                $type::powf(self, p)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                $type::floor(self)
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                $type::ceil(self)
            }
            #[inline(always)]
            fn round(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                $type::trunc(self)
            }

            // Through f64, where f32 has bits to spare: half a unit in the last place.
            fn tan(self) -> Self {
                libm::tan(self as f64) as $type
            }
            fn asin(self) -> Self {
                libm::asin(self as f64) as $type
            }
            fn acos(self) -> Self {
                libm::acos(self as f64) as $type
            }
            fn atan(self) -> Self {
                libm::atan(self as f64) as $type
            }
            fn atan2(self, abscissa: Self) -> Self {
                libm::atan2(self as f64, abscissa as f64) as $type
            }
            fn hypot(self, y: Self) -> Self {
                libm::hypot(self as f64, y as f64) as $type
            }
            fn sinh(self) -> Self {
                libm::sinh(self as f64) as $type
            }
            fn cosh(self) -> Self {
                libm::cosh(self as f64) as $type
            }
            fn asinh(self) -> Self {
                libm::asinh(self as f64) as $type
            }
            fn acosh(self) -> Self {
                // Of negative numbers the library makes something, not NaN.
                if self < 1.0 {
                    return $type::NAN;
                }
                libm::acosh(self as f64) as $type
            }
            fn atanh(self) -> Self {
                libm::atanh(self as f64) as $type
            }
            fn erfc(self) -> Self {
                libm::erfc(self as f64) as $type
            }
            fn lgamma(self) -> Self {
                libm::lgamma(self as f64) as $type
            }
            fn polygamma(self, n: u32) -> Self {
                polygamma(n, self as f64) as $type
            }
        }
    };
}

plain_float!(f32, libm::erff);
plain_float!(f64, libm::erf);

/// The error of a conversion that would lose a tangent.
pub(crate) fn tangent_lost(value: impl std::fmt::Display) -> Error {
    Error::value(
        "to_f64",
        format!(
            "the dual number {value} carries a tangent, which a plain number can't hold; take its `value` if that is meant"
        ),
    )
}
