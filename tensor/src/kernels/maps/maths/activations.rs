//! The activations that are more than arithmetic: sigmoid, softplus, swish, the two forms of GELU, with their slopes, and SELU.

use super::erf::{ErfTable, exp_of_half_square, normal_tail, twice_normal_tail_ratio};
use super::exp::{ExpTable, exp, exp_m1, exp_parts};
use super::lane::{less_product, product_error};
use super::ln::{LnTable, ln_1p};
use super::{Lane, MulAdd};
use crate::reference::maps::SELU_SCALE;

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub(in crate::kernels) fn sigmoid<M: MulAdd, T: ExpTable>(x: T) -> T {
    times_sigmoid::<M, T>(T::of(1.0), x, T::of(0.0))
}

/// a·sigmoid(x + low), for |low| ≪ 1. With e^{−|x|} = (1 + b)·2ⁿ:
///
/// ```text
/// a / (1 + e^{−|x|})                 for x ≥ 0
/// (a + a·b) / (1 + e^{−|x|}) · 2ⁿ    below
/// ```
///
/// Nothing overflows, and small results keep their relative precision down to the subnormals, since 2ⁿ comes last. What numerator, denominator and
/// quotient have lost to rounding is made up for, so that hardly more than the last rounding counts.
#[inline(always)]
fn times_sigmoid<M: MulAdd, T: ExpTable>(a: T, x: T, low: T) -> T {
    let (zero, one) = (T::of(0.0), T::of(1.0));
    let negative = x < zero;
    let (b, word) = exp_parts::<M, T>(-x.abs(), if negative { low } else { -low });
    let power = T::lifted_power_of_two(word);
    let z = (one + b) * power * T::LOWERING;
    let b = if negative { b } else { zero };

    let numerator = T::mul_add::<M>(a, b, a);
    let numerator_lost = T::mul_add::<M>(a, b, a - numerator);
    let denominator = one + z;
    let denominator_lost = z - (denominator - one);
    let inverse = one / denominator;
    let quotient = numerator * inverse;
    let lost = less_product::<M, T>(numerator, quotient, denominator);
    let lost = T::mul_add::<M>(-quotient, denominator_lost, lost) + numerator_lost;
    let quotient = T::mul_add::<M>(inverse, lost, quotient);

    let below = quotient * power * T::LOWERING;
    if negative { below } else { quotient }
}

/// x·sigmoid(v + low), for v of the sign of x: x itself where it is large, 0 where it is large and negative, and ∞ stays out of the formulas.
#[inline(always)]
fn x_sigmoid<M: MulAdd, T: ExpTable>(x: T, v: T, low: T) -> T {
    let bound = T::RANGE.0;
    let bounded = if x < bound { bound } else { x };
    let value = times_sigmoid::<M, T>(bounded, v, low);
    // What makes up for rounding would make +0 of −0.
    let value = value.copysign(x);
    if x > -bound { x } else { value }
}

/// ln(1 + eˣ) = max(x, 0) + ln(1 + e^{−|x|}).
#[inline(always)]
pub(in crate::kernels) fn softplus<M: MulAdd, T: ExpTable + LnTable>(x: T) -> T {
    let positive = if x < T::of(0.0) { T::of(0.0) } else { x };
    positive + ln_1p::<M, T>(exp::<M, T>(-x.abs()))
}

/// x·sigmoid(x); 0 at −∞.
#[inline(always)]
pub(in crate::kernels) fn swish<M: MulAdd, T: ExpTable>(x: T) -> T {
    x_sigmoid::<M, T>(x, x, T::of(0.0))
}

/// The derivative of swish, s(1 + x(1 − s)) with s = sigmoid(x).
#[inline(always)]
pub(in crate::kernels) fn swish_slope<M: MulAdd, T: ExpTable>(x: T) -> T {
    let one = T::of(1.0);
    let s = sigmoid::<M, T>(x);
    s * T::mul_add::<M>(x, one - s, one)
}

/// x·Φ(x), Φ the normal distribution; 0 at −∞.
///
/// ```text
/// x·Φ(x) = max(x, 0) − |x|·Φ(−|x|),   |x|·Φ(−|x|) = ½·y·(1 + δ)·(1 + b)·2ⁿ   with y = |x| / (|x| + 1), e^{−x²/2} = (1 + b)·2ⁿ
/// ```
///
/// and [δ](super::erf) small. No cancellation: the relative precision holds over all negative x too, down to where the result underflows, where
/// ½x(1 + erf(x/√2)) has none left from x = −5.5 on. Both factors in brackets are near 1, so that with y carried in two words hardly more than the last
/// rounding counts:
///
/// ```text
/// y·(1 + δ)·(1 + b) = y + (y·c + rest),   c = b + (δ + δ·b)
/// ```
///
/// For `f32` at AVX-512 there is a cheaper form, in `maps/gelu.rs`.
#[inline(always)]
pub(in crate::kernels) fn gelu<M: MulAdd, T: ExpTable + ErfTable>(x: T) -> T {
    let (zero, one) = (T::of(0.0), T::of(1.0));
    let magnitude = bounded_magnitude(x);
    let (b, word) = exp_of_half_square::<M, T>(magnitude);
    let (n, d) = normal_tail::<M, T>(magnitude);
    let sum = magnitude + one;
    let lost = magnitude - (sum - one);
    // Two divisions go on beside the multiplications, and cost less than the five that would save one.
    let per_sum = one / sum;
    let delta = n / d;
    let y = magnitude * per_sum;
    // |x| − y·(sum + lost): what y has lost to rounding, times the sum.
    let rest = less_product::<M, T>(magnitude, y, sum);
    let rest = T::mul_add::<M>(-y, lost, rest);
    let c = b + T::mul_add::<M>(delta, b, delta);
    let value = if M::FUSED {
        T::mul_add::<M>(per_sum, T::mul_add::<M>(c, magnitude + rest, rest), y)
    } else {
        // The same, with a product that is rounded by itself kept small.
        y + (y * c + per_sum * (rest + c * rest))
    };
    // −0 below 0, so that what underflows keeps its sign.
    let whole = if x < zero { -zero } else { x };
    let lifted = value * T::lifted_power_of_two(word);
    T::mul_add::<M>(lifted, T::of(-0.5) * T::LOWERING, whole)
}

/// The derivative of GELU, Φ(x) + x·φ(x), φ(x) = e^{−x²/2}/√2π being the density.
#[inline(always)]
pub(in crate::kernels) fn gelu_slope<M: MulAdd, T: ExpTable + ErfTable>(x: T) -> T {
    let (one, half) = (T::of(1.0), T::of(0.5));
    let magnitude = bounded_magnitude(x);
    let (b, word) = exp_of_half_square::<M, T>(magnitude);
    let e = T::scale(half * (one + b), word);
    // At −|x|: Φ(−|x|) − |x|·φ(x), and the slopes at x and −x add up to 1.
    let density = T::of(SQRT_TWO_OVER_PI);
    let ratio = twice_normal_tail_ratio::<M, T>(magnitude);
    let left = e * T::mul_add::<M>(-magnitude, density, ratio);
    if x < T::of(0.0) { left } else { one - left }
}

/// |x|, bounded by where Φ(−|x|) is 0, so that ∞ stays out of the formulas.
#[inline(always)]
fn bounded_magnitude<T: ErfTable>(x: T) -> T {
    let magnitude = x.abs();
    if magnitude > T::RANGE {
        T::RANGE
    } else {
        magnitude
    }
}

/// √(2/π), twice the density at 0.
const SQRT_TWO_OVER_PI: f64 = 0.797_884_560_802_865_4;
/// √(8/π), and the rest of its digits.
const LINEAR: (f64, f64) = (1.595_769_121_605_730_8, -9.969_308_809_110_92e-17);
/// 0.044715·√(8/π), and the rest of its digits.
const CUBIC: (f64, f64) = (0.071_354_816_272_600_25, -6.175_149_918_155_315e-19);

/// 2u with u = √(2/π)(x + 0.044715x³), as a sum of two numbers. The exponential multiplies the relative error of its argument by its size, which would be
/// hundreds of units where the result is about to underflow.
#[inline(always)]
fn gelu_tanh_argument<M: MulAdd, T: Lane>(x: T) -> (T, T) {
    let (linear, linear_rest) = T::pair(LINEAR.0, LINEAR.1);
    let (cubic, cubic_rest) = T::pair(CUBIC.0, CUBIC.1);
    // Each step: the rounded result, and what it has lost.
    let square = x * x;
    let square_rest = product_error::<M, T>(x, x, square);
    let bend = cubic * square;
    let bend_rest = product_error::<M, T>(cubic, square, bend)
        + T::mul_add::<M>(cubic, square_rest, cubic_rest * square);
    let slope = linear + bend;
    let from_bend = slope - linear;
    let slope_rest = (linear - (slope - from_bend)) + (bend - from_bend);
    let slope_rest = slope_rest + (linear_rest + bend_rest);
    let argument = x * slope;
    let rest = T::mul_add::<M>(x, slope_rest, product_error::<M, T>(x, slope, argument));
    (argument, rest)
}

/// x between −40 and 40: beyond, sigmoid(2u) is 0 or 1 to the last bit, and the bound keeps x² finite.
#[inline(always)]
fn bounded<T: Lane>(x: T) -> T {
    let bound = T::of(40.0);
    let x = if x > bound { bound } else { x };
    if x < -bound { -bound } else { x }
}

/// ½x(1 + tanh u) = x·sigmoid(2u).
#[inline(always)]
pub(in crate::kernels) fn gelu_tanh<M: MulAdd, T: ExpTable>(x: T) -> T {
    let (argument, rest) = gelu_tanh_argument::<M, T>(bounded(x));
    x_sigmoid::<M, T>(x, argument, rest)
}

/// The derivative of [`gelu_tanh`]: s + x·s(1 − s)·2u′ with s = sigmoid(2u), u′ = √(2/π)(1 + 3·0.044715x²).
#[inline(always)]
pub(in crate::kernels) fn gelu_tanh_slope<M: MulAdd, T: ExpTable>(x: T) -> T {
    let one = T::of(1.0);
    let x = bounded(x);
    let s = sigmoid::<M, T>(gelu_tanh_argument::<M, T>(x).0);
    let slope = T::mul_add::<M>(T::of(3.0 * CUBIC.0) * x, x, T::of(LINEAR.0));
    s * T::mul_add::<M>(x * (one - s), slope, one)
}

/// λα, and the rest of its digits.
const SELU_BELOW: (f64, f64) = (1.758_099_340_847_376_8, 1.415_351_938_008_45e-17);

/// λ·x for x > 0, λα(eˣ − 1) below. λα in two words: rounded to one, it would add half a unit.
#[inline(always)]
pub(in crate::kernels) fn selu<M: MulAdd, T: ExpTable>(x: T) -> T {
    let (factor, rest) = T::pair(SELU_BELOW.0, SELU_BELOW.1);
    let exponential = exp_m1::<M, T>(x);
    let below = T::mul_add::<M>(exponential, factor, exponential * rest);
    if x > T::of(0.0) {
        T::of(SELU_SCALE) * x
    } else {
        below
    }
}
