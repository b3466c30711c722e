//! Long short-term memory over a sequence (Hochreiter and Schmidhuber, 1997; forget gate of Gers et al., 2000), in one operation.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Error, Float, Result};

/// The rule of [`Var::lstm`]: the recurrence over the steps, and then products over all of them at once. Saves the
/// arguments, the output, and gates and cells for the kernel.
struct Lstm;

/// Where [`Lstm`] saves its arguments, which are also the numbers of its inputs.
const X: usize = 0;
const WEIGHT: usize = 1;
const RECURRENT: usize = 2;
const HIDDEN: usize = 3;
const CELL: usize = 4;
const BIAS: usize = 5;
/// Where it saves what it computed.
const OUTPUT: usize = 6;
const GATES: usize = 7;
const CELLS: usize = 8;

/// The gradients that the steps of the recurrence give; what is left are products over all steps.
struct Steps<T: Float> {
    /// With respect to the sums, `[t, b, 4h]`.
    sums: Var<T>,
    /// With respect to the states before the first step.
    hidden: Var<T>,
    cell: Var<T>,
}

impl<T: Float> Rule<T> for Lstm {
    fn name(&self) -> &'static str {
        "lstm"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let tape = gy.tape();
        let tracked = (0..=OUTPUT).any(|slot| saved.get(slot).is_some_and(Var::is_tracked));
        let recording = tape.is_recording() && (tracked || gy.is_tracked());
        let steps = if recording || tape.prefers_composed() {
            composed(saved, &gy)?
        } else {
            let kept = (saved[GATES].tensor(), saved[CELLS].tensor());
            let (recurrent, cell) = (saved[RECURRENT].tensor(), saved[CELL].tensor());
            let grad = gy.tensor().lstm_grad(kept, recurrent, cell)?;
            Steps {
                sums: tape.input(grad.sums),
                hidden: tape.input(grad.hidden),
                cell: tape.input(grad.cell),
            }
        };
        let sums = rows(&steps.sums)?;
        let x = &saved[X];
        to.give(X, || {
            sums.matmul(&saved[WEIGHT].transpose(0, 1)?)?
                .reshape(x.shape())
        })?;
        to.give(WEIGHT, || rows(x)?.transpose(0, 1)?.matmul(&sums))?;
        to.give(RECURRENT, || {
            rows(&hidden_before(saved)?)?.transpose(0, 1)?.matmul(&sums)
        })?;
        to.give(HIDDEN, || Ok(steps.hidden.clone()))?;
        to.give(CELL, || Ok(steps.cell.clone()))?;
        to.give(BIAS, || sums.sum(0))
    }
}

/// Steps and rows as one axis.
fn rows<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    let &[steps, rows, width] = x.shape() else {
        unreachable!("sequences have three axes")
    };
    x.reshape([steps * rows, width])
}

/// The hidden state before each step, `[t, b, h]`.
fn hidden_before<T: Float>(saved: &Saved<T>) -> Result<Var<T>> {
    let (hidden, output) = (&saved[HIDDEN], &saved[OUTPUT]);
    let after = output.narrow(0, 0, output.shape()[0] - 2)?;
    Var::concat(&[hidden.unsqueeze(0)?, after], 0)
}

/// The way back over the steps, in differentiable operations.
fn composed<T: Float>(saved: &Saved<T>, gy: &Var<T>) -> Result<Steps<T>> {
    let (x, recurrent) = (&saved[X], &saved[RECURRENT]);
    let (steps, units) = (x.shape()[0], recurrent.shape()[0]);
    // The gates of all steps again: the hidden states are there already.
    let mut sums = x.matmul(&saved[WEIGHT])?;
    if let Some(bias) = saved.get(BIAS) {
        sums = sums.try_add(bias)?;
    }
    let sums = sums.try_add(&hidden_before(saved)?.matmul(recurrent)?)?;
    let open = sums.narrow(-1, 0, 3 * units)?.sigmoid()?;
    let candidates = sums.narrow(-1, 3 * units, units)?.tanh()?;
    let at = |t: usize| -> Result<[Var<T>; 4]> {
        let open = open.select(0, t as isize)?;
        let gate = |number: usize| open.narrow(-1, number * units, units);
        Ok([
            gate(0)?,
            gate(1)?,
            gate(2)?,
            candidates.select(0, t as isize)?,
        ])
    };
    let mut cells = vec![saved[CELL].clone()];
    for t in 0..steps {
        let [i, f, _, g] = at(t)?;
        cells.push(f.try_mul(&cells[t])?.try_add(&i.try_mul(&g)?)?);
    }
    let transposed = recurrent.transpose(0, 1)?;
    let mut hidden: Option<Var<T>> = None;
    let mut cell = gy.select(0, steps as isize)?;
    let mut grads = Vec::with_capacity(steps);
    for t in (0..steps).rev() {
        let [i, f, o, g] = at(t)?;
        let own = gy.select(0, t as isize)?;
        let dh = match hidden {
            Some(carried) => own.try_add(&carried)?,
            None => own,
        };
        let tanh = cells[t + 1].tanh()?;
        let dc = cell.try_add(&dh.try_mul(&o)?.try_mul(&one_minus(&tanh.square()?)?)?)?;
        let slope = |gate: &Var<T>| gate.try_mul(&one_minus(gate)?);
        let of_sums = [
            dc.try_mul(&g)?.try_mul(&slope(&i)?)?,
            dc.try_mul(&cells[t])?.try_mul(&slope(&f)?)?,
            dh.try_mul(&tanh)?.try_mul(&slope(&o)?)?,
            dc.try_mul(&i)?.try_mul(&one_minus(&g.square()?)?)?,
        ];
        let of_sums = Var::concat(&of_sums, -1)?;
        hidden = Some(of_sums.matmul(&transposed)?);
        cell = dc.try_mul(&f)?;
        grads.push(of_sums);
    }
    grads.reverse();
    Ok(Steps {
        sums: Var::stack(&grads, 0)?,
        hidden: hidden.expect("there is at least one step"),
        cell,
    })
}

fn one_minus<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    x.try_neg()?.add_scalar(1.0)
}

/// The weights of a [`Var::lstm`], each a row of four blocks of `h` columns: input, forget and output gate, candidate.
#[derive(Clone, Copy, Debug)]
pub struct LstmWeights<'a, T: Float> {
    /// For the input, `[in, 4h]`.
    pub weight: &'a Var<T>,
    /// For the hidden state, `[h, 4h]`.
    pub recurrent_weight: &'a Var<T>,
    /// `[4h]`.
    pub bias: Option<&'a Var<T>>,
}

impl<T: Float> Var<T> {
    /// Long short-term memory over a sequence `[t, b, in]`, from a hidden state and a cell `[b, h]` on: `[t + 1, b, h]`, the hidden
    /// state after each step and, behind the last one, the cell after it. With the sums `a = x·W + b + h⁻·U`, step after step
    /// `i, f, o = σ(a)`, `g = tanh a`, `c = f·c⁻ + i·g`, `h = o·tanh c`.
    ///
    /// Gradient: from the last step to the first, with dh and dc what comes from the result and from the steps behind,
    ///
    /// ```text
    /// dc ← dc + dh·o·(1 − tanh² c)
    /// da = [dc·g·i(1 − i), dc·c⁻·f(1 − f), dh·tanh c·o(1 − o), dc·i·(1 − g²)]
    /// dh ← da·Uᵀ        dc ← dc·f
    /// ```
    ///
    /// and then, over all steps, `∂L/∂x = da·Wᵀ`, `∂L/∂W = Σ xᵀ·da`, `∂L/∂U = Σ h⁻ᵀ·da`, `∂L/∂b = Σ da`.
    ///
    /// ```
    /// use etude_autograd::{LstmWeights, Tape};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// // Without weights all gates are half open, and nothing new is written: the cell is halved at each step.
    /// let x = tape.var(Tensor::<f64>::ones([2, 1, 1]));
    /// let weight = tape.input(Tensor::zeros([1, 4]));
    /// let weights = LstmWeights { weight: &weight, recurrent_weight: &weight, bias: None };
    /// let hidden = tape.input(Tensor::zeros([1, 1]));
    /// let cell = tape.var(Tensor::from([[8.0]]));
    /// let y = x.lstm(&weights, &hidden, &cell)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[[0.5 * 4.0_f64.tanh()]], [[0.5 * 2.0_f64.tanh()]], [[2.0]]]));
    /// let last_cell = y.select(0, -1)?;
    /// assert_eq!(last_cell.sum(..)?.backward()?.get(&cell)?.item()?, 0.25);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, there is no step, or the variables are on different tapes.
    pub fn lstm(
        &self,
        weights: &LstmWeights<'_, T>,
        hidden: &Var<T>,
        cell: &Var<T>,
    ) -> Result<Var<T>> {
        let LstmWeights {
            weight,
            recurrent_weight,
            bias,
        } = *weights;
        let (input, units) = (self.shape(), recurrent_weight.shape().first());
        let (&[steps, batch, features], Some(&units)) = (input, units) else {
            let message = format!("expects a sequence [t, b, in], got {input:?}");
            return Err(Error::shape("lstm", message));
        };
        let bias_fits = bias.is_none_or(|bias| bias.shape() == [4 * units]);
        if weight.shape() != [features, 4 * units] || !bias_fits {
            let message = format!(
                "weight {:?} and bias {:?} for an input {input:?} and {units} units; expected {:?} and {:?}",
                weight.shape(),
                bias.map(Var::shape),
                [features, 4 * units],
                [4 * units]
            );
            return Err(Error::shape("lstm", message));
        }
        let x = self.tensor().reshape([steps * batch, features])?;
        let share = match bias {
            Some(bias) => x.affine(weight.tensor(), bias.tensor()),
            None => x.matmul(weight.tensor()),
        };
        let share = share?.reshape([steps, batch, 4 * units])?;
        let run = share.lstm(recurrent_weight.tensor(), hidden.tensor(), cell.tensor())?;
        let mut inputs = vec![self, weight, recurrent_weight, hidden, cell];
        inputs.extend(bias);
        let saved = [
            Save::Var(self),
            Save::Var(weight),
            Save::Var(recurrent_weight),
            Save::Var(hidden),
            Save::Var(cell),
            bias.map_or(Save::Nothing, Save::Var),
            Save::Output,
            Save::Tensor(run.gates),
            Save::Tensor(run.cells),
        ];
        self.tape().record(Lstm, &inputs, run.output, saved)
    }
}
