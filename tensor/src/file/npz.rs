//! NumPy's `.npz` format: a ZIP archive of `.npy` files, one a tensor.

use super::{AnyTensor, npy, write_atomically};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Deflate makes nothing more than about 1032 times smaller: an entry that claims more is refused before it is unpacked.
const MOST_DEFLATED: u64 = 1040;

/// Reads a `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write it: the tensors by name.
///
/// # Errors
/// If it can't be read, or a tensor in it isn't sound (see [`read_npy`](super::read_npy)): the message names both.
///
/// ```
/// use etude_tensor::Tensor;
/// use etude_tensor::file::{read_npz, write_npz};
///
/// let path = std::env::temp_dir().join(format!("etude-doc-{}.npz", std::process::id()));
/// let tensors = [("x".to_string(), Tensor::from([1.0_f32, 2.0]).into())].into();
/// write_npz(&path, &tensors)?;
/// assert_eq!(read_npz(&path)?, tensors);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub fn read_npz(path: impl AsRef<Path>) -> Result<BTreeMap<String, AnyTensor>> {
    let path = path.as_ref();
    let refuse = |why: String| Error::file("npz", format!("'{}': {why}", path.display()));
    let file = File::open(path).map_err(|err| refuse(format!("can't be read: {err}")))?;
    parse(BufReader::with_capacity(1 << 20, file)).map_err(refuse)
}

fn parse(file: impl io::Read + io::Seek) -> Result<BTreeMap<String, AnyTensor>, String> {
    let mut archive =
        ZipArchive::new(file).map_err(|err| format!("isn't a sound archive: {err}"))?;
    let mut tensors = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .map_err(|err| format!("entry {index}: {err}"))?;
        let name = entry
            .name()
            .map_err(|err| format!("the name of entry {index}: {err}"))?
            .into_owned();
        let name = name.strip_suffix(".npy").unwrap_or(&name).to_string();
        let (size, packed) = (entry.size(), entry.compressed_size());
        if size > packed.saturating_mul(MOST_DEFLATED) {
            return Err(format!("tensor '{name}': {packed} bytes can't hold {size}"));
        }
        let tensor =
            npy::parse(&mut entry, size).map_err(|why| format!("tensor '{name}': {why}"))?;
        if tensors.insert(name.clone(), tensor).is_some() {
            return Err(format!("tensor '{name}' stands there twice"));
        }
    }
    Ok(tensors)
}

/// Writes a `.npz` file [atomically](write_atomically), uncompressed, as `numpy.savez` does. The same tensors always make
/// the same bytes.
///
/// # Errors
/// If the file can't be written; what was there before stays.
pub fn write_npz(path: impl AsRef<Path>, tensors: &BTreeMap<String, AnyTensor>) -> Result<()> {
    write_atomically(path, |file| {
        let mut archive = ZipWriter::new_stream(file);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true);
        for (name, tensor) in tensors {
            archive
                .start_file(format!("{name}.npy"), options)
                .map_err(io::Error::other)?;
            npy::write(&mut archive, tensor)?;
        }
        archive.finish().map_err(io::Error::other)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;
    use std::io::{Cursor, Write};

    fn archive(method: CompressionMethod, entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            archive
                .start_file(
                    *name,
                    SimpleFileOptions::default().compression_method(method),
                )
                .unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn plain_and_compressed() {
        let x = AnyTensor::from(Tensor::<f64>::zeros([40, 50]));
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &x).unwrap();
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let read = parse(Cursor::new(archive(method, &[("x.npy", &bytes)]))).unwrap();
            assert_eq!(read["x"], x);
        }
    }

    #[test]
    fn several_there_and_back() {
        let path = std::env::temp_dir().join(format!("etude-npz-{}.npz", std::process::id()));
        let tensors = BTreeMap::from([
            (
                "a.weight".to_string(),
                Tensor::from([[1.0_f32, 2.0]]).into(),
            ),
            ("mask".to_string(), Tensor::from([true]).into()),
            ("nothing".to_string(), Tensor::<i64>::zeros([0]).into()),
        ]);
        write_npz(&path, &tensors).unwrap();
        let first = std::fs::read(&path).unwrap();
        assert_eq!(read_npz(&path).unwrap(), tensors);
        write_npz(&path, &tensors).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), first);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |bytes: Vec<u8>| parse(Cursor::new(bytes)).unwrap_err();
        assert!(message(b"PK nothing".to_vec()).starts_with("isn't a sound archive"));
        let bad = archive(CompressionMethod::Stored, &[("w.npy", b"not an array")]);
        assert_eq!(
            message(bad),
            "tensor 'w': doesn't begin as a .npy file does"
        );
        for length in 0..100 {
            let mut bytes = archive(CompressionMethod::Stored, &[("w.npy", &[0; 20])]);
            bytes.truncate(length);
            assert!(parse(Cursor::new(bytes)).is_err());
        }
    }
}
