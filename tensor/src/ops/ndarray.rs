//! To and from the arrays of the crate `ndarray`. Any tensor can be looked at as an array without a copy.

use crate::{Element, Error, Tensor};
use ndarray::{ArrayBase, ArrayD, ArrayViewD, Axis, Data, Dimension, IxDyn, ShapeBuilder};

/// A copy of the array in row-major order.
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Tensor<T> {
    fn from(array: &ArrayBase<S, D>) -> Self {
        Tensor::build(array.shape().into(), |out| match array.as_slice() {
            Some(values) => out.copy_from_slice(values),
            None => out
                .iter_mut()
                .zip(array.iter())
                .for_each(|(out, &value)| *out = value),
        })
    }
}

/// A copy of the array, or view of one, in row-major order: tensors keep their elements in aligned blocks of their own.
///
/// ```
/// use etude_tensor::Tensor;
/// use ndarray::array;
///
/// assert_eq!(Tensor::from(array![[1.0_f32, 2.0], [3.0, 4.0]].reversed_axes()), Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
/// ```
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<ArrayBase<S, D>> for Tensor<T> {
    fn from(array: ArrayBase<S, D>) -> Self {
        Tensor::from(&array)
    }
}

/// The elements as an array, without a copy, whatever the strides of the tensor.
///
/// ```
/// use etude_tensor::Tensor;
/// use ndarray::ArrayViewD;
///
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// let turned = x.transpose(0, 1)?;
/// let view = ArrayViewD::try_from(&turned)?;
/// assert_eq!(view[[0, 1]], 3.0);
/// assert_eq!(view.as_ptr(), x.as_slice().unwrap().as_ptr());
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If `ndarray` refuses the shape: it counts its elements in an `isize`.
impl<'a, T: Element> TryFrom<&'a Tensor<T>> for ArrayViewD<'a, T> {
    type Error = Error;

    fn try_from(tensor: &'a Tensor<T>) -> Result<Self, Error> {
        let (shape, strides) = (tensor.shape(), tensor.strides());
        // `ndarray` takes strides upwards. An axis that runs backwards is described from its other end, and turned round.
        let mut lowest = tensor.layout().offset();
        for (&size, &stride) in shape.iter().zip(&strides) {
            if stride < 0 && size > 0 {
                lowest -= (size - 1) * stride.unsigned_abs();
            }
        }
        let upwards: Vec<usize> = strides.iter().map(|stride| stride.unsigned_abs()).collect();
        let shaped = IxDyn(shape).strides(IxDyn(&upwards));
        let values = tensor.buffer().get(lowest..).unwrap_or_default();
        let view = if tensor.elements() == 0 {
            ArrayViewD::from_shape(IxDyn(shape), &[])
        } else {
            ArrayViewD::from_shape(shaped, values)
        };
        let mut view = view.map_err(|err| Error::shape("ndarray", err.to_string()))?;
        for (axis, &stride) in strides.iter().enumerate() {
            if stride < 0 {
                view.invert_axis(Axis(axis));
            }
        }
        Ok(view)
    }
}

/// A copy of the tensor.
///
/// # Panics
/// Never: a tensor has as many elements as its shape asks for.
impl<T: Element> From<&Tensor<T>> for ArrayD<T> {
    fn from(tensor: &Tensor<T>) -> Self {
        ArrayD::from_shape_vec(IxDyn(tensor.shape()), tensor.to_vec())
            .expect("one value an element")
    }
}

/// A copy of the tensor.
impl<T: Element> From<Tensor<T>> for ArrayD<T> {
    fn from(tensor: Tensor<T>) -> Self {
        ArrayD::from(&tensor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_strides_there_and_back() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let view = x.flip(1).unwrap().transpose(0, 2).unwrap();
        let array = ArrayD::from(&view);
        assert_eq!(array[[3, 0, 1]], view.at(&[3, 0, 1]).unwrap());
        assert_eq!(Tensor::from(&array), view);
        assert_eq!(
            Tensor::from(array.view().reversed_axes().to_owned()),
            x.flip(1).unwrap()
        );
        assert_eq!(Tensor::from(array.view()), view);
        assert_eq!(ArrayD::from(view.clone()), array);
        assert_eq!(ArrayD::from(&Tensor::<f32>::zeros([0, 2])).shape(), [0, 2]);
        assert_eq!(ArrayD::from(&Tensor::scalar(1.5)).ndim(), 0);
    }
    #[test]
    fn views_of_any_strides_copy_nothing() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let views = [
            x.clone(),
            x.transpose(0, 2).unwrap(),
            x.flip(1).unwrap().transpose(0, 2).unwrap(),
            x.narrow(2, 1, 2).unwrap().flip(2).unwrap(),
            x.select(1, 2).unwrap(),
            x.narrow(0, 1, 1).unwrap().broadcast_to([3, 3, 4]).unwrap(),
            x.narrow(0, 2, 0).unwrap(),
        ];
        for view in &views {
            let array = ArrayViewD::try_from(view).unwrap();
            assert_eq!(array.shape(), view.shape());
            let first = array.first().map(|first| first as *const i64);
            let block = x.as_slice().unwrap().as_ptr_range();
            assert!(first.is_none_or(|first| block.contains(&first)));
            assert_eq!(Tensor::from(array), *view);
        }
    }
}
