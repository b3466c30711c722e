//! Every element times every other.

use super::contraction::{Contract, contract, letters};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// Every product of an element of this with one of `other`: `y[i…, j…] = a[i…] · b[j…]`; NaN if either is.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([1.0_f32, 2.0]).outer(&Tensor::from([3.0, 4.0, 5.0]))?;
    /// assert_eq!(y, Tensor::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory.
    pub fn outer(&self, other: &Self) -> Result<Self> {
        outer(self, other)
    }
}

/// [`Tensor::outer`] on operands of any kind.
///
/// # Errors
/// As there.
pub fn outer<X: Contract>(a: &X, b: &X) -> Result<X> {
    let (left, right) = (
        letters(0, a.sizes().len()),
        letters(a.sizes().len(), b.sizes().len()),
    );
    let output = [&left[..], &right].concat();
    contract(
        "outer",
        vec![(a.clone(), left), (b.clone(), right)],
        &output,
    )
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_axes_of_both_follow_each_other() {
        let a = Tensor::<f64>::ones([2, 3]);
        let b = Tensor::arange(0.0, 20.0, 1.0).unwrap();
        let y = a.outer(&b.reshape([4, 1, 5]).unwrap()).unwrap();
        assert_eq!(y.shape(), [2, 3, 4, 1, 5]);
        assert_eq!(y.at(&[1, 2, 3, 0, 4]).unwrap(), 19.0);
    }
}
