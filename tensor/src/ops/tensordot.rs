//! Sums over products along pairs of axes.

use super::contraction::{Contract, contract, letters};
use crate::{Error, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The sum over products of elements along pairs of axes, `axes` of this with `other_axes` of `other`, as NumPy's
    /// `tensordot`: `y[i…, j…] = Σ a[i…, k…] · b[k…, j…]` over the paired k. The other axes of both follow each other. A NaN takes part as
    /// arithmetic says.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]), Tensor::from([[1.0, 10.0], [100.0, 1000.0]]));
    /// assert_eq!(a.tensordot(&b, [0, 1], [0, 1])?.item()?, 4321.0);
    /// assert_eq!(a.tensordot(&b, [1], [1])?, Tensor::from([[21.0, 2100.0], [43.0, 4300.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the lists differ in length, an axis is out of range or named twice, or paired axes differ in size.
    pub fn tensordot(
        &self,
        other: &Self,
        axes: impl AsRef<[isize]>,
        other_axes: impl AsRef<[isize]>,
    ) -> Result<Self> {
        tensordot(self, other, axes.as_ref(), other_axes.as_ref())
    }
}

/// [`Tensor::tensordot`] on operands of any kind.
///
/// # Errors
/// As there.
pub fn tensordot<X: Contract>(a: &X, b: &X, axes: &[isize], other_axes: &[isize]) -> Result<X> {
    let (a_shape, b_shape) = (a.sizes().to_vec(), b.sizes().to_vec());
    if axes.len() != other_axes.len() {
        return Err(Error::axis(
            "tensordot",
            format!("axes {axes:?} and {other_axes:?}; expected as many of each"),
        ));
    }
    crate::Axes::from(axes).resolve("tensordot", a_shape.len())?;
    crate::Axes::from(other_axes).resolve("tensordot", b_shape.len())?;
    let place = |axis: isize, rank: usize| crate::axis_index("tensordot", axis, rank);
    let left = letters(0, a_shape.len());
    let mut right = letters(a_shape.len(), b_shape.len());
    for (&i, &j) in axes.iter().zip(other_axes) {
        let (at, other) = (place(i, a_shape.len())?, place(j, b_shape.len())?);
        if a_shape[at] != b_shape[other] {
            return Err(Error::shape(
                "tensordot",
                format!(
                    "axis {i} of {a_shape:?} with axis {j} of {b_shape:?}; expected equal sizes"
                ),
            ));
        }
        right[other] = left[at];
    }
    let once = |label: &char| left.contains(label) != right.contains(label);
    let output: Vec<char> = left.iter().chain(&right).copied().filter(once).collect();
    contract(
        "tensordot",
        vec![(a.clone(), left), (b.clone(), right)],
        &output,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paired_axes_are_summed_over_and_have_to_fit() {
        let a = Tensor::arange(0.0, 6.0, 1.0).unwrap();
        let a = a.reshape([2, 3]).unwrap();
        let b = Tensor::<f64>::zeros([4, 1, 5]);
        let y = a.tensordot(&a, [0, 1], [0, 1]).unwrap();
        assert_eq!(y.item().unwrap(), 55.0); // 0 + 1 + 4 + 9 + 16 + 25
        let message = |r: Result<Tensor<f64>>| r.unwrap_err().to_string();
        assert_eq!(
            message(a.tensordot(&b, [1], [0])),
            "tensordot: axis 1 of [2, 3] with axis 0 of [4, 1, 5]; expected equal sizes"
        );
        assert_eq!(
            message(a.tensordot(&b, [1], [0, 1])),
            "tensordot: axes [1] and [0, 1]; expected as many of each"
        );
    }
}
