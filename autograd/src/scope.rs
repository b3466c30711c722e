//! Which layer an operation belongs to: scopes that layers open, and the parameters that operations use.

use crate::node::NodeNumber;
use crate::recording::Recording;
use crate::{Module, ParamId, Tape, Var};
use etude_tensor::Float;
use std::collections::{BinaryHeap, HashMap};

/// How far an operation is followed back to the parameters that it comes from.
const STEPS_BACK: usize = 64;

/// The paths of the scopes that were ever open on a tape, and the names of parameters.
#[derive(Default)]
pub(crate) struct Names {
    /// The path of scope `i + 1`; scope 0 is outside all.
    paths: Vec<String>,
    numbers: HashMap<String, u32>,
    params: HashMap<ParamId, String>,
}

impl Names {
    /// The path of a scope, if it is one.
    pub(crate) fn path(&self, scope: u32) -> Option<&str> {
        let index = (scope as usize).checked_sub(1)?;
        self.paths.get(index).map(String::as_str)
    }

    fn inside(&mut self, outer: u32, name: &str) -> u32 {
        let path = match self.path(outer) {
            Some(outer) => format!("{outer}.{name}"),
            None => name.to_string(),
        };
        if let Some(&number) = self.numbers.get(&path) {
            return number;
        }
        self.paths.push(path.clone());
        let number = self.paths.len() as u32;
        self.numbers.insert(path, number);
        number
    }

    /// The layer that a parameter belongs to.
    fn layer_of(&self, param: ParamId) -> Option<&str> {
        let path = self.params.get(&param)?;
        Some(path.rsplit_once('.').map_or("", |(layer, _)| layer))
    }

    /// The layer in which an operation with these inputs runs now: that of the parameters it uses, or else the scope in
    /// force, or else that of the parameters used last on the way to it, with the word `after`.
    pub(crate) fn layer<T: Float>(
        &self,
        recording: &Recording<T>,
        inputs: &[&Var<T>],
    ) -> Option<String> {
        // Constants are parameters too: frozen ones, and all where nothing is recorded.
        let used = inputs.iter().find_map(|input| {
            let storage = input.tensor().storage_id();
            self.layer_of(*recording.param_storages.get(&storage)?)
        });
        if let Some(layer) = used {
            return Some(layer.to_string());
        }
        let live = |number: &NodeNumber| !recording.is_stale(*number);
        let numbers = inputs.iter().filter_map(|input| input.node()).filter(live);
        let param = |number: NodeNumber| self.layer_of(recording.param_of(number)?);
        let mut open: BinaryHeap<NodeNumber> = numbers.collect();
        if let Some(layer) = open.iter().find_map(|&number| param(number)) {
            return Some(layer.to_string());
        }
        if let Some(path) = self.path(recording.scope) {
            return Some(path.to_string());
        }
        // The highest number first: what ran last.
        for _ in 0..STEPS_BACK {
            let number = open.pop()?;
            if let Some(layer) = param(number) {
                return Some(format!("after {layer}"));
            }
            open.extend(recording.inputs(number).iter().flatten());
        }
        None
    }
}

/// A scope that is open: what is recorded belongs to it until this value is dropped. From [`Tape::scope`].
#[must_use = "a scope ends when this value is dropped"]
pub struct Scope<T: Float> {
    tape: Tape<T>,
    outer: u32,
}

impl<T: Float> Tape<T> {
    /// Opens a scope: until the value returned is dropped, what is recorded belongs to the layer `name`, inside the scopes
    /// that are open already. Pictures, memory reports and anomalies say so. `Sequential` opens one for each
    /// of its layers; in a forward of your own you may.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::<f32>::ones([4]));
    /// let y = {
    ///     let _scope = tape.scope("encoder");
    ///     x.tanh()?
    /// };
    /// let loss = y.sum(..)?;
    /// let layers = tape.memory().layers();
    /// assert_eq!((layers[0].name.as_str(), layers[0].bytes), ("encoder", 16));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn scope(&self, name: &str) -> Scope<T> {
        let mut recording = self.recording().borrow_mut();
        let outer = recording.scope;
        recording.scope = self.names().borrow_mut().inside(outer, name);
        Scope {
            tape: self.clone(),
            outer,
        }
    }

    /// Tells the tape the names of `model`'s parameters, so that [anomalies](Tape::detect_anomalies) are reported with the
    /// layer whose parameters an operation uses.
    pub fn name_params<M: Module<T> + ?Sized>(&self, model: &M) {
        let mut names = self.names().borrow_mut();
        for (path, param) in model.params() {
            names.params.insert(param.id(), path);
        }
    }
}

impl<T: Float> Drop for Scope<T> {
    fn drop(&mut self) {
        self.tape.recording().borrow_mut().scope = self.outer;
    }
}

impl<T: Float> std::fmt::Debug for Scope<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scope")
    }
}
