//! To and from the arrays of the crate `ndarray`. A contiguous tensor can be looked at as an array without a copy.

use crate::{Element, Error, Tensor};
use ndarray::{Array, ArrayBase, ArrayD, ArrayViewD, Data, Dimension, IxDyn};

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

/// A copy of the array in row-major order: tensors keep their elements in aligned blocks of their own.
///
/// ```
/// use etude_tensor::Tensor;
/// use ndarray::array;
///
/// assert_eq!(Tensor::from(array![[1.0_f32, 2.0], [3.0, 4.0]].reversed_axes()), Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
/// ```
impl<T: Element, D: Dimension> From<Array<T, D>> for Tensor<T> {
    fn from(array: Array<T, D>) -> Self {
        Tensor::from(&array)
    }
}

/// The elements as an array, without a copy, if they lie in row-major order without gaps (else call
/// [`contiguous`](Tensor::contiguous) first).
///
/// ```
/// use etude_tensor::Tensor;
/// use ndarray::ArrayViewD;
///
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// let view = ArrayViewD::try_from(&x)?;
/// assert_eq!(view[[1, 0]], 3.0);
/// assert_eq!(view.as_ptr(), x.as_slice().unwrap().as_ptr());
/// # Ok::<(), etude_tensor::Error>(())
/// ```
impl<'a, T: Element> TryFrom<&'a Tensor<T>> for ArrayViewD<'a, T> {
    type Error = Error;

    fn try_from(tensor: &'a Tensor<T>) -> Result<Self, Error> {
        let refuse = |why: String| Error::shape("ndarray", why);
        let Some(values) = tensor.as_slice() else {
            return Err(refuse(format!(
                "a tensor of shape {:?} and strides {:?}; expected row-major order (call contiguous() first)",
                tensor.shape(),
                tensor.strides()
            )));
        };
        ArrayViewD::from_shape(IxDyn(tensor.shape()), values).map_err(|err| refuse(err.to_string()))
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
        assert!(
            ArrayViewD::try_from(&view)
                .unwrap_err()
                .to_string()
                .starts_with("ndarray: a tensor of shape [4, 3, 2]")
        );
        assert_eq!(ArrayD::from(&Tensor::<f32>::zeros([0, 2])).shape(), [0, 2]);
        assert_eq!(ArrayD::from(&Tensor::scalar(1.5)).ndim(), 0);
    }
}
