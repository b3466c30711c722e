//! Round and round.

use crate::{Element, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The tensor with everything moved on by `shift` positions along `axis`, `y[i] = x[(i − shift) mod n]`; what leaves at the end comes in at the
    /// beginning. A negative shift moves back.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1, 2, 3, 4_i64]);
    /// assert_eq!(x.roll(1, 0)?.to_vec(), [4, 1, 2, 3]);
    /// assert_eq!(x.roll(-6, 0)?.to_vec(), [3, 4, 1, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range.
    pub fn roll(&self, shift: isize, axis: isize) -> Result<Self> {
        let size = self.shape()[axis_index("roll", axis, self.rank())?];
        if size == 0 {
            return Ok(self.clone());
        }
        let first = (-(shift as i128)).rem_euclid(size as i128) as usize;
        let (head, tail) = (
            self.narrow(axis, 0, first)?,
            self.narrow(axis, first, size - first)?,
        );
        Tensor::concat(&[tail, head], axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn any_shift() {
        let x = Tensor::arange(0_i64, 10, 1)
            .unwrap()
            .reshape([2, 5])
            .unwrap();
        for shift in [-11, -5, -1, 0, 3, 5, 12, isize::MIN, isize::MAX] {
            let y = x.roll(shift, -1).unwrap();
            for (i, j) in (0..10).map(|n| (n / 5, n % 5)) {
                let from = (j - shift.rem_euclid(5)).rem_euclid(5);
                assert_eq!(y.at(&[i, j]).unwrap(), x.at(&[i, from]).unwrap(), "{shift}");
            }
        }
        assert!(x.roll(1, 2).is_err());
    }
}
