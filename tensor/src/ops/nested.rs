//! Tensors from numbers, arrays nested up to rank 6, vectors and slices, and back.
//!
//! A large vector's elements stay where they are, from it and back ([`Tensor::from_vec`] says when). All else copies: a tensor owns its elements. Without a
//! copy it lends them as a slice.
//!
//! ```
//! use etude_tensor::Tensor;
//!
//! let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! assert_eq!(x.shape(), [2, 3]);
//! assert_eq!(<[[f64; 2]; 3]>::try_from(&x.transpose(0, 1)?)?, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
//! # Ok::<(), etude_tensor::Error>(())
//! ```

use crate::storage::Storage;
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

/// A tensor of rank 1, as [`from_vec`](Tensor::from_vec) makes it.
impl<T: Element> From<Vec<T>> for Tensor<T> {
    fn from(values: Vec<T>) -> Self {
        Tensor::from_storage(Storage::from_vec(&Shape::from([values.len()]), values))
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
        Tensor::from_vec([rows.len(), width], rows.concat())
    }
}

/// The elements in row-major order, as [`into_vec`](Tensor::into_vec) gives them.
impl<T: Element> From<Tensor<T>> for Vec<T> {
    fn from(tensor: Tensor<T>) -> Self {
        tensor.into_vec()
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
    fn a_large_vector_is_the_tensors_and_its_own_again() {
        let values = vec![0.5_f32; 10_000];
        let place = values.as_ptr();
        let x = Tensor::from(values);
        assert_eq!(
            (x.shape(), x.as_slice().unwrap().as_ptr()),
            (&[10_000][..], place)
        );
        let values = Vec::from(x);
        assert_eq!(values.as_ptr(), place);
        let rows = Tensor::try_from(vec![vec![1_u8; 300]; 400]).unwrap();
        assert_eq!(
            (rows.shape(), rows.to_vec()),
            (&[400, 300][..], vec![1; 120_000])
        );
        assert!(Vec::from(Tensor::<u8>::from(vec![])).is_empty());
    }

    /// A vector's buffer begins wherever its type may lie, and not at a line of cache as other storage: no level may mind, nor give other bits.
    #[test]
    fn adopted_elements_need_no_alignment() {
        let value = |i: usize| ((i * 37) % 101) as f32 * 0.01 - 0.5;
        let (n, width) = (6400, 80);
        // The same elements in an aligned block, in a vector, and a place further on in another: one of the vectors isn't aligned.
        let block = Tensor::build([80, width].into(), |x| {
            (0..n).for_each(|i| x[i] = value(i));
        });
        let vector = Tensor::from((0..n).map(value).collect::<Vec<_>>());
        let further = Tensor::from((0..n + 1).map(|i| value(i.max(1) - 1)).collect::<Vec<_>>());
        let further = further.narrow(0, 1, n).unwrap();
        let start = |x: &Tensor<f32>| x.as_slice().unwrap().as_ptr().addr() % 64;
        assert!(start(&block) == 0 && (start(&vector), start(&further)) != (0, 0));
        for level in crate::kernels::available_levels() {
            crate::kernels::with_level(level, || {
                let results = [&block, &vector, &further].map(|x| {
                    let x = x.reshape([80, width]).unwrap();
                    let mut sum = x.exp();
                    sum.add_assign(&x.matmul(&x.transpose(0, 1).unwrap()).unwrap())
                        .unwrap();
                    sum.add_assign(&x.softmax(1).unwrap()).unwrap();
                    sum.add_assign(&x.sum(0).unwrap()).unwrap();
                    sum.to_vec()
                });
                assert!(
                    results[1] == results[0] && results[2] == results[0],
                    "{level:?}"
                );
            });
        }
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
