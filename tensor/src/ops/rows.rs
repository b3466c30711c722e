//! Functions of a row, such as softmax, along any axis: the axis is moved to the end, and back afterwards.

use crate::shape::axis_index;
use crate::{Element, Error, Float, Result, Shape, Tensor};

/// `x` with `axis` last and rows side by side in memory, and the position of the axis from the front.
pub(super) fn axis_last<T: Element>(
    op: &str,
    x: &Tensor<T>,
    axis: isize,
) -> Result<(Tensor<T>, usize)> {
    let axis = axis_index(op, axis, x.rank())?;
    Ok((to_end(x, axis).contiguous(), axis))
}

/// The elements of a tensor that has been made contiguous.
pub(super) fn slice<T: Element>(x: &Tensor<T>) -> &[T] {
    x.as_slice().expect("made contiguous by the caller")
}

/// Moves `axis` to the end.
fn to_end<T: Element>(x: &Tensor<T>, axis: usize) -> Tensor<T> {
    let order: Vec<usize> = (0..x.rank())
        .filter(|&other| other != axis)
        .chain([axis])
        .collect();
    x.view(x.layout().permute(&order))
}

/// Moves the last axis to `axis`.
fn from_end<T: Element>(x: &Tensor<T>, axis: usize) -> Tensor<T> {
    let last = x.rank() - 1;
    let order: Vec<usize> = (0..axis).chain([last]).chain(axis..last).collect();
    x.view(x.layout().permute(&order))
}

/// `y = f(x)` along `axis`: `f(x, width, y)` over row-major rows of `width` elements.
pub(super) fn map_rows<T: Float>(
    op: &str,
    x: &Tensor<T>,
    axis: isize,
    f: impl Fn(&[T], usize, &mut [T]),
) -> Result<Tensor<T>> {
    map_rows_to(op, x, axis, None, f)
}

/// [`map_rows`] to rows of another type, and of another width unless that is `None`.
pub(super) fn map_rows_to<X: Element, Y: Element>(
    op: &str,
    x: &Tensor<X>,
    axis: isize,
    width: Option<usize>,
    f: impl Fn(&[X], usize, &mut [Y]),
) -> Result<Tensor<Y>> {
    let (x, axis) = axis_last(op, x, axis)?;
    let mut sizes = x.shape().to_vec();
    let last = sizes.len() - 1;
    let from = std::mem::replace(&mut sizes[last], width.unwrap_or(x.shape()[last]));
    let y = Tensor::build(Shape::from(sizes), |y| f(slice(&x), from, y));
    Ok(from_end(&y, axis))
}

/// `z = f(x, y)` along `axis` of two tensors of one shape, as [`map_rows`].
pub(super) fn zip_rows<T: Float>(
    op: &str,
    x: &Tensor<T>,
    y: &Tensor<T>,
    axis: isize,
    f: impl Fn(&[T], &[T], usize, &mut [T]),
) -> Result<Tensor<T>> {
    if x.shape() != y.shape() {
        return Err(Error::shape(
            op,
            format!(
                "shapes {:?} and {:?}; expected the same twice",
                x.shape(),
                y.shape()
            ),
        ));
    }
    let (x, place) = axis_last(op, x, axis)?;
    let (y, _) = axis_last(op, y, axis)?;
    let (a, b, width) = (slice(&x), slice(&y), x.shape()[x.rank() - 1]);
    Ok(from_end(
        &Tensor::build(Shape::from(x.shape()), |z| f(a, b, width, z)),
        place,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_moved_to_the_end_comes_back() {
        let x = Tensor::from_slice([2, 3, 2], &(0..12).map(f64::from).collect::<Vec<_>>()).unwrap();
        for axis in 0..3 {
            let y = map_rows("t", &x, axis, |x, _, y| y.copy_from_slice(x)).unwrap();
            assert_eq!(y, x);
            let lengths = map_rows("t", &x, axis, |_, width, y| y.fill(width as f64)).unwrap();
            assert!(
                lengths
                    .to_vec()
                    .iter()
                    .all(|&width| width == x.shape()[axis as usize] as f64)
            );
        }
    }
}
