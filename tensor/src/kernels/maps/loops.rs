//! The loops: a `match` on the op-code, and in each arm a loop that the compiler vectorises.
//!
//! One form of each loop is compiled, from slices to a slice that doesn't overlap them. Scalar operands and maps in place
//! come to it by blocks on the stack (see [`operands`](super::operands)).

use super::codes::{Binary, Comparison, Unary};
use super::maths::*;
use crate::reference::maps::{SELU_ALPHA, SELU_SCALE};

/// `y[i] = f(x[i])`. A macro and not a function that takes a closure: a closure that isn't inlined loses the
/// instruction set of its entry point.
macro_rules! map {
    ($x:ident => $y:ident, $value:expr) => {
        for (y, &$x) in $y.iter_mut().zip($x) {
            *y = $value;
        }
    };
    ($a:ident, $b:ident => $y:ident, $value:expr) => {
        for ((y, &$a), &$b) in $y.iter_mut().zip($a).zip($b) {
            *y = $value;
        }
    };
}

/// `y = op(x)` for slices of one length.
#[inline(always)]
pub(super) fn unary<M: MulAdd, T: Real>(op: Unary, x: &[T], y: &mut [T]) {
    let (zero, one, half) = (T::of(0.0), T::of(1.0), T::of(0.5));
    match op {
        Unary::Neg => map!(x => y, -x),
        Unary::Abs => map!(x => y, x.abs()),
        Unary::Sign => map!(x => y, sign(x)),
        Unary::Square => map!(x => y, x * x),
        Unary::Sqrt => map!(x => y, x.sqrt()),
        Unary::Recip => map!(x => y, one / x),
        Unary::Rsqrt => map!(x => y, one / x.sqrt()),
        Unary::Exp => map!(x => y, exp::<M, T>(x)),
        Unary::Exp2 => map!(x => y, exp2::<M, T>(x)),
        Unary::ExpM1 => map!(x => y, exp_m1::<M, T>(x)),
        Unary::Ln => map!(x => y, ln::<M, T>(x)),
        Unary::Ln1p => map!(x => y, ln_1p::<M, T>(x)),
        Unary::Log2 => map!(x => y, log2::<M, T>(x)),
        Unary::Log10 => map!(x => y, log10::<M, T>(x)),
        Unary::Sin => map!(x => y, x.sin()),
        Unary::Cos => map!(x => y, x.cos()),
        Unary::Tanh => map!(x => y, tanh::<M, T>(x)),
        Unary::Sigmoid => map!(x => y, sigmoid::<M, T>(x)),
        Unary::Erf => map!(x => y, erf::<M, T>(x)),
        Unary::Floor => map!(x => y, x.floor()),
        Unary::Ceil => map!(x => y, x.ceil()),
        Unary::Round => map!(x => y, x.round()),
        Unary::Trunc => map!(x => y, x.trunc()),
        Unary::Relu => map!(x => y, if x <= zero { zero } else { x }),
        Unary::Relu6 => map!(x => y, clamp(x, zero, T::of(6.0))),
        Unary::LeakyRelu { slope } => {
            let slope = T::of(slope);
            map!(x => y, if x > zero { x } else { slope * x });
        }
        Unary::Elu { alpha } => {
            let alpha = T::of(alpha);
            map!(x => y, {
                let below = alpha * exp_m1::<M, T>(x);
                if x > zero { x } else { below }
            });
        }
        Unary::Selu => map!(x => y, selu::<M, T>(x)),
        Unary::HardSigmoid => {
            let slope = T::of(0.2);
            map!(x => y, clamp(T::mul_add::<M>(slope, x, half), zero, one));
        }
        Unary::Softplus => map!(x => y, softplus::<M, T>(x)),
        Unary::Softsign => map!(x => y, x / (one + x.abs())),
        Unary::Swish => map!(x => y, swish::<M, T>(x)),
        Unary::HardSwish => {
            let (three, six) = (T::of(3.0), T::of(6.0));
            map!(x => y, {
                let between = x * clamp(x + three, zero, six) / six;
                if x >= three { x } else { between }
            });
        }
        Unary::Gelu => map!(x => y, gelu::<M, T>(x)),
        Unary::GeluTanh => map!(x => y, gelu_tanh::<M, T>(x)),
        Unary::Clamp { low, high } => {
            let (low, high) = (T::of(low), T::of(high));
            map!(x => y, clamp(x, low, high));
        }
        _ => unreachable!("{op:?} goes one by one"),
    }
}

/// `y = op(a, b)` for slices of one length.
#[inline(always)]
pub(super) fn binary<M: MulAdd, T: Real>(op: Binary, a: &[T], b: &[T], y: &mut [T]) {
    let (zero, one, half) = (T::of(0.0), T::of(1.0), T::of(0.5));
    match op {
        Binary::Add => map!(a, b => y, a + b),
        Binary::Sub => map!(a, b => y, a - b),
        Binary::Mul => map!(a, b => y, a * b),
        Binary::Div => map!(a, b => y, a / b),
        Binary::Pow => map!(a, b => y, pow::<M, T>(a, b)),
        // A NaN in b fails the comparison and is chosen; one in a is asked for.
        Binary::Maximum => map!(a, b => y, if (a > b) | is_nan(a) { a } else { b }),
        Binary::Minimum => map!(a, b => y, if (a < b) | is_nan(a) { a } else { b }),
        Binary::MaximumShare => map!(a, b => y, share(a > b, a == b)),
        Binary::MinimumShare => map!(a, b => y, share(a < b, a == b)),
        Binary::PowBaseSlope => map!(a, b => y, {
            let slope = b * pow::<M, T>(a, b - one);
            if b == zero { zero } else { slope }
        }),
        Binary::PowExponentSlope => map!(a, b => y, {
            let slope = pow::<M, T>(a, b) * ln::<M, T>(a);
            if (a == zero) & (b >= zero) { zero } else { slope }
        }),
        Binary::AbsGrad => map!(a, b => y, sign(a) * b),
        Binary::SquareGrad => map!(a, b => y, (a + a) * b),
        // Nothing stays nothing, also where the slope is infinite or isn't there.
        Binary::SqrtGrad => map!(a, b => y, {
            let gradient = b / (a + a);
            if (b == zero) & ((a <= zero) | is_nan(a)) { zero } else { gradient }
        }),
        Binary::RecipGrad => map!(a, b => y, -(a * a * b)),
        Binary::ExpM1Grad => map!(a, b => y, (a + one) * b),
        Binary::Ln1pGrad => map!(a, b => y, b / (one + a)),
        Binary::SinGrad => map!(a, b => y, a.cos() * b),
        Binary::CosGrad => map!(a, b => y, -(a.sin() * b)),
        // (1 − y)(1 + y), which has no cancellation near ±1.
        Binary::TanhGrad => map!(a, b => y, (one - a) * (one + a) * b),
        Binary::SigmoidGrad => map!(a, b => y, a * (one - a) * b),
        Binary::ErfGrad => map!(a, b => y, erf_slope::<M, T>(a) * b),
        Binary::ReluGrad => map!(a, b => y, if a > zero { b } else { zero }),
        Binary::Relu6Grad => {
            let six = T::of(6.0);
            map!(a, b => y, if (a > zero) & (a < six) { b } else { zero });
        }
        Binary::LeakyReluGrad { slope } => {
            let slope = T::of(slope);
            map!(a, b => y, if a > zero { b } else { slope * b });
        }
        Binary::EluGrad { alpha } => {
            let alpha = T::of(alpha);
            map!(a, b => y, {
                let below = alpha * exp::<M, T>(a) * b;
                if a > zero { b } else { below }
            });
        }
        Binary::SeluGrad => {
            let (scale, at_zero) = (T::of(SELU_SCALE), T::of(SELU_SCALE * SELU_ALPHA));
            map!(a, b => y, {
                let below = at_zero * exp::<M, T>(a);
                let slope = if a > zero { scale } else { below };
                slope * b
            });
        }
        Binary::HardSigmoidGrad => {
            let (end, slope) = (T::of(2.5), T::of(0.2));
            map!(a, b => y, if (a > -end) & (a < end) { slope * b } else { zero });
        }
        Binary::SoftplusGrad => map!(a, b => y, sigmoid::<M, T>(a) * b),
        Binary::SoftsignGrad => map!(a, b => y, {
            let d = one + a.abs();
            b / (d * d)
        }),
        Binary::SwishGrad => map!(a, b => y, swish_slope::<M, T>(a) * b),
        Binary::HardSwishGrad => {
            let (three, third) = (T::of(3.0), T::of(1.0 / 3.0));
            map!(a, b => y, {
                let between = T::mul_add::<M>(a, third, half) * b;
                let from_left = if a <= -three { zero } else { between };
                if a >= three { b } else { from_left }
            });
        }
        Binary::GeluGrad => map!(a, b => y, gelu_slope::<M, T>(a) * b),
        Binary::GeluTanhGrad => map!(a, b => y, gelu_tanh_slope::<M, T>(a) * b),
        Binary::ClampGrad { low, high } => {
            let (low, high) = (T::of(low), T::of(high));
            map!(a, b => y, if (a > low) & (a < high) { b } else { zero });
        }
        _ => unreachable!("{op:?} goes one by one"),
    }
}

/// `y = a op b` for slices of one length.
#[inline(always)]
pub(super) fn compare<M: MulAdd, T: Real>(op: Comparison, a: &[T], b: &[T], y: &mut [bool]) {
    match op {
        Comparison::Eq => map!(a, b => y, a == b),
        Comparison::Ne => map!(a, b => y, a != b),
        Comparison::Lt => map!(a, b => y, a < b),
        Comparison::Le => map!(a, b => y, a <= b),
        Comparison::Gt => map!(a, b => y, a > b),
        Comparison::Ge => map!(a, b => y, a >= b),
    }
}

/// `y = a` where the mask holds, `b` elsewhere, for slices of one length.
#[inline(always)]
pub(super) fn select<M: MulAdd, T: Real>(mask: &[bool], a: &[T], b: &[T], y: &mut [T]) {
    for (((y, &chosen), &a), &b) in y.iter_mut().zip(mask).zip(a).zip(b) {
        *y = if chosen { a } else { b };
    }
}

/// `y += scale·x` for slices of one length.
#[inline(always)]
pub(super) fn scaled_add<M: MulAdd, T: Real>(scale: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = T::mul_add::<M>(scale, x, *y);
    }
}

#[inline(always)]
fn is_nan<T: Real>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}

/// −1, 0 or 1; NaN for NaN.
#[inline(always)]
fn sign<T: Real>(x: T) -> T {
    let zero = T::of(0.0);
    let positive = if x > zero { T::of(1.0) } else { x };
    let either = if x < zero { T::of(-1.0) } else { positive };
    // What is left is ±0, made +0, or NaN.
    either + zero
}

/// min(max(x, low), high); NaN stays NaN.
#[inline(always)]
fn clamp<T: Real>(x: T, low: T, high: T) -> T {
    let raised = if x <= low { low } else { x };
    if raised >= high { high } else { raised }
}

/// 1 for the winner, ½ at a tie, 0 for the loser.
#[inline(always)]
fn share<T: Real>(wins: bool, ties: bool) -> T {
    let otherwise = if ties { T::of(0.5) } else { T::of(0.0) };
    if wins { T::of(1.0) } else { otherwise }
}
