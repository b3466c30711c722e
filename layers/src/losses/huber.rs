//! The Huber loss: squared near the target, absolute far from it.

use super::pair::pair_loss;
use super::reduce::Elements;
use crate::Module;
use crate::config::Reduction;
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result};

/// The configuration of a [`Huber`].
#[config]
pub struct HuberConfig {
    /// Where the square becomes a straight line, above 0.
    #[default = 1.0]
    pub delta: f64,
    /// Mean, sum, or the elements as they are.
    #[default = Reduction::Mean]
    pub reduction: Reduction,
}

impl HuberConfig {
    /// The loss.
    ///
    /// # Errors
    /// If `delta` isn't above 0.
    pub fn init(&self) -> Result<Huber> {
        if !(self.delta > 0.0 && self.delta.is_finite()) {
            let message = format!("delta is {}; expected a number above 0", self.delta);
            return Err(Error::config(WHO, message));
        }
        Ok(Huber {
            config: self.clone(),
        })
    }
}

/// The Huber loss (Huber, *Robust Estimation of a Location Parameter*, 1964), element by element. With `e = prediction − target`,
///
/// ```text
/// ℓ = ½e²                        if |e| ≤ delta
/// ℓ = delta·(|e| − ½·delta)      otherwise
/// ```
///
/// The gradient goes to both arguments.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{HuberConfig, Reduction};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let prediction = tape.var(Tensor::from([0.5_f32, -3.0]));
/// let target = tape.input(Tensor::zeros([2]));
/// let loss = HuberConfig::new().reduction(Reduction::Sum).init()?.forward(&prediction, &target)?;
/// assert_eq!(loss.item()?, 0.125 + 2.5);
/// assert_eq!(loss.backward()?.get(&prediction)?.to_vec(), [0.5, -1.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct Huber {
    config: HuberConfig,
}

pair_loss!(Huber, "Huber", WHO = "huber", "prediction");

impl Huber {
    /// With `c` the error `e` within ±delta, both branches are `c·(e − ½c)`.
    fn elements<T: Float>(&self, prediction: &Var<T>, target: &Var<T>) -> Result<Elements<T>> {
        let e = prediction.try_sub(target)?;
        let c = e.clamp(-self.config.delta, self.config.delta)?;
        Ok(c.try_mul(&e.try_sub(&c.mul_scalar(0.5)?)?)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck, gradgradcheck};
    use etude_tensor::Tensor;

    #[test]
    fn the_branches_meet_with_their_slopes() -> Result<()> {
        let tape = Tape::new();
        let loss = HuberConfig::new()
            .delta(2.0)
            .reduction(Reduction::None)
            .init()?;
        let x = tape.var(Tensor::from([-3.0_f64, -2.0, 0.0, 1.0, 2.0, 5.0]));
        let y = loss.forward(&x, &tape.input(Tensor::zeros([6])))?;
        assert_eq!(y.tensor().to_vec(), [4.0, 2.0, 0.0, 0.5, 2.0, 8.0]);
        let gradient = y.sum(..)?.backward()?.get(&x)?;
        assert_eq!(gradient.to_vec(), [-2.0, -2.0, 0.0, 1.0, 2.0, 2.0]);
        Ok(())
    }

    #[test]
    fn derivatives_of_first_and_second_order() -> Result<()> {
        let loss = HuberConfig::new().init()?;
        // An error of 0 is no kink: the curvature there is 1, as around it.
        let inputs = [
            Tensor::from([0.3, -0.7, 2.5, 0.2]),
            Tensor::from([0.0, 0.1, 0.4, 0.2]),
        ];
        gradcheck(|x| loss.forward(&x[0], &x[1]), &inputs)?;
        gradgradcheck(|x| loss.forward(&x[0], &x[1]), &inputs).map(|_| ())
    }

    #[test]
    fn a_delta_of_0_or_less_is_an_error() {
        for delta in [0.0, -1.0, f64::NAN] {
            let message = HuberConfig::new()
                .delta(delta)
                .init()
                .unwrap_err()
                .to_string();
            assert!(message.starts_with("huber: delta is "), "{message}");
        }
    }
}
