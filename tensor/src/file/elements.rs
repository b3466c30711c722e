//! The elements of a tensor, from the bytes of a file: chunk by chunk, so that beside the tensor itself little is held.

use super::AnyTensor;
use crate::{Element, Shape, Tensor};
use std::io::Read;

/// Elements converted at a time.
const CHUNK: usize = 1 << 14;
/// No tensor in a file has more axes, as in NumPy.
const MAX_RANK: usize = 64;

/// The shape of these sizes, unless a tensor can't have it.
pub(super) fn shape(sizes: &[usize]) -> Result<Shape, String> {
    if sizes.len() > MAX_RANK {
        return Err(format!("{} axes; expected at most {MAX_RANK}", sizes.len()));
    }
    let shape = Shape::new(sizes);
    match shape.checked_elements() {
        Some(_) => Ok(shape),
        None => Err(format!("shape {sizes:?} overflows")),
    }
}

/// The tensor whose elements follow in `file`, of `N` bytes each. That the file is long enough for `shape` has been checked; yet a
/// file with holes can be longer than memory.
pub(super) fn read<T: Element, const N: usize>(
    file: &mut dyn Read,
    shape: Shape,
    convert: fn([u8; N]) -> T,
) -> Result<Tensor<T>, String> {
    shape
        .check_fits("", size_of::<T>())
        .map_err(|err| err.message().to_string())?;
    let mut result = Ok(());
    let tensor = Tensor::build(shape, |out| {
        let mut bytes = vec![0; N * CHUNK.min(out.len())];
        for out in out.chunks_mut(CHUNK) {
            let bytes = &mut bytes[..N * out.len()];
            if result.is_ok() {
                result = file.read_exact(bytes);
            }
            for (value, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
                *value = convert(*bytes);
            }
        }
    });
    result.map_err(|err| format!("the elements can't be read: {err}"))?;
    Ok(tensor)
}

/// The booleans that follow in `file`, a byte each.
pub(super) fn read_flags(file: &mut dyn Read, shape: Shape) -> Result<AnyTensor, String> {
    let bytes = read(file, shape, u8::from_le_bytes)?;
    if let Some(byte) = bytes
        .as_slice()
        .unwrap_or_default()
        .iter()
        .find(|&&b| b > 1)
    {
        return Err(format!("the byte {byte} among booleans; expected 0 or 1"));
    }
    Ok(bytes.cast::<bool>().map_err(|err| err.to_string())?.into())
}

/// A 16-bit float of IEEE 754, little-endian: sign, 5 bits of exponent, 10 of the significand. Each is exact in `f32`.
pub(super) fn half(bytes: [u8; 2]) -> f32 {
    let bits = u32::from(u16::from_le_bytes(bytes));
    let sign = (bits & 0x8000) << 16;
    // Exponent and significand in the places that f32 has for them. There they mean 2⁻¹¹² of what they should: the difference of
    // the biases, 127 and 15. The product is exact, and right for subnormal numbers as well.
    let magnitude = match bits & 0x7fff {
        infinite_or_nan if infinite_or_nan >= 0x7c00 => 0x7f80_0000 | infinite_or_nan << 13,
        finite => (f32::from_bits(finite << 13) * 2.0_f32.powi(112)).to_bits(),
    };
    f32::from_bits(sign | magnitude)
}

/// A `bfloat16`, little-endian: the upper half of an `f32`.
pub(super) fn bfloat([low, high]: [u8; 2]) -> f32 {
    f32::from_le_bytes([0, 0, low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits() {
        let of = |bits: u16| half(bits.to_le_bytes());
        assert_eq!(of(0x3c00), 1.0);
        assert_eq!(of(0xc000), -2.0);
        assert_eq!(of(0x7bff), 65504.0);
        assert_eq!(of(0x0400), 2.0_f32.powi(-14));
        assert_eq!(of(0x0001), 2.0_f32.powi(-24));
        assert_eq!(of(0x83ff), -1023.0 * 2.0_f32.powi(-24));
        assert_eq!(of(0x8000).to_bits(), (-0.0_f32).to_bits());
        assert_eq!((of(0x7c00), of(0xfc00)), (f32::INFINITY, f32::NEG_INFINITY));
        assert!(of(0x7e00).is_nan() && of(0x7c01).is_nan());
        assert_eq!(bfloat(0x3f80_u16.to_le_bytes()), 1.0);
        assert_eq!(bfloat(0xc040_u16.to_le_bytes()), -3.0);
    }

    #[test]
    fn shapes_that_cannot_be_counted() {
        assert_eq!(shape(&[2, 0, 3]).unwrap().elements(), 0);
        assert_eq!(
            shape(&[0, usize::MAX, 2]).unwrap_err(),
            format!("shape [0, {}, 2] overflows", usize::MAX)
        );
        assert_eq!(shape(&[1; 65]).unwrap_err(), "65 axes; expected at most 64");
    }
}
