//! The header of a safetensors file: a JSON map from names to type, shape and place, and from `__metadata__` to strings.
//!
//! Read entry by entry, so that a name that stands there twice is seen, and every complaint can name its tensor.

use safetensors::tensor::TensorInfo;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The key that holds strings instead of a tensor.
pub(super) const METADATA: &str = "__metadata__";

/// What a header says: tensors in the order of the file's bytes, and the strings.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) tensors: Vec<(String, TensorInfo)>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl Header {
    /// Reads the JSON and holds every shape against its place, and the places against the `data` bytes of the file.
    pub(super) fn parse(json: &[u8], data: usize) -> Result<Header, String> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let mut header = reader
            .deserialize_map(HeaderVisitor)
            .and_then(|header| reader.end().map(|()| header))
            .map_err(|err| format!("the header isn't what it should be: {err}"))?;
        header.tensors.sort_by_key(|(_, info)| info.data_offsets);
        let mut end = 0;
        for (name, info) in &header.tensors {
            let (from, to) = info.data_offsets;
            let bytes = info
                .shape
                .iter()
                .try_fold(1_usize, |n, &size| n.checked_mul(size))
                .and_then(|n| n.checked_mul(info.dtype.bitsize() / 8));
            let Some(bytes) = bytes else {
                return Err(format!("tensor '{name}': shape {:?} overflows", info.shape));
            };
            if to > data {
                return Err(format!(
                    "tensor '{name}': ends at byte {to} of the data, of which the file has {data}"
                ));
            }
            if from != end || to.checked_sub(from) != Some(bytes) {
                return Err(format!(
                    "tensor '{name}': bytes {from} to {to} for shape {:?} of {}; expected {bytes} bytes from {end} on",
                    info.shape, info.dtype
                ));
            }
            end = to;
        }
        if end != data {
            return Err(format!("{} bytes behind the last tensor", data - end));
        }
        Ok(header)
    }

    /// The JSON of the header. Keys keep their order, so that the same tensors make the same file.
    pub(super) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = Vec::new();
        let mut writer = serde_json::Serializer::new(&mut json);
        let mut map = writer.serialize_map(None)?;
        if !self.metadata.is_empty() {
            map.serialize_entry(METADATA, &self.metadata)?;
        }
        for (name, info) in &self.tensors {
            map.serialize_entry(name, info)?;
        }
        map.end()?;
        Ok(json)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from names to tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        let mut seen = std::collections::HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let in_entry = |err: A::Error| serde::de::Error::custom(format!("'{name}': {err}"));
            if !seen.insert(name.clone()) {
                return Err(serde::de::Error::custom(format!(
                    "'{name}' stands there twice"
                )));
            }
            if name == METADATA {
                header.metadata = map.next_value().map_err(in_entry)?;
            } else {
                let info = map.next_value().map_err(in_entry)?;
                header.tensors.push((name, info));
            }
        }
        Ok(header)
    }
}
