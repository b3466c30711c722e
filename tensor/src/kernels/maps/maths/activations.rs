//! The activations that are more than arithmetic: sigmoid, softplus, swish and the two forms of GELU, with their slopes.

use super::erf::{ErfTable, exp_of_half_square, normal_tail_ratio};
use super::exp::{ExpTable, exp, exp_parts};
use super::lane::polynomial;
use super::ln::{LnTable, ln_1p};
use super::{Lane, MulAdd};

/// 1 / (1 + e⁻ˣ). With z = e^{−|x|} and w = z/(1 + z) it is 1 − w for x ≥ 0 and z − z·w below: nothing overflows, small values
/// keep their relative precision down to the subnormals, and the error of the quotient hardly counts.
#[inline(always)]
pub(in crate::kernels) fn sigmoid<M: MulAdd, T: ExpTable>(x: T) -> T {
    let one = T::of(1.0);
    let z = exp::<M, T>(-x.abs());
    let w = z / (one + z);
    let whole = if x < T::of(0.0) { z } else { one };
    T::mul_add::<M>(-whole, w, whole)
}

/// x·sigmoid(v), for v of the sign of x: [`sigmoid`] with 1 and z multiplied by x beforehand, so that z isn't rounded to a
/// subnormal number before x raises it. 0 where v is −∞.
#[inline(always)]
fn x_sigmoid<M: MulAdd, T: ExpTable>(x: T, v: T) -> T {
    let zero = T::of(0.0);
    let (p, word) = exp_parts::<M, T>(-v.abs(), zero);
    let z = T::scale(p, word);
    // Beyond the bound the product is 0 or x, and ∞·0 stays out.
    let bound = T::RANGE.0;
    let bounded = if x < bound { bound } else { x };
    let below = T::scale(p * bounded, word);
    let whole = if x < zero { below } else { x };
    let w = z / (T::of(1.0) + z);
    let value = T::mul_add::<M>(-whole, w, whole);
    if x >= -bound { x } else { value }
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
    x_sigmoid::<M, T>(x, x)
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
/// x·Φ(x) = x·(½ + x·H(x²))     for |x| < 1
///        = x − x·q             for x ≥ 1
///        = x·q                 for x ≤ −1,   q = Φ(−|x|) = e^{−x²/2}·R(|x|)
/// ```
///
/// No cancellation: the relative precision holds over all negative x too, down to where the result underflows, where
/// ½x(1 + erf(x/√2)) has none left from x = −5.5 on. The factor x meets p before 2ⁿ does, see [`exp_parts`].
#[inline(always)]
pub(in crate::kernels) fn gelu<M: MulAdd, T: ExpTable + ErfTable>(x: T) -> T {
    let magnitude = bounded_magnitude(x);
    let (p, word) = exp_of_half_square::<M, T>(magnitude);
    let xq = T::scale(p * (magnitude * normal_tail_ratio::<M, T>(magnitude)), word);
    let far = if x < T::of(0.0) { -xq } else { x - xq };
    let slope = polynomial::<M, T>(magnitude * magnitude, T::H);
    let near = x * T::mul_add::<M>(x, slope, T::of(0.5));
    if magnitude < T::of(1.0) { near } else { far }
}

/// The derivative of GELU, Φ(x) + x·φ(x), φ(x) = e^{−x²/2}/√2π being the density.
#[inline(always)]
pub(in crate::kernels) fn gelu_slope<M: MulAdd, T: ExpTable + ErfTable>(x: T) -> T {
    const INVERSE_SQRT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    let magnitude = bounded_magnitude(x);
    let (p, word) = exp_of_half_square::<M, T>(magnitude);
    let e = T::scale(p, word);
    // At −|x|: q − |x|·φ(x), and the slopes at x and −x add up to 1.
    let density = T::of(INVERSE_SQRT_TWO_PI);
    let left = e * T::mul_add::<M>(-magnitude, density, normal_tail_ratio::<M, T>(magnitude));
    if x < T::of(0.0) {
        left
    } else {
        T::of(1.0) - left
    }
}

/// |x|, or 40 beyond it: from there on e^{−x²/2} is 0, and ∞ stays out of the formulas.
#[inline(always)]
fn bounded_magnitude<T: Lane>(x: T) -> T {
    let (magnitude, bound) = (x.abs(), T::of(40.0));
    if magnitude > bound { bound } else { magnitude }
}

/// √(2/π).
const SQRT_TWO_OVER_PI: f64 = 0.797_884_560_802_865_4;
/// The coefficient of the cubic term.
const CUBIC: f64 = 0.044_715;

/// 2u with u = √(2/π)(x + 0.044715x³).
#[inline(always)]
fn gelu_tanh_argument<M: MulAdd, T: Lane>(x: T) -> T {
    let cubic = T::of(2.0 * SQRT_TWO_OVER_PI * CUBIC);
    x * T::mul_add::<M>(cubic * x, x, T::of(2.0 * SQRT_TWO_OVER_PI))
}

/// ½x(1 + tanh u) = x·sigmoid(2u).
#[inline(always)]
pub(in crate::kernels) fn gelu_tanh<M: MulAdd, T: ExpTable>(x: T) -> T {
    x_sigmoid::<M, T>(x, gelu_tanh_argument::<M, T>(x))
}

/// The derivative of [`gelu_tanh`]: s + x·s(1 − s)·2u′ with s = sigmoid(2u), u′ = √(2/π)(1 + 3·0.044715x²).
#[inline(always)]
pub(in crate::kernels) fn gelu_tanh_slope<M: MulAdd, T: ExpTable>(x: T) -> T {
    let one = T::of(1.0);
    // Beyond 40 the slope is 0 or 1 to the last bit; the bound keeps x² finite.
    let bound = T::of(40.0);
    let x = if x > bound { bound } else { x };
    let x = if x < -bound { -bound } else { x };
    let s = sigmoid::<M, T>(gelu_tanh_argument::<M, T>(x));
    let cubic = T::of(6.0 * SQRT_TWO_OVER_PI * CUBIC);
    let slope = T::mul_add::<M>(cubic * x, x, T::of(2.0 * SQRT_TWO_OVER_PI));
    s * T::mul_add::<M>(x * (one - s), slope, one)
}
