//! Folders for results.

use crate::{Error, Result};
use std::fs::{self, OpenOptions};
use std::path::Path;

/// Makes sure that results can be written to a folder, creating it if need be. Called before a long training, it saves
/// the disappointment after it.
///
/// # Errors
/// If the folder can't be created or written to; the error names it.
pub fn prepare_folder(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let refuse = |what: &str, err: std::io::Error| {
        let message = format!("folder '{}' can't be {what}: {err}", path.display());
        Error::file("output", message)
    };
    fs::create_dir_all(path).map_err(|err| refuse("created", err))?;
    // Permissions have many sources; only trying tells.
    let probe = path.join(format!(".etude-{}", std::process::id()));
    let tried = OpenOptions::new().write(true).create_new(true).open(&probe);
    tried.map_err(|err| refuse("written to", err))?;
    fs::remove_file(&probe).map_err(|err| refuse("written to", err))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_created_and_left_empty() {
        let base = std::env::temp_dir().join(format!("etude-folder-{}", std::process::id()));
        let path = base.join("runs/digits");
        prepare_folder(&path).unwrap();
        prepare_folder(&path).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);

        fs::write(path.join("file"), "").unwrap();
        let err = prepare_folder(path.join("file")).unwrap_err().to_string();
        assert!(
            err.starts_with("output: folder '") && err.contains("file' can't be created: "),
            "{err}"
        );
        fs::remove_dir_all(&base).unwrap();
    }
}
