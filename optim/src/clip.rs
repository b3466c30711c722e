//! Clipping: gradients kept from being too large.

use etude_autograd::Gradients;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Error, Float, Result, Tensor};

/// Clipping of the gradients for parameters. Those for plain variables aren't looked at, and frozen parameters have
/// none.
///
/// ```
/// use etude_autograd::{Param, Tape};
/// use etude_optim::Clip;
/// use etude_tensor::Tensor;
///
/// let p = Param::new(Tensor::from([1.0_f64, 2.0]));
/// let tape = Tape::new();
/// let loss = (tape.param(&p)? * tape.input(Tensor::from([3.0, 4.0]))).sum(..)?;
/// let mut gradients = loss.backward()?;
/// assert_eq!(gradients.clip_by_global_norm(1.0)?, 5.0);
/// assert_eq!(gradients.param(&p).unwrap().to_vec(), [0.6000000000000001, 0.8]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub trait Clip {
    /// Scales all gradients by one factor so that their norm together, `√Σ g²`, is at most `max_norm`, and returns
    /// what it was. One pass finds the norm, in 64 bits and the same on any number of threads; only where it is too
    /// large, a second one scales.
    ///
    /// A norm that isn't finite (NaN, infinity) says that a gradient isn't either. No factor would help, so the
    /// gradients stay as they are, and the caller, who sees it in the result, may leave the step out.
    ///
    /// # Errors
    /// If `max_norm` isn't a finite number above 0.
    fn clip_by_global_norm(&mut self, max_norm: f64) -> Result<f64>;

    /// Moves each element of each gradient into `−limit..=limit`. NaN stays NaN.
    ///
    /// # Errors
    /// If `limit` isn't a finite number above 0.
    fn clip_by_value(&mut self, limit: f64) -> Result<()>;
}

impl<T: Float> Clip for Gradients<T> {
    fn clip_by_global_norm(&mut self, max_norm: f64) -> Result<f64> {
        check("clip_by_global_norm", "max_norm", max_norm)?;
        let norm = self.global_norm();
        if norm.is_finite() && norm > max_norm {
            let factor = Tensor::scalar(T::from_f64(max_norm / norm));
            for (_, gradient) in self.params_mut() {
                gradient.binary_in_place(Binary::Mul, &factor)?;
            }
        }
        Ok(norm)
    }

    fn clip_by_value(&mut self, limit: f64) -> Result<()> {
        check("clip_by_value", "limit", limit)?;
        for (_, gradient) in self.params_mut() {
            *gradient = gradient.clamp(-limit, limit)?;
        }
        Ok(())
    }
}

fn check(who: &str, name: &str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::value(
        who,
        format!("{name} {value}; expected a finite number above 0"),
    ))
}
