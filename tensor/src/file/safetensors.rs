//! The safetensors format: eight bytes with the header's length, the header (JSON), and the elements, little-endian,
//! tensor behind tensor without gaps. Nothing in such a file can be executed.

use super::header::{Header, METADATA};
use super::{AnyTensor, elements, write_atomically};
use crate::{Error, Result};
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
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
    /// Reads a file, tensor by tensor: beside the tensors themselves, no more than the header is in memory at once. 16-bit
    /// floats (`F16`, `BF16`), which étude doesn't compute in, come as `f32`, which holds each of them.
    ///
    /// # Errors
    /// If it can't be read, or isn't a sound safetensors file of element types that étude has: the message names the
    /// file and, where one is at fault, the tensor.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let refuse =
            |why: String| Error::file("safetensors", format!("'{}': {why}", path.display()));
        let open = || -> io::Result<_> {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok((BufReader::with_capacity(1 << 20, file), length))
        };
        let (mut file, length) = open().map_err(|err| refuse(format!("can't be read: {err}")))?;
        parse(&mut file, length).map_err(refuse)
    }

    /// Reads the content of a file from memory; `name` stands in messages for the file.
    ///
    /// # Errors
    /// As [`TensorFile::read`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let parsed = parse(&mut &*bytes, bytes.len() as u64);
        parsed.map_err(|why| Error::file("safetensors", format!("'{name}': {why}")))
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

/// Reads what `length` bytes hold.
fn parse(file: &mut dyn Read, length: u64) -> Result<TensorFile, String> {
    let Some(rest) = length.checked_sub(8) else {
        return Err(format!(
            "{length} bytes; expected at least 8, the length of the header"
        ));
    };
    let unreadable = |err| format!("the header can't be read: {err}");
    let mut header = [0; 8];
    file.read_exact(&mut header).map_err(unreadable)?;
    let header = u64::from_le_bytes(header);
    if header > MAX_HEADER as u64 || header > rest {
        return Err(format!(
            "a header of {header} bytes in a file of {length}; expected it inside the file, and at most {MAX_HEADER}"
        ));
    }
    let mut json = vec![0; header as usize];
    file.read_exact(&mut json).map_err(unreadable)?;
    let data = usize::try_from(rest - header)
        .map_err(|_| format!("{length} bytes, more than this machine can address"))?;
    let header = Header::parse(&json, data)?;
    drop(json);
    let mut tensors = BTreeMap::new();
    // The header's tensors come in the order of their bytes, without gaps.
    for (name, info) in header.tensors {
        let tensor = decode(&info, file).map_err(|why| format!("tensor '{name}': {why}"))?;
        tensors.insert(name, tensor);
    }
    Ok(TensorFile {
        tensors,
        metadata: header.metadata,
    })
}

/// The tensor that follows in `file`, which is as long as the checked header says.
fn decode(info: &TensorInfo, file: &mut dyn Read) -> Result<AnyTensor, String> {
    let shape = elements::shape(&info.shape)?;
    Ok(match info.dtype {
        Dtype::F32 => elements::read(file, shape, f32::from_le_bytes)?.into(),
        Dtype::F64 => elements::read(file, shape, f64::from_le_bytes)?.into(),
        Dtype::F16 => elements::read(file, shape, elements::half)?.into(),
        Dtype::BF16 => elements::read(file, shape, elements::bfloat)?.into(),
        Dtype::I64 => elements::read(file, shape, i64::from_le_bytes)?.into(),
        Dtype::I32 => elements::read(file, shape, i32::from_le_bytes)?.into(),
        Dtype::U8 => elements::read(file, shape, u8::from_le_bytes)?.into(),
        Dtype::BOOL => elements::read_flags(file, shape)?,
        other => {
            return Err(format!(
                "element type {other}; expected F64, F32, F16, BF16, I64, I32, U8 or BOOL"
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
    fn a_file_of_holes_is_refused() {
        let path = std::env::temp_dir().join(format!("etude-holes-{}", std::process::id()));
        let bytes: u64 = 1 << 42;
        let json = format!(
            "{{\"w\":{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[0,{bytes}]}}}}",
            bytes / 4
        );
        std::fs::write(&path, with_header(&json, 0)).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        // Where the disk has no such files, there is nothing to refuse.
        let sparse = file.set_len(8 + json.len() as u64 + bytes).is_ok();
        let read = TensorFile::read(&path).map_err(|err| err.to_string());
        std::fs::remove_file(&path).unwrap();
        let message = read.unwrap_err();
        assert!(
            !sparse || message.ends_with("doesn't fit into memory"),
            "{message}"
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
        let short = one(r#"{"dtype":"I16","shape":[1],"data_offsets":[0,2]}"#);
        assert_eq!(
            w(&short, 2),
            "safetensors: 'm': tensor 'w': element type I16; expected F64, F32, F16, BF16, I64, I32, U8 or BOOL"
        );
        let nothing =
            one(r#"{"dtype":"F32","shape":[0,18446744073709551615,9],"data_offsets":[0,0]}"#);
        assert_eq!(
            w(&nothing, 0),
            "safetensors: 'm': tensor 'w': shape [0, 18446744073709551615, 9] overflows"
        );
        let axes = format!(
            r#"{{"dtype":"U8","shape":[{}1],"data_offsets":[0,1]}}"#,
            "1,".repeat(100)
        );
        assert!(w(&one(&axes), 1).contains("'w': 101 axes; expected at most 64"));
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
        let nested = |open: &str| format!("{{\"w\":{}", open.repeat(100_000));
        assert!(w(&nested("["), 0).contains("'w': "));
        assert!(w(&nested("{\"shape\":"), 0).contains("'w': "));
        let unknown = format!("{{\"w\":{{\"more\":{}", "[".repeat(100_000));
        assert!(w(&unknown, 0).contains("'w': "), "{}", w(&unknown, 0));
        let mut bytes = with_header(
            r#"{"?":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
            1,
        );
        bytes[10] = 0xff;
        assert!(message(&bytes).contains("header"), "{}", message(&bytes));
    }

    #[test]
    fn sixteen_bits_come_as_thirty_two() {
        let json = r#"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}}"#;
        let mut bytes = with_header(json, 0);
        bytes.extend([0x00, 0x3c, 0xff, 0x7b, 0x40, 0xc0]);
        let file = TensorFile::from_bytes("m", &bytes).unwrap();
        assert_eq!(file.tensors["h"], Tensor::from([1.0_f32, 65504.0]).into());
        assert_eq!(file.tensors["b"], Tensor::from([-3.0_f32]).into());
    }

    /// Counts what is asked for at once.
    struct Sips<'a>(&'a [u8], usize);

    impl Read for Sips<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = self.1.max(into.len());
            self.0.read(into)
        }
    }

    #[test]
    fn elements_are_read_in_small_parts() {
        let mut file = TensorFile::default();
        let large = Tensor::<f64>::ones([1000, 500]);
        file.tensors.insert("large".into(), large.into());
        let bytes = file.to_bytes().unwrap();
        let mut sips = Sips(&bytes, 0);
        assert_eq!(parse(&mut sips, bytes.len() as u64).unwrap(), file);
        assert!(sips.1 <= 1 << 17, "{} bytes at once", sips.1);
        // A file that becomes shorter while it is read.
        let mut sips = Sips(&bytes[..bytes.len() / 2], 0);
        let message = parse(&mut sips, bytes.len() as u64).unwrap_err();
        assert!(
            message.starts_with("tensor 'large': the elements can't be read: "),
            "{message}"
        );
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
