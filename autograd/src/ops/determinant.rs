//! The determinant.

use super::linalg::t;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::determinant`]. Saves `A, y`.
struct Determinant;

impl<T: Float> Rule<T> for Determinant {
    fn name(&self) -> &'static str {
        "determinant"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, y) = (&saved[0], &saved[1]);
        to.give(0, || {
            cofactors(a, y)?.try_mul(&gy.unsqueeze(-1)?.unsqueeze(-1)?)
        })
    }
}

/// The cofactors of the matrices `a` with the determinants `y`: `y·A⁻ᵀ` of regular ones, and by their definition where there is no
/// inverse, or `y` doesn't tell the size.
fn cofactors<T: Float>(a: &Var<T>, y: &Var<T>) -> Result<Var<T>> {
    let numbers = y.tensor().to_vec();
    let count = numbers.len();
    let (regular, singular): (Vec<i64>, Vec<i64>) = (0..count as i64)
        .partition(|&i| numbers[i as usize] != T::ZERO && numbers[i as usize].is_finite());
    if singular.is_empty() {
        return by_inverse(a, y);
    }
    let n = a.shape()[a.rank() - 1];
    let (matrices, y) = (a.reshape([count, n, n])?, y.reshape([count])?);
    let (regular, singular) = (Tensor::from(regular), Tensor::from(singular));
    let inverted = by_inverse(
        &matrices.index_select(0, &regular)?,
        &y.index_select(0, &regular)?,
    )?;
    let others = by_minors(&matrices.index_select(0, &singular)?)?;
    let zeros = a.tape().input(Tensor::zeros([count, n, n]));
    zeros
        .index_add(0, &regular, &inverted)?
        .index_add(0, &singular, &others)?
        .reshape(a.shape())
}

fn by_inverse<T: Float>(a: &Var<T>, y: &Var<T>) -> Result<Var<T>> {
    t(&a.inverse()?)?.try_mul(&y.unsqueeze(-1)?.unsqueeze(-1)?)
}

/// `C[i, j] = (−1)^(i + j) · det (A without row i and column j)` for matrices `[count, n, n]`: it divides by nothing, and can be
/// differentiated to any order, for the price of n² determinants.
fn by_minors<T: Float>(a: &Var<T>) -> Result<Var<T>> {
    let n = a.shape()[2];
    let kept = (0..n).flat_map(|i| (0..n).filter(move |&row| row != i));
    let kept: Vec<i64> = kept.map(|row| row as i64).collect();
    let kept = Tensor::from_slice([n, n.saturating_sub(1)], &kept)?;
    // [count, i, rows, j, columns]
    let minors = a.index_select(1, &kept)?.index_select(3, &kept)?;
    let minors = minors.permute([0, 1, 3, 2, 4])?.determinant()?;
    let sign = |place: usize| {
        T::from_f64(if (place / n + place % n).is_multiple_of(2) {
            1.0
        } else {
            -1.0
        })
    };
    let signs: Vec<T> = (0..n * n).map(sign).collect();
    minors.try_mul(&a.tape().input(Tensor::from_slice([n, n], &signs)?))
}

impl<T: Float> Var<T> {
    /// The determinant `y = det A` of each matrix in the last two axes; 1 of a matrix without elements.
    ///
    /// Gradient: `∂L/∂A = C · ∂L/∂y` with the cofactors `C` (Jacobi), `y·A⁻ᵀ` of a regular matrix; at singular ones too,
    /// where they cost n² determinants.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[1.0_f64, 2.0], [2.0, 4.0]])); // singular
    /// let gradient = a.determinant()?.backward()?.get(&a)?;
    /// assert_eq!(gradient, Tensor::from([[4.0, -2.0], [-2.0, 1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ.
    pub fn determinant(&self) -> Result<Var<T>> {
        let y = self.tensor().determinant()?;
        self.tape()
            .record(Determinant, &[self], y, [Save::Var(self), Save::Output])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tape, dualcheck, dualgradcheck, gradcheck, gradgradcheck, program};

    #[test]
    fn singular_matrices_beside_regular_ones() -> Result<()> {
        let tape = Tape::new();
        let a = Tensor::from([[[1.0_f64, 2.0], [2.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]]);
        let a = tape.var(Tensor::concat(&[a, Tensor::zeros([1, 2, 2])], 0)?);
        let gradient = a.determinant()?.sum(..)?.backward()?.get(&a)?;
        let cofactors = [[[4.0, -2.0], [-2.0, 1.0]], [[4.0, -3.0], [-2.0, 1.0]]];
        let cofactors = Tensor::concat(&[Tensor::from(cofactors), Tensor::zeros([1, 2, 2])], 0)?;
        let apart = gradient.try_sub(&cofactors)?.abs().max(..)?.item()?;
        assert!(apart < 1e-14, "{gradient:?}");
        Ok(())
    }

    #[test]
    fn every_rank_to_any_order() -> Result<()> {
        let f = program!(|a| a.determinant());
        let ranks = [
            Tensor::from([[0.0]]),
            Tensor::from([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]),
            Tensor::from([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 0.0]]),
            Tensor::zeros([3, 3]),
        ];
        for a in ranks {
            let inputs = [a];
            gradcheck(|x| x[0].determinant(), &inputs)?;
            gradgradcheck(|x| x[0].determinant(), &inputs)?;
            dualcheck(&f, &inputs)?;
            dualgradcheck(&f, &inputs)?;
        }
        Ok(())
    }

    #[test]
    fn a_determinant_that_underflows_has_a_gradient() -> Result<()> {
        let tape = Tape::new();
        let a = tape.var(Tensor::from([[1e-30_f32, 0.0], [0.0, 1e-30]]));
        let gradient = a.determinant()?.backward()?.get(&a)?;
        assert_eq!(gradient.to_vec(), [1e-30, 0.0, 0.0, 1e-30]);
        Ok(())
    }
}
