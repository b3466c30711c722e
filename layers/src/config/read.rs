//! Configurations from JSON, with messages that name the key, the value and what would fit.

use etude_tensor::{Error, Result};
use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess};
use serde_json::{Map, Value};

/// A layer's configuration from a JSON object.
///
/// # Errors
/// If the value isn't an object, a key is unknown or missing, or a key's value doesn't fit. The error names the layer `who`.
///
/// ```
/// use etude_layers::{DenseConfig, read_config};
/// use serde_json::json;
///
/// let config: DenseConfig = read_config("dense", &json!({"output_size": 3}))?;
/// assert_eq!(config.output_size, 3);
/// let wrong = read_config::<DenseConfig>("dense", &json!({"output_size": "three"})).unwrap_err();
/// assert!(wrong.to_string().starts_with("dense: output_size \"three\": "), "{wrong}");
/// let unknown = read_config::<DenseConfig>("dense", &json!({"units": 3})).unwrap_err();
/// assert!(unknown.to_string().starts_with("dense: unknown field `units`, expected one of `output_size`"), "{unknown}");
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub fn read_config<C: DeserializeOwned>(who: &str, json: &Value) -> Result<C> {
    let Value::Object(entries) = json else {
        let message =
            format!("its configuration is {json}; expected a JSON object, {{\"key\": value, …}}");
        return Err(Error::config(who, message));
    };
    let config = C::deserialize(MapAccessDeserializer::new(Entries::new(entries)));
    config.map_err(|err| Error::config(who, err.to_string()))
}

/// The entries of a JSON object, which puts key and value in front of what is wrong with the value.
struct Entries<'a> {
    left: serde_json::map::Iter<'a>,
    at: Option<(&'a String, &'a Value)>,
}

impl<'a> Entries<'a> {
    fn new(entries: &'a Map<String, Value>) -> Self {
        Entries {
            left: entries.iter(),
            at: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        self.at = self.left.next();
        let Some((key, _)) = self.at else {
            return Ok(None);
        };
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        let (key, value) = self.at.expect("serde asks for a key before its value");
        let read = seed.deserialize(value.clone());
        read.map_err(|err| serde_json::Error::custom(format!("{key} {value}: {err}")))
    }
}

/// A configuration as JSON.
///
/// # Errors
/// If a number isn't finite, which JSON can't hold.
pub(crate) fn to_json<C: Serialize>(who: &str, config: &C) -> Result<Value> {
    serde_json::to_value(config).map_err(|err| Error::config(who, err.to_string()))
}
