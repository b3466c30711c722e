//! What a tensor can hold: floats, integers and booleans.

use crate::dual::Dual;
use crate::float::Float;
use std::fmt::{Debug, Display};

pub(crate) mod sealed {
    /// Only this crate adds element types: storage relies on what [`Element`](super::Element) promises.
    pub trait Sealed {}
}

/// The type of a tensor's elements: `f32`, `f64`, the integers `i64`, `i32`, `u8`, `bool`, and [`Dual`] numbers.
///
/// Indices and labels are `i64` tensors and masks are `bool` tensors, never floats in disguise. The trait is sealed.
pub trait Element:
    sealed::Sealed + Copy + Default + PartialEq + Debug + Display + Send + Sync + 'static
{
    /// The name of the type as the documentation spells it: `"f32"`, `"bool"`.
    const NAME: &'static str;

    /// Whether any bytes make a valid value. It is so for numbers, not for `bool`, whose recycled memory
    /// has to be cleared before it can be looked at.
    const ANY_BITS: bool;
}

macro_rules! elements {
    ($($type:ty: $any_bits:literal),*) => {$(
        impl sealed::Sealed for $type {}
        impl Element for $type {
            const NAME: &'static str = stringify!($type);
            const ANY_BITS: bool = $any_bits;
        }
    )*};
}

elements!(f32: true, f64: true, i64: true, i32: true, u8: true, bool: false);

impl<T: Float> sealed::Sealed for Dual<T> {}

impl<T: Float> Element for Dual<T> {
    const NAME: &'static str = "dual";
    // Two numbers of the same type, one behind the other: no padding, and any bytes are valid.
    const ANY_BITS: bool = true;
}
