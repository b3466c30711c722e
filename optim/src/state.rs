//! The state of an optimizer by name: what files store.

use crate::Method;
use crate::optimizer::{Optimizer, Slot};
use etude_autograd::{Module, Param, StateDict};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::{BTreeMap, BTreeSet};

/// What an optimizer remembers, apart from its configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerState<T: Float = f32> {
    /// The current rate.
    pub learning_rate: f64,
    /// How many steps have brought each parameter a gradient, by path. Empty before the first step, else with all
    /// parameters of the model.
    pub steps: BTreeMap<String, u64>,
    /// The tensors, of the parameters that have had a gradient, by state name and path: `m.features.0.weight`.
    pub tensors: StateDict<T>,
}

impl<M: Method, T: Float> Optimizer<M, T> {
    /// What the optimizer remembers, sharing its memory.
    pub fn state(&self) -> OptimizerState<T> {
        let named = |(path, slot): (&String, &Slot<T>)| -> Vec<(String, Tensor<T>)> {
            let names = self.config.state_names().iter();
            names
                .zip(&slot.state)
                .map(|(name, tensor)| (format!("{name}.{path}"), tensor.clone()))
                .collect()
        };
        OptimizerState {
            learning_rate: self.learning_rate,
            steps: self
                .slots
                .iter()
                .map(|(path, slot)| (path.clone(), slot.step))
                .collect(),
            tensors: self.slots.iter().flat_map(named).collect(),
        }
    }

    /// Takes over what an optimizer of the same kind remembered of a model like this one: training goes on as if it had
    /// never stopped. Weight decay, groups and the like stay those of this optimizer's configuration.
    ///
    /// # Errors
    /// If an entry is missing, is left over, or has another shape than the parameter, or a group's pattern matches no
    /// parameter; the error names them all, and the optimizer stays as it was.
    pub fn load_state<N: Module<T> + ?Sized>(
        &mut self,
        model: &N,
        state: &OptimizerState<T>,
    ) -> Result<()> {
        let shape = |(path, param): (String, &Param<T>)| match param.value() {
            Ok(value) => Ok((path, value.shape().to_vec())),
            Err(err) => Err(err.in_layer(&path)),
        };
        model.check_paths()?;
        let shapes = model
            .params()
            .into_iter()
            .map(shape)
            .collect::<Result<Vec<_>>>()?;
        self.load_state_of(&shapes, state)
    }

    /// [`load_state`](Optimizer::load_state) for parameters of which path and shape are known.
    pub(crate) fn load_state_of(
        &mut self,
        params: &[(String, Vec<usize>)],
        state: &OptimizerState<T>,
    ) -> Result<()> {
        let mut problems = Vec::new();
        let mut left: BTreeSet<&str> = state.tensors.keys().map(String::as_str).collect();
        let mut left_steps: BTreeSet<&str> = state.steps.keys().map(String::as_str).collect();
        let mut slots = BTreeMap::new();
        for (path, shape) in params {
            left_steps.remove(path.as_str());
            let Some(&step) = state.steps.get(path) else {
                // Before its first step an optimizer remembers nothing.
                if !state.steps.is_empty() {
                    problems.push(format!("the step count of '{path}' is missing"));
                }
                continue;
            };
            let mut slot = self.new_slot(path);
            slot.step = step;
            let names = if step == 0 {
                &[]
            } else {
                self.config.state_names()
            };
            for name in names.iter().map(|name| format!("{name}.{path}")) {
                left.remove(name.as_str());
                match state.tensors.get(&name) {
                    None => problems.push(format!("'{name}' is missing")),
                    Some(tensor) if tensor.shape() != shape => {
                        let given = tensor.shape();
                        problems.push(format!(
                            "'{name}' has shape {given:?}, the parameter {shape:?}"
                        ));
                    }
                    Some(tensor) => slot.state.push(tensor.clone()),
                }
            }
            slots.insert(path.clone(), slot);
        }
        problems.extend(
            left_steps
                .iter()
                .map(|path| format!("the step count of '{path}' belongs to no parameter")),
        );
        problems.extend(
            left.iter()
                .map(|name| format!("'{name}' belongs to nothing in the optimizer")),
        );
        if !problems.is_empty() {
            let message = format!(
                "the state doesn't fit the optimizer, which stays as it was: {}",
                problems.join("; ")
            );
            return Err(Error::state(M::NAME, message));
        }
        if !slots.is_empty() {
            let paths: Vec<&str> = params.iter().map(|(path, _)| path.as_str()).collect();
            self.check_groups(&paths)?;
        }
        self.set_learning_rate(state.learning_rate)?;
        self.slots = slots;
        Ok(())
    }
}
