//! What a tensor is compared with: another tensor, or one number.

use crate::{Element, Error, Number, Result, Tensor};

/// The right-hand side of a comparison such as [`Tensor::less`]: a tensor of the same element type, or a plain number,
/// which is written as such.
///
/// Among floats a number is rounded to the element type, as everywhere: `x.equal(0.1)` finds `0.1_f32`. Among integers and
/// booleans it has to be one that the type has; anything else, for instance `labels.less(2.5)`, is an error.
///
/// ```
/// use etude_tensor::Tensor;
///
/// let labels = Tensor::from([3_i64, -1, 0]);
/// assert_eq!(labels.greater_equal(0)?.to_vec(), [true, false, true]);
/// assert_eq!(labels.equal(&Tensor::from([3, 3, 3]))?.to_vec(), [true, false, false]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Comparand<'a, T: Element> {
    /// Element by element, broadcasting.
    Tensor(&'a Tensor<T>),
    /// The same number for every element.
    Number(Number),
}

impl<'a, T: Element> From<&'a Tensor<T>> for Comparand<'a, T> {
    fn from(tensor: &'a Tensor<T>) -> Self {
        Comparand::Tensor(tensor)
    }
}

macro_rules! numbers {
    ($($type:ty => $variant:ident),*) => {$(
        impl<T: Element> From<$type> for Comparand<'_, T> {
            fn from(number: $type) -> Self {
                Comparand::Number(Number::$variant(number.into()))
            }
        }
    )*};
}

numbers!(f32 => Real, f64 => Real, i64 => Int, i32 => Int, u8 => Int, bool => Int);

/// The number as an element.
///
/// # Errors
/// If the elements are integers or booleans, none of which is this number.
pub(super) fn element<T: Element>(op: &str, number: Number) -> Result<T> {
    let value = T::from_number(number);
    let same = match (number, value.to_number()?) {
        (_, Number::Real(_)) => true,
        (Number::Int(given), Number::Int(kept)) => given == kept,
        // In 128 bits, since 2⁶³ and i64::MAX are one as 64-bit floats.
        (Number::Real(given), Number::Int(kept)) => {
            given.fract() == 0.0 && given as i128 == i128::from(kept)
        }
    };
    if same {
        return Ok(value);
    }
    let given = match number {
        Number::Int(i) => i.to_string(),
        Number::Real(x) => x.to_string(),
    };
    Err(Error::value(
        op,
        format!(
            "{given} isn't an element of a tensor of {}; expected one that is",
            T::NAME
        ),
    ))
}
