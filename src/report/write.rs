//! Files that are whole or not there.

use crate::{Error, Result};
use std::io::Write;
use std::path::Path;

/// Writes `bytes` to `path`: to a temporary name beside it, synced, then renamed. Whatever happens on the way, the file
/// is afterwards the old one or the new one, never a part.
///
/// # Errors
/// If the folder doesn't exist or can't be written to.
pub fn write_file(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<()> {
    let path = path.as_ref();
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(bytes.as_ref())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    });
    written.map_err(|err| {
        Error::file(
            "write",
            format!("'{}' can't be written: {err}", path.display()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        write_file(&path, "old").unwrap();
        write_file(&path, "new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let err = write_file("/no/such/folder/a.svg", "")
            .unwrap_err()
            .to_string();
        assert!(
            err.starts_with("write: '/no/such/folder/a.svg' can't be written: "),
            "{err}"
        );
    }
}
