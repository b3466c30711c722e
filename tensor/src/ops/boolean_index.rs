//! Rows by a mask, which stands for the first axes, and writing there.

use super::index::AtIndices;
use crate::{Element, Error, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// What stands at the places where `mask` is true, `y = x[mask]` of NumPy and PyTorch: the mask has the sizes of the first
    /// axes, for one axis it names rows, and one axis of as many as are true takes the place of these axes.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4], [5, 6_i64]]);
    /// let rows = Tensor::from([true, false, true]);
    /// assert_eq!(x.boolean_index(&rows)?, Tensor::from([[1, 2], [5, 6]]));
    /// assert_eq!(x.boolean_index(&x.greater(4)?)?.to_vec(), [5, 6]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask hasn't the sizes of the tensor's first axes.
    pub fn boolean_index(&self, mask: &Tensor<bool>) -> Result<Self> {
        let at = boolean_positions("boolean_index", self.shape(), mask)?;
        self.reshape(at.rows)?.index_select(0, &at.positions)
    }

    /// Sets what stands at the places where `mask`, which is as for [`boolean_index`](Tensor::boolean_index), is true to
    /// `source`, broadcast to the shape that it has: `x[mask] ← source`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::<i64>::zeros([3, 2]);
    /// x.boolean_index_assign(&Tensor::from([true, false, true]), &Tensor::from([7, 8]))?;
    /// assert_eq!(x, Tensor::from([[7, 8], [0, 0], [7, 8]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask hasn't the sizes of the tensor's first axes, or `source` doesn't broadcast to what is set.
    pub fn boolean_index_assign(&mut self, mask: &Tensor<bool>, source: &Self) -> Result<()> {
        let op = "boolean_index_assign";
        let at = boolean_positions(op, self.shape(), mask)?;
        self.assign_at(op, &at, source)
    }
}

/// The masked axes as one, and the positions along it where the mask is true.
///
/// # Errors
/// If the mask hasn't the sizes of the first axes.
pub fn boolean_positions(op: &str, shape: &[usize], mask: &Tensor<bool>) -> Result<AtIndices> {
    let Some(rest) = shape.strip_prefix(mask.shape()) else {
        let first = &shape[..mask.rank().min(shape.len())];
        return Err(Error::shape(
            op,
            format!(
                "a mask of shape {:?} for shape {shape:?}; expected the sizes of its first axes, here {first:?}",
                mask.shape()
            ),
        ));
    };
    let mut rows = vec![mask.elements()];
    rows.extend(rest);
    Ok(AtIndices {
        order: None,
        rows,
        axis: 0,
        positions: mask.flat_nonzero(),
    })
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_mask_stands_for_the_first_axes() {
        let x = Tensor::arange(0_i64, 9, 1)
            .unwrap()
            .reshape([3, 3])
            .unwrap();
        let rows = Tensor::from([true, false, true]);
        let y = x.boolean_index(&rows).unwrap();
        assert_eq!(y, Tensor::from([[0, 1, 2], [6, 7, 8]]));
        let turned = x.transpose(0, 1).unwrap();
        assert_eq!(
            turned.boolean_index(&rows).unwrap(),
            Tensor::from([[0, 3, 6], [2, 5, 8]])
        );
        let cube = x.reshape([3, 1, 3]).unwrap();
        let pairs = Tensor::from([[false], [true], [true]]);
        assert_eq!(
            cube.boolean_index(&pairs).unwrap(),
            Tensor::from([[3, 4, 5], [6, 7, 8]])
        );
        let none = Tensor::full([3], false);
        assert_eq!(x.boolean_index(&none).unwrap().shape(), [0, 3]);
        let whole = x.boolean_index(&Tensor::scalar(true)).unwrap();
        assert_eq!(whole.shape(), [1, 3, 3]);
        let mut z = x.clone();
        z.boolean_index_assign(&rows, &Tensor::from([[-1], [-2]]))
            .unwrap();
        assert_eq!(z, Tensor::from([[-1, -1, -1], [3, 4, 5], [-2, -2, -2]]));
        assert_eq!(x.at(&[0, 0]).unwrap(), 0);
    }

    #[test]
    fn other_sizes_are_named() {
        let mut x = Tensor::<f32>::zeros([3, 2]);
        let message = |mask| x.boolean_index(&mask).unwrap_err().to_string();
        assert_eq!(
            message(Tensor::from([true, false])),
            "boolean_index: a mask of shape [2] for shape [3, 2]; expected the sizes of its first axes, here [3]"
        );
        assert!(message(Tensor::full([3, 2, 1], true)).ends_with("here [3, 2]"));
        let rows = Tensor::from([true, false, true]);
        let message = x.boolean_index_assign(&rows, &Tensor::zeros([3]));
        assert_eq!(
            message.unwrap_err().to_string(),
            "boolean_index_assign: can't broadcast shape [3] to [2, 2]: axis 0 has size 3; expected 2 or 1"
        );
    }
}
