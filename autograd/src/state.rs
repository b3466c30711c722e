//! The values of a model by name: what files store.

use crate::module::{Item, ItemMut, Module};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The values of a model's parameters and buffers by path. A shared parameter stands under its first path only; its
/// other paths are in [`Module::aliases`].
pub type StateDict<T = f32> = BTreeMap<String, Tensor<T>>;

/// The values of `model`, sharing its memory.
pub(crate) fn collect<T: Float, M: Module<T> + ?Sized>(model: &M) -> Result<StateDict<T>> {
    let params = model
        .params()
        .into_iter()
        .map(|(path, param)| (path, param.value()));
    let buffers = model
        .buffers()
        .into_iter()
        .map(|(path, buffer)| (path, buffer.value()));
    params
        .chain(buffers)
        .map(|(path, value)| match value {
            Ok(value) => Ok((path, value.clone())),
            Err(err) => Err(err.in_layer(&path)),
        })
        .collect()
}

/// Checks that `state` is exactly what `model` needs, then takes it over.
pub(crate) fn load<T: Float, M: Module<T> + ?Sized>(
    model: &mut M,
    state: &StateDict<T>,
) -> Result<()> {
    check(model, state)?;
    let first_paths: HashMap<String, String> = model.aliases().into_iter().collect();
    model.visit_items_mut(&mut |path, item| {
        let name = first_paths.get(path).map_or(path, String::as_str);
        let value = state[name].clone();
        match item {
            ItemMut::Param(param) => param.set_checked(value),
            ItemMut::Buffer(buffer) => buffer.set_checked(value),
        }
    });
    Ok(())
}

/// All that is wrong with `state`, in one message. An alias may stand in it, with the value of what it is an alias of.
pub(crate) fn check<T: Float, M: Module<T> + ?Sized>(
    model: &M,
    state: &StateDict<T>,
) -> Result<()> {
    let mut problems = Vec::new();
    let aliases: HashMap<String, String> = model.aliases().into_iter().collect();
    let mut known = HashSet::new();
    model.visit_items(&mut |path, item| {
        known.insert(path.to_string());
        if let Some(first) = aliases.get(path) {
            if state
                .get(path)
                .is_some_and(|value| !same(value, state.get(first)))
            {
                problems.push(format!(
                    "'{path}' differs from '{first}', which it is in the model"
                ));
            }
            return;
        }
        let built = match item {
            Item::Param(param) => param.value().ok(),
            Item::Buffer(buffer) => buffer.value().ok(),
        };
        match (state.get(path), built) {
            (None, _) => problems.push(format!("'{path}' is missing")),
            (Some(given), Some(built)) if given.shape() != built.shape() => problems.push(format!(
                "'{path}' has shape {:?}, the model needs {:?}",
                given.shape(),
                built.shape()
            )),
            _ => {}
        }
    });
    let extra = state.keys().filter(|name| !known.contains(*name));
    problems.extend(extra.map(|name| format!("'{name}' belongs to nothing in the model")));
    if problems.is_empty() {
        Ok(())
    } else {
        let message = format!(
            "the values don't fit the model, which stays as it was: {}",
            problems.join("; ")
        );
        Err(Error::state("load_state_dict", message))
    }
}

/// Whether both are one tensor, or equal ones.
fn same<T: Float>(a: &Tensor<T>, b: Option<&Tensor<T>>) -> bool {
    b.is_some_and(|b| (a.shares_storage(b) && a.shape() == b.shape()) || a == b)
}
