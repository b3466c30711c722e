//! A tensor whose element type is known only at run time.

use crate::{Element, Error, Result, Tensor};
use std::any::Any;
use std::io::{self, Write};

/// A tensor of any element type that a file can hold.
///
/// ```
/// use etude_tensor::Tensor;
/// use etude_tensor::file::AnyTensor;
///
/// let any = AnyTensor::from(Tensor::from([1_i64, 2]));
/// assert_eq!((any.type_name(), any.shape()), ("i64", &[2][..]));
/// assert_eq!(any.get::<i64>(), Some(&Tensor::from([1, 2])));
/// assert_eq!(any.get::<f32>(), None);
/// assert_eq!(any.cast::<f32>()?.to_vec(), [1.0, 2.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AnyTensor {
    /// 32-bit floats.
    F32(Tensor<f32>),
    /// 64-bit floats.
    F64(Tensor<f64>),
    /// 64-bit integers.
    I64(Tensor<i64>),
    /// 32-bit integers.
    I32(Tensor<i32>),
    /// Bytes.
    U8(Tensor<u8>),
    /// Booleans.
    Bool(Tensor<bool>),
}

/// `$body` with `$tensor` bound to the tensor inside, whatever its type.
macro_rules! each {
    ($any:expr, $tensor:ident => $body:expr) => {
        match $any {
            AnyTensor::F32($tensor) => $body,
            AnyTensor::F64($tensor) => $body,
            AnyTensor::I64($tensor) => $body,
            AnyTensor::I32($tensor) => $body,
            AnyTensor::U8($tensor) => $body,
            AnyTensor::Bool($tensor) => $body,
        }
    };
}

impl AnyTensor {
    /// The tensor of an element type that is generic where this is called, sharing its memory.
    ///
    /// # Errors
    /// If files don't hold that type: it is a dual number.
    pub fn of<T: Element>(tensor: &Tensor<T>) -> Result<AnyTensor> {
        fn as_type<T: Element, U: Element>(tensor: &Tensor<T>) -> Option<AnyTensor>
        where
            AnyTensor: From<Tensor<U>>,
        {
            let tensor: &Tensor<U> = (tensor as &dyn Any).downcast_ref()?;
            Some(AnyTensor::from(tensor.clone()))
        }
        as_type::<T, f32>(tensor)
            .or_else(|| as_type::<T, f64>(tensor))
            .or_else(|| as_type::<T, i64>(tensor))
            .or_else(|| as_type::<T, i32>(tensor))
            .or_else(|| as_type::<T, u8>(tensor))
            .or_else(|| as_type::<T, bool>(tensor))
            .ok_or_else(|| {
                let message = format!(
                    "{} elements; expected f32, f64, i64, i32, u8 or bool",
                    T::NAME
                );
                Error::file("safetensors", message)
            })
    }

    /// The name of the element type: `"f32"`, `"bool"`.
    pub fn type_name(&self) -> &'static str {
        fn name<T: Element>(_: &Tensor<T>) -> &'static str {
            T::NAME
        }
        each!(self, tensor => name(tensor))
    }

    /// The sizes along the axes.
    pub fn shape(&self) -> &[usize] {
        each!(self, tensor => tensor.shape())
    }

    /// The number of elements.
    pub fn elements(&self) -> usize {
        each!(self, tensor => tensor.elements())
    }

    /// The tensor, if its element type is `T`.
    pub fn get<T: Element>(&self) -> Option<&Tensor<T>> {
        each!(self, tensor => (tensor as &dyn Any).downcast_ref())
    }

    /// The tensor in element type `T`, converted as by [`Tensor::cast`]; a clone if it has that type already.
    ///
    /// # Errors
    /// None today: no type that a file holds carries a tangent.
    pub fn cast<T: Element>(&self) -> Result<Tensor<T>> {
        each!(self, tensor => tensor.cast())
    }

    /// Writes the elements in row-major order, each in little-endian bytes.
    pub(super) fn write_le_bytes(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            AnyTensor::F32(tensor) => write_each(tensor, out, f32::to_le_bytes),
            AnyTensor::F64(tensor) => write_each(tensor, out, f64::to_le_bytes),
            AnyTensor::I64(tensor) => write_each(tensor, out, i64::to_le_bytes),
            AnyTensor::I32(tensor) => write_each(tensor, out, i32::to_le_bytes),
            AnyTensor::U8(tensor) => write_each(tensor, out, u8::to_le_bytes),
            AnyTensor::Bool(tensor) => write_each(tensor, out, |flag| [u8::from(flag)]),
        }
    }
}

/// Elements converted at a time.
const CHUNK: usize = 1 << 14;

fn write_each<T: Element, const N: usize>(
    tensor: &Tensor<T>,
    out: &mut dyn Write,
    to_bytes: fn(T) -> [u8; N],
) -> io::Result<()> {
    let tensor = tensor.contiguous();
    let mut bytes = Vec::with_capacity(N * CHUNK.min(tensor.elements()));
    for values in tensor.as_slice().unwrap_or_default().chunks(CHUNK) {
        bytes.clear();
        values
            .iter()
            .for_each(|&value| bytes.extend_from_slice(&to_bytes(value)));
        out.write_all(&bytes)?;
    }
    Ok(())
}

macro_rules! from_tensor {
    ($($variant:ident: $type:ty),*) => {$(
        impl From<Tensor<$type>> for AnyTensor {
            fn from(tensor: Tensor<$type>) -> Self {
                AnyTensor::$variant(tensor)
            }
        }

        /// Shares the tensor's memory.
        impl From<&Tensor<$type>> for AnyTensor {
            fn from(tensor: &Tensor<$type>) -> Self {
                AnyTensor::$variant(tensor.clone())
            }
        }
    )*};
}

from_tensor!(F32: f32, F64: f64, I64: i64, I32: i32, U8: u8, Bool: bool);

/// Shares the tensor's memory.
impl From<&AnyTensor> for AnyTensor {
    fn from(tensor: &AnyTensor) -> Self {
        tensor.clone()
    }
}

/// The tensor, if its element type is `T`. To convert it instead, call [`cast`](AnyTensor::cast).
///
/// ```
/// use etude_tensor::Tensor;
/// use etude_tensor::file::AnyTensor;
///
/// let any = AnyTensor::from(Tensor::from([1_i64, 2]));
/// assert!(Tensor::<f32>::try_from(any.clone()).is_err());
/// assert_eq!(Tensor::<i64>::try_from(any)?, Tensor::from([1, 2]));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
impl<T: Element> TryFrom<AnyTensor> for Tensor<T> {
    type Error = Error;

    fn try_from(any: AnyTensor) -> Result<Self> {
        any.get().cloned().ok_or_else(|| {
            let message = format!(
                "a tensor of {} elements; expected {} (call cast() to convert them)",
                any.type_name(),
                T::NAME
            );
            Error::value("try_from", message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dual, Float};

    #[test]
    fn out_of_it_again_by_type() {
        let labels = Tensor::from([1_i64, 2]);
        let any = AnyTensor::from(&labels);
        assert!(any.get::<i64>().unwrap().shares_storage(&labels));
        assert_eq!(
            Tensor::<f32>::try_from(any.clone())
                .unwrap_err()
                .to_string(),
            "try_from: a tensor of i64 elements; expected f32 (call cast() to convert them)"
        );
        assert!(
            Tensor::<i64>::try_from(any)
                .unwrap()
                .shares_storage(&labels)
        );
    }

    #[test]
    fn any_type_but_dual_numbers() {
        let flags = Tensor::from([true, false]);
        assert_eq!(AnyTensor::of(&flags).unwrap().get(), Some(&flags));
        let doubles = Tensor::from([1.5_f64]);
        let any = AnyTensor::of(&doubles).unwrap();
        assert!(any.get::<f64>().unwrap().shares_storage(&doubles));
        let err = AnyTensor::of(&Tensor::scalar(Dual::<f64>::from_f64(1.0))).unwrap_err();
        assert_eq!(
            err.to_string(),
            "safetensors: dual elements; expected f32, f64, i64, i32, u8 or bool"
        );
    }
}
