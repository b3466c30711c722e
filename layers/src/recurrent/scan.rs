//! The scan: one loop over the steps of a sequence for every recurrent layer.
//!
//! The input's share in the gates doesn't depend on the state, so it is computed for all steps at once, as one product. What is
//! left to the loop is the state's share. Buffers are laid out step after step, `[t, b, …]`, so that what a step reads is contiguous.

use super::gates::{Gates, InputWeights};
use etude_autograd::{LstmWeights, Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use smallvec::{SmallVec, smallvec};

/// What is carried from step to step, `[b, h]` each; the first is the layer's output.
pub(super) type States<T> = SmallVec<[Var<T>; 2]>;

/// One step: from the input's share in the gates, `[b, G·h]`, and the states before it to the states after it.
pub(super) type Step<'a, T> = dyn Fn(&Var<T>, &States<T>) -> Result<States<T>> + 'a;

/// One step by itself, of `data` `[b, in]` from the states before it, by name: the states after it.
pub(super) fn step_once<'a, T: Float>(
    gates: &Gates<T>,
    data: &Var<T>,
    before: &[(&str, &Var<T>)],
    step: impl FnOnce(&Tape<T>) -> Result<Box<Step<'a, T>>>,
) -> Result<States<T>> {
    let &[rows, _] = data.shape() else {
        let message = format!("expects data [batch, features], got {:?}", data.shape());
        return Err(Error::shape(gates.who(), message));
    };
    for (name, state) in before {
        gates.check_state(name, state, rows)?;
    }
    let projected = gates.on_tape(data, data.shape())?.project(data)?;
    let before = before.iter().map(|(_, state)| (*state).clone());
    step(data.tape())?(&projected, &before.collect())
}

/// A sequence that a recurrent layer is about to go over.
pub(super) struct Scan<'a, T: Float> {
    gates: &'a Gates<T>,
    /// The input, step by step: `[t, b, in]`.
    steps: Var<T>,
    weights: InputWeights<T>,
    /// The states before the first step.
    states: States<T>,
    mask: Option<&'a Tensor<bool>>,
    /// Whether the state before the first step is 0, as is the output then.
    from_zero: bool,
}

impl<'a, T: Float> Scan<'a, T> {
    /// Checks `x` `[b, t, in]`, the mask `[b, t]` and the states before the first step, by name, and projects the input. States that
    /// aren't given are 0.
    pub fn new(
        gates: &'a Gates<T>,
        x: &Var<T>,
        mask: Option<&'a Tensor<bool>>,
        start: &[(&str, Option<&Var<T>>)],
    ) -> Result<Self> {
        let who = gates.who();
        let &[rows, steps, _] = x.shape() else {
            let message = format!(
                "expects an input [batch, time, features], got {:?}",
                x.shape()
            );
            return Err(Error::shape(who, message));
        };
        if steps == 0 {
            let message = format!(
                "expects at least one time step, got an input {:?}",
                x.shape()
            );
            return Err(Error::shape(who, message));
        }
        if let Some(mask) = mask
            && mask.shape() != [rows, steps]
        {
            let message = format!(
                "a mask of shape {:?} for an input {:?}; expected {:?}",
                mask.shape(),
                x.shape(),
                [rows, steps]
            );
            return Err(Error::shape(who, message));
        }
        for (name, state) in start {
            if let Some(state) = state {
                gates.check_state(name, state, rows)?;
            }
        }
        // Before anything else is made, the parameters: sizes too large for memory are refused there.
        let weights = gates.on_tape(x, x.shape())?;
        let zeros = x.tape().input(Tensor::zeros([rows, gates.units()]));
        let given_or_zeros = |(_, state): &(_, Option<&Var<T>>)| state.unwrap_or(&zeros).clone();
        let states = start.iter().map(given_or_zeros).collect();
        // What skipped steps hold, padding of any kind, must reach neither a sum nor a gradient.
        let counting = match mask {
            Some(mask) => x.where_(&mask.unsqueeze(2)?, &x.tape().scalar(0.0))?,
            None => x.clone(),
        };
        Ok(Scan {
            gates,
            steps: counting.transpose(0, 1)?,
            weights,
            states,
            mask,
            from_zero: start.iter().all(|(_, state)| state.is_none()),
        })
    }

    /// Goes over the sequence: the output, of all steps `[b, t, h]` or of the last `[b, h]`, and the states after the last step.
    ///
    /// Where the mask is false the states stay as they are and the output is that of the step before, 0 before the first step that counts.
    pub fn run(self, all_steps: bool, step: &Step<'_, T>) -> Result<(Var<T>, States<T>)> {
        let &[steps, rows, features] = self.steps.shape() else {
            unreachable!("checked when it was made")
        };
        let tape = self.steps.tape();
        let flat = self.steps.reshape([steps * rows, features])?;
        let projected = self.weights.project(&flat)?;
        let projected = projected.reshape([steps, rows, projected.shape()[1]])?;
        let mut states = self.states;
        let mut output = match self.from_zero {
            true => states[0].clone(),
            false => tape.input(Tensor::zeros(states[0].shape())),
        };
        let mut outputs = Vec::new();
        for t in 0..steps as isize {
            let next = step(&projected.select(0, t)?, &states)?;
            match self.mask {
                None => {
                    output = next[0].clone();
                    states = next;
                }
                Some(mask) => {
                    let counts = mask.select(1, t)?.unsqueeze(1)?;
                    let hold = |new: &Var<T>, old: &Var<T>| new.where_(&counts, old);
                    output = hold(&next[0], &output)?;
                    let held = next.iter().zip(&states).enumerate();
                    states = held
                        .map(|(number, (new, old))| match number {
                            // From zero, output and first state are the same thing.
                            0 if self.from_zero => Ok(output.clone()),
                            _ => hold(new, old),
                        })
                        .collect::<Result<_>>()?;
                }
            }
            if all_steps {
                outputs.push(output.clone());
            }
        }
        if all_steps {
            output = Var::stack(&outputs, 0)?.transpose(0, 1)?;
        }
        Ok((output, states))
    }
    /// What [`run`](Scan::run) gives for long short-term memory with its usual activations, by the one operation for it. It knows no mask.
    pub fn run_as_lstm(self, all_steps: bool) -> Result<(Var<T>, States<T>)> {
        let weights = LstmWeights {
            weight: &self.weights.weight,
            recurrent_weight: &self.gates.recurrent_weight(self.steps.tape())?,
            bias: self.weights.bias.as_ref(),
        };
        let after = self
            .steps
            .lstm(&weights, &self.states[0], &self.states[1])?;
        let steps = after.shape()[0] - 1;
        let state = after.select(0, steps as isize - 1)?;
        let cell = after.select(0, steps as isize)?;
        let output = match all_steps {
            true => after.narrow(0, 0, steps)?.transpose(0, 1)?,
            false => state.clone(),
        };
        Ok((output, smallvec![state, cell]))
    }

    /// Whether every step of every sequence counts.
    pub fn is_unmasked(&self) -> bool {
        self.mask.is_none()
    }
}
