//! A number in a vector lane: arithmetic, and access to the fields of its bits, alike for `f32` and `f64`.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::MulAdd;

/// `f32` or `f64`, with what the polynomial kernels need. All functions are free of branches.
pub(in crate::kernels) trait Lane:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// Not a number.
    const NAN: Self;
    /// +∞.
    const INFINITY: Self;
    /// The distance from 1 to the next number.
    const EPSILON: Self;
    /// The power of two that [`Lane::lifted_power_of_two`] leaves out: small enough that its quotients are normal down to where x·2ⁿ is 0.
    const LOWERING: Self;

    /// The nearest number of this type. For constants: folded by the compiler.
    fn of(value: f64) -> Self;
    /// A constant as a sum of two numbers of this type, from one as a sum of two in `f64`.
    fn pair(value: f64, rest: f64) -> (Self, Self);
    /// a·b + c.
    fn mul_add<M: MulAdd>(a: Self, b: Self, c: Self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// |x| with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// The largest integer not above x.
    fn floor(self) -> Self;
    /// The smallest integer not below x.
    fn ceil(self) -> Self;
    /// The nearest integer, of two the even one.
    fn round(self) -> Self;
    /// x without its fraction.
    fn trunc(self) -> Self;
    /// The sine, from the library.
    fn sin(self) -> Self;
    /// The cosine, from the library.
    fn cos(self) -> Self;

    /// x with the lower half of its significand cleared, so that products of what is left are exact.
    fn upper_half(self) -> Self;
    /// x·y rounded to an integer n, in two forms: n as a number, and a word for [`Lane::scale`] and [`Lane::power_of_two`].
    ///
    /// Adding 1.5·2ᵖ, p the bits of the significand's fraction, pushes the fraction of a number out and leaves the integer
    /// in the low bits; a bias for exponents is added along. A cast would do, but Rust's saturates, which costs four times the rest of an exponential.
    /// Right for |x·y| < 2ᵖ⁻¹; for NaN the word is arbitrary.
    fn round_product<M: MulAdd>(x: Self, y: Self) -> (Self, Self);
    /// p·2ⁿ for the word of n: by two factors, so that it overflows to ∞ and rounds once to a subnormal where one factor would wrap.
    fn scale(p: Self, word: Self) -> Self;
    /// 2ⁿ⁻¹ for the word of n, 2ⁿ⁻¹ being a normal number.
    fn half_power_of_two(word: Self) -> Self;
    /// 2ⁿ / [`Lane::LOWERING`] for the word of n ≤ 0: a normal number where 2ⁿ isn't, so that a product with it is exact and the one with
    /// `LOWERING`, which follows, rounds once.
    fn lifted_power_of_two(word: Self) -> Self;
    /// (m, e) with x = m·2ᵉ and √½ ≤ m < √2, for positive finite x, subnormals included.
    fn significand(self) -> (Self, Self);
}

macro_rules! lane {
    (
        $type:ident, $bits:ident, $signed:ident, fused $fused:ident, fraction bits $fraction:literal, exponent bias
        $bias:literal, lift $lift:literal
    ) => {
        impl Lane for $type {
            const NAN: Self = $type::NAN;
            const INFINITY: Self = $type::INFINITY;
            const EPSILON: Self = $type::EPSILON;
            const LOWERING: Self = $type::from_bits(($bias - $lift) << $fraction);

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn pair(value: f64, rest: f64) -> (Self, Self) {
                let first = value as $type;
                (first, ((value - first as f64) + rest) as $type)
            }
            #[inline(always)]
            fn mul_add<M: MulAdd>(a: Self, b: Self, c: Self) -> Self {
                M::$fused(a, b, c)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                self.copysign(sign)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                self.ceil()
            }
            #[inline(always)]
            fn round(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                self.trunc()
            }
            fn sin(self) -> Self {
                self.sin()
            }
            fn cos(self) -> Self {
                self.cos()
            }

            #[inline(always)]
            fn upper_half(self) -> Self {
                $type::from_bits(self.to_bits() & (!0 << ($fraction / 2 + 1)))
            }
            #[inline(always)]
            fn round_product<M: MulAdd>(x: Self, y: Self) -> (Self, Self) {
                let word = M::$fused(x, y, ROUND);
                (word - ROUND, word)
            }
            #[inline(always)]
            fn scale(p: Self, word: Self) -> Self {
                let n = word.to_bits().wrapping_sub(ROUND.to_bits()) as $signed;
                let half = n >> 1;
                let rest = n.wrapping_sub(half);
                let power =
                    |n: $signed| $type::from_bits((n.wrapping_add($bias) as $bits) << $fraction);
                p * power(half) * power(rest)
            }
            #[inline(always)]
            fn half_power_of_two(word: Self) -> Self {
                let n = word.to_bits().wrapping_sub(ROUND.to_bits());
                $type::from_bits(n.wrapping_add($bias - 1) << $fraction)
            }
            #[inline(always)]
            fn lifted_power_of_two(word: Self) -> Self {
                // The low bits of the word are n + bias + lift.
                $type::from_bits(word.to_bits() << $fraction)
            }
            #[inline(always)]
            fn significand(self) -> (Self, Self) {
                const SQRT_HALF: $bits = std::$type::consts::FRAC_1_SQRT_2.to_bits();
                const ONE: $bits = (1.0 as $type).to_bits();
                const TWO_TO_FRACTION: $type = (1_u64 << $fraction) as $type;
                let tiny = self < $type::MIN_POSITIVE;
                let (x, lift) = if tiny {
                    (self * TWO_TO_FRACTION, $fraction as $type)
                } else {
                    (self, 0.0)
                };
                // Moved up by 1/√½, the exponent field steps at √½·2ᵉ instead of at 2ᵉ.
                let moved = x.to_bits().wrapping_add(ONE - SQRT_HALF);
                let m = $type::from_bits((moved & ((1 << $fraction) - 1)) + SQRT_HALF);
                // The field as a number, by the same 1.5·2ᵖ: in its low bits an integer is itself.
                let field = $type::from_bits((moved >> $fraction).wrapping_add(ROUND.to_bits()));
                (m, (field - ROUND) - ($bias as $type + lift))
            }
        }
    };
}

mod single {
    use super::*;
    const ROUND: f32 = 12_583_103.0; // 1.5·2²³ + 127 + 64
    lane!(f32, u32, i32, fused f32, fraction bits 23, exponent bias 127, lift 64);
}

mod double {
    use super::*;
    const ROUND: f64 = 6_755_399_441_057_279.0; // 1.5·2⁵² + 1023 + 512
    lane!(f64, u64, i64, fused f64, fraction bits 52, exponent bias 1023, lift 512);
}

/// a·b − p, what the rounded product p of a and b has lost: exactly, by one fused operation or by the halves of both (Dekker, 1971).
#[inline(always)]
pub(super) fn product_error<M: MulAdd, T: Lane>(a: T, b: T, p: T) -> T {
    if M::FUSED {
        return T::mul_add::<M>(a, b, -p);
    }
    let (a_high, b_high) = (a.upper_half(), b.upper_half());
    let (a_low, b_low) = (a - a_high, b - b_high);
    ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low
}

/// c − a·b, exactly but for its last bit, where a·b is c but for rounding.
#[inline(always)]
pub(super) fn less_product<M: MulAdd, T: Lane>(c: T, a: T, b: T) -> T {
    if M::FUSED {
        return T::mul_add::<M>(-a, b, c);
    }
    let p = a * b;
    (c - p) - product_error::<M, T>(a, b, p)
}

/// c₀ + c₁x + c₂x² + … by Horner's rule.
#[inline(always)]
pub(super) fn polynomial<M: MulAdd, T: Lane>(x: T, coefficients: &[T]) -> T {
    let (&last, rest) = coefficients.split_last().expect("a constant term");
    rest.iter()
        .rev()
        .fold(last, |sum, &c| T::mul_add::<M>(sum, x, c))
}
