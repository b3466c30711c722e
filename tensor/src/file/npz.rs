//! NumPy's `.npz` format: a ZIP archive of `.npy` files, one a tensor.

use super::{AnyTensor, npy, write_atomically};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
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
    let open = || -> io::Result<_> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok((BufReader::with_capacity(1 << 20, file), length))
    };
    let (file, length) = open().map_err(|err| refuse(format!("can't be read: {err}")))?;
    parse(file, length).map_err(refuse)
}

/// Reads what a file of `length` bytes holds.
fn parse(
    file: impl io::Read + io::Seek,
    length: u64,
) -> Result<BTreeMap<String, AnyTensor>, String> {
    let mut archive =
        ZipArchive::new(file).map_err(|err| format!("isn't a sound archive: {err}"))?;
    let mut tensors = BTreeMap::new();
    let mut left = length;
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
        // Entries that share their bytes are how a small archive unpacks to a huge one (Fifield, 2019).
        left = left.checked_sub(packed).ok_or_else(|| {
            format!("tensor '{name}': the entries claim more bytes than the file's {length}")
        })?;
        let tensor =
            npy::parse(&mut entry, size).map_err(|why| format!("tensor '{name}': {why}"))?;
        // The archive's checksum is looked at where an entry ends.
        match entry.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => {
                return Err(format!(
                    "tensor '{name}': more bytes than the {size} claimed"
                ));
            }
            Err(err) => return Err(format!("tensor '{name}': {err}")),
        }
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

    fn read(bytes: Vec<u8>) -> Result<BTreeMap<String, AnyTensor>, String> {
        let length = bytes.len() as u64;
        parse(Cursor::new(bytes), length)
    }

    #[test]
    fn damage_and_bombs_are_refused() {
        let x = AnyTensor::from(Tensor::<f64>::ones([100]));
        let mut npy = Vec::new();
        npy::write(&mut npy, &x).unwrap();
        let sound = archive(CompressionMethod::Stored, &[("x.npy", &npy)]);
        assert!(read(sound.clone()).is_ok());
        // A bit of an element, of which only the checksum tells.
        let mut damaged = sound.clone();
        damaged[500] ^= 1;
        assert_eq!(read(damaged).unwrap_err(), "tensor 'x': Invalid checksum");
        // An entry that says it unpacks to 2 GB: in the local header and in the directory.
        let packed = archive(CompressionMethod::Deflated, &[("x.npy", &npy)]);
        let size = (npy.len() as u32).to_le_bytes();
        let mut bomb = packed;
        let places: Vec<usize> = (0..bomb.len() - 4)
            .filter(|&i| bomb[i..i + 4] == size)
            .collect();
        assert_eq!(places.len(), 2);
        for place in places {
            bomb[place..place + 4].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        }
        let message = read(bomb).unwrap_err();
        assert!(message.contains("bytes can't hold 2147483647"), "{message}");
        // A directory that names the same bytes under two names.
        let entries: [(&str, &[u8]); 2] = [("x.npy", &npy), ("y.npy", b"")];
        let mut shared = archive(CompressionMethod::Stored, &entries);
        let find = |bytes: &[u8], what: &[u8]| -> Vec<usize> {
            let ends = bytes.windows(what.len()).enumerate();
            ends.filter(|(_, here)| *here == what)
                .map(|(i, _)| i)
                .collect()
        };
        let directory = find(&shared, b"PK\x01\x02");
        let [first, second] = directory[..] else {
            panic!("two entries in the directory, {directory:?}")
        };
        // Checksum, both sizes, and where the entry begins.
        shared.copy_within(first + 16..first + 28, second + 16);
        shared.copy_within(first + 42..first + 46, second + 42);
        let message = read(shared).unwrap_err();
        assert!(
            message.contains("claim more bytes than the file's"),
            "{message}"
        );
    }

    #[test]
    fn plain_and_compressed() {
        let x = AnyTensor::from(Tensor::<f64>::zeros([40, 50]));
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &x).unwrap();
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let read = read(archive(method, &[("x.npy", &bytes)])).unwrap();
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
        let message = |bytes: Vec<u8>| read(bytes).unwrap_err();
        assert!(message(b"PK nothing".to_vec()).starts_with("isn't a sound archive"));
        let bad = archive(CompressionMethod::Stored, &[("w.npy", b"not an array")]);
        assert_eq!(
            message(bad),
            "tensor 'w': doesn't begin as a .npy file does"
        );
        for length in 0..100 {
            let mut bytes = archive(CompressionMethod::Stored, &[("w.npy", &[0; 20])]);
            bytes.truncate(length);
            assert!(read(bytes).is_err());
        }
    }
}
