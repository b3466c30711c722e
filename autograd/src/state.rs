//! The values of a model by name: what files store.

use crate::module::{Item, ItemMut, Module};
use crate::size::OpenSizes;
use crate::{BufferId, ParamId};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The values of a model's parameters and buffers by path. A shared parameter stands under its first path only; its
/// other paths are in [`Module::aliases`].
pub type StateDict<T = f32> = BTreeMap<String, Tensor<T>>;

/// What stands at a path.
#[derive(Clone, Copy, PartialEq)]
enum Identity {
    Param(ParamId),
    Buffer(BufferId),
}

/// Refuses a model in which one path names two things: by path only one of them could be kept.
pub(crate) fn check_paths<T: Float, M: Module<T> + ?Sized>(model: &M) -> Result<()> {
    let mut met = HashMap::new();
    let mut twice = None;
    model.visit_items(&mut |path, item| {
        let identity = match item {
            Item::Param(param) => Identity::Param(param.id()),
            Item::Buffer(buffer) => Identity::Buffer(buffer.id()),
        };
        let first = *met.entry(path.to_string()).or_insert(identity);
        if first != identity && twice.is_none() {
            twice = Some(path.to_string());
        }
    });
    let Some(path) = twice else { return Ok(()) };
    let message = "names two different parameters; give the fields that hold them names of their own, or flatten only one of them";
    Err(Error::state("module", message).in_layer(&path))
}

/// The values of `model`, sharing its memory.
pub(crate) fn collect<T: Float, M: Module<T> + ?Sized>(model: &M) -> Result<StateDict<T>> {
    check_paths(model)?;
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

/// The values of `other`, in the element type of `model`, and which of them aren't trained.
pub(crate) fn cast_from<T: Float, U: Float, M: Module<T>, N: Module<U>>(
    model: &mut M,
    other: &N,
) -> Result<()> {
    let cast = |(path, value): (String, Tensor<U>)| match value.cast::<T>() {
        Ok(value) => Ok((path, value)),
        Err(err) => Err(err.in_layer(&path)),
    };
    let state = other.state_dict()?.into_iter().map(cast);
    load(model, &state.collect::<Result<_>>()?)?;
    let trainable: HashMap<String, bool> = (other.params().into_iter())
        .map(|(path, param)| (path, param.is_trainable()))
        .collect();
    model.update_params(&mut |path, param| {
        param.set_trainable(trainable[path]);
        Ok(())
    })
}

/// All that is wrong with `state`, in one message. An alias may stand in it, with the value of what it is an alias of.
pub(crate) fn check<T: Float, M: Module<T> + ?Sized>(
    model: &M,
    state: &StateDict<T>,
) -> Result<()> {
    check_paths(model)?;
    let mut problems = Vec::new();
    let mut open = OpenSizes::default();
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
        let (built, sizes) = match item {
            Item::Param(param) => (param.value().ok(), param.sizes()),
            Item::Buffer(buffer) => (buffer.value().ok(), buffer.sizes()),
        };
        match (state.get(path), built) {
            (None, _) => problems.push(format!("'{path}' is missing")),
            (Some(given), Some(built)) if given.shape() != built.shape() => problems.push(format!(
                "'{path}' has shape {:?}, the model needs {:?}",
                given.shape(),
                built.shape()
            )),
            (Some(given), None) => {
                let misfit = sizes.and_then(|sizes| open.misfit(path, sizes, given.shape()));
                problems.extend(misfit);
            }
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
