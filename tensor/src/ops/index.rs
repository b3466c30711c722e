//! Several indices at once, and writing there.

use crate::{Element, Error, Result, Shape, Tensor};
use std::borrow::Borrow;

impl<T: Element> Tensor<T> {
    /// The elements at `indices`, one tensor of indices for each of the first axes, which broadcast together, as NumPy's
    /// `x[i, j]`: `y[…] = x[indices₀[…], indices₁[…], …]`. Their shape takes the place of these axes. Negative indices count from the end.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4], [5, 6_i64]]);
    /// let (rows, columns) = (Tensor::from([0, 2, -1]), Tensor::from([1, 0, 1]));
    /// assert_eq!(x.index(&[&rows, &columns])?.to_vec(), [2, 5, 6]);
    /// assert_eq!(x.index(&[&rows])?, Tensor::from([[1, 2], [5, 6], [5, 6]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more tensors than axes, they don't broadcast, or an index is out of range.
    pub fn index(&self, indices: &[impl Borrow<Tensor<i64>>]) -> Result<Self> {
        let (rows, at) = index_positions("index", self.shape(), indices)?;
        self.reshape(rows)?.index_select(0, &at)
    }

    /// Sets the elements at `indices`, which are as for [`index`](Tensor::index), to `source`, broadcast to their shape:
    /// `x[indices₀[…], indices₁[…], …] ← source[…]`. Where an element is named several times, the last in row-major order counts.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::<i64>::zeros([2, 3]);
    /// x.index_assign(&[Tensor::from([0, 1]), Tensor::from([2, 0])], &Tensor::from([7, 8]))?;
    /// assert_eq!(x, Tensor::from([[0, 0, 7], [8, 0, 0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As `index`, or if `source` doesn't broadcast to what is set.
    pub fn index_assign(
        &mut self,
        indices: &[impl Borrow<Tensor<i64>>],
        source: &Self,
    ) -> Result<()> {
        let (rows, at) = index_positions("index_assign", self.shape(), indices)?;
        self.assign_rows("index_assign", &rows, &at, source)
    }

    /// Sets the rows `at` of this, seen in the shape `rows`, to `source`, broadcast to their shape.
    pub(super) fn assign_rows(
        &mut self,
        op: &str,
        rows: &[usize],
        at: &Tensor<i64>,
        source: &Self,
    ) -> Result<()> {
        let shape = [at.shape(), &rows[1..]].concat();
        let source = source.view(source.layout().broadcast_to(op, &Shape::from(shape))?);
        let (source, at) = (source.to_vec(), at.to_vec());
        let width: usize = rows[1..].iter().product();
        if width == 0 {
            return Ok(());
        }
        let out = self.make_mut();
        for (&row, source) in at.iter().zip(source.chunks(width)) {
            out[row as usize * width..][..width].copy_from_slice(source);
        }
        Ok(())
    }

    /// Sets the elements where `mask`, which broadcasts to the tensor's shape, is true, in row-major order, to those of
    /// `source`, which broadcasts to a vector of as many: `x[k-th place in mask] ← source[k]`.
    ///
    /// The mask has as many axes as the tensor, or none: one with fewer would stand for the first axes in NumPy's
    /// `x[mask] = y`, which is [`boolean_index_assign`](Tensor::boolean_index_assign), and for the last where shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::from([1.0_f32, -2.0, -3.0]);
    /// let negative = x.less(&Tensor::scalar(0.0))?;
    /// x.masked_assign(&negative, &Tensor::from([10.0, 20.0]))?;
    /// assert_eq!(x.to_vec(), [1.0, 10.0, 20.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask has another number of axes, or doesn't broadcast to the tensor's shape, or `source` to the number of elements
    /// that it names.
    pub fn masked_assign(&mut self, mask: &Tensor<bool>, source: &Self) -> Result<()> {
        check_mask_rank("masked_assign", self.shape(), mask)?;
        let layout = mask
            .layout()
            .broadcast_to("masked_assign", self.layout().shape())?;
        let at = mask.view(layout).flat_nonzero().to_vec();
        let source = source.view(
            source
                .layout()
                .broadcast_to("masked_assign", &Shape::from([at.len()]))?,
        );
        let source = source.to_vec();
        let out = self.make_mut();
        for (&place, &value) in at.iter().zip(&source) {
            out[place as usize] = value;
        }
        Ok(())
    }
}

/// The shape with the indexed axes as one, and the positions along it that `indices` name, in their broadcast shape.
///
/// # Errors
/// If there are none or more tensors than axes, they don't broadcast, or an index is out of range.
pub fn index_positions(
    op: &str,
    shape: &[usize],
    indices: &[impl Borrow<Tensor<i64>>],
) -> Result<(Vec<usize>, Tensor<i64>)> {
    if indices.is_empty() || indices.len() > shape.len() {
        return Err(Error::index(
            op,
            format!(
                "{} tensors of indices for shape {shape:?}; expected 1 to {}",
                indices.len(),
                shape.len()
            ),
        ));
    }
    let mut common = Shape::from(());
    for index in indices {
        common = Shape::broadcast(op, &common, index.borrow().shape())?;
    }
    common.check_fits(op, size_of::<i64>())?;
    let mut flat = vec![0_i64; common.elements()];
    for (axis, (index, &size)) in indices.iter().zip(shape).enumerate() {
        let index = index.borrow().broadcast_to(&common)?.to_vec();
        for (flat, &i) in flat.iter_mut().zip(&index) {
            *flat = *flat * size as i64 + from_front(op, i, axis, size)?;
        }
    }
    let (indexed, rest) = shape.split_at(indices.len());
    let mut rows = vec![indexed.iter().product()];
    rows.extend(rest);
    Ok((rows, Tensor::from_slice(common, &flat)?))
}

/// An index that may count from the end, counted from the front.
pub(super) fn from_front(op: &str, index: i64, axis: usize, size: usize) -> Result<i64> {
    let counted = if index < 0 {
        index.saturating_add_unsigned(size as u64)
    } else {
        index
    };
    if (0..size as i64).contains(&counted) {
        return Ok(counted);
    }
    Err(Error::index(
        op,
        format!(
            "index {index} is out of range for axis {axis}, which has size {size}; expected -{size} to below {size}"
        ),
    ))
}

/// That a mask which names single elements of a tensor of `shape` can't be meant for its first axes.
///
/// # Errors
/// If it has fewer axes, but not none.
pub fn check_mask_rank(op: &str, shape: &[usize], mask: &Tensor<bool>) -> Result<()> {
    if mask.rank() == 0 || mask.rank() >= shape.len() {
        return Ok(());
    }
    Err(Error::shape(
        op,
        format!(
            "a mask of shape {:?} for shape {shape:?}; expected one of as many axes (for the first axes, as x[mask] = y, \
             boolean_index_assign; for the last, mask.broadcast_to)",
            mask.shape()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_broadcast_and_views_keep_what_they_saw() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let x = x.transpose(0, 1).unwrap();
        let (i, j) = (Tensor::from([[0], [2]]), Tensor::from([1, 0, 1]));
        let y = x.index(&[&i, &j]).unwrap();
        assert_eq!(y.shape(), [2, 3, 4]);
        assert_eq!(y.at(&[1, 2, 3]).unwrap(), x.at(&[2, 1, 3]).unwrap());
        let mut z = x.clone();
        z.index_assign(&[&i, &j], &Tensor::scalar(-1)).unwrap();
        assert_eq!(z.to_vec().iter().filter(|&&v| v == -1).count(), 16);
        assert_eq!(x.to_vec().iter().filter(|&&v| v == -1).count(), 0);
        let mut twice = Tensor::<i64>::zeros([2]);
        twice
            .index_assign(&[Tensor::from([1, 1])], &Tensor::from([5, 6]))
            .unwrap();
        assert_eq!(twice.to_vec(), [0, 6]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = |indices: &[Tensor<i64>]| x.index(indices).unwrap_err().to_string();
        assert_eq!(
            message(&[Tensor::from([2])]),
            "index: index 2 is out of range for axis 0, which has size 2; expected -2 to below 2"
        );
        assert_eq!(
            message(&[]),
            "index: 0 tensors of indices for shape [2, 3]; expected 1 to 2"
        );
        assert!(
            message(&[Tensor::from([0, 1]), Tensor::from([0, 1, 2])]).contains("don't broadcast")
        );
        let mut y = x.clone();
        let rows = Tensor::from([true, false, true]);
        assert_eq!(
            y.masked_assign(&rows, &Tensor::scalar(1.0))
                .unwrap_err()
                .to_string(),
            "masked_assign: a mask of shape [3] for shape [2, 3]; expected one of as many axes (for the first axes, as \
             x[mask] = y, boolean_index_assign; for the last, mask.broadcast_to)"
        );
        y.masked_assign(&Tensor::scalar(true), &Tensor::scalar(0.0))
            .unwrap();
        assert!(
            y.masked_assign(&Tensor::full([2, 3], true), &Tensor::zeros([5]))
                .is_err()
        );
        assert!(
            y.index_assign(&[Tensor::from([i64::MIN])], &Tensor::zeros([3]))
                .is_err()
        );
    }
}
