//! A value that is used and not differentiated.

use crate::Var;
use etude_tensor::Float;

/// `x` as a constant: used, and not differentiated. The same as [`Var::detach`].
///
/// The straight-through estimator (Bengio, Léonard and Courville, 2013) rounds on the way forward and pretends not to have on the
/// way back:
///
/// ```
/// use etude_autograd::{Tape, stop_gradient};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([0.4_f64, 0.6]));
/// let hard = x.sign()?;
/// let y = &x + stop_gradient(&(&hard - &x)); // sign x, with the derivative of x
/// assert_eq!(y.tensor().to_vec(), [1.0, 1.0]);
/// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[must_use]
pub fn stop_gradient<T: Float>(x: &Var<T>) -> Var<T> {
    x.detach()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;
    use etude_tensor::{Result, Tensor};

    #[test]
    fn it_cuts_one_way_and_no_other() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(3.0_f64));
        let y = &x * stop_gradient(&x); // as if the second factor were 3
        assert!(!stop_gradient(&x).is_tracked());
        assert_eq!(y.backward()?.get(&x)?.item()?, 3.0);
        Ok(())
    }
}
