//! Op-codes: which function a map computes.
//!
//! A code is chosen once per call, outside the loop over the elements. To add a function: a code here, its definition in
//! [`reference::maps`](crate::reference::maps), and, where the definition isn't fast enough or accurate enough, a scalar
//! function of its own beside this file.

/// A function of one number.
///
/// NaN goes in, NaN comes out, for every code. The constants are those of the specification of the activations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unary {
    /// −x.
    Neg,
    /// |x|.
    Abs,
    /// −1, 0 or 1 as x is below, at or above 0.
    Sign,
    /// x².
    Square,
    /// √x; NaN below 0.
    Sqrt,
    /// 1/x.
    Recip,
    /// 1/√x; ∞ at 0, NaN below.
    Rsqrt,
    /// eˣ.
    Exp,
    /// 2ˣ.
    Exp2,
    /// eˣ − 1, exact to the last digits near 0.
    ExpM1,
    /// The natural logarithm; −∞ at 0, NaN below.
    Ln,
    /// ln(1 + x), exact to the last digits near 0.
    Ln1p,
    /// The logarithm to base 2; −∞ at 0, NaN below.
    Log2,
    /// The logarithm to base 10; −∞ at 0, NaN below.
    Log10,
    /// The sine of x radians.
    Sin,
    /// The cosine of x radians.
    Cos,
    /// The tangent of x radians.
    Tan,
    /// The angle with this sine, −π/2 to π/2; NaN outside [−1, 1].
    Asin,
    /// The angle with this cosine, 0 to π; NaN outside [−1, 1].
    Acos,
    /// The angle with this tangent, −π/2 to π/2.
    Atan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The hyperbolic tangent.
    Tanh,
    /// The inverse of the hyperbolic sine.
    Asinh,
    /// The inverse of the hyperbolic cosine, from 0 up; NaN below 1.
    Acosh,
    /// The inverse of the hyperbolic tangent; ±∞ at ±1, NaN beyond.
    Atanh,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
    Erf,
    /// The complementary error function, 1 − erf x.
    Erfc,
    /// ln |Γ(x)|; ∞ at 0, −1, −2, ….
    Lgamma,
    /// The derivative of order n + 1 of ln Γ.
    Polygamma {
        /// n.
        order: u32,
    },
    /// The largest integer not above x.
    Floor,
    /// The smallest integer not below x.
    Ceil,
    /// The nearest integer, of two the even one.
    Round,
    /// x without its fraction.
    Trunc,
    /// max(x, 0).
    Relu,
    /// min(max(x, 0), 6).
    Relu6,
    /// x for x ≥ 0, slope·x below.
    LeakyRelu {
        /// The slope below 0.
        slope: f64,
    },
    /// x for x > 0, α(eˣ − 1) below.
    Elu {
        /// α.
        alpha: f64,
    },
    /// λ·x for x > 0, λα(eˣ − 1) below, with the λ and α of the paper on self-normalising networks.
    Selu,
    /// min(max(0.2·x + 0.5, 0), 1).
    HardSigmoid,
    /// ln(1 + eˣ).
    Softplus,
    /// x / (1 + |x|).
    Softsign,
    /// x · sigmoid(x).
    Swish,
    /// x · relu6(x + 3) / 6.
    HardSwish,
    /// ½x(1 + erf(x/√2)).
    Gelu,
    /// ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
    GeluTanh,
    /// min(max(x, low), high): `high` wherever `low` is above it. An infinite bound doesn't bind.
    Clamp {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
}

/// A function of two numbers, a and b. In the gradients the second is the gradient of the unary map's result, `gy`, and
/// the first what the rule needs: the argument x or, where that is cheaper, the result y.
///
/// At a kink the gradient is the one that PyTorch chooses; it stands beside the code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Binary {
    /// a + b.
    Add,
    /// a − b.
    Sub,
    /// a · b.
    Mul,
    /// a / b.
    Div,
    /// aᵇ as IEEE 754 has it: 1 for b = 0 or a = 1 whatever the other, NaN for a < 0 unless b is an integer.
    Pow,
    /// The angle of the point with the ordinate a and the abscissa b.
    Atan2,
    /// √(a² + b²), without overflow on the way.
    Hypot,
    /// a − b·⌊a/b⌋, with the sign of b.
    Rem,
    /// |a| with the sign of b.
    Copysign,
    /// a·ln b; 0 for a = 0 unless b is NaN.
    Xlogy,
    /// The larger; NaN if either is NaN.
    Maximum,
    /// The smaller; NaN if either is NaN.
    Minimum,
    /// ∂max(a, b)/∂a: 1 for a > b, ½ at a tie, 0 below. Swap the operands for ∂/∂b.
    MaximumShare,
    /// ∂min(a, b)/∂a: 1 for a < b, ½ at a tie, 0 above. Swap the operands for ∂/∂b.
    MinimumShare,
    /// ∂aᵇ/∂a = b·aᵇ⁻¹, and 0 for b = 0.
    PowBaseSlope,
    /// ∂aᵇ/∂b = aᵇ·ln a, and 0 for a = 0 and b ≥ 0.
    PowExponentSlope,
    /// (x, gy) ↦ gy·sign(x): 0 at 0.
    AbsGrad,
    /// (x, gy) ↦ 2x·gy.
    SquareGrad,
    /// (y, gy) ↦ gy / 2y.
    SqrtGrad,
    /// (y, gy) ↦ −y²·gy.
    RecipGrad,
    /// (y, gy) ↦ (y + 1)·gy.
    ExpM1Grad,
    /// (x, gy) ↦ gy / (1 + x).
    Ln1pGrad,
    /// (x, gy) ↦ cos(x)·gy.
    SinGrad,
    /// (x, gy) ↦ −sin(x)·gy.
    CosGrad,
    /// (y, gy) ↦ (1 − y²)·gy.
    TanhGrad,
    /// (y, gy) ↦ y(1 − y)·gy.
    SigmoidGrad,
    /// (x, gy) ↦ 2/√π·exp(−x²)·gy.
    ErfGrad,
    /// (x or y, gy) ↦ gy where x > 0, else 0: 0 at 0.
    ReluGrad,
    /// (x or y, gy) ↦ gy where 0 < x < 6, else 0: 0 at both ends.
    Relu6Grad,
    /// (x, gy) ↦ gy where x > 0, else slope·gy.
    LeakyReluGrad {
        /// The slope below 0.
        slope: f64,
    },
    /// (x, gy) ↦ gy where x > 0, else α·eˣ·gy: α at 0.
    EluGrad {
        /// α.
        alpha: f64,
    },
    /// (x, gy) ↦ λ·gy where x > 0, else λα·eˣ·gy: λα at 0.
    SeluGrad,
    /// (x, gy) ↦ 0.2·gy where −2.5 < x < 2.5, else 0: 0 at both ends.
    HardSigmoidGrad,
    /// (x, gy) ↦ sigmoid(x)·gy.
    SoftplusGrad,
    /// (x, gy) ↦ gy / (1 + |x|)².
    SoftsignGrad,
    /// (x, gy) ↦ s(1 + x(1 − s))·gy with s = sigmoid(x).
    SwishGrad,
    /// (x, gy) ↦ 0 for x ≤ −3, gy for x ≥ 3, (2x + 3)/6·gy between.
    HardSwishGrad,
    /// (x, gy) ↦ (Φ(x) + x·φ(x))·gy, Φ and φ being the normal distribution and its density.
    GeluGrad,
    /// (x, gy) ↦ gy times the derivative of [`Unary::GeluTanh`].
    GeluTanhGrad,
    /// (x, gy) ↦ gy where low < x < high, else 0: 0 at both bounds.
    ClampGrad {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
}

/// A comparison of two numbers. With a NaN on either side all are false, [`Comparison::Ne`] alone is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// a = b.
    Eq,
    /// a ≠ b.
    Ne,
    /// a < b.
    Lt,
    /// a ≤ b.
    Le,
    /// a > b.
    Gt,
    /// a ≥ b.
    Ge,
}

/// An operand of a binary map: as many numbers as there are results, or one for all of them.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a, T> {
    /// One number for each result.
    Slice(&'a [T]),
    /// The same number for every result.
    Scalar(T),
}

impl<'a, T: Copy> Operand<'a, T> {
    /// The operand of the results `range`.
    pub fn range(self, range: std::ops::Range<usize>) -> Operand<'a, T> {
        match self {
            Operand::Slice(slice) => Operand::Slice(&slice[range]),
            scalar => scalar,
        }
    }

    /// The number at `index`.
    pub fn at(self, index: usize) -> T {
        match self {
            Operand::Slice(slice) => slice[index],
            Operand::Scalar(value) => value,
        }
    }
}

/// Nanoseconds an element that arithmetic takes, most of them in memory.
pub(super) const ARITHMETIC: f64 = 0.25;
/// Nanoseconds an element of a function with an exponential or a logarithm in it.
const TRANSCENDENTAL: f64 = 1.0;
/// Nanoseconds an element of a function that the library computes.
const LIBRARY: f64 = 10.0;

impl Unary {
    /// About how long an element takes, to decide on threads.
    pub(crate) fn nanoseconds(self) -> f64 {
        match self {
            Unary::Neg
            | Unary::Abs
            | Unary::Sign
            | Unary::Square
            | Unary::Sqrt
            | Unary::Recip
            | Unary::Relu
            | Unary::Relu6
            | Unary::LeakyRelu { .. }
            | Unary::HardSigmoid
            | Unary::Softsign
            | Unary::HardSwish
            | Unary::Rsqrt
            | Unary::Floor
            | Unary::Ceil
            | Unary::Round
            | Unary::Trunc
            | Unary::Clamp { .. } => ARITHMETIC,
            Unary::Exp
            | Unary::Exp2
            | Unary::ExpM1
            | Unary::Ln
            | Unary::Ln1p
            | Unary::Log2
            | Unary::Log10
            | Unary::Tanh
            | Unary::Sigmoid
            | Unary::Erf
            | Unary::Elu { .. }
            | Unary::Selu
            | Unary::Softplus
            | Unary::Swish
            | Unary::Gelu
            | Unary::GeluTanh => TRANSCENDENTAL,
            Unary::Sin
            | Unary::Cos
            | Unary::Tan
            | Unary::Asin
            | Unary::Acos
            | Unary::Atan
            | Unary::Sinh
            | Unary::Cosh
            | Unary::Asinh
            | Unary::Acosh
            | Unary::Atanh
            | Unary::Erfc
            | Unary::Lgamma => LIBRARY,
            Unary::Polygamma { .. } => 10.0 * LIBRARY,
        }
    }

    /// Whether there is no loop of its own, and the [reference](crate::reference::maps) is called for one element after the other: for functions
    /// too rare to be compiled for every level.
    pub(super) fn goes_one_by_one(self) -> bool {
        matches!(
            self,
            Unary::Tan
                | Unary::Asin
                | Unary::Acos
                | Unary::Atan
                | Unary::Sinh
                | Unary::Cosh
                | Unary::Asinh
                | Unary::Acosh
                | Unary::Atanh
                | Unary::Erfc
                | Unary::Lgamma
                | Unary::Polygamma { .. }
        )
    }
}

impl Binary {
    /// The operation's name in messages. A gradient bears the name of its map.
    pub fn name(self) -> &'static str {
        match self {
            Binary::Add => "add",
            Binary::Sub => "sub",
            Binary::Mul => "mul",
            Binary::Div => "div",
            Binary::Pow | Binary::PowBaseSlope | Binary::PowExponentSlope => "pow",
            Binary::Atan2 => "atan2",
            Binary::Hypot => "hypot",
            Binary::Rem => "rem",
            Binary::Copysign => "copysign",
            Binary::Xlogy => "xlogy",
            Binary::Maximum | Binary::MaximumShare => "maximum",
            Binary::Minimum | Binary::MinimumShare => "minimum",
            Binary::AbsGrad => "abs",
            Binary::SquareGrad => "square",
            Binary::SqrtGrad => "sqrt",
            Binary::RecipGrad => "recip",
            Binary::ExpM1Grad => "exp_m1",
            Binary::Ln1pGrad => "ln_1p",
            Binary::SinGrad => "sin",
            Binary::CosGrad => "cos",
            Binary::TanhGrad => "tanh",
            Binary::SigmoidGrad => "sigmoid",
            Binary::ErfGrad => "erf",
            Binary::ReluGrad => "relu",
            Binary::Relu6Grad => "relu6",
            Binary::LeakyReluGrad { .. } => "leaky_relu",
            Binary::EluGrad { .. } => "elu",
            Binary::SeluGrad => "selu",
            Binary::HardSigmoidGrad => "hard_sigmoid",
            Binary::SoftplusGrad => "softplus",
            Binary::SoftsignGrad => "softsign",
            Binary::SwishGrad => "swish",
            Binary::HardSwishGrad => "hard_swish",
            Binary::GeluGrad => "gelu",
            Binary::GeluTanhGrad => "gelu_tanh",
            Binary::ClampGrad { .. } => "clamp",
        }
    }

    /// About how long an element takes, to decide on threads.
    pub(crate) fn nanoseconds(self) -> f64 {
        match self {
            Binary::Pow | Binary::PowBaseSlope | Binary::PowExponentSlope => LIBRARY,
            Binary::SinGrad | Binary::CosGrad => LIBRARY,
            _ if self.goes_one_by_one() => LIBRARY,
            Binary::ErfGrad
            | Binary::EluGrad { .. }
            | Binary::SeluGrad
            | Binary::SoftplusGrad
            | Binary::SwishGrad
            | Binary::GeluGrad
            | Binary::GeluTanhGrad => TRANSCENDENTAL,
            _ => ARITHMETIC,
        }
    }

    /// As [`Unary::goes_one_by_one`].
    pub(super) fn goes_one_by_one(self) -> bool {
        matches!(
            self,
            Binary::Atan2 | Binary::Hypot | Binary::Rem | Binary::Copysign | Binary::Xlogy
        )
    }
}

impl Comparison {
    /// The operation's name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Comparison::Eq => "equal",
            Comparison::Ne => "not_equal",
            Comparison::Lt => "less",
            Comparison::Le => "less_equal",
            Comparison::Gt => "greater",
            Comparison::Ge => "greater_equal",
        }
    }
}
