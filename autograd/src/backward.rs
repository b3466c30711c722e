//! The walk back that spends the recording: what training does.

use crate::node::{NodeNumber, Origin, RuleHandle, SavedTensor};
use crate::recording::Recording;
use crate::rule::Saved;
use crate::sink::{Outlet, Shapes, Slots, Wanted};
use crate::walk::{Nodes, root, unit_gradient, walk};
use crate::{Gradients, ParamId, Tape, Var};
use etude_tensor::{Float, Result, Tensor};
use std::ops::Range;

/// Nodes that are used up: each is freed, with what it saved, once the walk has passed.
struct Spending<'a, T: Float> {
    tape: &'a Tape<T>,
    recording: Recording<T>,
    gradients: Gradients<T>,
    /// Where in the recording's list the inputs of the node opened last stand.
    inputs: Range<usize>,
}

impl<T: Float> Nodes<T> for Spending<'_, T> {
    fn open(
        &mut self,
        number: NodeNumber,
        gradient: &Var<T>,
        saved: &mut Saved<T>,
    ) -> Option<RuleHandle<T>> {
        let recording = &mut self.recording;
        let index = recording.index(number);
        let (inputs, kept) = recording.begins(index);
        let node = &mut recording.nodes[index];
        let origin = std::mem::replace(&mut node.origin, Origin::Variable);
        let (saved_end, retained) = (node.saved_end, node.retained);
        self.inputs = inputs..node.inputs_end;
        if kept < recording.saved.len() {
            for slot in &mut recording.saved[kept..saved_end] {
                // The recording is gone, so what was saved is constant from here on.
                let var = |slot: SavedTensor<T>| Var::new(slot.tensor, self.tape.clone(), None);
                saved.push(slot.take().map(var));
            }
            // With what this node saved goes what those above it did, which the walk has skipped.
            recording.saved.truncate(kept);
        }
        if retained {
            self.gradients.keep(number, gradient.tensor());
        }
        match origin {
            Origin::Operation(rule) => return Some(rule),
            Origin::Variable => self.gradients.keep(number, gradient.tensor()),
            Origin::Param(id) => self.gradients.keep_for_param(id, gradient.tensor()),
        }
        None
    }

    fn skip(&mut self, number: NodeNumber) {
        self.recording.node_mut(number).origin = Origin::Variable; // its rule goes
    }

    #[inline]
    fn inputs(&self) -> &[Option<NodeNumber>] {
        &self.recording.inputs[self.inputs.clone()]
    }

    fn param(&self, number: NodeNumber) -> Option<ParamId> {
        self.recording.node(number).param()
    }

    #[inline]
    fn shapes(&self) -> Shapes<'_, T> {
        Shapes::Spent(&self.recording)
    }
}

impl<T: Float> Var<T> {
    /// The gradients of this loss with respect to every variable and trainable parameter it depends on. **Spends the recording**:
    /// saved tensors and parameters are let go as the walk passes them, and the tape starts the next step. To
    /// keep the recording, or for gradients of gradients, use [`grad`](crate::grad).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let loss = x.square()?.sum(..)?;
    /// assert_eq!(loss.backward()?.get(&x)?.to_vec(), [2.0, 4.0]);
    /// assert!(loss.backward().is_err()); // the recording is spent
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.square()?;
    /// let gradients = y.backward_with(&Tensor::from([1.0, 100.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [2.0, 400.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes differ, if this is a constant, or belongs to a recording that has been spent.
    pub fn backward_with(&self, gy: &Tensor<T>) -> Result<Gradients<T>> {
        self.spend(gy, None)
    }

    /// The walk of [`backward_with`](Var::backward_with). With an outlet, the gradients of the leaves that it is for aren't
    /// added up here but passed on as they come.
    pub(crate) fn spend(
        &self,
        gy: &Tensor<T>,
        mut outlet: Option<Outlet<'_, T>>,
    ) -> Result<Gradients<T>> {
        let tape = self.tape();
        let highest = root("backward", self, gy.shape())?;
        if let Some(outlet) = &mut outlet
            && highest <= outlet.last
        {
            (outlet.pass_on)(highest, tape.input(gy.clone()))?;
            return Ok(tape.finish());
        }
        let mut recording = tape.spend();
        // Parameters that the recording held would be copied when an optimizer writes to them.
        recording.params.clear();
        recording.bound.clear();
        let mut gradients = Gradients::new(tape.serial(), std::mem::take(&mut recording.updates));
        for &number in &recording.variables {
            gradients.expect(number);
        }
        let lowest = recording.first;
        // What was recorded after the loss goes at once.
        recording.truncate(highest);
        let mut slots = Slots::new(lowest, highest);
        slots.add(highest, tape.input(gy.clone()))?;
        let mut nodes = Spending {
            tape,
            recording,
            gradients,
            inputs: 0..0,
        };
        let ends = (lowest, highest);
        walk(tape, &mut nodes, &Wanted::Leaves, ends, &mut slots, outlet)?;
        tape.recording().borrow_mut().reuse_room(nodes.recording);
        Ok(nodes.gradients)
    }
}
