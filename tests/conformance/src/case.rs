//! One case: what its file says.

use etude_tensor::file::{AnyTensor, TensorFile};
use etude_tensor::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Named tensors, in the order of their names.
pub(crate) type Tensors = BTreeMap<String, AnyTensor>;

/// A conformance case, as its file says it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The layer's type.
    pub layer: String,
    /// Its configuration.
    pub config: Value,
    /// Whether it runs as in training or as in use.
    pub mode: Mode,
    /// Where the expected values come from.
    pub source: String,
    /// How far its numbers may be off.
    pub bounds: Bounds,
    pub(crate) args: Tensors,
    pub(crate) params: Tensors,
    pub(crate) outs: Tensors,
    pub(crate) cotangents: Tensors,
    pub(crate) grad_args: Tensors,
    pub(crate) grad_params: Tensors,
    pub(crate) states: Tensors,
}

/// How far the numbers of a case may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The relative tolerance in 64 bits.
    pub rtol: f64,
    /// The absolute tolerance in 64 bits.
    pub atol: f64,
    /// The relative tolerance in 32 bits.
    pub rtol_f32: f64,
}

impl Bounds {
    /// Reads them from a file's metadata.
    pub(crate) fn read(metadata: &BTreeMap<String, String>) -> Result<Self, String> {
        let number = |key: &str| {
            let text = text(metadata, key)?;
            let value: f64 = text
                .parse()
                .map_err(|_| format!("{key} is '{text}'; expected a number"))?;
            if value >= 0.0 {
                Ok(value)
            } else {
                Err(format!("{key} is {value}; expected 0 or more"))
            }
        };
        Ok(Bounds {
            rtol: number("rtol")?,
            atol: number("atol")?,
            rtol_f32: match metadata.contains_key("rtol_f32") {
                true => number("rtol_f32")?,
                false => 1e-4,
            },
        })
    }
}

/// What the metadata say under a key.
pub(crate) fn text<'a>(
    metadata: &'a BTreeMap<String, String>,
    key: &str,
) -> Result<&'a str, String> {
    let found = metadata.get(key).map(String::as_str);
    found.ok_or_else(|| format!("its metadata has no '{key}'"))
}

/// Whether a case runs as in training or as in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As in training.
    Train,
    /// As in use.
    Eval,
}

impl Case {
    /// Reads a case from a file.
    ///
    /// # Errors
    /// If the file isn't a sound safetensors file, or not a case: the error names the file and what is wrong.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let refuse =
            |message: String| Error::file("conformance", format!("{}: {message}", path.display()));
        Case::from_file(TensorFile::read(path)?).map_err(refuse)
    }

    pub(crate) fn from_file(file: TensorFile) -> Result<Self, String> {
        let metadata = &file.metadata;
        let text = |key: &str| text(metadata, key);
        let mut case = Case {
            layer: text("layer")?.to_string(),
            config: serde_json::from_str(text("config")?)
                .map_err(|err| format!("its config isn't JSON: {err}"))?,
            mode: match text("mode")? {
                "train" => Mode::Train,
                "eval" => Mode::Eval,
                other => return Err(format!("mode is '{other}'; expected train or eval")),
            },
            source: metadata.get("source").cloned().unwrap_or_default(),
            bounds: Bounds::read(metadata)?,
            args: Tensors::new(),
            params: Tensors::new(),
            outs: Tensors::new(),
            cotangents: Tensors::new(),
            grad_args: Tensors::new(),
            grad_params: Tensors::new(),
            states: Tensors::new(),
        };
        for (name, tensor) in file.tensors {
            case.sort_in(&name, tensor)?;
        }
        case.check_names()?;
        Ok(case)
    }

    /// Puts a tensor where the beginning of its name says.
    fn sort_in(&mut self, name: &str, tensor: AnyTensor) -> Result<(), String> {
        let kinds = [
            ("arg.", &mut self.args),
            ("param.", &mut self.params),
            ("out.", &mut self.outs),
            ("ct.", &mut self.cotangents),
            ("grad.arg.", &mut self.grad_args),
            ("grad.param.", &mut self.grad_params),
            ("state.", &mut self.states),
        ];
        for (prefix, tensors) in kinds {
            if let Some(rest) = name.strip_prefix(prefix) {
                tensors.insert(rest.to_string(), tensor);
                return Ok(());
            }
        }
        Err(format!(
            "'{name}' is none of arg, param, out, ct, grad.arg, grad.param, state"
        ))
    }

    /// A gradient needs an argument or parameter, and a cotangent a result.
    fn check_names(&self) -> Result<(), String> {
        let pairs = [
            ("ct", &self.cotangents, "out", &self.outs),
            ("grad.arg", &self.grad_args, "arg", &self.args),
            ("grad.param", &self.grad_params, "param", &self.params),
        ];
        for (kind, tensors, of, others) in pairs {
            if let Some(name) = tensors.keys().find(|name| !others.contains_key(*name)) {
                return Err(format!("there is a '{kind}.{name}' but no '{of}.{name}'"));
            }
        }
        if self.outs.is_empty() {
            return Err("it expects nothing: there is no 'out.NAME'".to_string());
        }
        Ok(())
    }
}
