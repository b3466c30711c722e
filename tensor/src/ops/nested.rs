//! Tensors from numbers, arrays nested up to rank 6, vectors and slices, and back.
//!
//! All of these copy: a tensor keeps its elements in an aligned block of its own, whose header holds the shape. Without a copy a
//! tensor lends them as a slice.
//!
//! ```
//! use etude_tensor::Tensor;
//!
//! let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! assert_eq!(x.shape(), [2, 3]);
//! assert_eq!(<[[f64; 2]; 3]>::try_from(&x.transpose(0, 1)?)?, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
//! # Ok::<(), etude_tensor::Error>(())
//! ```

use crate::{Element, Error, Result, Shape, Tensor};

/// A tensor of rank 0 with one element.
///
/// ```
/// use etude_tensor::Tensor;
///
/// assert_eq!(Tensor::from(3.5_f32), Tensor::scalar(3.5));
/// ```
impl<T: Element> From<T> for Tensor<T> {
    fn from(value: T) -> Self {
        Tensor::scalar(value)
    }
}

/// For each rank: the sizes, the array, an array to write into, and how it is seen as a slice.
macro_rules! nested {
    ($($rank:literal: [$($size:ident)+] $array:ty, $blank:expr, $($flat:ident)*;)*) => {$(
        #[doc = concat!("A tensor of rank ", $rank, ", row by row.")]
        impl<T: Element, $(const $size: usize),+> From<$array> for Tensor<T> {
            fn from(values: $array) -> Self {
                Tensor::from(&values)
            }
        }

        #[doc = concat!("A tensor of rank ", $rank, ", row by row.")]
        impl<T: Element, $(const $size: usize),+> From<&$array> for Tensor<T> {
            fn from(values: &$array) -> Self {
                Tensor::filled_from([$($size),+], values$(.$flat())*)
            }
        }

        #[doc = concat!("The elements of a tensor of rank ", $rank, " as an array, if it has these sizes.")]
        impl<T: Element, $(const $size: usize),+> TryFrom<&Tensor<T>> for $array {
            type Error = Error;

            fn try_from(tensor: &Tensor<T>) -> Result<Self> {
                let mut array = $blank;
                let flat = &mut array[..];
                $(let flat = nested!(@mutable $flat, flat);)*
                tensor.fill_array(&[$($size),+], flat)?;
                Ok(array)
            }
        }
    )*};
    (@mutable $flat:ident, $of:ident) => { $of.as_flattened_mut() };
}

nested! {
    "1": [A] [T; A], [T::default(); A], ;
    "2": [A B] [[T; B]; A], [[T::default(); B]; A], as_flattened;
    "3": [A B C] [[[T; C]; B]; A], [[[T::default(); C]; B]; A], as_flattened as_flattened;
    "4": [A B C D] [[[[T; D]; C]; B]; A], [[[[T::default(); D]; C]; B]; A], as_flattened as_flattened as_flattened;
    "5": [A B C D E] [[[[[T; E]; D]; C]; B]; A], [[[[[T::default(); E]; D]; C]; B]; A],
        as_flattened as_flattened as_flattened as_flattened;
    "6": [A B C D E F] [[[[[[T; F]; E]; D]; C]; B]; A], [[[[[[T::default(); F]; E]; D]; C]; B]; A],
        as_flattened as_flattened as_flattened as_flattened as_flattened;
}

/// A tensor of rank 1.
impl<T: Element> From<Vec<T>> for Tensor<T> {
    fn from(values: Vec<T>) -> Self {
        Tensor::from(&values[..])
    }
}

/// A tensor of rank 1.
impl<T: Element> From<&Vec<T>> for Tensor<T> {
    fn from(values: &Vec<T>) -> Self {
        Tensor::from(&values[..])
    }
}

/// A tensor of rank 1.
impl<T: Element> From<&[T]> for Tensor<T> {
    fn from(values: &[T]) -> Self {
        Tensor::filled_from([values.len()], values)
    }
}

/// A tensor of rank 1.
impl<T: Element> FromIterator<T> for Tensor<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Tensor::from(Vec::from_iter(values))
    }
}

/// A tensor of rank 2, of rows of one length.
///
/// ```
/// use etude_tensor::Tensor;
///
/// let x = Tensor::try_from(vec![vec![1, 2], vec![3, 4_i64]])?;
/// assert_eq!(x, Tensor::from([[1, 2], [3, 4]]));
/// assert!(Tensor::try_from(vec![vec![1, 2], vec![3_i64]]).is_err());
/// # Ok::<(), etude_tensor::Error>(())
/// ```
impl<T: Element> TryFrom<Vec<Vec<T>>> for Tensor<T> {
    type Error = Error;

    fn try_from(rows: Vec<Vec<T>>) -> Result<Self> {
        let width = rows.first().map_or(0, Vec::len);
        if let Some((number, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != width) {
            return Err(Error::shape(
                "try_from",
                format!(
                    "row {number} has {} elements, row 0 {width}; expected as many in each",
                    row.len()
                ),
            ));
        }
        Tensor::from_slice([rows.len(), width], &rows.concat())
    }
}

/// The elements in row-major order.
impl<T: Element> From<Tensor<T>> for Vec<T> {
    fn from(tensor: Tensor<T>) -> Self {
        tensor.to_vec()
    }
}

/// The elements without a copy, if they lie in row-major order without gaps (else call
/// [`contiguous`](Tensor::contiguous) first).
///
/// ```
/// use etude_tensor::Tensor;
///
/// let x = Tensor::from([[1, 2], [3, 4_i64]]);
/// assert_eq!(<&[i64]>::try_from(&x)?, [1, 2, 3, 4]);
/// assert!(<&[i64]>::try_from(&x.transpose(0, 1)?).is_err());
/// # Ok::<(), etude_tensor::Error>(())
/// ```
impl<'a, T: Element> TryFrom<&'a Tensor<T>> for &'a [T] {
    type Error = Error;

    fn try_from(tensor: &'a Tensor<T>) -> Result<Self> {
        tensor.as_slice().ok_or_else(|| {
            let message = format!(
                "a tensor of shape {:?} and strides {:?}; expected row-major order (call contiguous() first)",
                tensor.shape(),
                tensor.strides()
            );
            Error::shape("try_from", message)
        })
    }
}

impl<T: Element> Tensor<T> {
    /// `values` has as many elements as the shape.
    fn filled_from(shape: impl Into<Shape>, values: &[T]) -> Self {
        Tensor::build(shape.into(), |out| out.copy_from_slice(values))
    }

    /// The elements into an array of these sizes, seen as a slice.
    fn fill_array(&self, sizes: &[usize], array: &mut [T]) -> Result<()> {
        if self.shape() != sizes {
            return Err(Error::shape(
                "try_from",
                format!(
                    "a tensor of shape {:?} for an array of shape {sizes:?}; expected the same",
                    self.shape()
                ),
            ));
        }
        crate::copy::copy(self, array);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_the_shape() {
        let x = Tensor::from([[[[1_u8, 2], [3, 4], [5, 6]]]]);
        assert_eq!(
            (x.shape(), x.to_vec()),
            (&[1, 1, 3, 2][..], vec![1, 2, 3, 4, 5, 6])
        );
        let x = Tensor::from([[[1.0], [2.0]]]);
        assert_eq!((x.shape(), x.to_vec()), (&[1, 2, 1][..], vec![1.0, 2.0]));
        assert_eq!(Tensor::from([[true; 0]; 3]).shape(), [3, 0]);
        assert_eq!(Tensor::from(vec![1_i64, 2]), Tensor::from(&[1_i64, 2][..]));
        assert_eq!((0..3_i64).collect::<Tensor<i64>>().to_vec(), [0, 1, 2]);
    }

    #[test]
    fn what_people_write_without_thinking() {
        let vec = vec![1.0_f32, 2.0];
        assert_eq!(Tensor::from(&vec), Tensor::from(vec.clone()));
        assert_eq!(Tensor::from(&[1.0, 2.0]), Tensor::from([1.0, 2.0]));
        assert_eq!(Tensor::from(&[[1_i64], [2]]).shape(), [2, 1]);
        assert_eq!(Tensor::from(3_i64).shape(), [0; 0]);
        assert_eq!(Tensor::from(true), Tensor::scalar(true));
        let scalar: Tensor<f32> = 2.5.into();
        assert_eq!(scalar.item().unwrap(), 2.5);
        assert_eq!(Tensor::from([[[[[1.0], [2.0]]]]]).shape(), [1, 1, 1, 2, 1]);
        let six = Tensor::from([[[[[[1_u8, 2]]]], [[[[3, 4]]]]]]);
        assert_eq!(
            (six.shape(), six.to_vec()),
            (&[1, 2, 1, 1, 1, 2][..], vec![1, 2, 3, 4])
        );
    }

    #[test]
    fn back_to_arrays_of_the_same_shape() {
        let x = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
        let turned = <[[i64; 2]; 3]>::try_from(&x.transpose(0, 1).unwrap());
        assert_eq!(turned.unwrap(), [[1, 4], [2, 5], [3, 6]]);
        assert_eq!(
            <[i64; 2]>::try_from(&x.select(1, 0).unwrap()).unwrap(),
            [1, 4]
        );
        let six = [[[[[[1_u8, 2]]]], [[[[3, 4]]]]]];
        assert_eq!(
            <[[[[[[u8; 2]; 1]; 1]; 1]; 2]; 1]>::try_from(&Tensor::from(six)).unwrap(),
            six
        );
        let empty = <[[f32; 0]; 3]>::try_from(&Tensor::zeros([3, 0]));
        assert_eq!(empty.unwrap(), [[0.0; 0]; 3]);
        assert_eq!(
            <[[i64; 3]; 3]>::try_from(&x).unwrap_err().to_string(),
            "try_from: a tensor of shape [2, 3] for an array of shape [3, 3]; expected the same"
        );
    }
}
