//! NumPy's `.npy` format: a magic string, a header that is a Python dictionary (element type, order, shape), and the elements
//! without gaps. NumPy Enhancement Proposal 1; versions 1 to 3 of it are read, version 1 is written. Objects, which would be
//! Python code, are refused.

use super::elements::{half, read as elements, read_flags, shape as checked_shape};
use super::{AnyTensor, write_atomically};
use crate::{Element, Error, Result, Tensor};
use std::io::{self, Read, Write};
use std::path::Path;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// No header is longer; those of plain element types have about 100 bytes.
const MAX_HEADER: usize = 1 << 16;

/// Reads a `.npy` file. Elements in Fortran's order come as a transposed view, big-endian ones are turned, and 16-bit
/// floats, which étude doesn't compute in, come as `f32`, which holds each of them.
///
/// # Errors
/// If it can't be read, or isn't a sound file of an element type that étude has (f32, f64, i64, i32, u8, bool) or a 16-bit
/// float: the message names the file.
///
/// ```
/// use etude_tensor::Tensor;
/// use etude_tensor::file::{read_npy, write_npy};
///
/// let path = std::env::temp_dir().join(format!("etude-doc-{}.npy", std::process::id()));
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// write_npy(&path, &x)?;
/// assert_eq!(Tensor::<f32>::try_from(read_npy(&path)?)?, x);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub fn read_npy(path: impl AsRef<Path>) -> Result<AnyTensor> {
    let path = path.as_ref();
    let refuse = |why: String| Error::file("npy", format!("'{}': {why}", path.display()));
    let open = || -> io::Result<_> {
        let file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        Ok((io::BufReader::with_capacity(1 << 20, file), length))
    };
    let (mut file, length) = open().map_err(|err| refuse(format!("can't be read: {err}")))?;
    parse(&mut file, length).map_err(refuse)
}

/// Writes a tensor, of any type that files hold or an [`AnyTensor`], to a `.npy` file [atomically](write_atomically).
///
/// # Errors
/// If the file can't be written; what was there before stays.
pub fn write_npy(path: impl AsRef<Path>, tensor: impl Into<AnyTensor>) -> Result<()> {
    let tensor = tensor.into();
    write_atomically(path, |file| write(file, &tensor))
}

/// Writes magic, header and elements.
pub(super) fn write(file: &mut dyn Write, tensor: &AnyTensor) -> io::Result<()> {
    let descr = match tensor {
        AnyTensor::F32(_) => "<f4",
        AnyTensor::F64(_) => "<f8",
        AnyTensor::I64(_) => "<i8",
        AnyTensor::I32(_) => "<i4",
        AnyTensor::U8(_) => "|u1",
        AnyTensor::Bool(_) => "|b1",
    };
    let sizes: String = tensor
        .shape()
        .iter()
        .map(|size| format!("{size},"))
        .collect();
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Magic, version, length and header fill blocks of 64 bytes, and the header ends with a new line.
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.extend(std::iter::repeat_n(' ', padded - 1 - header.len()));
    header.push('\n');
    let length = u16::try_from(header.len()).map_err(io::Error::other)?;
    file.write_all(MAGIC)?;
    file.write_all(&[1, 0])?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    tensor.write_le_bytes(file)
}

/// Reads what `length` bytes hold.
pub(super) fn parse(file: &mut dyn Read, length: u64) -> Result<AnyTensor, String> {
    let mut read = |count: usize| {
        let mut bytes = vec![0; count];
        match file.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(err) => Err(format!("the header can't be read: {err}")),
        }
    };
    let start = read(8)?;
    if start[..6] != MAGIC[..] {
        return Err("doesn't begin as a .npy file does".into());
    }
    let (header, before) = match start[6] {
        1 => {
            let length = read(2)?;
            (usize::from(length[0]) + 256 * usize::from(length[1]), 10)
        }
        2 | 3 => {
            let length = read(4)?;
            let length = length
                .iter()
                .rev()
                .fold(0_u64, |length, &byte| length << 8 | u64::from(byte));
            (usize::try_from(length).unwrap_or(usize::MAX), 12)
        }
        version => return Err(format!("format version {version}; expected 1, 2 or 3")),
    };
    if header > MAX_HEADER {
        return Err(format!(
            "a header of {header} bytes; expected at most {MAX_HEADER}"
        ));
    }
    let text =
        String::from_utf8(read(header)?).map_err(|_| "a header that isn't text".to_string())?;
    let header_end = (before + header) as u64;
    let Header {
        descr,
        fortran,
        shape,
    } = Header::parse(&text)?;
    let (big, kind) = match descr.split_at_checked(1) {
        Some(("<" | "|" | "=", kind)) => (false, kind),
        Some((">", kind)) => (true, kind),
        _ => (false, ""),
    };
    let bytes = match kind {
        "f2" => 2,
        "f4" | "i4" => 4,
        "f8" | "i8" => 8,
        "u1" | "b1" => 1,
        _ => {
            return Err(format!(
                "element type '{descr}'; expected f2, f4, f8, i8, i4, u1 or b1"
            ));
        }
    };
    let stored = if fortran {
        shape.iter().rev().copied().collect()
    } else {
        shape
    };
    let shape = checked_shape(&stored)?;
    let left = length.saturating_sub(header_end);
    if (shape.elements() * bytes) as u64 != left {
        return Err(format!(
            "{left} bytes of elements for shape {shape:?} of '{descr}'; expected as many as it has"
        ));
    }
    let tensor = match kind {
        "f2" => elements(
            file,
            shape,
            if big {
                |[high, low]: [u8; 2]| half([low, high])
            } else {
                half
            },
        )?
        .into(),
        "f4" => elements(
            file,
            shape,
            if big {
                f32::from_be_bytes
            } else {
                f32::from_le_bytes
            },
        )?
        .into(),
        "f8" => elements(
            file,
            shape,
            if big {
                f64::from_be_bytes
            } else {
                f64::from_le_bytes
            },
        )?
        .into(),
        "i8" => elements(
            file,
            shape,
            if big {
                i64::from_be_bytes
            } else {
                i64::from_le_bytes
            },
        )?
        .into(),
        "i4" => elements(
            file,
            shape,
            if big {
                i32::from_be_bytes
            } else {
                i32::from_le_bytes
            },
        )?
        .into(),
        "u1" => elements(file, shape, u8::from_le_bytes)?.into(),
        _ => read_flags(file, shape)?,
    };
    Ok(if fortran { reversed(&tensor) } else { tensor })
}

/// The axes in reverse order.
fn reversed(tensor: &AnyTensor) -> AnyTensor {
    fn turn<T: Element>(tensor: &Tensor<T>) -> Tensor<T> {
        let order: Vec<usize> = (0..tensor.rank()).rev().collect();
        tensor.view(tensor.layout().permute(&order))
    }
    match tensor {
        AnyTensor::F32(tensor) => turn(tensor).into(),
        AnyTensor::F64(tensor) => turn(tensor).into(),
        AnyTensor::I64(tensor) => turn(tensor).into(),
        AnyTensor::I32(tensor) => turn(tensor).into(),
        AnyTensor::U8(tensor) => turn(tensor).into(),
        AnyTensor::Bool(tensor) => turn(tensor).into(),
    }
}

/// What the dictionary says.
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, the keys in any order.
    fn parse(text: &str) -> Result<Header, String> {
        let wrong = |what: &str| Err(format!("header {:?}: {what}", text.trim()));
        let Some(mut rest) = text
            .trim()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            return wrong("expected a dictionary in braces");
        };
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        loop {
            rest = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            if rest.is_empty() {
                break;
            }
            let Some((key, value)) = rest.split_once(':') else {
                return wrong("expected keys with values");
            };
            let value = value.trim_start();
            // A value ends at the comma behind it: for a tuple, at the one behind its parenthesis.
            let end = if value.starts_with('(') {
                value.find(')').map(|at| at + 1)
            } else {
                value.find(',').or(Some(value.len()))
            };
            let Some((value, behind)) = end.and_then(|end| value.split_at_checked(end)) else {
                return wrong("expected a tuple to end");
            };
            let value = value.trim();
            match key.trim().trim_matches(['\'', '"']) {
                "descr" => {
                    let text = value
                        .strip_prefix(['\'', '"'])
                        .and_then(|text| text.strip_suffix(['\'', '"']));
                    let Some(text) = text else {
                        return wrong("expected a plain element type in quotes");
                    };
                    descr = Some(text.to_string());
                }
                "fortran_order" => match value {
                    "True" => fortran = Some(true),
                    "False" => fortran = Some(false),
                    _ => return wrong("expected 'fortran_order' True or False"),
                },
                "shape" => {
                    let inner = value
                        .strip_prefix('(')
                        .and_then(|inner| inner.strip_suffix(')'));
                    let sizes = inner
                        .unwrap_or("?")
                        .split(',')
                        .map(str::trim)
                        .filter(|size| !size.is_empty());
                    match sizes.map(str::parse).collect::<Result<Vec<usize>, _>>() {
                        Ok(sizes) if sizes.len() <= 64 => shape = Some(sizes),
                        _ => return wrong("expected a tuple of at most 64 sizes"),
                    }
                }
                _ => return wrong("expected the keys 'descr', 'fortran_order' and 'shape'"),
            }
            rest = behind;
        }
        match (descr, fortran, shape) {
            (Some(descr), Some(fortran), Some(shape)) => Ok(Header {
                descr,
                fortran,
                shape,
            }),
            _ => wrong("expected the keys 'descr', 'fortran_order' and 'shape'"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes_of(tensor: &AnyTensor) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, tensor).unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> Result<AnyTensor, String> {
        parse(&mut &bytes[..], bytes.len() as u64)
    }

    fn with_header(header: &str, elements: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(elements);
        bytes
    }

    #[test]
    fn every_type_and_rank_there_and_back() {
        let matrix = Tensor::from([[1.5_f32, -0.0, f32::INFINITY], [1e-40, 2.0, 3.0]]);
        let all: [AnyTensor; 8] = [
            matrix.transpose(0, 1).unwrap().into(),
            Tensor::from([f64::MAX, 1e-310]).into(),
            Tensor::scalar(i64::MIN).into(),
            Tensor::from([[[-1_i32], [7]]]).into(),
            Tensor::from([255_u8, 0, 3]).into(),
            Tensor::from([true, false]).into(),
            Tensor::<f64>::zeros([0, 3]).into(),
            Tensor::<f32>::ones([50_000]).into(),
        ];
        for tensor in all {
            let bytes = bytes_of(&tensor);
            assert_eq!(read(&bytes).unwrap(), tensor);
            assert_eq!(
                (bytes.len() - tensor.elements() * bytes_each(&tensor)) % 64,
                0
            );
            for length in (0..bytes.len().min(200)).chain([bytes.len() - 1]) {
                assert!(read(&bytes[..length]).is_err() || length == bytes.len());
            }
        }
    }

    fn bytes_each(tensor: &AnyTensor) -> usize {
        match tensor.type_name() {
            "f64" | "i64" => 8,
            "f32" | "i32" => 4,
            _ => 1,
        }
    }

    /// The bytes that `numpy.save` writes for `numpy.arange(3, dtype="<f4")`.
    #[test]
    fn a_file_of_numpy() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
        let mut header = format!("{header:<117}");
        header.push('\n');
        let bytes = with_header(&header, &[0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
        let x = AnyTensor::from(Tensor::from([0.0_f32, 1.0, 2.0]));
        assert_eq!(read(&bytes).unwrap(), x);
        assert_eq!(bytes_of(&x), bytes);
    }

    #[test]
    fn other_orders() {
        let bytes = with_header(
            "{\"shape\":(2,3),\"fortran_order\":True,\"descr\":\">i4\"}",
            &(0..6_i32).flat_map(i32::to_be_bytes).collect::<Vec<_>>(),
        );
        assert_eq!(
            read(&bytes).unwrap(),
            Tensor::from([[0, 2, 4], [1, 3, 5_i32]]).into()
        );
    }

    /// The bytes of `numpy.array([1.0, -2.0, 65504.0], dtype="<f2")` and of the same as `">f2"`.
    #[test]
    fn sixteen_bits_come_as_thirty_two() {
        let with = |descr: &str, elements: &[u8]| {
            let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (3,), }}");
            read(&with_header(&header, elements)).unwrap()
        };
        let x = AnyTensor::from(Tensor::from([1.0_f32, -2.0, 65504.0]));
        assert_eq!(with("<f2", &[0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b]), x);
        assert_eq!(with(">f2", &[0x3c, 0x00, 0xc0, 0x00, 0x7b, 0xff]), x);
    }

    #[test]
    fn hostile_headers_are_refused() {
        let message =
            |header: &str, elements: &[u8]| read(&with_header(header, elements)).unwrap_err();
        let with = |descr: &str, shape: &str| {
            format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}")
        };
        assert_eq!(
            message(&with("'<f4'", "(2,)"), &[0; 4]),
            "4 bytes of elements for shape [2] of '<f4'; expected as many as it has"
        );
        assert_eq!(
            message(&with("'<f8'", "(4611686018427387904, 8)"), &[0; 8]),
            "shape [4611686018427387904, 8] overflows"
        );
        assert!(message(&with("'<f8'", "(0, 18446744073709551615, 9)"), &[]).contains("overflows"));
        assert!(message(&with("'<f8'", "(18446744073709551616,)"), &[0; 8]).contains("sizes"));
        let deep = format!("({})", "(".repeat(30_000));
        assert!(message(&with("'<f4'", &deep), &[0; 4]).contains("expected a tuple"));
        assert!(read(&with_header("{'descr': '\u{1F980}", &[])).is_err());
        let mut bytes = with_header(&with("'<f4'", "(1,)"), &[0; 4]);
        bytes[20] = 0xff;
        assert_eq!(read(&bytes).unwrap_err(), "a header that isn't text");
        assert_eq!(
            message(&with("'|O'", "(1,)"), &[0; 8]),
            "element type '|O'; expected f2, f4, f8, i8, i4, u1 or b1"
        );
        assert!(message(&with("'<f2'", "(1,)"), &[0; 4]).starts_with("4 bytes of elements"));
        assert!(message(&with("'<c8'", "(1,)"), &[0; 8]).starts_with("element type '<c8'"));
        assert!(message(&with("[('a', '<f4')]", "(1,)"), &[0; 4]).contains("expected"));
        assert!(
            message(&with("'<f4'", "(-1,)"), &[0; 4])
                .contains("expected a tuple of at most 64 sizes")
        );
        assert!(message(&with("'<f4'", "(1"), &[0; 4]).contains("expected"));
        assert_eq!(
            message(&with("'|b1'", "(1,)"), &[2]),
            "the byte 2 among booleans; expected 0 or 1"
        );
        assert!(message("{}", &[]).contains("expected the keys"));
        assert!(read(b"not a file").unwrap_err().contains("doesn't begin"));
        assert!(
            read(b"\x93NUMPY\x02\x00\xff\xff\xff\xff")
                .unwrap_err()
                .contains("a header of 4294967295 bytes")
        );
        assert!(
            read(b"\x93NUMPY\x09\x00")
                .unwrap_err()
                .contains("format version 9")
        );
        let err = read_npy("no/such.npy").unwrap_err().to_string();
        assert!(
            err.starts_with("npy: 'no/such.npy': can't be read: "),
            "{err}"
        );
    }

    proptest! {
        /// Any damage is an error or another sound file, never a panic.
        #[test]
        fn damaged_files_never_panic(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
            let mut bytes = bytes_of(&Tensor::from([[1.0_f32, 2.0, 3.0]]).into());
            for (place, value) in places {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            let _ = read(&bytes);
        }
    }
}
