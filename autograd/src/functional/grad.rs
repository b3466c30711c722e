//! Gradients that keep the recording, and are recorded themselves: `grad` and `vjp`.

use crate::node::{NodeNumber, RuleHandle, SavedTensor};
use crate::rule::Saved;
use crate::sink::{Mark, Shapes, Slots, Wanted};
use crate::walk::{Nodes, root, unit_gradient, walk};
use crate::{ParamId, Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::HashMap;

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
    grad_for("grad", y, xs)
}

/// [`grad`] as a step of the function `op`, which errors then name.
pub(super) fn grad_for<T: Float>(op: &str, y: &Var<T>, xs: &[&Var<T>]) -> Result<Vec<Var<T>>> {
    let gy = unit_gradient(op, y, "vjp(&y, &xs, &gradient)")?;
    vjp_for(op, y, xs, &y.tape().input(gy))
}

/// Like [`grad`](crate::grad()), for `y` of any shape: the vector-Jacobian products `gyᵀ · ∂y/∂x` for each of `xs`. `gy` may be tracked;
/// the result is then differentiable with respect to it as well.
///
/// ```
/// use etude_autograd::{Tape, vjp};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
/// let y = x.square()?;
/// let weights = tape.input(Tensor::from([10.0, 1.0]));
/// assert_eq!(vjp(&y, &[&x], &weights)?[0].tensor().to_vec(), [20.0, 4.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// As [`grad`](crate::grad()), and if `gy` doesn't have the shape of `y`.
pub fn vjp<T: Float>(y: &Var<T>, xs: &[&Var<T>], gy: &Var<T>) -> Result<Vec<Var<T>>> {
    vjp_for("vjp", y, xs, gy)
}

/// [`vjp`] as a step of the function `op`, which errors then name.
pub(super) fn vjp_for<T: Float>(
    op: &str,
    y: &Var<T>,
    xs: &[&Var<T>],
    gy: &Var<T>,
) -> Result<Vec<Var<T>>> {
    let tape = y.tape();
    tape.check_same(op, gy)?;
    let mut targets = Vec::with_capacity(xs.len());
    for (index, x) in xs.iter().enumerate() {
        tape.check_same(op, x)?;
        tape.check_live(op, x)?;
        let number = x.node().ok_or_else(|| {
            Error::graph(
                op,
                format!("variable {index} (shape {:?}) is a constant; put it on the tape with tape.var(…)", x.shape()),
            )
        })?;
        targets.push(number);
    }
    let mut found = HashMap::new();
    if let (Some(_), Some(&lowest)) = (y.node(), targets.iter().min()) {
        let highest = root(op, y, gy.shape())?;
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
            let ends = (lowest, highest);
            walk(tape, &mut nodes, &wanted, ends, &mut slots, None)?;
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

/// Nodes that stay in the recording: the walk sees copies.
struct Keeping<'a, T: Float> {
    tape: &'a Tape<T>,
    wanted: &'a Wanted,
    found: HashMap<NodeNumber, Var<T>>,
    /// The inputs of the node opened last.
    inputs: Vec<Option<NodeNumber>>,
}

impl<T: Float> Nodes<T> for Keeping<'_, T> {
    fn open(
        &mut self,
        number: NodeNumber,
        gradient: &Var<T>,
        saved: &mut Saved<T>,
    ) -> Option<RuleHandle<T>> {
        if self.wanted.is_target(number) {
            self.found.insert(number, gradient.clone());
        }
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

    fn skip(&mut self, _: NodeNumber) {}

    fn inputs(&self) -> &[Option<NodeNumber>] {
        &self.inputs
    }

    fn param(&self, number: NodeNumber) -> Option<ParamId> {
        self.tape.recording().borrow().node(number).param()
    }

    fn shapes(&self) -> Shapes<'_, T> {
        Shapes::Kept(self.tape)
    }
}
