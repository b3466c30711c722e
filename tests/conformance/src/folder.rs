//! All cases below some folders.

use crate::{Case, CaseResult, Outcome, Report, check};
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

/// Runs the cases below `paths` whose file name or layer contains `filter`, and calls `each` after each one. A file that isn't a
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
            let case = Case::read(&file);
            let layer = case.as_ref().map_or("", |case| case.layer.as_str());
            if !file.to_string_lossy().contains(filter) && !layer.contains(filter) {
                continue;
            }
            let result = CaseResult {
                layer: layer.to_string(),
                outcome: case
                    .as_ref()
                    .map_or_else(|err| Outcome::Failed(vec![err.to_string()]), check),
                file,
            };
            each(&result);
            report.results.push(result);
        }
    }
    Ok(report)
}
