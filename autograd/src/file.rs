//! Models in files: every parameter and buffer under its dotted path.

use crate::{Module, StateDict};
use etude_tensor::file::{AnyTensor, TensorFile};
use etude_tensor::{Error, Float, Result};
use std::path::Path;

/// In front of an alias in a file's strings: the further path of a shared parameter, with its first path as the value.
const ALIAS: &str = "etude.alias.";

/// Writes the parameters and buffers of `model` to a safetensors file: each tensor under its path
/// (`features.0.weight`), a shared one once, its other paths as aliases among the file's strings.
///
/// The file appears whole or not at all: a crash leaves the old one or the new one.
///
/// ```
/// use etude_autograd::{Param, load, save};
/// use etude_tensor::Tensor;
///
/// let path = std::env::temp_dir().join(format!("etude-doc-save-{}.safetensors", std::process::id()));
/// let trained = vec![Param::new(Tensor::from([1.0_f32, 2.0]))];
/// save(&path, &trained)?;
///
/// let mut model = vec![Param::new(Tensor::from([0.0_f32, 0.0]))];
/// load(&path, &mut model)?;
/// assert_eq!(model[0].value()?.to_vec(), [1.0, 2.0]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If a parameter hasn't been built, which the error names, or the file can't be written; what was there before stays.
pub fn save<T: Float, M: Module<T> + ?Sized>(path: impl AsRef<Path>, model: &M) -> Result<()> {
    let mut file = TensorFile::default();
    put(&mut file, "", model)?;
    file.write(path)
}

/// Reads the parameters and buffers of `model` from a file that [`save`] wrote. What hasn't been built yet is built
/// by it.
///
/// ```
/// use etude_autograd::{Param, load, save};
/// use etude_tensor::Tensor;
///
/// let path = std::env::temp_dir().join(format!("etude-doc-load-{}.safetensors", std::process::id()));
/// save(&path, &vec![Param::new(Tensor::from([1.0_f32, 2.0]))])?;
///
/// let mut other = vec![Param::new(Tensor::<f32>::zeros([3]))];
/// assert!(load(&path, &mut other).is_err()); // another shape
/// assert_eq!(other[0].value()?.to_vec(), [0.0; 3]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If the file can't be read or isn't sound, or a tensor in it is missing, left over, or has another shape or element
/// type than the model's: the error names it, and the model stays as it was.
pub fn load<T: Float, M: Module<T> + ?Sized>(path: impl AsRef<Path>, model: &mut M) -> Result<()> {
    let path = path.as_ref();
    let state =
        state_dict(&TensorFile::read(path)?, "").and_then(|state| model.load_state_dict(&state));
    state.map_err(|err| Error::file("load", format!("'{}': {}", path.display(), err.message())))
}

/// Adds the parameters and buffers of `model` to the content of a file, their names with `prefix` in front.
///
/// ```
/// use etude_autograd::Param;
/// use etude_autograd::file::put;
/// use etude_tensor::Tensor;
/// use etude_tensor::file::TensorFile;
///
/// let mut file = TensorFile::default();
/// put(&mut file, "model.", &vec![Param::new(Tensor::from([1.0_f32, 2.0]))])?;
/// assert!(file.tensors.contains_key("model.0"));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If a parameter hasn't been built, or `T` is a type that files don't hold.
pub fn put<T: Float, M: Module<T> + ?Sized>(
    file: &mut TensorFile,
    prefix: &str,
    model: &M,
) -> Result<()> {
    for (path, tensor) in model.state_dict()? {
        file.tensors
            .insert(format!("{prefix}{path}"), AnyTensor::of(&tensor)?);
    }
    for (alias, first) in model.aliases() {
        file.metadata.insert(
            format!("{ALIAS}{prefix}{alias}"),
            format!("{prefix}{first}"),
        );
    }
    Ok(())
}

/// The tensors in the content of a file whose names begin with `prefix`, under the rest of their names, and the
/// tensors that aliases stand for.
///
/// ```
/// use etude_autograd::Param;
/// use etude_autograd::file::{put, state_dict};
/// use etude_tensor::Tensor;
/// use etude_tensor::file::TensorFile;
///
/// let mut file = TensorFile::default();
/// put(&mut file, "model.", &vec![Param::new(Tensor::from([1.0_f32, 2.0]))])?;
/// put(&mut file, "average.", &vec![Param::new(Tensor::from([0.9_f32, 1.8]))])?;
/// let state = state_dict::<f32>(&file, "average.")?;
/// assert_eq!(state["0"].to_vec(), [0.9, 1.8]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If a tensor has another element type than `T`, or an alias stands for no tensor; the error names it.
pub fn state_dict<T: Float>(file: &TensorFile, prefix: &str) -> Result<StateDict<T>> {
    let mut state = StateDict::new();
    for (name, tensor) in &file.tensors {
        if let Some(path) = name.strip_prefix(prefix) {
            let Some(tensor) = tensor.get() else {
                let message = format!(
                    "'{name}' holds {}; expected {}, as the model does",
                    tensor.type_name(),
                    T::NAME
                );
                return Err(Error::file("state_dict", message));
            };
            state.insert(path.to_string(), tensor.clone());
        }
    }
    for (name, target) in &file.metadata {
        if let Some(path) = name
            .strip_prefix(ALIAS)
            .and_then(|name| name.strip_prefix(prefix))
        {
            let tensor = file.tensors.get(target).and_then(AnyTensor::get);
            let Some(tensor) = tensor else {
                let message = format!(
                    "the alias '{path}' stands for '{target}', which the file doesn't hold"
                );
                return Err(Error::file("state_dict", message));
            };
            state
                .entry(path.to_string())
                .or_insert_with(|| tensor.clone());
        }
    }
    Ok(state)
}
