//! Checks of values that several configurations have.

use etude_tensor::{Error, Result};

/// A size of 1 or more.
pub(crate) fn check_size(who: &str, key: &str, size: usize) -> Result<()> {
    if size == 0 {
        return Err(Error::config(
            who,
            format!("{key} is 0; expected 1 or more"),
        ));
    }
    Ok(())
}

/// A share of elements that are dropped.
pub(crate) fn check_rate(who: &str, key: &str, rate: f64) -> Result<()> {
    if !(0.0..1.0).contains(&rate) {
        let message = format!("{key} is {rate}; expected a rate from 0 to below 1");
        return Err(Error::config(who, message));
    }
    Ok(())
}

/// An epsilon with which even a variance of 0 has a root.
pub(crate) fn check_epsilon(who: &str, epsilon: f64) -> Result<()> {
    if !(epsilon >= 0.0 && epsilon.is_finite()) {
        let message = format!("epsilon is {epsilon}; expected a number of 0 or more");
        return Err(Error::config(who, message));
    }
    Ok(())
}
