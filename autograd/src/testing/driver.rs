//! Runs checks over the catalogue.

use super::checks::{Check, Trial};
use super::{Entry, entry};
use crate::Op;
use std::fmt;

/// What a check found that has nothing to complain about.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Finding {
    /// How many comparisons were made.
    pub compared: usize,
    /// The largest error seen, where the check measures one.
    pub largest_error: f64,
}

/// A check that failed. Printed, it is one line, which has all that is needed to run it again.
#[derive(Clone, PartialEq)]
pub struct Failure {
    /// The operation.
    pub op: Op,
    /// The check.
    pub check: Check,
    /// The case, by label and shapes; empty where the entry as a whole is at fault.
    pub case: String,
    /// What the inputs were drawn from.
    pub seed: u64,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message.replace('\n', ";");
        write!(
            f,
            "check(Op::{:?}, Check::{:?}, {}) on '{}': {message}",
            self.op, self.check, self.seed, self.case
        )
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}

/// Runs one check on one operation, with inputs drawn from `seed`.
///
/// # Errors
/// The first case that fails.
pub fn check(op: Op, check: Check, seed: u64) -> Result<Finding, Failure> {
    check_entry(op, &entry(op), check, seed)
}

/// Runs one check on another entry for the operation than the catalogue's: on one that is broken on purpose, say.
///
/// # Errors
/// The first case that fails.
pub fn check_entry(op: Op, entry: &Entry, check: Check, seed: u64) -> Result<Finding, Failure> {
    let mut trial = Trial::new(op, seed);
    check.run(entry, &mut trial).map_err(|err| Failure {
        op,
        check,
        case: trial.case_name().to_string(),
        seed,
        message: err.to_string(),
    })?;
    Ok(trial.finding())
}

/// Runs one check on every operation. Returns what it found, and every failure.
pub fn check_all(which: Check, seed: u64) -> (Vec<(Op, Finding)>, Vec<Failure>) {
    let (mut findings, mut failures) = (Vec::new(), Vec::new());
    for &op in Op::ALL {
        match check(op, which, seed) {
            Ok(finding) => findings.push((op, finding)),
            Err(failure) => failures.push(failure),
        }
    }
    (findings, failures)
}
