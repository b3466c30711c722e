//! The safetensors format: eight bytes with the header's length, the header (JSON), and the elements, little-endian,
//! tensor behind tensor without gaps. Nothing in such a file can be executed.

use super::any::from_le_bytes;
use super::header::{Header, METADATA};
use super::{AnyTensor, write_atomically};
use crate::{Error, Result, Shape};
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use std::collections::BTreeMap;
use std::path::Path;

/// No header is longer: a limit that the format's other readers have as well.
const MAX_HEADER: usize = 100_000_000;

/// The content of a safetensors file: named tensors, and strings about them.
///
/// ```
/// use etude_tensor::Tensor;
/// use etude_tensor::file::TensorFile;
///
/// let mut file = TensorFile::default();
/// file.tensors.insert("dense.weight".into(), Tensor::from([[1.0_f32, 2.0]]).into());
/// file.metadata.insert("layer".into(), "Dense".into());
///
/// let path = std::env::temp_dir().join(format!("etude-doc-{}.safetensors", std::process::id()));
/// file.write(&path)?;
/// assert_eq!(TensorFile::read(&path)?, file);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorFile {
    /// The tensors by name.
    pub tensors: BTreeMap<String, AnyTensor>,
    /// Strings by name.
    pub metadata: BTreeMap<String, String>,
}

impl TensorFile {
    /// Reads a file whole.
    ///
    /// # Errors
    /// If it can't be read, or isn't a sound safetensors file of element types that étude has: the message names the
    /// file and, where one is at fault, the tensor.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let refuse =
            |why: String| Error::file("safetensors", format!("'{}': {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|err| refuse(format!("can't be read: {err}")))?;
        parse(&bytes).map_err(refuse)
    }

    /// Reads the content of a file from memory; `name` stands in messages for the file.
    ///
    /// # Errors
    /// As [`TensorFile::read`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        parse(bytes).map_err(|why| Error::file("safetensors", format!("'{name}': {why}")))
    }

    /// Writes the file [atomically](write_atomically). The same content always makes the same bytes.
    ///
    /// # Errors
    /// If the file can't be written (what was there before stays), or a tensor is named `__metadata__`.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let (start, order) = self.start()?;
        write_atomically(path, |file| {
            file.write_all(&start)?;
            for tensor in order {
                tensor.write_le_bytes(file)?;
            }
            Ok(())
        })
    }

    /// The bytes that [`TensorFile::write`] would write.
    ///
    /// # Errors
    /// If a tensor is named `__metadata__`.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let (mut bytes, order) = self.start()?;
        for tensor in order {
            let written = tensor.write_le_bytes(&mut bytes);
            written.map_err(|err| Error::file("safetensors", err.to_string()))?;
        }
        Ok(bytes)
    }

    /// Length and header, and the tensors in the order in which their elements follow.
    fn start(&self) -> Result<(Vec<u8>, Vec<&AnyTensor>)> {
        let refuse = |why: String| Err(Error::file("safetensors", why));
        if self.tensors.contains_key(METADATA) {
            return refuse(format!(
                "a tensor is named '{METADATA}', which the format keeps for strings"
            ));
        }
        // The widest elements first, so that each tensor is aligned to its own.
        let mut order: Vec<_> = self.tensors.iter().collect();
        order.sort_by_key(|(_, tensor)| std::cmp::Reverse(dtype(tensor).bitsize()));
        let mut header = Header {
            metadata: self.metadata.clone(),
            ..Header::default()
        };
        let mut end = 0;
        for (name, tensor) in &order {
            let from = end;
            end += tensor.elements() * (dtype(tensor).bitsize() / 8);
            let info = TensorInfo {
                dtype: dtype(tensor),
                shape: tensor.shape().to_vec(),
                data_offsets: (from, end),
            };
            header.tensors.push((name.to_string(), info));
        }
        let mut json = match header.to_json() {
            Ok(json) => json,
            Err(err) => return refuse(format!("the header can't be written: {err}")),
        };
        json.resize(json.len().next_multiple_of(8), b' ');
        if json.len() > MAX_HEADER {
            return refuse(format!(
                "a header of {} bytes; expected at most {MAX_HEADER}",
                json.len()
            ));
        }
        let mut start = (json.len() as u64).to_le_bytes().to_vec();
        start.extend(json);
        Ok((start, order.into_iter().map(|(_, tensor)| tensor).collect()))
    }
}

fn dtype(tensor: &AnyTensor) -> Dtype {
    match tensor {
        AnyTensor::F32(_) => Dtype::F32,
        AnyTensor::F64(_) => Dtype::F64,
        AnyTensor::I64(_) => Dtype::I64,
        AnyTensor::I32(_) => Dtype::I32,
        AnyTensor::U8(_) => Dtype::U8,
        AnyTensor::Bool(_) => Dtype::BOOL,
    }
}

fn parse(bytes: &[u8]) -> Result<TensorFile, String> {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return Err(format!(
            "{} bytes; expected at least 8, the length of the header",
            bytes.len()
        ));
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER as u64 || length > rest.len() as u64 {
        return Err(format!(
            "a header of {length} bytes in a file of {}; expected it inside the file, and at most {MAX_HEADER}",
            bytes.len()
        ));
    }
    let (json, data) = rest.split_at(length as usize);
    let header = Header::parse(json, data.len())?;
    let mut tensors = BTreeMap::new();
    for (name, info) in header.tensors {
        let (from, to) = info.data_offsets;
        let tensor =
            decode(&info, &data[from..to]).map_err(|why| format!("tensor '{name}': {why}"))?;
        tensors.insert(name, tensor);
    }
    Ok(TensorFile {
        tensors,
        metadata: header.metadata,
    })
}

/// The tensor in `bytes`, which has the length that the checked header gives.
fn decode(info: &TensorInfo, bytes: &[u8]) -> Result<AnyTensor, String> {
    let shape = Shape::new(&info.shape);
    Ok(match info.dtype {
        Dtype::F32 => from_le_bytes(shape, bytes, f32::from_le_bytes).into(),
        Dtype::F64 => from_le_bytes(shape, bytes, f64::from_le_bytes).into(),
        Dtype::I64 => from_le_bytes(shape, bytes, i64::from_le_bytes).into(),
        Dtype::I32 => from_le_bytes(shape, bytes, i32::from_le_bytes).into(),
        Dtype::U8 => from_le_bytes(shape, bytes, u8::from_le_bytes).into(),
        Dtype::BOOL => {
            if let Some(byte) = bytes.iter().find(|&&byte| byte > 1) {
                return Err(format!("the byte {byte} among booleans; expected 0 or 1"));
            }
            from_le_bytes(shape, bytes, |[byte]: [u8; 1]| byte == 1).into()
        }
        other => {
            return Err(format!(
                "element type {other}; expected F64, F32, I64, I32, U8 or BOOL"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;
    use proptest::prelude::*;

    fn sample() -> TensorFile {
        let mut file = TensorFile::default();
        let matrix = Tensor::from([
            [1.5_f32, -2.0, f32::MIN_POSITIVE],
            [0.0, -0.0, f32::INFINITY],
        ]);
        let mut put = |name: &str, tensor: AnyTensor| file.tensors.insert(name.into(), tensor);
        put("a.weight", matrix.transpose(0, 1).unwrap().into());
        put("b", Tensor::from([f64::MAX, 1e-310]).into());
        put("step", Tensor::scalar(i64::MIN).into());
        put("ids", Tensor::from([[-1_i32], [7]]).into());
        put("bytes", Tensor::from([255_u8, 0, 3]).into());
        put("mask", Tensor::from([true, false]).into());
        put("nothing", Tensor::<f64>::zeros([0, 3]).into());
        file.metadata
            .insert("format".into(), "étude \"1\"\n".into());
        file.metadata.insert("a".into(), String::new());
        file
    }

    /// A file with this header and so many zero bytes of data.
    fn with_header(json: &str, data: usize) -> Vec<u8> {
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    fn message(bytes: &[u8]) -> String {
        TensorFile::from_bytes("m", bytes).unwrap_err().to_string()
    }

    #[test]
    fn every_type_there_and_back() {
        let file = sample();
        let bytes = file.to_bytes().unwrap();
        let back = TensorFile::from_bytes("m", &bytes).unwrap();
        assert_eq!(back, file);
        assert_eq!(back.to_bytes().unwrap(), bytes);
        let zeros = back.tensors["a.weight"].get::<f32>().unwrap();
        assert!(zeros.at(&[1, 1]).unwrap().is_sign_negative());
        let empty = TensorFile::default();
        assert_eq!(
            TensorFile::from_bytes("m", &empty.to_bytes().unwrap()).unwrap(),
            empty
        );
    }

    #[test]
    fn the_reference_implementation_reads_and_writes_the_same() {
        let bytes = sample().to_bytes().unwrap();
        let theirs = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(theirs.len(), 7);
        let view = theirs.tensor("ids").unwrap();
        assert_eq!((view.dtype(), view.shape()), (Dtype::I32, &[2, 1][..]));
        assert_eq!(view.data(), [255, 255, 255, 255, 7, 0, 0, 0]);
        let written = safetensors::serialize(theirs.tensors(), None).unwrap();
        assert_eq!(
            TensorFile::from_bytes("m", &written).unwrap().tensors,
            sample().tensors
        );
    }

    #[test]
    fn no_truncation_is_accepted_and_none_panics() {
        let bytes = sample().to_bytes().unwrap();
        for length in 0..bytes.len() {
            assert!(
                TensorFile::from_bytes("m", &bytes[..length]).is_err(),
                "{length} bytes"
            );
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(
            message(&longer),
            "safetensors: 'm': 1 bytes behind the last tensor"
        );
        assert_eq!(
            message(&[]),
            "safetensors: 'm': 0 bytes; expected at least 8, the length of the header"
        );
    }

    #[test]
    fn hostile_headers_are_refused_by_name() {
        let one = |entry: &str| format!("{{\"w\":{entry}}}");
        let w = |json: &str, data| message(&with_header(json, data));
        assert_eq!(
            message(&u64::MAX.to_le_bytes()),
            "safetensors: 'm': a header of 18446744073709551615 bytes in a file of 8; expected it inside the file, and at most 100000000"
        );
        let overflow =
            one(r#"{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}"#);
        assert_eq!(
            w(&overflow, 4),
            "safetensors: 'm': tensor 'w': shape [4294967296, 4294967296] overflows"
        );
        let beyond = one(r#"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#);
        assert_eq!(
            w(&beyond, 4),
            "safetensors: 'm': tensor 'w': ends at byte 8 of the data, of which the file has 4"
        );
        let misfit = one(r#"{"dtype":"F32","shape":[2],"data_offsets":[0,4]}"#);
        assert_eq!(
            w(&misfit, 4),
            "safetensors: 'm': tensor 'w': bytes 0 to 4 for shape [2] of F32; expected 8 bytes from 0 on"
        );
        let backwards = one(r#"{"dtype":"U8","shape":[0],"data_offsets":[4,0]}"#);
        assert!(w(&backwards, 4).contains("bytes 4 to 0"));
        let negative = one(r#"{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}"#);
        assert!(
            w(&negative, 0).contains("'w': invalid value: integer `-1`"),
            "{}",
            w(&negative, 0)
        );
        let overlap = r#"{"v":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#;
        assert!(
            w(overlap, 4).contains("tensor 'w': bytes 2 to 4"),
            "{}",
            w(overlap, 4)
        );
        let twice = r#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
        assert!(
            w(twice, 1).contains("'w' stands there twice"),
            "{}",
            w(twice, 1)
        );
        let flags = one(r#"{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}"#);
        let mut bytes = with_header(&flags, 0);
        bytes.push(2);
        assert_eq!(
            message(&bytes),
            "safetensors: 'm': tensor 'w': the byte 2 among booleans; expected 0 or 1"
        );
        let half = one(r#"{"dtype":"F16","shape":[1],"data_offsets":[0,2]}"#);
        assert_eq!(
            w(&half, 2),
            "safetensors: 'm': tensor 'w': element type F16; expected F64, F32, I64, I32, U8 or BOOL"
        );
        assert!(
            w("[]", 0).contains("expected a map from names to tensors"),
            "{}",
            w("[]", 0)
        );
        assert!(
            w("{}}", 0).contains("trailing characters"),
            "{}",
            w("{}}", 0)
        );
        assert!(w(r#"{"__metadata__":{"a":1}}"#, 0).contains("'__metadata__': invalid type"));
        assert!(w(&"[".repeat(100_000), 0).contains("header"));
    }

    #[test]
    fn a_name_that_the_format_keeps_is_refused() {
        let mut file = TensorFile::default();
        file.tensors
            .insert(METADATA.into(), Tensor::scalar(1.0).into());
        assert!(
            file.to_bytes()
                .unwrap_err()
                .to_string()
                .contains("'__metadata__'")
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let err = TensorFile::read("no/such.safetensors").unwrap_err();
        assert!(
            err.to_string()
                .starts_with("safetensors: 'no/such.safetensors': can't be read: "),
            "{err}"
        );
    }

    proptest! {
        /// Any damage is an error or another sound file, never a panic.
        #[test]
        fn damaged_files_never_panic(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
            let mut bytes = sample().to_bytes().unwrap();
            for (place, value) in places {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            let _ = TensorFile::from_bytes("m", &bytes);
        }
    }
}
