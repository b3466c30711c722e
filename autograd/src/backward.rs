//! The walk back: reverse-mode differentiation as one loop over descending node numbers.
//!
//! By the chain rule, the gradient of a loss with respect to a value is the sum, over all operations that used the value,
//! of what each operation's rule makes of the gradient of its own output. Node numbers are a topological order, so when the walk
//! comes to a node, everybody who used its value has already delivered, and the sum is complete.
//!
//! [`Var::backward`] takes the nodes out of the recording and frees each as it passes; [`grad`] looks at
//! copies, leaves the recording as it was, and records what the rules compute.

use crate::node::{NodeNumber, RuleHandle, SavedTensor};
use crate::recording::Recording;
use crate::rule::Saved;
use crate::sink::{Mark, Shapes, Sink, Slots, Wanted};
use crate::{Gradients, Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::HashMap;
use std::ops::Range;

/// What a walk goes over.
trait Nodes<T: Float> {
    /// A node's gradient is complete.
    fn arrived(&mut self, number: NodeNumber, gradient: &Var<T>);

    /// The rule of a node, if it is an operation's; what it saved is put into the list given, which is empty. Numbers are
    /// asked for in descending order.
    fn open(&mut self, number: NodeNumber, saved: &mut Saved<T>) -> Option<RuleHandle<T>>;

    /// The numbers of the inputs of the node opened last.
    fn inputs(&self) -> &[Option<NodeNumber>];

    /// The shapes of the nodes below the one opened last.
    fn shapes(&self) -> Shapes<'_, T>;
}

/// Walks from `highest` back to `lowest`, running the rule of each node that a gradient has reached.
fn walk<T: Float>(
    tape: &Tape<T>,
    nodes: &mut impl Nodes<T>,
    wanted: &Wanted,
    range: std::ops::RangeInclusive<u64>,
    slots: &mut Slots<T>,
) -> Result<()> {
    let hook = tape.sink_hook();
    let mut saved = Saved::new();
    for number in range.rev().filter_map(NodeNumber::new) {
        let Some(gy) = slots.take(number) else {
            continue; // the loss doesn't depend on it
        };
        nodes.arrived(number, &gy);
        let Some(rule) = nodes.open(number, &mut saved) else {
            continue;
        };
        let rule = rule.get();
        let mut sink = Sink {
            rule,
            inputs: nodes.inputs(),
            wanted,
            shapes: nodes.shapes(),
            slots,
            hook: hook.as_deref(),
        };
        rule.grads(&saved, gy, &mut sink)?;
        saved.clear();
    }
    Ok(())
}

/// Nodes that are used up: each is freed, with what it saved, once the walk has passed.
struct Spending<'a, T: Float> {
    tape: &'a Tape<T>,
    recording: Recording<T>,
    gradients: Gradients<T>,
    /// Where in the recording's list the inputs of the node opened last stand.
    inputs: Range<usize>,
}

impl<T: Float> Nodes<T> for Spending<'_, T> {
    fn arrived(&mut self, number: NodeNumber, gradient: &Var<T>) {
        let node = self.recording.node(number);
        self.gradients.arrive(number, node, gradient.tensor());
    }

    fn open(&mut self, number: NodeNumber, saved: &mut Saved<T>) -> Option<RuleHandle<T>> {
        self.inputs = self.recording.inputs_range(number);
        let range = self.recording.saved_range(number);
        let list = &mut self.recording.saved;
        for slot in &mut list[range.clone()] {
            // The recording is gone, so what was saved is constant from here on.
            let var = |slot: SavedTensor<T>| Var::new(slot.tensor, self.tape.clone(), None);
            saved.push(slot.take().map(var));
        }
        list.truncate(range.start);
        let rule = self.recording.node(number).rule().cloned();
        // With this node go those above it, which the walk has skipped.
        self.recording.nodes.truncate(self.recording.index(number));
        rule
    }

    fn inputs(&self) -> &[Option<NodeNumber>] {
        &self.recording.inputs[self.inputs.clone()]
    }

    fn shapes(&self) -> Shapes<'_, T> {
        Shapes::Spent(&self.recording)
    }
}

/// Nodes that stay in the recording: the walk sees copies.
struct Keeping<'a, T: Float> {
    tape: &'a Tape<T>,
    wanted: &'a Wanted,
    found: HashMap<NodeNumber, Var<T>>,
    /// The inputs of the node opened last.
    inputs: Vec<Option<NodeNumber>>,
}

impl<T: Float> Nodes<T> for Keeping<'_, T> {
    fn arrived(&mut self, number: NodeNumber, gradient: &Var<T>) {
        if self.wanted.is_target(number) {
            self.found.insert(number, gradient.clone());
        }
    }

    fn open(&mut self, number: NodeNumber, saved: &mut Saved<T>) -> Option<RuleHandle<T>> {
        let recording = self.tape.recording().borrow();
        let rule = recording.node(number).rule()?;
        self.inputs.clear();
        self.inputs.extend_from_slice(recording.inputs(number));
        for slot in &recording.saved[recording.saved_range(number)] {
            let var =
                |slot: &SavedTensor<T>| Var::new(slot.tensor.clone(), self.tape.clone(), slot.node);
            saved.push(slot.as_ref().map(var));
        }
        Some(rule.clone())
    }

    fn inputs(&self) -> &[Option<NodeNumber>] {
        &self.inputs
    }

    fn shapes(&self) -> Shapes<'_, T> {
        Shapes::Kept(self.tape)
    }
}

impl<T: Float> Var<T> {
    /// The gradients of this loss with respect to every variable and trainable parameter it depends on. **Spends the recording**:
    /// saved tensors and parameters are let go as the walk passes them, and the tape starts the next step. To
    /// keep the recording, or for gradients of gradients, use [`grad`].
    ///
    /// # Errors
    /// If this has more than one element (use [`backward_with`](Var::backward_with)), is a constant, or belongs to a
    /// recording that has been spent, as at a second `backward`.
    pub fn backward(&self) -> Result<Gradients<T>> {
        let gy = unit_gradient("backward", self, "backward_with(&gradient)")?;
        self.backward_with(&gy)
    }

    /// Like [`backward`](Var::backward), for any shape: the walk starts from `gy`, the gradient of the (unnamed) loss with respect to
    /// this variable.
    ///
    /// # Errors
    /// If the shapes differ, if this is a constant, or belongs to a recording that has been spent.
    pub fn backward_with(&self, gy: &Tensor<T>) -> Result<Gradients<T>> {
        let tape = self.tape();
        let highest = root("backward", self, gy.shape())?;
        let mut recording = tape.spend();
        // Parameters that the recording held would be copied when an optimizer writes to them.
        recording.params.clear();
        recording.bound.clear();
        let mut gradients = Gradients::new(tape.serial(), std::mem::take(&mut recording.updates));
        for &number in &recording.variables {
            gradients.expect(number);
        }
        let lowest = recording.first;
        let mut slots = Slots::new(lowest, highest);
        slots.add(highest, tape.input(gy.clone()))?;
        let mut nodes = Spending {
            tape,
            recording,
            gradients,
            inputs: 0..0,
        };
        let range = lowest.get()..=highest.get();
        walk(tape, &mut nodes, &Wanted::Leaves, range, &mut slots)?;
        tape.recording().borrow_mut().reuse_room(nodes.recording);
        Ok(nodes.gradients)
    }
}

/// The gradients of `y`, which has one element, with respect to each of `xs`. The recording is kept, and the computation of the
/// gradients is recorded in turn, so that they can be differentiated again.
///
/// Where `y` doesn't depend on one of `xs`, its gradient is zero. To compute gradients without recording them, run this inside
/// [`Tape::without_recording`].
///
/// ```
/// use etude_autograd::{Tape, grad};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::full((), 2.0_f64));
/// let y = &x * &x * &x;
/// let dy = grad(&y, &[&x])?.remove(0); // 3x²
/// let d2y = grad(&dy, &[&x])?.remove(0); // 6x
/// assert_eq!((dy.item()?, d2y.item()?), (12.0, 12.0));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If `y` has more than one element (use [`vjp`]), or one of the variables is a constant, on another tape, or belongs to a
/// recording that has been spent.
pub fn grad<T: Float>(y: &Var<T>, xs: &[&Var<T>]) -> Result<Vec<Var<T>>> {
    let gy = unit_gradient("grad", y, "vjp(&y, &xs, &gradient)")?;
    vjp(y, xs, &y.tape().input(gy))
}

/// Like [`grad`](crate::grad()), for `y` of any shape: the vector-Jacobian products `gyᵀ · ∂y/∂x` for each of `xs`. `gy` may be tracked;
/// the result is then differentiable with respect to it as well.
///
/// # Errors
/// As [`grad`](crate::grad()), and if `gy` doesn't have the shape of `y`.
pub fn vjp<T: Float>(y: &Var<T>, xs: &[&Var<T>], gy: &Var<T>) -> Result<Vec<Var<T>>> {
    let tape = y.tape();
    tape.check_same("grad", gy)?;
    let mut targets = Vec::with_capacity(xs.len());
    for (index, x) in xs.iter().enumerate() {
        tape.check_same("grad", x)?;
        tape.check_live("grad", x)?;
        let number = x.node().ok_or_else(|| {
            Error::graph(
                "grad",
                format!("variable {index} (shape {:?}) is a constant; put it on the tape with tape.var(…)", x.shape()),
            )
        })?;
        targets.push(number);
    }
    let mut found = HashMap::new();
    if let (Some(_), Some(&lowest)) = (y.node(), targets.iter().min()) {
        let highest = root("grad", y, gy.shape())?;
        if lowest <= highest {
            let wanted = paths(tape, &targets, lowest, highest);
            let mut slots = Slots::new(lowest, highest);
            slots.add(highest, gy.clone())?;
            let mut nodes = Keeping {
                tape,
                wanted: &wanted,
                found,
                inputs: Vec::new(),
            };
            let range = lowest.get()..=highest.get();
            walk(tape, &mut nodes, &wanted, range, &mut slots)?;
            found = nodes.found;
        }
    }
    let gradient_of = |(x, number): (&&Var<T>, NodeNumber)| match found.get(&number) {
        Some(gradient) => gradient.clone(),
        None => tape.input(Tensor::zeros(x.shape())),
    };
    Ok(xs.iter().zip(targets).map(gradient_of).collect())
}

/// Marks, in ascending order, what depends on one of the targets.
fn paths<T: Float>(
    tape: &Tape<T>,
    targets: &[NodeNumber],
    lowest: NodeNumber,
    highest: NodeNumber,
) -> Wanted {
    let index = |number: NodeNumber| (number.get() - lowest.get()) as usize;
    let mut marks = vec![Mark::default(); index(highest) + 1];
    for &target in targets.iter().filter(|&&target| target <= highest) {
        marks[index(target)].target = true;
    }
    let recording = tape.recording().borrow();
    for number in (lowest.get()..=highest.get()).filter_map(NodeNumber::new) {
        marks[index(number)].on_path = recording
            .inputs(number)
            .iter()
            .flatten()
            .filter(|&&input| input >= lowest)
            .any(|&input| marks[index(input)].target || marks[index(input)].on_path);
    }
    Wanted::Some { lowest, marks }
}

/// The gradient of a loss with respect to itself.
fn unit_gradient<T: Float>(operation: &str, y: &Var<T>, instead: &str) -> Result<Tensor<T>> {
    if y.tensor().elements() == 1 {
        return Ok(Tensor::ones(y.shape()));
    }
    Err(Error::shape(
        operation,
        format!(
            "expects a loss with one element, got shape {:?}; reduce it with sum or mean, or use {instead}",
            y.shape()
        ),
    ))
}

/// The node at which a walk starts, after checking that there can be one.
fn root<T: Float>(operation: &str, y: &Var<T>, gradient: &[usize]) -> Result<NodeNumber> {
    if y.shape() != gradient {
        return Err(Error::shape(
            operation,
            format!(
                "the gradient has shape {gradient:?}, but the variable has shape {:?}",
                y.shape()
            ),
        ));
    }
    let Some(number) = y.node() else {
        let message = if y.tape().is_recording() {
            "the loss depends on no variable and no trainable parameter, so there is nothing to differentiate"
        } else {
            "the tape doesn't record; use Tape::training(seed) or Tape::new() to differentiate"
        };
        return Err(Error::graph(operation, message));
    };
    if y.tape().recording().borrow().is_stale(number) {
        return Err(Error::graph(
            operation,
            "this recording has been spent by an earlier backward. Add the losses up and call backward once, or use \
             grad(…), which keeps the recording",
        ));
    }
    Ok(number)
}
