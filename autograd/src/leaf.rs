//! The leaves of a tape: variables, constants, and parameters, for which a variable may stand in.

use crate::node::{Origin, SavedTensor};
use crate::{Anomalies, Param, Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::hash_map::Entry;

impl<T: Float> Tape<T> {
    /// A variable: gradients with respect to it can be asked for. On a tape that doesn't record, a constant.
    pub fn var(&self, tensor: Tensor<T>) -> Var<T> {
        if !self.is_recording() {
            return self.input(tensor);
        }
        let mut recording = self.recording().borrow_mut();
        let number = recording.push(Origin::Variable, tensor.to_shape());
        recording.variables.push(number);
        Var::new(tensor, self.clone(), Some(number))
    }

    /// A constant: it needs no gradient, but knows its tape, so that layers can ask for mode, seed and parameters.
    #[inline]
    pub fn input(&self, tensor: Tensor<T>) -> Var<T> {
        Var::new(tensor, self.clone(), None)
    }

    /// A constant of rank 0.
    pub fn scalar(&self, value: f64) -> Var<T> {
        self.input(Tensor::full((), T::from_f64(value)))
    }

    /// The leaf for a parameter: the same one each time in a recording, so that a weight used twice gets one gradient. A
    /// frozen parameter is a constant, and one that is [bound](Tape::bind) is the variable that stands for it.
    ///
    /// # Errors
    /// If the parameter hasn't been built, or if another value has been met under the same id in this recording: two
    /// clones of a model that have gone different ways can't share a tape.
    pub fn param(&self, param: &Param<T>) -> Result<Var<T>> {
        if let Some(asked) = &mut *self.asked().borrow_mut() {
            asked.push(param.clone());
        }
        let var = self.leaf(param)?;
        if self.anomalies_cell().get() != Anomalies::Ignore {
            let mut recording = self.recording().borrow_mut();
            let storage = var.tensor().storage_id();
            recording.param_storages.insert(storage, param.id());
        }
        Ok(var)
    }

    /// The variable that stands for a parameter, or its leaf, or on a tape that doesn't record its value.
    fn leaf(&self, param: &Param<T>) -> Result<Var<T>> {
        if let Some(bound) = self.recording().borrow().bound.get(&param.id()) {
            return Ok(Var::new(bound.tensor.clone(), self.clone(), bound.node));
        }
        let value = param.value()?;
        if !self.is_recording() {
            return Ok(self.input(value.clone()));
        }
        let mut recording = self.recording().borrow_mut();
        let recording = &mut *recording;
        let next = recording.next_number();
        let node = match recording.params.entry(param.id()) {
            Entry::Occupied(met) => {
                let met = met.get();
                if !same_value(&met.tensor, value) {
                    return Err(Error::graph(
                        "param",
                        format!(
                            "two different values of one parameter (shape {:?}) on one tape: a clone of the model has changed; \
                             use deep_clone() for a model of its own, or a tape for each",
                            value.shape()
                        ),
                    ));
                }
                met.node
            }
            Entry::Vacant(entry) => {
                let node = param.is_trainable().then_some(next);
                entry.insert(SavedTensor {
                    tensor: value.clone(),
                    node,
                });
                if node.is_some() {
                    recording.push(Origin::Param(param.id()), value.to_shape());
                }
                node
            }
        };
        Ok(Var::new(value.clone(), self.clone(), node))
    }

    /// From here on, until the recording ends or [`unbind`](Tape::unbind), `var` stands for the parameter: a layer that asks for
    /// its weight gets this variable. So a model becomes a function of its parameters, which can be differentiated like any other:
    /// Jacobians, gradients of gradients, one set of weights for each sample.
    ///
    /// The gradient goes to whatever `var` was computed from, and none to the parameter, frozen or not. Binding again replaces the variable.
    ///
    /// ```
    /// use etude_autograd::{Param, Tape, grad};
    /// use etude_tensor::Tensor;
    ///
    /// let weight = Param::new(Tensor::from([1.0_f64, 2.0]));
    /// let model = |tape: &Tape<f64>| tape.param(&weight)?.try_mul(&tape.scalar(3.0)); // as a layer would
    ///
    /// let tape = Tape::new();
    /// let w = tape.var(Tensor::from([5.0, 7.0]));
    /// tape.bind(&weight, &(&w * &w))?;
    /// let y = model(&tape)?;
    /// assert_eq!(y.tensor().to_vec(), [75.0, 147.0]); // 3w²
    /// assert_eq!(grad(&y.sum(..)?, &[&w])?[0].tensor().to_vec(), [30.0, 42.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `var` is on another tape, belongs to a recording that has been spent, or hasn't the parameter's shape; and if the
    /// parameter itself has been used in this recording already, where it would be two things at once.
    pub fn bind(&self, param: &Param<T>, var: &Var<T>) -> Result<()> {
        self.check_own("bind", var)?;
        if let Ok(value) = param.value()
            && !value.same_shape(var.tensor())
        {
            return Err(Error::shape(
                "bind",
                format!(
                    "a variable of shape {:?} can't stand for a parameter of shape {:?}",
                    var.shape(),
                    value.shape()
                ),
            ));
        }
        let mut recording = self.recording().borrow_mut();
        if recording.params.contains_key(&param.id()) {
            return Err(Error::graph(
                "bind",
                format!(
                    "this recording has used the parameter of shape {:?} itself; bind it before the model runs",
                    var.shape()
                ),
            ));
        }
        let bound = SavedTensor {
            tensor: var.tensor().clone(),
            node: var.node(),
        };
        recording.bound.insert(param.id(), bound);
        Ok(())
    }

    /// Ends what [`bind`](Tape::bind) began: the parameter is itself again.
    pub fn unbind(&self, param: &Param<T>) {
        self.recording().borrow_mut().bound.remove(&param.id());
    }
}

/// Whether two tensors are the same value: usually the same memory; otherwise, element for element.
fn same_value<T: Float>(a: &Tensor<T>, b: &Tensor<T>) -> bool {
    let same_memory = match (a.as_slice(), b.as_slice()) {
        (Some(a), Some(b)) => std::ptr::eq(a, b),
        _ => false,
    };
    same_memory || a.shape() == b.shape() && a.to_vec() == b.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grad;

    #[test]
    fn a_bound_parameter_is_the_variable_until_the_recording_ends() -> Result<()> {
        let mut p = Param::new(Tensor::from([1.0_f64, 2.0]));
        p.set_trainable(false);
        let tape = Tape::new();
        let w = tape.var(Tensor::from([3.0, 4.0]));
        tape.bind(&p, &w)?;
        let y = tape.param(&p)?;
        assert_eq!(y.tensor().to_vec(), [3.0, 4.0]);
        let gradients = y.sum(..)?.backward()?;
        assert_eq!(gradients.get(&w)?.to_vec(), [1.0, 1.0]);
        assert!(gradients.param(&p).is_none());
        assert_eq!(tape.param(&p)?.tensor().to_vec(), [1.0, 2.0]);
        Ok(())
    }

    #[test]
    fn binding_again_serves_each_sample_its_own_weights() -> Result<()> {
        let p = Param::new(Tensor::from([1.0_f64]));
        let tape = Tape::new();
        let weights = [2.0, 3.0].map(|w| tape.var(Tensor::from([w])));
        let mut total = tape.scalar(0.0);
        for w in &weights {
            tape.bind(&p, w)?;
            let w = tape.param(&p)?;
            total = total + (&w * &w).sum(..)?;
        }
        let [a, b] = &weights;
        let gradients = grad(&total, &[a, b])?;
        assert_eq!(gradients[0].item()?, 4.0);
        assert_eq!(gradients[1].item()?, 6.0);
        tape.unbind(&p);
        assert_eq!(tape.param(&p)?.item()?, 1.0);
        Ok(())
    }

    #[test]
    fn a_tape_that_does_not_record_binds_constants() -> Result<()> {
        let p = Param::lazy(|shape: &[usize], _: u64| Ok(Tensor::ones(shape)), 0);
        let tape = Tape::<f32>::inference();
        tape.bind(&p, &tape.scalar(5.0))?; // not built yet: any shape may stand for it
        assert_eq!(tape.param(&p)?.item()?, 5.0);
        Ok(())
    }

    #[test]
    fn what_cannot_be_bound_is_an_error() -> Result<()> {
        let p = Param::new(Tensor::from([1.0_f64, 2.0]));
        let (tape, other) = (Tape::new(), Tape::new());
        let message =
            |tape: &Tape<f64>, var: &Var<f64>| tape.bind(&p, var).unwrap_err().to_string();
        assert_eq!(
            message(&tape, &tape.scalar(1.0)),
            "bind: a variable of shape [] can't stand for a parameter of shape [2]"
        );
        let fits = tape.var(Tensor::ones([2]));
        assert!(message(&other, &fits).contains("different tapes"));
        tape.param(&p)?;
        assert_eq!(
            message(&tape, &fits),
            "bind: this recording has used the parameter of shape [2] itself; bind it before the model runs"
        );
        fits.sum(..)?.backward()?;
        assert!(message(&tape, &fits).contains("spent"));
        Ok(())
    }
}
