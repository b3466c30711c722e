//! Tensors behind each other along an axis (`concat`), or along a new one (`stack`). [`split`](Tensor::split) takes apart.

use crate::layout::Layout;
use crate::{Element, Error, Result, Shape, Tensor, axis_index};
use std::borrow::Borrow;

impl<T: Element> Tensor<T> {
    /// The tensors behind each other along `axis`: `y[…, s + i, …] = xₖ[…, i, …]`, where s is the size of all before the k-th.
    ///
    /// # Errors
    /// If there are none, they have no such axis, they differ in another one, or the result is larger than memory.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1.0], [2.0]]), Tensor::from([[3.0, 4.0], [5.0, 6.0]]));
    /// assert_eq!(Tensor::concat(&[&a, &b], 1)?, Tensor::from([[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn concat(tensors: &[impl Borrow<Tensor<T>>], axis: isize) -> Result<Self> {
        let Some(first) = tensors.first() else {
            return Err(Error::shape("concat", "no tensors; expected at least one"));
        };
        let first = first.borrow();
        let at = axis_index("concat", axis, first.rank())?;
        let mut sizes = first.shape().to_vec();
        sizes[at] = 0;
        for (i, tensor) in tensors.iter().enumerate() {
            let shape = tensor.borrow().shape();
            let fits = shape.len() == sizes.len()
                && shape
                    .iter()
                    .zip(first.shape())
                    .enumerate()
                    .all(|(k, (a, b))| k == at || a == b);
            if !fits {
                return Err(Error::shape(
                    "concat",
                    format!(
                        "tensor {i} has shape {shape:?}, tensor 0 {:?}; expected the same sizes but for axis {axis}",
                        first.shape()
                    ),
                ));
            }
            sizes[at] = sizes[at].saturating_add(shape[at]);
        }
        let shape = Shape::from(sizes);
        Tensor::try_build("concat", &shape, |out| {
            let mut start = 0;
            for tensor in tensors {
                let tensor = tensor.borrow();
                let len = tensor.shape()[at];
                let region = Layout::contiguous(shape.clone()).range(at, start, len, 1);
                crate::copy::write(out, &region, tensor, |y, x| *y = x);
                start += len;
            }
        })
    }

    /// Tensors of one shape along a new axis at position `axis` of the result: `y[…, k, …] = xₖ[…, …]`.
    ///
    /// # Errors
    /// If there are none, their shapes differ, or the result has no such axis or is larger than memory.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([1.0, 2.0]), Tensor::from([3.0, 4.0]));
    /// assert_eq!(Tensor::stack(&[&a, &b], 0)?, Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
    /// assert_eq!(Tensor::stack(&[a, b], -1)?, Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn stack(tensors: &[impl Borrow<Tensor<T>>], axis: isize) -> Result<Self> {
        let Some(first) = tensors.first() else {
            return Err(Error::shape("stack", "no tensors; expected at least one"));
        };
        let shape = first.borrow().shape();
        let at = axis_index("stack", axis, shape.len() + 1)? as isize;
        let mut rows = Vec::with_capacity(tensors.len());
        for (i, tensor) in tensors.iter().enumerate() {
            let tensor = tensor.borrow();
            if tensor.shape() != shape {
                return Err(Error::shape(
                    "stack",
                    format!(
                        "tensor {i} has shape {:?}, tensor 0 {shape:?}; expected one shape",
                        tensor.shape()
                    ),
                ));
            }
            rows.push(tensor.unsqueeze(at)?);
        }
        Tensor::concat(&rows, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_split_comes_together_again() {
        let x = Tensor::arange(0_i64, 60, 1)
            .unwrap()
            .reshape([3, 4, 5])
            .unwrap();
        for x in [
            x.clone(),
            x.transpose(0, 2).unwrap(),
            x.flip([0, 1]).unwrap(),
        ] {
            for axis in -3_isize..3 {
                let size = x.shape()[axis.rem_euclid(3) as usize];
                let parts = x.split(axis, &[1, 0, size - 1]).unwrap();
                assert_eq!(Tensor::concat(&parts, axis).unwrap(), x);
                let rows: Vec<_> = (0..size)
                    .map(|i| x.select(axis, i as isize).unwrap())
                    .collect();
                assert_eq!(Tensor::stack(&rows, axis).unwrap(), x);
            }
        }
        let empty = Tensor::<f32>::zeros([0]);
        assert_eq!(Tensor::concat(&[&empty, &empty], 0).unwrap().shape(), [0]);
        assert_eq!(
            Tensor::stack(&[Tensor::scalar(1.0), Tensor::scalar(2.0)], 0)
                .unwrap()
                .to_vec(),
            [1.0, 2.0]
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let (a, b) = (Tensor::<f32>::zeros([2, 3]), Tensor::<f32>::zeros([3, 3]));
        assert_eq!(
            Tensor::concat(&[&a, &b], 1).unwrap_err().to_string(),
            "concat: tensor 1 has shape [3, 3], tensor 0 [2, 3]; expected the same sizes but for axis 1"
        );
        assert_eq!(
            Tensor::stack(&[&a, &b], 0).unwrap_err().to_string(),
            "stack: tensor 1 has shape [3, 3], tensor 0 [2, 3]; expected one shape"
        );
        let none: [Tensor; 0] = [];
        assert!(
            Tensor::concat(&none, 0)
                .unwrap_err()
                .to_string()
                .contains("no tensors")
        );
        assert!(Tensor::stack(&none, 0).is_err());
        assert!(Tensor::concat(&[&a], 2).is_err());
        assert!(Tensor::stack(&[&a], 3).is_err());
    }
}
