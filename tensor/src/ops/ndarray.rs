//! To and from the arrays of the crate `ndarray`. Any tensor can be looked at as an array without a copy, and an array that owns its elements
//! gives them to a tensor without one.

use crate::layout::Layout;
use crate::storage::Storage;
use crate::{Element, Error, Shape, Tensor};
use ndarray::{Array, ArrayBase, ArrayD, ArrayViewD, Axis, Data, Dimension, IxDyn, ShapeBuilder};

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

/// The elements of the array in row-major order. They stay where they are if the array owns them, alone, and they lie in this order, as
/// [`from_vec`](Tensor::from_vec) keeps those of a vector; else they are copied.
///
/// ```
/// use etude_tensor::Tensor;
/// use ndarray::{Array2, array};
///
/// let array = Array2::from_elem([100, 100], 0.5_f32);
/// let place = array.as_ptr();
/// assert_eq!(Tensor::from(array).as_slice().unwrap().as_ptr(), place);
/// assert_eq!(Tensor::from(array![[1.0_f32, 2.0], [3.0, 4.0]].reversed_axes()), Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
/// ```
impl<T: Element, S: Data<Elem = T>, D: Dimension> From<ArrayBase<S, D>> for Tensor<T> {
    fn from(array: ArrayBase<S, D>) -> Self {
        match array.try_into_owned_nocopy() {
            Ok(array) if array.is_standard_layout() => Tensor::from_owned(array),
            // A view on its strides would do without a copy as well, but then whatever reads the elements in order would make one, each time.
            Ok(array) => Tensor::from(&array),
            Err(borrowed) => Tensor::from(&borrowed),
        }
    }
}

impl<T: Element> Tensor<T> {
    /// The tensor of an array in row-major order.
    fn from_owned<D: Dimension>(array: Array<T, D>) -> Self {
        let shape = Shape::from(array.shape());
        let (mut values, first) = array.into_raw_vec_and_offset();
        // A slice of an array still has the vector of the whole; there is no first element where there is none.
        let (first, elements) = (first.unwrap_or(0), shape.elements());
        values.truncate(first + elements);
        if first == 0 {
            Tensor::from_storage(Storage::from_vec(&shape, values))
        } else if Storage::<T>::adopts(elements, values.capacity()) {
            let strides = shape.strides();
            Tensor::from(values).view(Layout::strided(shape, strides, first))
        } else {
            Tensor::from_storage(Storage::copied(&shape, &values[first..]))
        }
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
impl<T: Element> From<&Tensor<T>> for ArrayD<T> {
    fn from(tensor: &Tensor<T>) -> Self {
        owned(tensor.shape(), tensor.to_vec())
    }
}

/// The elements in row-major order, as [`into_vec`](Tensor::into_vec) gives them: without a copy, if they came from an array or a vector and no other
/// tensor shares them.
impl<T: Element> From<Tensor<T>> for ArrayD<T> {
    fn from(tensor: Tensor<T>) -> Self {
        owned(&tensor.to_shape(), tensor.into_vec())
    }
}

/// An array of as many values as its shape has elements.
fn owned<T>(shape: &[usize], values: Vec<T>) -> ArrayD<T> {
    ArrayD::from_shape_vec(IxDyn(shape), values).expect("one value an element")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Ix2, s};

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

    fn large_array() -> Array<f32, Ix2> {
        Array::from_shape_fn([100, 80], |(i, j)| (i * 80 + j) as f32)
    }

    fn place(x: &Tensor<f32>) -> *const f32 {
        x.as_slice().expect("row-major").as_ptr()
    }

    #[test]
    fn an_array_gives_its_elements_and_gets_them_back() {
        let array = large_array();
        let at = array.as_ptr();
        let expected = array.clone().into_dyn();
        let x = Tensor::from(array);
        assert_eq!((x.shape(), place(&x)), (&[100, 80][..], at));
        let back = ArrayD::from(x);
        assert_eq!((back.as_ptr(), &back), (at, &expected));
        let shared = back.into_shared();
        let x = Tensor::from(shared.clone());
        assert!(
            place(&x) != at && ArrayD::from(&x) == expected,
            "two owners"
        );
        assert_eq!(place(&Tensor::from(shared)), at, "one owner");
    }

    #[test]
    fn slices_of_an_array_are_views_of_its_vector_if_they_are_most_of_it() {
        for (rows, stays) in [
            (0..90, true),
            (10..100, true),
            (0..20, false),
            (80..100, false),
            (99..99, false),
        ] {
            let array = large_array();
            let at = array.as_ptr();
            let part = array.slice_move(s![rows.clone(), ..]);
            let expected = part.to_owned().into_dyn();
            let x = Tensor::from(part);
            assert_eq!(
                place(&x) == at.wrapping_add(rows.start * 80),
                stays,
                "{rows:?}"
            );
            assert_eq!(ArrayD::from(x), expected);
        }
    }

    #[test]
    fn arrays_in_another_order_are_copied_into_rows() {
        let array = large_array();
        let at = array.as_ptr();
        let turned = array.clone().reversed_axes();
        let x = Tensor::from(turned.clone());
        assert!(place(&x) != at && ArrayD::from(x) == turned.into_dyn());
        let column = array.slice_move(s![.., 3]);
        let x = Tensor::from(column.clone());
        assert!(place(&x) != at && ArrayD::from(x) == column.into_dyn());
        let empty = Tensor::from(Array::<f32, _>::zeros([3, 0, 2]));
        assert_eq!(ArrayD::from(empty).shape(), [3, 0, 2]);
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
