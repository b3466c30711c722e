//! One case: what its file says.

use etude_tensor::file::{AnyTensor, TensorFile};
use etude_tensor::{Error, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
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
    /// The relative tolerance in 64 bits.
    pub rtol: f64,
    /// The absolute tolerance in 64 bits.
    pub atol: f64,
    /// The relative tolerance in 32 bits.
    pub rtol_f32: f64,
    pub(crate) args: Tensors,
    pub(crate) params: Tensors,
    pub(crate) outs: Tensors,
    pub(crate) cotangents: Tensors,
    pub(crate) grad_args: Tensors,
    pub(crate) grad_params: Tensors,
    pub(crate) states: Tensors,
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
        let file = TensorFile::read(path)?;
        let refuse =
            |message: String| Error::file("conformance", format!("{}: {message}", path.display()));
        Case::from_file(file).map_err(refuse)
    }

    fn from_file(file: TensorFile) -> Result<Self, String> {
        let metadata: HashMap<&str, &str> = file
            .metadata
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let text = |key: &str| {
            metadata
                .get(key)
                .copied()
                .ok_or(format!("its metadata has no '{key}'"))
        };
        let number = |key: &str, text: &str| {
            let value: f64 = text
                .parse()
                .map_err(|_| format!("{key} is '{text}'; expected a number"))?;
            if value >= 0.0 {
                Ok(value)
            } else {
                Err(format!("{key} is {value}; expected 0 or more"))
            }
        };
        let mut case = Case {
            layer: text("layer")?.to_string(),
            config: serde_json::from_str(text("config")?)
                .map_err(|err| format!("its config isn't JSON: {err}"))?,
            mode: match text("mode")? {
                "train" => Mode::Train,
                "eval" => Mode::Eval,
                other => return Err(format!("mode is '{other}'; expected train or eval")),
            },
            source: metadata
                .get("source")
                .copied()
                .unwrap_or_default()
                .to_string(),
            rtol: number("rtol", text("rtol")?)?,
            atol: number("atol", text("atol")?)?,
            rtol_f32: match metadata.get("rtol_f32") {
                Some(text) => number("rtol_f32", text)?,
                None => 1e-4,
            },
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
