//! One number for all of an image: reductions over the spatial axes, and for the maximum one window as large as the image.

use crate::Var;
use etude_tensor::plan::{lp_axes, spatial_axes};
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// The mean of all of an image (Lin, Chen and Yan, 2013), `y[b, c] = Σ x[b, i…, c] / n` over its n pixels: `x`
    /// `[batch, spatial…, channels]` → `[batch, channels]`.
    ///
    /// Gradient: each of an image's `n` elements gets `∂L/∂y / n`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from_slice([1, 2, 2, 1], &[1.0_f64, -1.0, 3.0, 5.0])?);
    /// let y = x.global_avg_pool()?;
    /// assert_eq!(y.tensor(), &Tensor::from([[2.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.25; 4]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no spatial axis, or an image has no elements.
    pub fn global_avg_pool(&self) -> Result<Var<T>> {
        self.mean(spatial_axes("global_avg_pool", self.shape())?)
    }

    /// The maximum of all of an image, `y[b, c] = max x[b, i…, c]`: `x` `[batch, spatial…, channels]` → `[batch, channels]`.
    ///
    /// Gradient: as in every pooling, `∂L/∂y` goes to the maximum, to the first of equal ones.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from_slice([1, 2, 2, 1], &[1.0_f64, 5.0, 3.0, 5.0])?);
    /// let y = x.global_max_pool()?;
    /// assert_eq!(y.tensor(), &Tensor::from([[5.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no spatial axis, or an image has no elements.
    pub fn global_max_pool(&self) -> Result<Var<T>> {
        let shape = self.shape();
        spatial_axes("global_max_pool", shape)?;
        let ends = [shape[0], shape[shape.len() - 1]];
        let window = vec![1; shape.len() - 2];
        self.adaptive_max_pool(window)?.reshape(ends)
    }

    /// The p-norm of all of an image, `y = (Σ |x|ᵖ)^(1/p)`: `x` `[batch, spatial…, channels]` → `[batch, channels]`. Any `p` that
    /// [`norm`](Var::norm) takes.
    ///
    /// Gradient: `∂L/∂x = sign x · (|x|/y)ᵖ⁻¹ · ∂L/∂y`, and 0 where `x` or the norm is.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from_slice([1, 2, 1], &[0.0_f64, -4.0])?);
    /// let y = x.global_lp_pool(2.0)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[4.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, -1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `p` is NaN, there is no spatial axis, or an image has no elements.
    pub fn global_lp_pool(&self, p: f64) -> Result<Var<T>> {
        self.norm(p, lp_axes(self.shape(), p)?)
    }
}
