//! Files that appear whole or not at all.

use crate::{Error, Result};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file so that at any moment, a crash included, `path` holds its old content or the whole new one: into a
/// temporary name in the same folder, synced to the disk, then renamed; on Unix the folder is synced as well.
///
/// # Errors
/// If `write` fails or the folder can't be written. `path` then is what it was, and no temporary file remains.
///
/// ```
/// use std::io::Write;
///
/// let path = std::env::temp_dir().join(format!("etude-doc-{}.txt", std::process::id()));
/// etude_tensor::file::write_atomically(&path, |file| file.write_all(b"whole"))?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"whole");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub fn write_atomically(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let path = path.as_ref();
    replace(path, write).map_err(|err| {
        Error::file(
            "write",
            format!("'{}' can't be written: {err}", path.display()),
        )
    })
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "expected the name of a file",
        ));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = Temporary::new(folder, name)?;
    let mut file = BufWriter::with_capacity(1 << 20, &temporary.file);
    write(&mut file)?;
    file.flush()?;
    drop(file);
    temporary.file.sync_all()?;
    temporary.rename(path)?;
    // The rename lives in the folder: until that is on the disk, a crash may bring the old file back.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// A file under a name of its own, removed unless it has been renamed.
struct Temporary {
    file: File,
    path: PathBuf,
    keep: bool,
}

impl Temporary {
    fn new(folder: &Path, name: &std::ffi::OsStr) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let mut temporary = OsString::from(".");
            temporary.push(name);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            temporary.push(format!(".{}-{count}.tmp", std::process::id()));
            let path = folder.join(temporary);
            // A name left behind by a process that crashed is not ours to overwrite.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Temporary {
                        file,
                        path,
                        keep: false,
                    });
                }
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {}
                Err(err) => return Err(err),
            }
        }
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.keep = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.keep {
            // It failed already; that it also can't be removed adds nothing to what the caller is told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("etude-atomic-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("model");
        write_atomically(&path, |file| file.write_all(b"old")).unwrap();
        let failed = write_atomically(&path, |file| {
            file.write_all(&[0; 3 << 20])?;
            Err(io::Error::other("the disk is full"))
        });
        let message = failed.unwrap_err().to_string();
        assert!(
            message.ends_with("model' can't be written: the disk is full"),
            "{message}"
        );
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write_atomically(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "no temporary file remains"
        );
        assert!(write_atomically(folder.join("nowhere/model"), |_| Ok(())).is_err());
        assert!(
            write_atomically(&folder, |_| Ok(())).is_err(),
            "a folder isn't replaced"
        );
        assert!(write_atomically("/", |_| Ok(())).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
