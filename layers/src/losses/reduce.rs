//! The last step of a loss: from its elements to what is asked for.

use crate::config::Reduction;
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};

/// The default of `reduction`.
pub(super) fn mean() -> Reduction {
    Reduction::Mean
}

/// The elements of a loss `who`, reduced; the mean is over `count` of them.
///
/// # Errors
/// If a mean is asked of nothing.
pub(super) fn reduce<T: Float>(
    who: &str,
    elements: &Var<T>,
    reduction: Reduction,
    count: usize,
) -> Result<Var<T>> {
    match reduction {
        Reduction::None => Ok(elements.clone()),
        Reduction::Sum => elements.sum(..),
        Reduction::Mean if count == 0 => Err(Error::shape(
            who,
            format!(
                "a loss of shape {:?} has no element to take the mean of",
                elements.shape()
            ),
        )),
        Reduction::Mean => elements.sum(..)?.div_scalar(count as f64),
    }
}

/// Refuses shapes that differ: a loss broadcasts nothing.
pub(super) fn check_same<T: Float>(who: &str, prediction: &Var<T>, target: &Var<T>) -> Result<()> {
    if prediction.shape() != target.shape() {
        let message = format!(
            "prediction {:?} and target {:?}; expected the same shape",
            prediction.shape(),
            target.shape()
        );
        return Err(Error::shape(who, message));
    }
    Ok(())
}
