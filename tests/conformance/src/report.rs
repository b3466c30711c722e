//! What came of the cases, for people and for machines.

use crate::Outcome;
use serde_json::{Value, json};
use std::fmt;
use std::path::PathBuf;

/// What came of some cases. Printed, the closing line: `N passed, M failed, K unsupported`.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One for each case, in the order of the run.
    pub results: Vec<CaseResult>,
}

/// What came of one case. Printed, a line.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case's file.
    pub file: PathBuf,
    /// The layer's type, or the operation's name; empty if the file isn't a case.
    pub layer: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl Report {
    fn count(&self, matching: impl Fn(&Outcome) -> bool) -> usize {
        self.results
            .iter()
            .filter(|result| matching(&result.outcome))
            .count()
    }

    /// How many cases passed.
    pub fn passed(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::Passed)
    }

    /// How many cases failed.
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// How many cases this build can't run: their layers aren't in the registry, say.
    pub fn unsupported(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Unsupported(_)))
    }

    /// The counts as JSON.
    pub fn to_json(&self) -> Value {
        json!({"passed": self.passed(), "failed": self.failed(), "unsupported": self.unsupported()})
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, failed, unsupported) = (self.passed(), self.failed(), self.unsupported());
        write!(
            f,
            "{passed} passed, {failed} failed, {unsupported} unsupported"
        )
    }
}

impl CaseResult {
    /// The result as JSON.
    pub fn to_json(&self) -> Value {
        let (result, problems) = match &self.outcome {
            Outcome::Passed => ("passed", &[][..]),
            Outcome::Failed(problems) => ("failed", &problems[..]),
            Outcome::Unsupported(reason) => ("unsupported", std::slice::from_ref(reason)),
        };
        let file = self.file.to_string_lossy();
        json!({"case": file, "layer": self.layer, "result": result, "problems": problems})
    }
}

impl fmt::Display for CaseResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.outcome {
            Outcome::Passed => write!(f, "passed {file}"),
            Outcome::Failed(problems) => write!(f, "FAILED {file}: {}", problems.join("; ")),
            Outcome::Unsupported(reason) => write!(f, "unsupported {file}: {reason}"),
        }
    }
}
