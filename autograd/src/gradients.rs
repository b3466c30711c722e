//! What `backward` returns: the gradients, and the changes of state that the forward asked for.

use crate::Var;
use crate::buffer::{BufferId, Update, scale};
use crate::module::{ItemMut, Module};
use crate::node::NodeNumber;
use crate::param::{Param, ParamId};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

/// The gradients of one loss, and the pending updates of buffers: a value, not hidden state.
///
/// Nothing has to be reset between steps, two losses don't mix unless they are [`merge`](Gradients::merge)d, and gradients can go to another thread.
#[derive(Clone)]
pub struct Gradients<T: Float = f32> {
    tape: u64,
    /// Variables and retained results; `None` where the loss doesn't depend on them.
    variables: HashMap<NodeNumber, Option<Tensor<T>>>,
    /// By id, which is the order in which the parameters were made: sums over all of them have one order.
    params: BTreeMap<ParamId, Tensor<T>>,
    updates: Vec<(BufferId, Update<T>)>,
}

impl<T: Float> Gradients<T> {
    pub(crate) fn new(tape: u64, updates: Vec<(BufferId, Update<T>)>) -> Self {
        Gradients {
            tape,
            variables: HashMap::new(),
            params: BTreeMap::new(),
            updates,
        }
    }

    /// Makes room for the gradient of a variable, which is zero until one arrives.
    pub(crate) fn expect(&mut self, number: NodeNumber) {
        self.variables.insert(number, None);
    }

    /// Takes the complete gradient of a variable, or of a result whose gradient is to be kept.
    pub(crate) fn keep(&mut self, number: NodeNumber, gradient: &Tensor<T>) {
        self.variables.insert(number, Some(gradient.clone()));
    }

    /// Takes the complete gradient of a parameter. Optimizers go over parameter and gradient in one pass, so a gradient that is a
    /// broadcast view is laid out here.
    pub(crate) fn keep_for_param(&mut self, id: ParamId, gradient: &Tensor<T>) {
        self.params.insert(id, gradient.contiguous());
    }

    /// The gradient for a variable made with [`Tape::var`](crate::Tape::var), or one that asked for it with
    /// [`retain_grad`](Var::retain_grad); zeros where the loss doesn't depend on it.
    ///
    /// # Errors
    /// If the variable is a constant, an intermediate result that didn't ask, or not of this recording.
    pub fn get(&self, x: &Var<T>) -> Result<Tensor<T>> {
        let complain = |message: &str| {
            let message = format!("a variable of shape {:?} {message}", x.shape());
            Err(Error::graph("gradients", message))
        };
        if x.tape().serial() != self.tape {
            return complain("is on another tape than these gradients");
        }
        let Some(number) = x.node() else {
            return complain("is a constant; put it on the tape with tape.var(…)");
        };
        match self.variables.get(&number) {
            Some(Some(gradient)) => Ok(gradient.clone()),
            Some(None) => Ok(Tensor::zeros(x.shape())),
            None => complain(
                "has no gradient here: it is a parameter's (use param(&p)), an intermediate result (call retain_grad() \
                 on it before backward), or of another recording",
            ),
        }
    }

    /// The gradient for a parameter; `None` if the loss doesn't depend on it, or it is frozen.
    pub fn param(&self, param: &Param<T>) -> Option<&Tensor<T>> {
        self.params.get(&param.id())
    }

    /// The gradient for the parameter with this id.
    pub fn by_id(&self, id: ParamId) -> Option<&Tensor<T>> {
        self.params.get(&id)
    }

    /// All gradients for parameters, by id.
    pub fn params(&self) -> impl Iterator<Item = (ParamId, &Tensor<T>)> {
        self.params.iter().map(|(&id, gradient)| (id, gradient))
    }

    /// All gradients for parameters, to be changed.
    pub fn params_mut(&mut self) -> impl Iterator<Item = (ParamId, &mut Tensor<T>)> {
        self.params.iter_mut().map(|(&id, gradient)| (id, gradient))
    }

    /// The pending updates of buffers, in the order of recording.
    pub fn updates(&self) -> &[(BufferId, Update<T>)] {
        &self.updates
    }

    /// Adds the gradients for parameters of another batch, and takes over its pending updates behind our own. Gradients for
    /// variables belong to one tape: they are taken over from another step on the same one, and left out otherwise.
    ///
    /// # Errors
    /// If the gradients for a parameter differ in shape.
    pub fn merge(&mut self, other: Gradients<T>) -> Result<()> {
        for (id, gradient) in other.params {
            match self.params.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(gradient);
                }
                Entry::Occupied(mut sum) => sum.get_mut().scaled_add(1.0, &gradient)?,
            }
        }
        if self.tape == other.tape {
            self.variables.extend(other.variables);
        }
        self.updates.extend(other.updates);
        Ok(())
    }

    /// Multiplies every gradient by `factor`: 1/k after merging k micro-batches whose losses were means.
    pub fn scale(&mut self, factor: f64) {
        let variables = self.variables.values_mut().flatten();
        for gradient in self.params.values_mut().chain(variables) {
            scale(gradient, factor);
        }
    }

    /// The norm of all gradients for parameters taken together, `√Σ g²`, summed in 64 bits in the order of the ids. NaN if
    /// one of them has a NaN.
    pub fn global_norm(&self) -> f64 {
        self.params
            .values()
            .map(Tensor::square_sum)
            .sum::<f64>()
            .sqrt()
    }

    /// Makes the pending updates, in the order of recording, in the buffers of `model`. An optimizer's `step` does it
    /// by itself: call either, once.
    ///
    /// # Errors
    /// If an update is for a buffer that `model` doesn't have, or of another shape; the model is then as it was.
    pub fn commit<M: Module<T> + ?Sized>(&self, model: &mut M) -> Result<()> {
        if self.updates.is_empty() {
            return Ok(());
        }
        let mut values = HashMap::new();
        let mut failed = Ok(());
        let wanted: HashSet<BufferId> = self.updates.iter().map(|(id, _)| *id).collect();
        model.visit_items_mut(&mut |path, item| {
            if let ItemMut::Buffer(buffer) = item
                && wanted.contains(&buffer.id())
            {
                values.insert(buffer.id(), (path.to_string(), buffer.value().cloned()));
            }
        });
        for (id, update) in &self.updates {
            let applied = match values.get_mut(id) {
                Some((path, Ok(value))) => update.apply(value).map_err(|err| err.in_layer(path)),
                Some((path, Err(err))) => Err(err.clone().in_layer(path)),
                None => Err(Error::state(
                    "commit",
                    "an update is for a buffer that this model doesn't have; commit to the model that ran forward, or a clone of it",
                )),
            };
            failed = failed.and(applied);
        }
        failed?;
        model.visit_items_mut(&mut |_, item| {
            if let ItemMut::Buffer(buffer) = item
                && let Some((_, Ok(value))) = values.get(&buffer.id())
            {
                buffer.set_checked(value.clone());
            }
        });
        Ok(())
    }
}

impl<T: Float> fmt::Debug for Gradients<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (params, variables, updates) =
            (self.params.len(), self.variables.len(), self.updates.len());
        write!(
            f,
            "Gradients({params} parameters, {variables} variables, {updates} pending updates)"
        )
    }
}
