//! Round and round.

use crate::kernels::window::{PerAxis, Spatial};
use crate::{Element, Error, Result, Tensor, axis_index};

impl<T: Element> Tensor<T> {
    /// The tensor with everything moved on by `shift` positions along `axis`, `y[i] = x[(i − shift) mod n]`; what leaves at the end comes in at the
    /// beginning. A negative shift moves back. Along several axes, each is moved by its own shift, or all by one.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([1, 2, 3, 4_i64]);
    /// assert_eq!(x.roll(1, 0)?.to_vec(), [4, 1, 2, 3]);
    /// assert_eq!(x.roll(-6, 0)?.to_vec(), [3, 4, 1, 2]);
    /// let square = Tensor::from([[1, 2], [3, 4_i64]]);
    /// assert_eq!(square.roll([1, 1], [0, 1])?, Tensor::from([[4, 3], [2, 1]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range, or there aren't as many shifts as axes.
    pub fn roll(
        &self,
        shift: impl Into<Spatial<isize>>,
        axis: impl Into<Spatial<isize>>,
    ) -> Result<Self> {
        let mut y = self.clone();
        for (axis, shift) in roll_steps(self.shape(), shift.into(), axis.into())? {
            let back = y.shape()[axis as usize] - shift as usize;
            let (head, tail) = (
                y.narrow(axis, 0, back)?,
                y.narrow(axis, back, shift as usize)?,
            );
            y = Tensor::concat(&[tail, head], axis)?;
        }
        Ok(y)
    }
}

/// The axes of a tensor of `shape` along which it is moved on, each with its shift: 0 to below its size.
///
/// # Errors
/// If an axis is out of range, or there aren't as many shifts as axes.
pub fn roll_steps(
    shape: &[usize],
    shift: Spatial<isize>,
    axis: Spatial<isize>,
) -> Result<PerAxis<(isize, isize)>> {
    let axes = axis.on(1);
    let shifts = shift.on(axes.len());
    if shifts.len() != axes.len() {
        return Err(Error::value(
            "roll",
            format!(
                "shifts {:?} for axes {:?}; expected one for each, or one for all",
                &shifts[..],
                &axes[..]
            ),
        ));
    }
    let step = |(&axis, &shift): (&isize, &isize)| {
        let axis = axis_index("roll", axis, shape.len())?;
        let shift = shift.checked_rem_euclid(shape[axis] as isize);
        Ok((axis as isize, shift.unwrap_or(0)))
    };
    axes.iter().zip(&shifts).map(step).collect()
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

    #[test]
    fn several_axes_are_moved_one_after_the_other() {
        let x = Tensor::arange(0_i64, 24, 1).unwrap();
        let x = x.reshape([2, 3, 4]).unwrap();
        let one_by_one = |steps: &[(isize, isize)]| {
            let roll =
                |x: Tensor<i64>, &(shift, axis): &(isize, isize)| x.roll(shift, axis).unwrap();
            steps.iter().fold(x.clone(), roll)
        };
        let both = x.roll([1, -2], [-1, 1]).unwrap();
        assert_eq!(both, one_by_one(&[(1, 2), (-2, 1)]));
        assert_eq!(x.roll(1, [0, 2]).unwrap(), one_by_one(&[(1, 0), (1, 2)]));
        assert_eq!(x.roll([1, 1], [2, 2]).unwrap(), one_by_one(&[(2, 2)]));
        assert_eq!(x.roll([0; 0], [0; 0]).unwrap(), x);
        assert_eq!(
            x.roll([1, 2], 0).unwrap_err().to_string(),
            "roll: shifts [1, 2] for axes [0]; expected one for each, or one for all"
        );
        assert_eq!(
            x.roll(1, [0, 3]).unwrap_err().to_string(),
            "roll: axis 3 is out of range for rank 3; expected -3 to 2"
        );
        assert_eq!(
            Tensor::<f32>::zeros([0, 2])
                .roll(1, [0, 1])
                .unwrap()
                .shape(),
            [0, 2]
        );
    }
}
