//! Quarter turns in the plane of two axes. A view.

use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The tensor turned by `turns` quarters from axis `a` towards axis `b`, as a view; by one, `y[i, j] = x[j, n − 1 − i]`. Negative ones turn back.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1, 2], [3, 4_i64]]);
    /// assert_eq!(x.rot90(1, 0, 1)?, Tensor::from([[2, 4], [1, 3]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range, or both are the same.
    pub fn rot90(&self, turns: isize, a: isize, b: isize) -> Result<Self> {
        let rank = self.rank();
        if axis_index("rot90", a, rank)? == axis_index("rot90", b, rank)? {
            return Err(Error::axis(
                "rot90",
                format!(
                    "axes {a} and {b} of shape {:?} are the same; expected two",
                    self.shape()
                ),
            ));
        }
        match turns.rem_euclid(4) {
            0 => Ok(self.clone()),
            1 => self.flip(b)?.transpose(a, b),
            2 => self.flip(a)?.flip(b),
            _ => self.transpose(a, b)?.flip(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn four_turns_are_none() {
        let x = Tensor::arange(0_i64, 24, 1)
            .unwrap()
            .reshape([2, 3, 4])
            .unwrap();
        let once = x.rot90(1, 0, 2).unwrap();
        assert_eq!(once.shape(), [4, 3, 2]);
        assert_eq!(once.at(&[0, 1, 0]).unwrap(), x.at(&[0, 1, 3]).unwrap());
        assert_eq!(once.rot90(1, 0, 2).unwrap(), x.rot90(2, 0, 2).unwrap());
        assert_eq!(once.rot90(2, 0, 2).unwrap(), x.rot90(-1, 0, 2).unwrap());
        assert_eq!(once.rot90(7, 0, 2).unwrap(), x);
        assert!(once.shares_storage(&x));
        assert!(
            x.rot90(1, 0, -3)
                .unwrap_err()
                .to_string()
                .starts_with("rot90: axes 0 and -3")
        );
    }
}
