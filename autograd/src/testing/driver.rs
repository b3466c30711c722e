//! Runs checks over the catalogue.

use super::checks::{Check, Trial};
use super::{Entry, entry};
use crate::Op;
use std::fmt;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An operation of the table.
    Op(Op),
    /// Something that is made of operations, by name: a layer.
    Named(&'static str),
}

impl From<Op> for Subject {
    fn from(op: Op) -> Self {
        Subject::Op(op)
    }
}

/// As the first argument of the call that checks it.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Op(op) => write!(f, "Op::{op:?}"),
            Subject::Named(name) => write!(f, "{name:?}"),
        }
    }
}

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
    /// The operation, or what is made of several.
    pub subject: Subject,
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
            "check({}, Check::{:?}, {}) on '{}': {message}",
            self.subject, self.check, self.seed, self.case
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

/// Runs one check on an entry that isn't the catalogue's: a layer's, or one that is broken on purpose.
///
/// # Errors
/// The first case that fails.
pub fn check_entry(
    subject: impl Into<Subject>,
    entry: &Entry,
    check: Check,
    seed: u64,
) -> Result<Finding, Failure> {
    let subject = subject.into();
    let mut trial = Trial::new(subject, check, seed);
    check.run(entry, &mut trial).map_err(|err| Failure {
        subject,
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
