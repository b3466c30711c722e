//! Several indices at once, and writing there.

use super::from_front::from_front;
use crate::{Element, Error, Result, Shape, Tensor};

/// What [`Tensor::index`] is given for an axis: a tensor of indices, or `None` for all of it, NumPy's `:`.
pub trait IndexAxis {
    /// The indices, if there are any.
    fn indices(&self) -> Option<&Tensor<i64>>;
}

impl IndexAxis for Tensor<i64> {
    fn indices(&self) -> Option<&Tensor<i64>> {
        Some(self)
    }
}

impl<I: IndexAxis> IndexAxis for &I {
    fn indices(&self) -> Option<&Tensor<i64>> {
        (*self).indices()
    }
}

impl<I: IndexAxis> IndexAxis for Option<I> {
    fn indices(&self) -> Option<&Tensor<i64>> {
        self.as_ref()?.indices()
    }
}

impl<T: Element> Tensor<T> {
    /// The elements at `indices`, a tensor of indices for each of the first axes, or `None` for all of it, as NumPy's `x[i, :, j]`; with indices
    /// alone, `y[…] = x[indices₀[…], indices₁[…], …]`. The tensors broadcast together, and negative indices count from the end. Their shape
    /// takes the place of the axes that have them, if these are neighbours; else it comes first.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4], [5, 6_i64]]);
    /// let (rows, columns) = (Tensor::from([0, 2, -1]), Tensor::from([1, 0, 1]));
    /// assert_eq!(x.index(&[&rows, &columns])?.to_vec(), [2, 5, 6]);
    /// assert_eq!(x.index(&[&rows])?, Tensor::from([[1, 2], [5, 6], [5, 6]]));
    /// assert_eq!(x.index(&[None, Some(&columns)])?, Tensor::from([[2, 1, 2], [4, 3, 4], [6, 5, 6]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no axis has a tensor, there are more than axes, they don't broadcast, or an index is out of range.
    pub fn index(&self, indices: &[impl IndexAxis]) -> Result<Self> {
        let at = index_positions("index", self.shape(), indices)?;
        let x = match &at.order {
            Some(order) => self.permute(order)?,
            None => self.clone(),
        };
        x.reshape(&at.rows[..])?
            .index_select(at.axis as isize, &at.positions)
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
    pub fn index_assign(&mut self, indices: &[impl IndexAxis], source: &Self) -> Result<()> {
        let at = index_positions("index_assign", self.shape(), indices)?;
        let Some(order) = &at.order else {
            return self.assign_at("index_assign", &at, source);
        };
        let mut turned = self.permute(order)?;
        turned.assign_at("index_assign", &at, source)?;
        *self = turned.permute(inverse_order(order))?;
        Ok(())
    }

    /// Sets what stands at positions of this tensor, whose axes are in their order, to `source`, broadcast to their shape.
    pub(super) fn assign_at(&mut self, op: &str, at: &AtIndices, source: &Self) -> Result<()> {
        let source = source.view(source.layout().broadcast_to(op, &at.named())?);
        let (source, positions) = (source.to_vec(), at.positions.to_vec());
        let [_, size, inner] = at.around();
        if source.is_empty() {
            return Ok(());
        }
        let (blocks, sources) = (size * inner, positions.len() * inner);
        let blocks = self.make_mut().chunks_exact_mut(blocks);
        for (out, source) in blocks.zip(source.chunks_exact(sources)) {
            for (&position, source) in positions.iter().zip(source.chunks_exact(inner)) {
                out[position as usize * inner..][..inner].copy_from_slice(source);
            }
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

/// Where indices point in a tensor.
#[derive(Clone, Debug)]
pub struct AtIndices {
    /// The axes with those that have indices side by side, if they aren't already.
    pub order: Option<Vec<isize>>,
    /// The shape of the tensor in that order, with the axes that have indices as one.
    pub rows: Vec<usize>,
    /// Which of `rows` that one is.
    pub axis: usize,
    /// The positions along it, in the shape of the indices.
    pub positions: Tensor<i64>,
}

impl AtIndices {
    /// The shape of what the indices name.
    pub fn named(&self) -> Shape {
        let mut named = self.rows.clone();
        let positions = self.positions.shape().iter().copied();
        named.splice(self.axis..=self.axis, positions);
        Shape::from(named)
    }

    /// The tensor as `[outer, axis, inner]`.
    pub fn around(&self) -> [usize; 3] {
        let (outer, inner) = self.rows.split_at(self.axis);
        [
            outer.iter().product(),
            inner[0],
            inner[1..].iter().product(),
        ]
    }
}

/// The order that undoes `order`.
pub fn inverse_order(order: &[isize]) -> Vec<isize> {
    let mut back = vec![0; order.len()];
    for (place, &axis) in order.iter().enumerate() {
        back[axis as usize] = place as isize;
    }
    back
}

/// Where `indices`, one for each of the first axes or `None`, point in a tensor of `shape`.
///
/// # Errors
/// If no axis has indices, or more than there are, they don't broadcast, or one is out of range.
pub fn index_positions(op: &str, shape: &[usize], indices: &[impl IndexAxis]) -> Result<AtIndices> {
    let given: Vec<_> = (indices.iter().enumerate())
        .filter_map(|(axis, index)| Some((axis, index.indices()?)))
        .collect();
    if given.is_empty() || indices.len() > shape.len() {
        let count = if given.is_empty() { 0 } else { indices.len() };
        return Err(Error::index(
            op,
            format!(
                "{count} tensors of indices for shape {shape:?}; expected 1 to {}",
                shape.len()
            ),
        ));
    }
    let mut common = Shape::from(());
    for (_, index) in &given {
        common = Shape::broadcast(op, &common, index.shape())?;
    }
    common.check_fits(op, size_of::<i64>())?;
    let mut flat = vec![0_i64; common.elements()];
    for &(axis, index) in &given {
        let size = shape[axis];
        let index = from_front(op, index, axis as isize, size)?;
        let index = index.broadcast_to(&common)?.to_vec();
        for (flat, &i) in flat.iter_mut().zip(&index) {
            *flat = *flat * size as i64 + i;
        }
    }
    let (first, count) = (given[0].0, given.len());
    let indexed = given.iter().map(|&(axis, _)| axis);
    let apart = given[count - 1].0 - first >= count;
    let others = (0..shape.len()).filter(|axis| indexed.clone().all(|indexed| indexed != *axis));
    let order: Vec<usize> = match apart {
        true => indexed.clone().chain(others).collect(),
        false => (0..shape.len()).collect(),
    };
    let axis = if apart { 0 } else { first };
    let mut rows: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
    let together = rows[axis..axis + count].iter().product();
    rows.splice(axis..axis + count, [together]);
    Ok(AtIndices {
        order: apart.then(|| order.iter().map(|&axis| axis as isize).collect()),
        rows,
        axis,
        positions: Tensor::from_slice(common, &flat)?,
    })
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

    /// Every choice of axes with and without indices, against the rule: neighbours give their place, others the front.
    #[test]
    fn axes_without_indices_stay_whole() {
        let x = Tensor::arange(0_i64, 120, 1).unwrap();
        let x = x.reshape([2, 3, 4, 5]).unwrap().transpose(1, 3).unwrap();
        let sizes = [2, 5, 4, 3];
        let i = Tensor::from([[0_i64, -1, 1], [1, 1, -2]]);
        for chosen in 1..16_usize {
            let has = |axis: usize| chosen >> axis & 1 == 1;
            let given: Vec<_> = (0..4).map(|axis| has(axis).then_some(&i)).collect();
            let axes: Vec<usize> = (0..4).filter(|&axis| has(axis)).collect();
            let apart = axes[axes.len() - 1] - axes[0] >= axes.len();
            let place = if apart { 0 } else { axes[0] };
            let y = x.index(&given).unwrap();
            let mut shape: Vec<usize> = (0..4)
                .filter(|&axis| !has(axis))
                .map(|a| sizes[a])
                .collect();
            shape.splice(place..place, [2, 3]);
            assert_eq!(y.shape(), shape, "{axes:?}");
            // What is written goes where reading looked, of several in one place the last, and nowhere else.
            let mut z = x.clone();
            z.index_assign(&given, &Tensor::scalar(-1)).unwrap();
            let numbers = Tensor::arange(0_i64, y.elements() as i64, 1).unwrap();
            let mut w = x.clone();
            w.index_assign(&given, &numbers.reshape(y.shape()).unwrap())
                .unwrap();
            let mut seen = std::collections::BTreeSet::new();
            for n in 0..y.elements() {
                let mut rest = n;
                let mut at = vec![0_isize; y.rank()];
                for (at, &size) in at.iter_mut().zip(y.shape()).rev() {
                    (*at, rest) = ((rest % size) as isize, rest / size);
                }
                let index = i.at(&at[place..place + 2]).unwrap() as isize;
                let mut others = at[..place].iter().chain(&at[place + 2..]);
                let source: Vec<isize> = (0..4)
                    .map(|axis| match has(axis) {
                        true => index,
                        false => *others.next().unwrap(),
                    })
                    .collect();
                let value = x.at(&source).unwrap();
                assert_eq!(y.at(&at).unwrap(), value, "{axes:?} {at:?}");
                assert_eq!(z.at(&source).unwrap(), -1, "{axes:?} {at:?}");
                assert!(w.at(&source).unwrap() >= n as i64, "{axes:?} {at:?}");
                seen.insert(value);
            }
            let unchanged = x
                .to_vec()
                .iter()
                .zip(z.to_vec())
                .filter(|(x, z)| **x == *z)
                .count();
            assert_eq!(unchanged, 120 - seen.len(), "{axes:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = |indices: &[Tensor<i64>]| x.index(indices).unwrap_err().to_string();
        assert_eq!(
            message(&[Tensor::from([2])]),
            "index: index 2 (number 0 of 1) is out of range for axis 0, which has size 2; expected -2 to below 2"
        );
        let none: [Option<Tensor<i64>>; 2] = [None, None];
        assert_eq!(
            x.index(&none).unwrap_err().to_string(),
            "index: 0 tensors of indices for shape [2, 3]; expected 1 to 2"
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
