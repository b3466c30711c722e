//! Elementwise functions, one number at a time.
//!
//! At a kink each function is written so that its branch on a dual number carries the derivative that the table of
//! conventions names.

use crate::Float;
use crate::kernels::maps::{Binary, Comparison, Unary};

/// λ of the scaled exponential linear unit.
pub const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
/// α of the scaled exponential linear unit.
pub const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
/// The slope of the leaky rectifier below 0, where no other is asked for.
pub const LEAKY_SLOPE: f64 = 0.2;
/// The coefficient of the cubic term in the tanh form of GELU.
pub const GELU_CUBIC: f64 = 0.044_715;

/// The function `op` of x.
pub fn unary<T: Float>(op: Unary, x: T) -> T {
    let c = T::from_f64;
    let (zero, one, half) = (c(0.0), c(1.0), c(0.5));
    match op {
        Unary::Neg => -x,
        Unary::Abs => x.abs(),
        Unary::Sign if x > zero => one,
        Unary::Sign if x < zero => -one,
        Unary::Sign if x.is_nan() => x,
        Unary::Sign => zero,
        Unary::Square => x * x,
        Unary::Sqrt => x.sqrt(),
        Unary::Recip => one / x,
        Unary::Rsqrt => one / x.sqrt(),
        Unary::Exp => x.exp(),
        Unary::Exp2 => c(2.0).powf(x),
        Unary::ExpM1 => x.exp_m1(),
        Unary::Ln => x.ln(),
        Unary::Ln1p => x.ln_1p(),
        Unary::Log2 => x.ln() / c(std::f64::consts::LN_2),
        Unary::Log10 => x.ln() / c(std::f64::consts::LN_10),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Asin => x.asin(),
        Unary::Acos => x.acos(),
        Unary::Atan => x.atan(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Tanh => x.tanh(),
        Unary::Asinh => x.asinh(),
        Unary::Acosh => x.acosh(),
        Unary::Atanh => x.atanh(),
        Unary::Sigmoid => sigmoid(x),
        Unary::Erf => x.erf(),
        Unary::Erfc => x.erfc(),
        Unary::Lgamma => x.lgamma(),
        Unary::Polygamma { order } => x.polygamma(order),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Round => x.round(),
        Unary::Trunc => x.trunc(),
        Unary::Relu => clamp(x, 0.0, f64::INFINITY),
        Unary::Relu6 => clamp(x, 0.0, 6.0),
        Unary::LeakyRelu { .. } if x > zero => x,
        Unary::LeakyRelu { slope } => c(slope) * x,
        Unary::Elu { .. } if x > zero => x,
        Unary::Elu { alpha } => c(alpha) * x.exp_m1(),
        Unary::Selu if x > zero => c(SELU_SCALE) * x,
        Unary::Selu => c(SELU_SCALE * SELU_ALPHA) * x.exp_m1(),
        Unary::HardSigmoid => clamp(c(0.2) * x + half, 0.0, 1.0),
        // ln(1 + eˣ) = x + ln(1 + e⁻ˣ): the form whose exponential can't overflow.
        Unary::Softplus if x > zero => x + (-x).exp().ln_1p(),
        Unary::Softplus => x.exp().ln_1p(),
        Unary::Softsign => x / (one + x.abs()),
        // The limit, where the product would be ∞·0.
        Unary::Swish | Unary::Gelu | Unary::GeluTanh if x == T::NEG_INFINITY => zero,
        Unary::Swish => x * sigmoid(x),
        Unary::HardSwish if x >= c(3.0) => x,
        Unary::HardSwish => x * clamp(x + c(3.0), 0.0, 6.0) / c(6.0),
        Unary::Gelu => x * normal_distribution(x),
        // ½(1 + tanh u) = sigmoid(2u)
        Unary::GeluTanh => {
            let u = c(std::f64::consts::FRAC_2_PI).sqrt() * (x + c(GELU_CUBIC) * x * x * x);
            x * sigmoid(u + u)
        }
        Unary::Clamp { low, high } => clamp(x, low, high),
    }
}

/// The function `op` of a and b.
pub fn binary<T: Float>(op: Binary, a: T, b: T) -> T {
    let c = T::from_f64;
    let (zero, one, half) = (c(0.0), c(1.0), c(0.5));
    let only_where = |condition: bool| if condition { b } else { zero };
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => a.powf(b),
        Binary::Atan2 => a.atan2(b),
        Binary::Hypot => a.hypot(b),
        Binary::Rem => remainder(a, b),
        Binary::Copysign => {
            let negative = |x: T| x.primal().is_sign_negative();
            if negative(a) == negative(b) { a } else { -a }
        }
        // 0·ln 0 and 0·ln ∞ count as 0.
        Binary::Xlogy if a == zero && (b <= zero || b == T::INFINITY) => zero,
        Binary::Xlogy => a * b.ln(),
        Binary::Maximum | Binary::Minimum if a.is_nan() => a,
        Binary::Maximum | Binary::Minimum if b.is_nan() => b,
        // At a tie the mean: the same value, and half of each tangent.
        Binary::Maximum | Binary::Minimum if a == b => half * a + half * b,
        Binary::Maximum => {
            if a > b {
                a
            } else {
                b
            }
        }
        Binary::Minimum => {
            if a < b {
                a
            } else {
                b
            }
        }
        Binary::MaximumShare => share(a > b, a == b),
        Binary::MinimumShare => share(a < b, a == b),
        Binary::PowBaseSlope if b == zero => zero,
        Binary::PowBaseSlope => b * a.powf(b - one),
        Binary::PowExponentSlope if a == zero && b >= zero => zero,
        Binary::PowExponentSlope => a.powf(b) * a.ln(),
        Binary::AbsGrad => unary(Unary::Sign, a) * b,
        Binary::SquareGrad => (a + a) * b,
        Binary::SqrtGrad if b == zero && (a <= zero || a.is_nan()) => zero,
        Binary::SqrtGrad => b / (a + a),
        Binary::RecipGrad => -(a * a * b),
        Binary::ExpM1Grad => (a + one) * b,
        Binary::Ln1pGrad => b / (one + a),
        Binary::SinGrad => a.cos() * b,
        Binary::CosGrad => -(a.sin() * b),
        Binary::TanhGrad => (one - a * a) * b,
        Binary::SigmoidGrad => a * (one - a) * b,
        Binary::ErfGrad => c(std::f64::consts::FRAC_2_SQRT_PI) * (-(a * a)).exp() * b,
        Binary::ReluGrad => only_where(a > zero),
        Binary::Relu6Grad => only_where(a > zero && a < c(6.0)),
        Binary::LeakyReluGrad { .. } if a > zero => b,
        Binary::LeakyReluGrad { slope } => c(slope) * b,
        Binary::EluGrad { .. } if a > zero => b,
        Binary::EluGrad { alpha } => c(alpha) * a.exp() * b,
        Binary::SeluGrad if a > zero => c(SELU_SCALE) * b,
        Binary::SeluGrad => c(SELU_SCALE * SELU_ALPHA) * a.exp() * b,
        Binary::HardSigmoidGrad => only_where(a > c(-2.5) && a < c(2.5)) * c(0.2),
        Binary::SoftplusGrad => sigmoid(a) * b,
        Binary::SoftsignGrad => {
            let d = one + a.abs();
            b / (d * d)
        }
        Binary::SwishGrad => {
            let s = sigmoid(a);
            s * (one + a * (one - s)) * b
        }
        Binary::HardSwishGrad if a <= c(-3.0) => zero,
        Binary::HardSwishGrad if a >= c(3.0) => b,
        Binary::HardSwishGrad => (a / c(3.0) + half) * b,
        Binary::GeluGrad => {
            let density = (-(half * a * a)).exp() / c(std::f64::consts::TAU).sqrt();
            (normal_distribution(a) + a * density) * b
        }
        Binary::GeluTanhGrad => {
            let root = c(std::f64::consts::FRAC_2_PI).sqrt();
            let u = root * (a + c(GELU_CUBIC) * a * a * a);
            let slope = root * (one + c(3.0 * GELU_CUBIC) * a * a);
            let s = sigmoid(u + u);
            s * (one + a * (one - s) * (slope + slope)) * b
        }
        Binary::ClampGrad { low, high } => only_where(a > c(low) && a < c(high)),
    }
}

/// Whether a and b compare as `op` says; with a NaN only [`Comparison::Ne`] holds.
#[inline(always)]
pub fn compare<T: PartialOrd>(op: Comparison, a: T, b: T) -> bool {
    match op {
        Comparison::Eq => a == b,
        Comparison::Ne => a != b,
        Comparison::Lt => a < b,
        Comparison::Le => a <= b,
        Comparison::Gt => a > b,
        Comparison::Ge => a >= b,
    }
}

/// 1 / (1 + e⁻ˣ), with an exponential that can't overflow.
fn sigmoid<T: Float>(x: T) -> T {
    let one = T::from_f64(1.0);
    if x < T::from_f64(0.0) {
        let z = x.exp();
        z / (one + z)
    } else {
        one / (one + (-x).exp())
    }
}

/// a − b·⌊a/b⌋: what `%` leaves has the sign of a.
fn remainder<T: Float>(a: T, b: T) -> T {
    let zero = T::from_f64(0.0);
    let rest = a % b;
    if rest != zero && (rest < zero) != (b < zero) {
        rest + b
    } else {
        rest
    }
}

/// Φ(x) = ½ erfc(−x/√2).
fn normal_distribution<T: Float>(x: T) -> T {
    T::from_f64(0.5) * (x * T::from_f64(-std::f64::consts::FRAC_1_SQRT_2)).erfc()
}

/// min(max(x, low), high), constant from each bound on; NaN stays NaN.
fn clamp<T: Float>(x: T, low: f64, high: f64) -> T {
    let (low, high) = (T::from_f64(low), T::from_f64(high));
    let raised = if x <= low { low } else { x };
    if raised >= high { high } else { raised }
}

/// 1 for the winner, ½ at a tie, 0 for the loser.
fn share<T: Float>(wins: bool, ties: bool) -> T {
    T::from_f64(match (wins, ties) {
        (true, _) => 1.0,
        (false, true) => 0.5,
        (false, false) => 0.0,
    })
}
