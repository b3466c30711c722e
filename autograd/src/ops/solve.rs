//! Systems of equations.

use super::linalg::t;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Error, Float, Result, Shape, Tensor};

/// The rule of [`Var::solve`]. Saves `A, X`.
struct Solve;

/// The rule of [`Var::triangular_solve`]. Saves `A, X`.
struct TriangularSolve {
    upper: bool,
}

impl<T: Float> Rule<T> for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, x) = (&saved[0], &saved[1]);
        let gb = t(a)?.solve(&gy)?;
        to.give(0, || gb.matmul(&t(x)?)?.try_neg())?;
        to.give(1, || Ok(gb))
    }
}

impl<T: Float> Rule<T> for TriangularSolve {
    fn name(&self) -> &'static str {
        "triangular_solve"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, x) = (&saved[0], &saved[1]);
        let gb = t(a)?.triangular_solve(&gy, !self.upper)?;
        to.give(0, || {
            let ga = gb.matmul(&t(x)?)?.try_neg()?;
            if self.upper { ga.triu(0) } else { ga.tril(0) }
        })?;
        to.give(1, || Ok(gb))
    }
}

impl<T: Float> Var<T> {
    /// The solution `X` of `A·X = B` for the matrices `A` in the last two axes. `b` has matrices `[..., n, k]`, or is a vector
    /// `[n]`; leading axes broadcast.
    ///
    /// Gradient: `∂L/∂B = A⁻ᵀ·∂L/∂X` and `∂L/∂A = −∂L/∂B·Xᵀ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[2.0_f64, 0.0], [0.0, 4.0]]));
    /// let b = tape.var(Tensor::from([2.0, 8.0]));
    /// let y = a.solve(&b)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.5, 0.25]);
    /// assert_eq!(gradients.get(&a)?, Tensor::from([[-0.5, -1.0], [-0.25, -0.5]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, a matrix is singular, or the variables are on different tapes.
    pub fn solve(&self, b: &Var<T>) -> Result<Var<T>> {
        self.system("solve", b, |a, b| {
            let x = a.tensor().solve(b.tensor())?;
            a.tape()
                .record(Solve, &[a, b], x, [Save::Var(a), Save::Output])
        })
    }

    /// The solution `X` of `A·X = B` for the upper (or lower) triangles `A` of the matrices in the last two axes; what stands
    /// in the other triangle isn't looked at. `b` has matrices `[..., n, k]`, or is a vector `[n]`; leading axes broadcast.
    ///
    /// Gradient: `∂L/∂B = A⁻ᵀ·∂L/∂X`, and `∂L/∂A` is that triangle of `−∂L/∂B·Xᵀ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[2.0_f64, 1.0], [0.0, 4.0]]));
    /// let b = tape.var(Tensor::from([4.0, 8.0]));
    /// let y = a.triangular_solve(&b, true)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&b)?.to_vec(), [0.5, 0.125]);
    /// assert_eq!(gradients.get(&a)?, Tensor::from([[-0.5, -1.0], [0.0, -0.25]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, there is a 0 on the diagonal, or the variables are on different tapes.
    pub fn triangular_solve(&self, b: &Var<T>, upper: bool) -> Result<Var<T>> {
        self.system("triangular_solve", b, |a, b| {
            let x = a.tensor().triangular_solve(b.tensor(), upper)?;
            let rule = TriangularSolve { upper };
            a.tape()
                .record(rule, &[a, b], x, [Save::Var(a), Save::Output])
        })
    }

    /// The inverse `X = A⁻¹` of each matrix in the last two axes. To solve a system, [`solve`](Var::solve) is faster and
    /// more accurate.
    ///
    /// Gradient: `∂L/∂A = −Xᵀ·∂L/∂X·Xᵀ`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[2.0_f64, 0.0], [0.0, 4.0]]));
    /// let y = a.inverse()?;
    /// assert_eq!(y.tensor(), &Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&a)?, Tensor::from([[-0.25, -0.125], [-0.125, -0.0625]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the last two sizes differ, or a matrix is singular.
    pub fn inverse(&self) -> Result<Var<T>> {
        let x = self.tensor().inverse()?;
        let eye = Tensor::eye(x.shape()[x.rank() - 1]).broadcast_to(x.shape())?;
        let eye = self.tape().input(eye);
        self.tape()
            .record(Solve, &[self, &eye], x, [Save::Var(self), Save::Output])
    }

    /// Solves with both sides as matrices of the same leading axes.
    fn system(
        &self,
        op: &str,
        b: &Var<T>,
        solve: impl FnOnce(&Var<T>, &Var<T>) -> Result<Var<T>>,
    ) -> Result<Var<T>> {
        self.tape().check_same(op, b)?;
        if b.rank() == 1 {
            let x = self.system(op, &b.unsqueeze(1)?, solve)?;
            return x.squeeze(-1);
        }
        let ([batch @ .., rows, n], [b_batch @ .., sides, width]) = (self.shape(), b.shape())
        else {
            return Err(Error::shape(
                op,
                format!(
                    "matrices {:?} and a right side {:?}; expected [..., n, n] and [..., n, k] or [n]",
                    self.shape(),
                    b.shape()
                ),
            ));
        };
        if rows != n || sides != n {
            return solve(self, b); // which says what is wrong
        }
        let leading = Shape::broadcast(op, batch, b_batch)?;
        let a = self.broadcast_to([&leading[..], &[*n, *n]].concat())?;
        solve(&a, &b.broadcast_to([&leading[..], &[*n, *width]].concat())?)
    }
}
