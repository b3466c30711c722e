//! Tensors from arrays, nested up to rank 4, from vectors and from slices.

use crate::{Element, Error, Result, Shape, Tensor};

/// A tensor of rank 1.
///
/// ```
/// use etude_tensor::Tensor;
///
/// assert_eq!(Tensor::from([1.0, 2.0]).shape(), [2]);
/// ```
impl<T: Element, const A: usize> From<[T; A]> for Tensor<T> {
    fn from(values: [T; A]) -> Self {
        Tensor::filled_from([A], &values)
    }
}

/// A matrix, row by row.
///
/// ```
/// use etude_tensor::Tensor;
///
/// assert_eq!(Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).shape(), [2, 3]);
/// ```
impl<T: Element, const A: usize, const B: usize> From<[[T; B]; A]> for Tensor<T> {
    fn from(values: [[T; B]; A]) -> Self {
        Tensor::filled_from([A, B], values.as_flattened())
    }
}

/// A tensor of rank 3.
impl<T: Element, const A: usize, const B: usize, const C: usize> From<[[[T; C]; B]; A]>
    for Tensor<T>
{
    fn from(values: [[[T; C]; B]; A]) -> Self {
        Tensor::filled_from([A, B, C], values.as_flattened().as_flattened())
    }
}

/// A tensor of rank 4.
impl<T: Element, const A: usize, const B: usize, const C: usize, const D: usize>
    From<[[[[T; D]; C]; B]; A]> for Tensor<T>
{
    fn from(values: [[[[T; D]; C]; B]; A]) -> Self {
        let flat = values.as_flattened().as_flattened().as_flattened();
        Tensor::filled_from([A, B, C, D], flat)
    }
}

/// A tensor of rank 1.
impl<T: Element> From<Vec<T>> for Tensor<T> {
    fn from(values: Vec<T>) -> Self {
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
}
