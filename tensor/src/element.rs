//! What a tensor can hold: floats, integers and booleans.

use crate::Result;
use crate::dual::Dual;
use crate::float::Float;
use crate::kernels::order::OrderKernels;
use std::fmt::{Debug, Display};

pub(crate) mod sealed {
    /// Only this crate adds element types: storage relies on what [`Element`](super::Element) promises.
    pub trait Sealed {}
}

/// The type of a tensor's elements: `f32`, `f64`, the integers `i64`, `i32`, `u8`, `bool`, and [`Dual`] numbers.
///
/// Indices and labels are `i64` tensors and masks are `bool` tensors, never floats in disguise. The trait is sealed.
pub trait Element:
    sealed::Sealed
    + OrderKernels
    + Copy
    + Default
    + PartialOrd
    + Debug
    + Display
    + Send
    + Sync
    + 'static
{
    /// The name of the type as the documentation spells it: `"f32"`, `"bool"`.
    const NAME: &'static str;

    /// Whether any bytes make a valid value. It is so for numbers, not for `bool`, whose recycled memory
    /// has to be cleared before it can be looked at.
    const ANY_BITS: bool;

    /// The element as a plain number.
    ///
    /// # Errors
    /// If it is a dual number with a tangent, which a plain number can't hold.
    fn to_number(self) -> Result<Number>;

    /// The nearest element to a number: floats round to nearest, integers towards zero and stop at the ends of their
    /// range (NaN becomes 0), `bool` is whether the number isn't 0 (`true` for NaN).
    fn from_number(number: Number) -> Self;

    /// An integer in the order of the elements, for sorting: equal for equal ones (0 and −0 are), and above all others for NaN.
    fn order_key(self) -> u64;
}

/// [`Element::order_key`] of a float: its bits, turned so that they ascend.
fn real_key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits(); // −0 + 0 = 0
    match bits >> 63 {
        _ if x.is_nan() => u64::MAX,
        0 => bits | 1 << 63,
        _ => !bits,
    }
}

/// [`Element::order_key`] of an integer.
fn int_key(i: i64) -> u64 {
    (i as u64) ^ 1 << 63
}

/// A number on its way from one element type to another: nothing is lost before the target is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer or a boolean.
    Int(i64),
    /// A float.
    Real(f64),
}

impl Number {
    /// The nearest 64-bit float.
    #[inline(always)]
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(i) => i as f64,
            Number::Real(x) => x,
        }
    }
}

macro_rules! elements {
    ($($type:ident: $any_bits:literal, $variant:ident, $from_int:expr, $from_real:expr, $key:expr;)*) => {$(
        impl sealed::Sealed for $type {}
        impl Element for $type {
            const NAME: &'static str = stringify!($type);
            const ANY_BITS: bool = $any_bits;

            #[inline(always)]
            fn to_number(self) -> Result<Number> {
                Ok(Number::$variant(self.into()))
            }
            #[inline(always)]
            fn from_number(number: Number) -> Self {
                match number {
                    Number::Int(i) => $from_int(i),
                    Number::Real(x) => $from_real(x),
                }
            }
            #[inline]
            fn order_key(self) -> u64 {
                $key(self.into())
            }
        }
    )*};
}

// Rust's `as` between floats, and from float to integer, is just what `from_number` promises; from integer to a
// smaller one it would wrap, so that is clamped first.
elements! {
    f32: true, Real, |i| i as f32, |x| x as f32, real_key;
    f64: true, Real, |i| i as f64, |x| x, real_key;
    i64: true, Int, |i| i, |x| x as i64, int_key;
    i32: true, Int, |i: i64| i.clamp(i32::MIN.into(), i32::MAX.into()) as i32, |x| x as i32, int_key;
    u8: true, Int, |i: i64| i.clamp(0, 255) as u8, |x| x as u8, int_key;
    bool: false, Int, |i| i != 0, |x| x != 0.0, int_key;
}

impl<T: Float> sealed::Sealed for Dual<T> {}

impl<T: Float> Element for Dual<T> {
    const NAME: &'static str = "dual";
    // Two numbers of the same type, one behind the other: no padding, and any bytes are valid.
    const ANY_BITS: bool = true;

    fn to_number(self) -> Result<Number> {
        self.to_f64().map(Number::Real)
    }
    fn from_number(number: Number) -> Self {
        Dual::from_f64(number.as_f64())
    }
    fn order_key(self) -> u64 {
        real_key(self.primal())
    }
}
