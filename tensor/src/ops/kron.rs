//! The Kronecker product.

use super::contraction::{Contract, contract, letters};
use crate::{Float, Result, Shape, Tensor};

impl<T: Float> Tensor<T> {
    /// The Kronecker product: `other`, once for each element of this, multiplied by it, side by side: `y[i·m + k, …] = a[i, …] · b[k, …]`
    /// with m the size of `other`, along each axis. The lower rank gets axes of size 1 in front. NaN where either factor is.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([[1.0_f32, 2.0]]).kron(&Tensor::from([[1.0, 0.0], [0.0, 1.0]]))?;
    /// assert_eq!(y, Tensor::from([[1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory.
    pub fn kron(&self, other: &Self) -> Result<Self> {
        kron(self, other)
    }
}

/// [`Tensor::kron`] on operands of any kind.
///
/// # Errors
/// As there.
pub fn kron<X: Contract>(a: &X, b: &X) -> Result<X> {
    let (left, right) = (
        letters(0, a.sizes().len()),
        letters(a.sizes().len(), b.sizes().len()),
    );
    let rank = left.len().max(right.len());
    let (mut output, mut shape) = (Vec::new(), vec![1_usize; rank]);
    for (axis, size) in shape.iter_mut().enumerate() {
        for (labels, x) in [(&left, a), (&right, b)] {
            if let Some(i) = (axis + labels.len()).checked_sub(rank) {
                output.push(labels[i]);
                *size = size.saturating_mul(x.sizes()[i]);
            }
        }
    }
    Shape::from(&shape).check_fits("kron", X::ELEMENT_BYTES)?;
    contract("kron", vec![(a.clone(), left), (b.clone(), right)], &output)?.reshape(shape)
}

#[cfg(test)]
mod tests {
    use crate::{Rng, Tensor};

    #[test]
    fn blocks_stand_side_by_side_along_every_axis() {
        let rng = &mut Rng::seed(6);
        let (a, b) = (
            Tensor::<f64>::randn([2, 3], rng),
            Tensor::randn([4, 1, 5], rng),
        );
        let y = a.kron(&b).unwrap();
        assert_eq!(y.shape(), [4, 2, 15]);
        assert_eq!(
            y.at(&[3, 1, 14]).unwrap(),
            a.at(&[1, 2]).unwrap() * b.at(&[3, 0, 4]).unwrap()
        );
    }
}
