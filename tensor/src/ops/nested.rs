//! Tensors from arrays, nested up to rank 4, from vectors and from slices.

use crate::{Element, Shape, Tensor};

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
