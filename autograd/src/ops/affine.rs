//! The product with a matrix, and a vector added: what a dense layer computes, with its activation if it has one.

use super::{relu, sigmoid, tanh};
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::kernels::maps::Unary;
use etude_tensor::{Float, Result};

/// The rule of [`Var::affine`]. Saves `x, w`, each only if the other is tracked.
struct Affine;

impl<T: Float> Rule<T> for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        products(saved, &gy, to)
    }
}

/// `y = f(x·w + b)`: as [`Affine`], with `f'·∂L/∂y` for `∂L/∂y`. Saves `y` too, from which the slope f' is read; what stood before f is
/// never in memory.
struct AffineThen {
    epilogue: Epilogue,
}

impl<T: Float> Rule<T> for AffineThen {
    fn name(&self) -> &'static str {
        "affine_then"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let grad = match self.epilogue {
            Epilogue::Relu => relu::grad,
            Epilogue::Sigmoid => sigmoid::grad,
            Epilogue::Tanh => tanh::grad,
        };
        products(saved, &grad(&saved[2], &gy)?, to)
    }
}

/// A function whose slope its result tells: [`Var::affine_then`] applies it while a product is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Epilogue {
    /// `max(z, 0)`.
    Relu,
    /// `1/(1 + e⁻ᶻ)`.
    Sigmoid,
    /// `tanh z`.
    Tanh,
}

impl Epilogue {
    fn function(self) -> Unary {
        match self {
            Epilogue::Relu => Unary::Relu,
            Epilogue::Sigmoid => Unary::Sigmoid,
            Epilogue::Tanh => Unary::Tanh,
        }
    }
}

/// The gradients of `x·w + b`, whose own gradient is `g`.
fn products<T: Float>(saved: &Saved<T>, g: &Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
    to.give(0, || g.matmul(&saved[1].transpose(0, 1)?))?;
    to.give(1, || rows(&saved[0])?.transpose(0, 1)?.matmul(&rows(g)?))?;
    to.give(2, || rows(g)?.sum(0))
}

/// All axes but the last as one.
fn rows<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    match x.shape() {
        [_, _] => Ok(x.clone()),
        [leading @ .., width] => x.reshape([leading.iter().product(), *width]),
        [] => x.reshape([1, 1]),
    }
}

impl<T: Float> Var<T> {
    /// `y = x·w + b` for `x` `[…, in]`, a matrix `w` `[in, out]` and a vector `b` `[out]`: `[…, out]`. The vector is added
    /// while the product is stored.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y · wᵀ`, `∂L/∂w = xᵀ · ∂L/∂y` and `∂L/∂b = Σ ∂L/∂y`, the last two over all rows.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0]]));
    /// let w = tape.var(Tensor::from([[3.0], [4.0]]));
    /// let b = tape.var(Tensor::from([5.0]));
    /// let y = x.affine(&w, &b)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[16.0]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?, Tensor::from([[3.0, 4.0]]));
    /// assert_eq!(gradients.get(&w)?, Tensor::from([[1.0], [2.0]]));
    /// assert_eq!(gradients.get(&b)?.to_vec(), [1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or the variables are on different tapes.
    pub fn affine(&self, weight: &Var<T>, bias: &Var<T>) -> Result<Var<T>> {
        let y = self.tensor().affine(weight.tensor(), bias.tensor())?;
        let saved = [
            Save::for_gradient_of(self, weight),
            Save::for_gradient_of(weight, self),
        ];
        self.tape().record(Affine, &[self, weight, bias], y, saved)
    }

    /// `y = f(x·w + b)` for an activation `f`, or `f(x·w)` without a bias: as [`affine`](Self::affine), the activation
    /// applied while the product is stored.
    ///
    /// Gradient: with `g = f'·∂L/∂y`, where f' is read off the result: `∂L/∂x = g·wᵀ`, `∂L/∂w = xᵀ·g`, `∂L/∂b = Σ g`.
    ///
    /// ```
    /// use etude_autograd::{Epilogue, Tape};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0, 2.0]]));
    /// let w = tape.var(Tensor::from([[1.0, -1.0], [1.0, -1.0]]));
    /// let y = x.affine_then(&w, None, Epilogue::Relu)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 0.0]);
    /// // The second column is cut off, so that nothing comes back through it.
    /// assert_eq!(y.sum(..)?.backward()?.get(&w)?.to_vec(), [1.0, 0.0, 2.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`affine`](Self::affine).
    pub fn affine_then(
        &self,
        weight: &Var<T>,
        bias: Option<&Var<T>>,
        epilogue: Epilogue,
    ) -> Result<Var<T>> {
        let y = self.tensor().affine_then(
            weight.tensor(),
            bias.map(Var::tensor),
            epilogue.function(),
        )?;
        let saved = [
            Save::for_gradient_of(self, weight),
            Save::for_gradient_of(weight, self),
            Save::Output,
        ];
        let rule = AffineThen { epilogue };
        match bias {
            Some(bias) => self.tape().record(rule, &[self, weight, bias], y, saved),
            None => self.tape().record(rule, &[self, weight], y, saved),
        }
    }
}
