//! What all optimizers do: which parameters are stepped, with which setting, and what is remembered of them.

use crate::method::{Method, Setting, check_not_negative};
use etude_autograd::{Gradients, Module, Param};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::BTreeMap;
use std::fmt;

/// An optimizer: a [`Method`] (the equation with its configuration), the current rate, and what is remembered of each
/// parameter, by its path.
///
/// Made by `init` of a configuration: [`SgdConfig`](crate::SgdConfig), [`AdamConfig`](crate::AdamConfig),
/// [`AdamWConfig`](crate::AdamWConfig).
#[derive(Clone)]
pub struct Optimizer<M: Method, T: Float = f32> {
    pub(crate) config: M,
    pub(crate) learning_rate: f64,
    pub(crate) slots: BTreeMap<String, Slot<T>>,
}

/// What is remembered of one parameter.
#[derive(Clone)]
pub(crate) struct Slot<T: Float> {
    /// The index of its group.
    pub(crate) group: Option<usize>,
    /// How many steps have brought it a gradient.
    pub(crate) step: u64,
    /// A tensor for each of the method's state names; none before the first of these steps.
    pub(crate) state: Vec<Tensor<T>>,
}

impl<M: Method, T: Float> Optimizer<M, T> {
    /// The optimizer of this configuration; its `init` does the same.
    ///
    /// # Errors
    /// If a value of the configuration is out of its range; the error names it.
    pub fn new(config: M) -> Result<Self> {
        check_not_negative(M::NAME, "learning_rate", config.learning_rate())?;
        check_not_negative(M::NAME, "weight_decay", config.weight_decay())?;
        config
            .groups()
            .iter()
            .try_for_each(|group| group.validate(M::NAME))?;
        config.validate()?;
        Ok(Optimizer {
            learning_rate: config.learning_rate(),
            config,
            slots: BTreeMap::new(),
        })
    }

    /// The configuration it was made of.
    pub fn config(&self) -> &M {
        &self.config
    }

    /// The current rate; groups have their factor of it.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Sets the rate from the next step on: what a schedule does.
    ///
    /// # Errors
    /// If the rate is negative or not finite.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        check_not_negative(M::NAME, "learning_rate", learning_rate)?;
        self.learning_rate = learning_rate;
        Ok(())
    }

    /// One step: makes the pending updates of the model's buffers, in the order of recording, then changes each
    /// parameter by its gradient.
    ///
    /// A parameter without a gradient, a frozen one, and one of a frozen group stay as they are, their state
    /// included. Parameters are changed where they lie: after [`backward`](etude_autograd::Var::backward) the model
    /// owns them alone, and nothing is copied. A parameter that stands in two places is stepped once.
    ///
    /// # Errors
    /// If a parameter hasn't been built, a gradient has another shape than its parameter, one path names two parameters, a group's
    /// pattern matches no parameter, or the gradients are for none of this model's parameters. Model and optimizer are then as they were.
    pub fn step<N: Module<T> + ?Sized>(
        &mut self,
        model: &mut N,
        gradients: &Gradients<T>,
    ) -> Result<()> {
        self.prepare(model, gradients)?;
        gradients.commit(model)?;
        model.update_params(&mut |path, param| match gradients.param(param) {
            Some(gradient) if param.is_trainable() => self.update(path, param, gradient),
            _ => Ok(()),
        })
    }

    /// Changes one parameter.
    fn update(&mut self, path: &str, param: &mut Param<T>, gradient: &Tensor<T>) -> Result<()> {
        let slot = self.slots.get_mut(path).expect("prepared");
        let group = slot.group.map(|index| &self.config.groups()[index]);
        if group.is_some_and(|group| group.frozen) {
            return Ok(());
        }
        if slot.state.is_empty() {
            let zeros = || Tensor::full(gradient.shape(), T::ZERO);
            slot.state
                .extend(self.config.state_names().iter().map(|_| zeros()));
        }
        slot.step += 1;
        let setting = Setting {
            learning_rate: self.learning_rate * group.map_or(1.0, |group| group.rate_factor),
            weight_decay: group
                .and_then(|group| group.weight_decay)
                .unwrap_or(self.config.weight_decay()),
            step: slot.step,
        };
        self.config
            .update(&setting, param.value_mut()?, &mut slot.state, gradient)
    }

    /// Checks all that can be wrong with a step before anything is changed, and makes room for parameters not met
    /// before.
    fn prepare<N: Module<T> + ?Sized>(
        &mut self,
        model: &N,
        gradients: &Gradients<T>,
    ) -> Result<()> {
        let params = model.params();
        let mut any_gradient = false;
        let mut any_new = false;
        for (path, param) in &params {
            let shape = param.value().map_err(|err| err.in_layer(path))?.shape();
            if let Some(gradient) = gradients.param(param) {
                any_gradient = true;
                check_shape::<M>(path, shape, "gradient", gradient.shape())?;
            }
            match self.slots.get(path) {
                Some(slot) => {
                    for (state, name) in slot.state.iter().zip(self.config.state_names()) {
                        check_shape::<M>(path, shape, name, state.shape())?;
                    }
                }
                None => any_new = true,
            }
        }
        if !any_gradient && gradients.params().next().is_some() {
            let message = "the gradients are for parameters that this model doesn't have; expected those of the model that ran \
                           forward, or of a clone of it (deep_clone makes another model)";
            return Err(Error::state(M::NAME, message));
        }
        if any_new || params.len() > self.slots.len() {
            model.check_paths()?;
            let paths: Vec<&str> = params.iter().map(|(path, _)| path.as_str()).collect();
            self.check_groups(&paths)?;
            for path in paths {
                let slot = self.new_slot(path);
                self.slots.entry(path.to_string()).or_insert(slot);
            }
        }
        Ok(())
    }

    /// The slot of a parameter that no step has changed.
    pub(crate) fn new_slot(&self, path: &str) -> Slot<T> {
        Slot {
            group: self
                .config
                .groups()
                .iter()
                .position(|group| group.matches(path)),
            step: 0,
            state: Vec::new(),
        }
    }

    /// Checks that each group's pattern matches one of the paths.
    pub(crate) fn check_groups(&self, paths: &[&str]) -> Result<()> {
        for group in self.config.groups() {
            if !paths.iter().any(|path| group.matches(path)) {
                let message = format!(
                    "no parameter matches the group '{}'; there are {}",
                    group.pattern,
                    paths.join(", ")
                );
                return Err(Error::config(M::NAME, message));
            }
        }
        Ok(())
    }
}

fn check_shape<M: Method>(path: &str, shape: &[usize], what: &str, found: &[usize]) -> Result<()> {
    if shape == found {
        return Ok(());
    }
    let message =
        format!("has shape {shape:?}, but its {what} has shape {found:?}; expected the same");
    Err(Error::shape(M::NAME, message).in_layer(path))
}

impl<M: Method, T: Float> fmt::Debug for Optimizer<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rate, params) = (self.learning_rate, self.slots.len());
        write!(f, "{}(learning rate {rate}, {params} parameters)", M::NAME)
    }
}
