//! Recomputing instead of remembering: activation checkpoints (Chen et al., 2016).

use crate::buffer::{BufferId, Update};
use crate::draw::Draws;
use crate::node::{NodeNumber, SavedTensor};
use crate::rule::{Rule, Save, Saved};
use crate::sink::Outlet;
use crate::{Param, ParamId, Sink, Tape, Var, vjp};
use etude_tensor::{Error, Float, Result};
use std::collections::HashMap;
use std::mem::take;

/// Runs `f` on `inputs` without remembering what happens inside: for the way back only the inputs are kept, and `f` runs again
/// when its gradients are wanted. A chain of `n` layers in `√n` checkpoints holds `O(√n)` activations instead of `n`, for one
/// forward more.
///
/// The result and all gradients have the bits of the plain run: random draws are replayed, buffers are updated once, and
/// gradients are added up in the same order. `f` must compute the same each time; it is kept until then, so it takes what it needs by
/// value: a clone of a layer shares its parameters.
///
/// ```
/// use etude_autograd::{Param, Tape, checkpoint};
/// use etude_tensor::Tensor;
///
/// let weight = Param::new(Tensor::from([0.5_f64, 2.0]));
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([1.0, 3.0]));
/// let layer = weight.clone();
/// let y = checkpoint(&[&x], move |x| {
///     let w = x[0].tape().param(&layer)?;
///     x[0].try_mul(&w)?.tanh()?.exp()
/// })?;
/// assert_eq!(tape.len(), 3); // x, the weight, the checkpoint
/// let gradients = y.sum(..)?.backward()?;
/// assert!(gradients.param(&weight).is_some() && gradients.get(&x).is_ok());
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// What `f` reports; no inputs, or inputs of different tapes. On the way back: if `f` then asks for a parameter that it didn't ask
/// for at first, gives another shape, or uses a variable that isn't among its inputs.
pub fn checkpoint<T: Float>(
    inputs: &[&Var<T>],
    f: impl Fn(&[Var<T>]) -> Result<Var<T>> + 'static,
) -> Result<Var<T>> {
    let Some(first) = inputs.first() else {
        return Err(Error::graph(
            OPERATION,
            "needs at least one input, to know its tape",
        ));
    };
    let tape = first.tape();
    for input in inputs {
        tape.check_own(OPERATION, input)?;
    }
    let xs: Vec<Var<T>> = inputs.iter().map(|&x| x.clone()).collect();
    if !tape.is_recording() {
        return f(&xs);
    }
    let draws = tape.draws();
    let updates = tape.recording().borrow().updates.clone();
    let (y, asked) = tape.asking(|| tape.without_recording(|| f(&xs)));
    let y = y?;

    let mut xs = xs;
    let mut params = Vec::new();
    for param in asked {
        let leaf = tape.param(&param)?;
        let bound = tape.recording().borrow().bound.contains_key(&param.id());
        if (leaf.is_tracked() || bound) && !params.contains(&param.id()) {
            params.push(param.id());
            xs.push(leaf);
        }
    }
    let rule = Checkpoint {
        f: Box::new(f),
        draws,
        updates,
        params,
        scope: tape.recording().borrow().scope,
    };
    let xs: Vec<&Var<T>> = xs.iter().collect();
    let saved: Vec<Save<'_, T>> = xs.iter().map(|&x| Save::Var(x)).collect();
    tape.record(rule, &xs, y.into_tensor(), saved)
}

const OPERATION: &str = "checkpoint";

/// `y = f(x)`, hence the gradients are those of `f`, which runs again. Saves its inputs and the parameters that it uses.
struct Checkpoint<T: Float> {
    f: Box<Body<T>>,
    /// Where the draws stood before the first run …
    draws: Draws,
    /// … and what had been asked of buffers by then.
    updates: Vec<(BufferId, Update<T>)>,
    /// The parameters that `f` uses: their leaves are the last inputs.
    params: Vec<ParamId>,
    /// The scope in which it ran, and runs again.
    scope: u32,
}

type Body<T> = dyn Fn(&[Var<T>]) -> Result<Var<T>>;

impl<T: Float> Rule<T> for Checkpoint<T> {
    fn name(&self) -> &'static str {
        OPERATION
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let inputs = (0..saved.len()).map(|slot| &saved[slot]);
        let tracked = gy.is_tracked() || inputs.clone().any(|input| input.is_tracked());
        let inputs: Vec<&Var<T>> = inputs.collect();
        if tracked && gy.tape().is_recording() {
            self.recorded(&inputs, gy, to)
        } else {
            self.aside(&inputs, gy, to)
        }
    }
}

impl<T: Float> Checkpoint<T> {
    /// Runs `f` on inputs that are followed by the leaves of its parameters.
    fn run(&self, tape: &Tape<T>, inputs: &[Var<T>], expected: &[usize]) -> Result<Var<T>> {
        let (xs, leaves) = inputs.split_at(inputs.len() - self.params.len());
        let mut recording = tape.recording().borrow_mut();
        let outer = std::mem::replace(&mut recording.scope, self.scope);
        recording.updates = self.updates.clone();
        let leaf =
            |(&id, leaf): (&ParamId, &Var<T>)| (id, SavedTensor::new(leaf.tensor(), leaf.node()));
        recording.bound = self.params.iter().zip(leaves).map(leaf).collect();
        drop(recording);
        let y = (self.f)(xs);
        tape.recording().borrow_mut().scope = outer;
        let y = y?;
        if tape
            .recording()
            .borrow()
            .params
            .values()
            .any(|leaf| leaf.node.is_some())
        {
            return Err(Error::graph(
                OPERATION,
                "the function asked for a parameter that it didn't ask for when it first ran; it must compute the same each time",
            ));
        }
        if y.shape() != expected {
            let message = format!(
                "the function gave shape {expected:?} at first, and {:?} when it ran again; it must compute the same each time",
                y.shape()
            );
            return Err(Error::shape(OPERATION, message));
        }
        Ok(y)
    }

    /// On a tape of its own that is spent at once, when nobody will differentiate the gradients. They are passed on one by one, as
    /// they come, so that they are added up in the order of the plain run.
    fn aside(&self, inputs: &[&Var<T>], gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let outer = gy.tape();
        let tape = outer.replaying(self.draws.clone());
        tape.prefer_composed(outer.prefers_composed());
        tape.detect_anomalies(to.anomalies);
        let first = tape.recording().borrow().first;
        let place = |number: NodeNumber| (number.get() - first.get()) as usize;
        // The leaves of this tape are the inputs that somebody wants the gradient of, in their order.
        let wanted: Vec<usize> = (0..inputs.len()).filter(|&input| to.wants(input)).collect();
        let lift = |(number, input): (usize, &&Var<T>)| {
            let value = input.tensor().clone();
            if wanted.contains(&number) {
                tape.var(value)
            } else {
                tape.input(value)
            }
        };
        let xs: Vec<Var<T>> = inputs.iter().enumerate().map(lift).collect();
        let y = self.run(&tape, &xs, gy.shape())?;
        let Some(last) = wanted.len().checked_sub(1) else {
            return Ok(());
        };
        if !y.is_tracked() {
            return Ok(());
        }
        let mut pass_on = |leaf: NodeNumber, gradient: Var<T>| {
            let gradient = outer.input(gradient.into_tensor());
            to.give(wanted[place(leaf)], || Ok(gradient))
        };
        let outlet = Outlet {
            last: first.saturating_add(last as u64),
            pass_on: &mut pass_on,
        };
        y.spend(gy.tensor(), Some(outlet))?;
        Ok(())
    }

    /// On the same tape, when the gradients are recorded themselves.
    fn recorded(&self, inputs: &[&Var<T>], gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let tape = gy.tape();
        // Fresh nodes, of which none is computed from another, as inputs may be: each gets the gradient of its own place only.
        let aliases: Result<Vec<Var<T>>> = inputs.iter().map(|x| x.reshape(x.shape())).collect();
        let aliases = aliases?;
        let y = tape.replay(self.draws.clone(), || self.run(tape, &aliases, gy.shape()))?;
        let wanted = |&input: &usize| to.wants(input) && aliases[input].is_tracked();
        let wanted: Vec<usize> = (0..inputs.len()).filter(wanted).collect();
        if !y.is_tracked() || wanted.is_empty() {
            return Ok(());
        }
        let xs: Vec<&Var<T>> = wanted.iter().map(|&input| &aliases[input]).collect();
        for (input, gradient) in wanted.iter().zip(vjp(&y, &xs, &gy)?) {
            to.give(*input, || Ok(gradient))?;
        }
        Ok(())
    }
}

impl<T: Float> Tape<T> {
    /// Runs `f`, and says which parameters it asked for.
    fn asking<R>(&self, f: impl FnOnce() -> R) -> (R, Vec<Param<T>>) {
        let outer = self.asked().replace(Some(Vec::new()));
        let result = f();
        let asked = self.asked().replace(outer).unwrap_or_default();
        if let Some(outer) = &mut *self.asked().borrow_mut() {
            outer.extend(asked.iter().cloned());
        }
        (result, asked)
    }

    /// Runs `f`, which may bind parameters, ask for updates and draw from `draws`; afterwards all that is as it was.
    fn replay<R>(&self, draws: Draws, f: impl FnOnce() -> R) -> R {
        let draws = self.exchange_draws(draws);
        let (bound, params, updates) = {
            let mut recording = self.recording().borrow_mut();
            let recording = &mut *recording;
            (
                take(&mut recording.bound),
                take(&mut recording.params),
                take(&mut recording.updates),
            )
        };
        let result = f();
        let mut recording = self.recording().borrow_mut();
        recording.bound = bound;
        let met: HashMap<_, _> = std::mem::replace(&mut recording.params, params);
        for (id, leaf) in met {
            recording.params.entry(id).or_insert(leaf);
        }
        recording.updates = updates;
        drop(recording);
        self.exchange_draws(draws);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Buffer, grad};
    use etude_tensor::{Rng, Tensor};

    /// A layer with everything that could differ in a second run: a parameter used twice, a random mask, a running mean.
    #[derive(Clone)]
    struct Block {
        weight: Param<f64>,
        mean: Buffer<f64>,
    }

    impl Block {
        fn new(seed: u64) -> Result<Self> {
            let weight = Tensor::normal([4, 4], 0.0, 0.7, &mut Rng::seed(seed))?;
            Ok(Block {
                weight: Param::new(weight),
                mean: Buffer::new(Tensor::zeros([4])),
            })
        }

        fn forward(&self, x: &Var<f64>) -> Result<Var<f64>> {
            let tape = x.tape();
            let w = tape.param(&self.weight)?;
            let h = x.matmul(&w)?.tanh()?;
            let mean = h.tensor().mean(0)?;
            tape.update(&self.mean, Update::Set(mean))?;
            let mut rng = Rng::seed(tape.draw_key(None)?.to_seed());
            let mask = Tensor::uniform(h.shape(), 0.0, 2.0, &mut rng)?;
            h.try_mul(&tape.input(mask))?.matmul(&w)?.try_add(x) // x twice
        }
    }

    /// The loss, the gradients of x and of all weights, the bytes on the tape, the number of updates.
    type Run = (f64, Vec<Vec<f64>>, usize, usize);

    fn run(blocks: &[Block], checkpointed: bool) -> Result<Run> {
        let tape = Tape::training(7);
        let x = tape.var(Tensor::normal([3, 4], 0.0, 1.0, &mut Rng::seed(1))?);
        let mut y = x.clone();
        for block in blocks {
            y = if checkpointed {
                let block = block.clone();
                checkpoint(&[&y], move |x| block.forward(&x[0]))?
            } else {
                block.forward(&y)?
            };
        }
        // The weights are used outside as well.
        let w = tape.param(&blocks[0].weight)?;
        let loss = y.matmul(&w)?.exp()?.sum(..)?;
        let bytes = tape.memory().bytes();
        let gradients = loss.backward()?;
        let mut all = vec![gradients.get(&x)?.to_vec()];
        for block in blocks {
            all.push(gradients.param(&block.weight).expect("it is used").to_vec());
        }
        Ok((loss.item()?, all, bytes, gradients.updates().len()))
    }

    #[test]
    fn the_bits_are_those_of_the_plain_run_and_memory_falls() -> Result<()> {
        let blocks: Result<Vec<Block>> = (0..6).map(Block::new).collect();
        let blocks = blocks?;
        let (plain, checkpointed) = (run(&blocks, false)?, run(&blocks, true)?);
        assert_eq!(plain.0.to_bits(), checkpointed.0.to_bits());
        assert!(plain.1 == checkpointed.1, "gradients differ");
        assert_eq!(plain.3, checkpointed.3, "each buffer is updated once");
        assert!(
            checkpointed.2 * 2 < plain.2,
            "{} bytes are kept, of {} without checkpoints",
            checkpointed.2,
            plain.2
        );
        Ok(())
    }

    #[test]
    fn nested_checkpoints_and_second_derivatives() -> Result<()> {
        let block = Block::new(3)?;
        let second = |nested: bool| -> Result<Vec<f64>> {
            let tape = Tape::training(2);
            let x = tape.var(Tensor::normal([2, 4], 0.0, 1.0, &mut Rng::seed(5))?);
            let block = block.clone();
            let y = if nested {
                checkpoint(&[&x], move |x| {
                    let block = block.clone();
                    checkpoint(&[&x[0]], move |x| block.forward(&x[0]))?.tanh()
                })?
            } else {
                block.forward(&x)?.tanh()?
            };
            let gradient = grad(&y.sum(..)?, &[&x])?.remove(0);
            Ok((&gradient * &gradient)
                .sum(..)?
                .backward()?
                .get(&x)?
                .to_vec())
        };
        let (plain, nested) = (second(false)?, second(true)?);
        for (a, b) in plain.iter().zip(&nested) {
            assert!((a - b).abs() <= 1e-13 * (1.0 + a.abs()), "{a} {b}");
        }
        Ok(())
    }

    #[test]
    fn an_input_that_is_computed_from_another_counts_once() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(3.0_f64));
        let square = &x * &x;
        let y = checkpoint(&[&x, &square], |x| x[0].try_mul(&x[1]))?; // x³
        let slope = grad(&y, &[&x])?.remove(0);
        assert_eq!(slope.item()?, 27.0);
        assert_eq!(slope.backward()?.get(&x)?.item()?, 18.0);
        Ok(())
    }

    #[test]
    fn functions_that_change_are_found_out() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let runs = std::cell::Cell::new(0);
        let param = Param::new(Tensor::from([1.0, 2.0]));
        let y = checkpoint(&[&x], move |x| {
            runs.set(runs.get() + 1);
            match runs.get() {
                1 => x[0].tanh(),
                _ => x[0].try_mul(&x[0].tape().param(&param)?),
            }
        })?;
        let message = y.sum(..)?.backward().unwrap_err().to_string();
        assert!(
            message.contains("a parameter that it didn't ask for"),
            "{message}"
        );

        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let outside = tape.var(Tensor::from([5.0, 6.0]));
        let y = checkpoint(&[&x], move |x| x[0].try_mul(&outside))?;
        assert!(
            y.sum(..)?
                .backward()
                .unwrap_err()
                .to_string()
                .contains("different tapes")
        );

        let message = checkpoint(&[], |x: &[Var<f64>]| Ok(x[0].clone()))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "checkpoint: needs at least one input, to know its tape"
        );
        Ok(())
    }
}
