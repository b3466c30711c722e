//! All cases below some folders.

use crate::{Case, CaseResult, Outcome, Report, check, check_operation};
use etude_tensor::file::TensorFile;
use etude_tensor::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The case files at `path`, or in the folder `path` and those inside, in the order of their names.
///
/// # Errors
/// If a folder can't be read.
pub fn cases_below(path: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let path = path.as_ref();
    let refuse =
        |err: std::io::Error| Error::file("conformance", format!("{}: {err}", path.display()));
    if !fs::metadata(path).map_err(refuse)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(refuse)? {
        entries.push(entry.map_err(refuse)?.path());
    }
    entries.sort();
    let mut cases = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            cases.extend(cases_below(&entry)?);
        } else if entry
            .extension()
            .is_some_and(|extension| extension == "safetensors")
        {
            cases.push(entry);
        }
    }
    Ok(cases)
}

/// What a file turned out to hold.
enum Read {
    Layer(Box<Case>),
    /// The case of an operation, by name.
    Operation(String, TensorFile),
    Nothing(String),
}

impl Read {
    fn from(path: &Path) -> Self {
        let file = match TensorFile::read(path) {
            Ok(file) => file,
            Err(err) => return Read::Nothing(err.to_string()),
        };
        match file.metadata.get("operation") {
            Some(name) => Read::Operation(name.clone(), file),
            None => match Case::from_file(file) {
                Ok(case) => Read::Layer(Box::new(case)),
                Err(message) => Read::Nothing(format!("{}: {message}", path.display())),
            },
        }
    }

    /// The layer's type or the operation's name.
    fn name(&self) -> &str {
        match self {
            Read::Layer(case) => &case.layer,
            Read::Operation(name, _) => name,
            Read::Nothing(_) => "",
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Read::Layer(case) => check(case),
            Read::Operation(_, file) => check_operation(file),
            Read::Nothing(problem) => Outcome::Failed(vec![problem.clone()]),
        }
    }
}

/// Runs the cases below `paths` whose file name, layer or operation contains `filter`, and calls `each` after each one. A file that isn't a
/// case fails.
///
/// # Errors
/// If a folder can't be read.
pub fn run<P: AsRef<Path>>(
    paths: &[P],
    filter: &str,
    mut each: impl FnMut(&CaseResult),
) -> Result<Report> {
    let mut report = Report::default();
    for path in paths {
        for file in cases_below(path)? {
            let read = Read::from(&file);
            let name = read.name();
            if !file.to_string_lossy().contains(filter) && !name.contains(filter) {
                continue;
            }
            let result = CaseResult {
                layer: name.to_string(),
                outcome: read.outcome(),
                file,
            };
            each(&result);
            report.results.push(result);
        }
    }
    Ok(report)
}
