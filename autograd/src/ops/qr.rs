//! Orthonormal columns and a triangle.

use super::linalg::t;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// The rule of the `Q` of [`Var::qr`]; `R = Qᵀ·A` is recorded as that product. Saves `A, Q`.
struct Qr;

impl<T: Float> Rule<T> for Qr {
    fn name(&self) -> &'static str {
        "qr"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (a, q) = (&saved[0], &saved[1]);
        to.give(0, || {
            let r = t(q)?.matmul(a)?.triu(0)?;
            let m = t(&gy)?.matmul(q)?.try_neg()?;
            let copied = m.tril(0)?.try_add(&t(&m.tril(-1)?)?)?;
            let inner = gy.try_add(&q.matmul(&copied)?)?;
            t(&r.triangular_solve(&t(&inner)?, true)?)
        })
    }
}

impl<T: Float> Var<T> {
    /// `Q` `[..., m, k]` with orthonormal columns and upper triangular `R` `[..., k, n]`, `k = min(m, n)`, whose product is
    /// each matrix `A` `[m, n]` in the last two axes. The signs are LAPACK's, hence NumPy's and PyTorch's.
    ///
    /// Gradient: through `Q`, `∂L/∂A = (∂L/∂Q + Q·C(−∂L/∂Qᵀ·Q))·R⁻ᵀ`, where `C` copies the lower triangle into the upper
    /// one (Liao, Liu, Wang and Xiang, 2019); through `R`, that of the product `Qᵀ·A`. It needs the first `k` columns to be
    /// independent: else it is an error.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([[3.0_f64], [4.0]]));
    /// let (q, r) = a.qr()?;
    /// assert!((r.item()? + 5.0).abs() < 1e-14);
    /// let gradient = r.sum(..)?.backward()?.get(&a)?; // of −√(3² + 4²)
    /// let off = gradient.try_sub(q.tensor())?.abs().max(..)?.item()?;
    /// assert!(off < 1e-14);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn qr(&self) -> Result<(Var<T>, Var<T>)> {
        let (q, _) = self.tensor().qr()?;
        let k = q.shape()[q.rank() - 1];
        // What stands behind the first k columns doesn't change Q.
        let first = self.narrow(-1, 0, k)?;
        let q = first
            .tape()
            .record(Qr, &[&first], q, [Save::Var(&first), Save::Output])?;
        let r = t(&q)?.matmul(self)?.triu(0)?;
        Ok((q, r))
    }
}
