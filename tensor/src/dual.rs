//! Dual numbers: forward-mode differentiation by arithmetic alone.
//!
//! A dual number `a + b·ε` with `ε² = 0` carries a value and the derivative of that value along one direction
//! (Clifford, 1873). Every function follows `f(a + b·ε) = f(a) + f′(a)·b·ε`: no step size, no truncation error. Run on
//! `Dual<f64>`, any operation, layer or model returns its exact directional derivative, which is what the reverse rules
//! are checked against. `Dual<Dual<f64>>` gives second derivatives.

use crate::Result;
use crate::float::{Float, tangent_lost};
use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

/// A value and its derivative along one direction.
///
/// ```
/// use etude_tensor::{Dual, Float};
///
/// // d/dx (x · eˣ) at 2 is (1 + 2)·e²
/// let x = Dual::variable(2.0_f64);
/// let y = x * x.exp();
/// assert!((y.tangent - 3.0 * 2.0_f64.exp()).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Dual<T> {
    /// The value `a`.
    pub value: T,
    /// The derivative `b` along the chosen direction.
    pub tangent: T,
}

impl<T: Float> Dual<T> {
    /// `value + tangent·ε`.
    pub fn new(value: T, tangent: T) -> Self {
        Dual { value, tangent }
    }

    /// A number that doesn't depend on the direction: tangent 0.
    pub fn constant(value: T) -> Self {
        Dual::new(value, T::zero())
    }

    /// The number that is differentiated for: tangent 1.
    pub fn variable(value: T) -> Self {
        Dual::new(value, T::one())
    }

    /// `f(a) + slope·b·ε`, the rule that every function of one argument follows. A zero tangent stays zero where the
    /// slope is infinite or NaN (`√x` at 0): what doesn't move has no derivative.
    fn chain(self, value: T, slope: T) -> Self {
        let tangent = if self.tangent.vanishes() {
            T::zero()
        } else {
            slope * self.tangent
        };
        Dual::new(value, tangent)
    }
}

/// Compares values only: a tangent never changes the branch that a program takes.
impl<T: Float> PartialEq for Dual<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Float> PartialOrd for Dual<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Float> fmt::Display for Dual<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)?;
        f.write_str("+")?;
        fmt::Display::fmt(&self.tangent, f)?;
        f.write_str("ε")
    }
}

impl<T: Float> Add for Dual<T> {
    type Output = Self;
    fn add(self, y: Self) -> Self {
        Dual::new(self.value + y.value, self.tangent + y.tangent)
    }
}

impl<T: Float> Sub for Dual<T> {
    type Output = Self;
    fn sub(self, y: Self) -> Self {
        Dual::new(self.value - y.value, self.tangent - y.tangent)
    }
}

impl<T: Float> Mul for Dual<T> {
    type Output = Self;
    fn mul(self, y: Self) -> Self {
        Dual::new(
            self.value * y.value,
            self.tangent * y.value + self.value * y.tangent,
        )
    }
}

impl<T: Float> Div for Dual<T> {
    type Output = Self;
    fn div(self, y: Self) -> Self {
        let q = self.value / y.value;
        Dual::new(q, (self.tangent - q * y.tangent) / y.value)
    }
}

/// `x − y·trunc(x/y)`: the quotient's integer part doesn't move.
impl<T: Float> Rem for Dual<T> {
    type Output = Self;
    fn rem(self, y: Self) -> Self {
        let rest = self.value % y.value;
        let whole = (self.value - rest) / y.value;
        Dual::new(rest, self.tangent - whole * y.tangent)
    }
}

impl<T: Float> Neg for Dual<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Dual::new(-self.value, -self.tangent)
    }
}

macro_rules! assign {
    ($($trait:ident $method:ident $op:tt),*) => {$(
        impl<T: Float> $trait for Dual<T> {
            fn $method(&mut self, y: Self) {
                *self = *self $op y;
            }
        }
    )*};
}

assign!(AddAssign add_assign +, SubAssign sub_assign -, MulAssign mul_assign *, DivAssign div_assign /, RemAssign rem_assign %);

impl<T: Float> Zero for Dual<T> {
    fn zero() -> Self {
        Dual::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
}

impl<T: Float> One for Dual<T> {
    fn one() -> Self {
        Dual::constant(T::one())
    }
}

impl<T: Float> Sum for Dual<T> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::zero(), |total, x| total + x)
    }
}

impl<T: Float> Float for Dual<T> {
    const INFINITY: Self = Dual {
        value: T::INFINITY,
        tangent: T::ZERO,
    };
    const NEG_INFINITY: Self = Dual {
        value: T::NEG_INFINITY,
        tangent: T::ZERO,
    };
    const NAN: Self = Dual {
        value: T::NAN,
        tangent: T::ZERO,
    };
    const ZERO: Self = Dual {
        value: T::ZERO,
        tangent: T::ZERO,
    };
    const EPSILON: f64 = T::EPSILON;

    fn from_f64(value: f64) -> Self {
        Dual::constant(T::from_f64(value))
    }
    fn primal(self) -> f64 {
        self.value.primal()
    }
    fn to_f64(self) -> Result<f64> {
        if !self.tangent.vanishes() {
            return Err(tangent_lost(self));
        }
        self.value.to_f64()
    }
    fn vanishes(self) -> bool {
        self.value.vanishes() && self.tangent.vanishes()
    }

    fn abs(self) -> Self {
        let sign = if self.value > T::zero() {
            T::one()
        } else if self.value < T::zero() {
            -T::one()
        } else {
            T::zero()
        };
        self.chain(self.value.abs(), sign)
    }
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, T::from_f64(0.5) / root)
    }
    fn exp(self) -> Self {
        let y = self.value.exp();
        self.chain(y, y)
    }
    fn exp_m1(self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }
    fn ln(self) -> Self {
        self.chain(self.value.ln(), self.value.recip())
    }
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), (T::one() + self.value).recip())
    }
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    fn tan(self) -> Self {
        let y = self.value.tan();
        self.chain(y, T::one() + y * y)
    }
    fn asin(self) -> Self {
        self.chain(self.value.asin(), side(self.value).recip())
    }
    fn acos(self) -> Self {
        self.chain(self.value.acos(), -side(self.value).recip())
    }
    fn atan(self) -> Self {
        let slope = (T::one() + self.value * self.value).recip();
        self.chain(self.value.atan(), slope)
    }
    fn atan2(self, x: Self) -> Self {
        // Divided by the length twice, since its square overflows and underflows earlier; 0 at (0, 0), as that of `hypot`.
        let length = self.value.hypot(x.value);
        let still = self.tangent.vanishes() && x.tangent.vanishes();
        let tangent = if still || length == T::zero() {
            T::zero()
        } else {
            let (cosine, sine) = (x.value / length, self.value / length);
            (cosine * self.tangent - sine * x.tangent) / length
        };
        Dual::new(self.value.atan2(x.value), tangent)
    }
    fn hypot(self, y: Self) -> Self {
        let length = self.value.hypot(y.value);
        let tangent = if length == T::zero() {
            T::zero()
        } else {
            (self.value * self.tangent + y.value * y.tangent) / length
        };
        Dual::new(length, tangent)
    }
    fn sinh(self) -> Self {
        self.chain(self.value.sinh(), self.value.cosh())
    }
    fn cosh(self) -> Self {
        self.chain(self.value.cosh(), self.value.sinh())
    }
    fn asinh(self) -> Self {
        let slope = self.value.hypot(T::one()).recip();
        self.chain(self.value.asinh(), slope)
    }
    fn acosh(self) -> Self {
        let (x, one) = (self.value, T::one());
        self.chain(x.acosh(), ((x - one) * (x + one)).sqrt().recip())
    }
    fn atanh(self) -> Self {
        let (x, one) = (self.value, T::one());
        self.chain(x.atanh(), ((one - x) * (one + x)).recip())
    }
    fn lgamma(self) -> Self {
        self.chain(self.value.lgamma(), self.value.polygamma(0))
    }
    fn polygamma(self, n: u32) -> Self {
        self.chain(self.value.polygamma(n), self.value.polygamma(n + 1))
    }
    fn tanh(self) -> Self {
        let y = self.value.tanh();
        self.chain(y, T::one() - y * y)
    }
    fn erf(self) -> Self {
        self.chain(self.value.erf(), erf_slope(self.value))
    }
    fn erfc(self) -> Self {
        self.chain(self.value.erfc(), -erf_slope(self.value))
    }
    /// `d(xᵖ) = p·xᵖ⁻¹·dx + xᵖ·ln x·dp`, each term only where its argument moves, so that a constant exponent works
    /// for negative `x` and a constant base for `x = 0`.
    fn powf(self, p: Self) -> Self {
        let y = self.value.powf(p.value);
        let mut tangent = T::zero();
        if !self.tangent.vanishes() {
            let slope = if p.value == T::zero() {
                T::zero()
            } else {
                p.value * self.value.powf(p.value - T::one())
            };
            tangent += slope * self.tangent;
        }
        if !p.tangent.vanishes() {
            let slope = if self.value == T::zero() && p.value >= T::zero() {
                T::zero()
            } else {
                y * self.value.ln()
            };
            tangent += slope * p.tangent;
        }
        Dual::new(y, tangent)
    }
    fn floor(self) -> Self {
        Dual::constant(self.value.floor())
    }
    fn ceil(self) -> Self {
        Dual::constant(self.value.ceil())
    }
    fn round(self) -> Self {
        Dual::constant(self.value.round())
    }
    fn trunc(self) -> Self {
        Dual::constant(self.value.trunc())
    }
}

/// `√(1 − x²)`, without cancellation near 1.
fn side<T: Float>(x: T) -> T {
    ((T::one() - x) * (T::one() + x)).sqrt()
}

/// `erf′(x) = 2/√π · e^(−x²)`.
fn erf_slope<T: Float>(x: T) -> T {
    T::from_f64(std::f64::consts::FRAC_2_SQRT_PI) * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each function against a central difference, which is good to about 1e-9 here: enough to see a wrong formula.
    #[test]
    fn derivatives_agree_with_differences() {
        type Pair = (&'static str, fn(f64) -> f64, fn(Dual<f64>) -> Dual<f64>);
        let functions: [Pair; 28] = [
            ("abs", f64::abs, Float::abs),
            ("sqrt", f64::sqrt, Float::sqrt),
            ("exp", f64::exp, Float::exp),
            ("exp_m1", f64::exp_m1, Float::exp_m1),
            ("ln", f64::ln, Float::ln),
            ("ln_1p", f64::ln_1p, Float::ln_1p),
            ("sin", f64::sin, Float::sin),
            ("cos", f64::cos, Float::cos),
            ("tan", f64::tan, Float::tan),
            (
                "asin",
                |x| (x / 2.0).asin(),
                |x| (x / Dual::constant(2.0)).asin(),
            ),
            (
                "acos",
                |x| (x / 2.0).acos(),
                |x| (x / Dual::constant(2.0)).acos(),
            ),
            ("atan", f64::atan, Float::atan),
            ("atan2", |y| y.atan2(1.5), |y| y.atan2(Dual::constant(1.5))),
            (
                "abscissa",
                |x| 1.5_f64.atan2(x),
                |x| Dual::constant(1.5).atan2(x),
            ),
            ("hypot", |x| x.hypot(1.5), |x| x.hypot(Dual::constant(1.5))),
            ("sinh", f64::sinh, Float::sinh),
            ("cosh", f64::cosh, Float::cosh),
            ("asinh", f64::asinh, Float::asinh),
            (
                "acosh",
                |x| (x + 1.0).acosh(),
                |x| (x + Dual::constant(1.0)).acosh(),
            ),
            (
                "atanh",
                |x| (x / 2.0).atanh(),
                |x| (x / Dual::constant(2.0)).atanh(),
            ),
            ("lgamma", <f64 as Float>::lgamma, Float::lgamma),
            ("polygamma", |x| Float::polygamma(x, 1), |x| x.polygamma(1)),
            ("tanh", f64::tanh, Float::tanh),
            ("erf", <f64 as Float>::erf, Float::erf),
            ("erfc", <f64 as Float>::erfc, Float::erfc),
            ("recip", f64::recip, Float::recip),
            ("powf", |x| x.powf(2.5), |x| x.powf(Dual::constant(2.5))),
            ("base", |x| 2.5_f64.powf(x), |x| Dual::constant(2.5).powf(x)),
        ];
        for (name, plain, dual) in functions {
            for x in [0.3, 0.9, 1.7] {
                let h = 1e-5;
                let expected = (plain(x + h) - plain(x - h)) / (2.0 * h);
                let got = dual(Dual::variable(x));
                // The library of the system and ours may differ in the last place.
                assert!((got.value - plain(x)).abs() <= 4e-16 * plain(x).abs().max(1.0));
                assert!(
                    (got.tangent - expected).abs() < 1e-8 * expected.abs().max(1.0),
                    "{name}′({x})"
                );
            }
        }
    }

    #[test]
    fn nested_duals_give_second_derivatives() {
        // (x³)″ = 6x
        let x = Dual::new(Dual::variable(2.0), Dual::constant(1.0));
        let y = x * x * x;
        assert_eq!(y.tangent.tangent, 12.0);
    }

    #[test]
    fn quotient_and_remainder() {
        let x = Dual::variable(5.5_f64);
        assert_eq!((x / Dual::constant(2.0)).tangent, 0.5);
        assert_eq!((x % Dual::constant(2.0)).tangent, 1.0);
        assert_eq!(
            (Dual::constant(5.5) % Dual::variable(2.0_f64)).tangent,
            -2.0
        );
    }

    #[test]
    fn a_tangent_is_never_lost_in_silence() {
        assert_eq!(Dual::constant(2.0).to_f64().unwrap(), 2.0);
        let message = Dual::variable(2.0).to_f64().unwrap_err().to_string();
        assert!(message.contains("carries a tangent"), "{message}");
        // A tangent of a tangent counts as well.
        let inner = Dual::new(Dual::constant(2.0), Dual::new(0.0, 1.0));
        assert!(inner.to_f64().is_err());
    }

    #[test]
    fn what_does_not_move_has_no_derivative() {
        assert_eq!(Dual::constant(0.0).sqrt().tangent, 0.0);
        assert_eq!(Dual::variable(0.0_f64).sqrt().tangent, f64::INFINITY);
    }
}
