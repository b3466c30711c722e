//! The walk back: reverse-mode differentiation as one loop over descending node numbers.
//!
//! By the chain rule, the gradient of a loss with respect to a value is the sum, over all operations that used the value,
//! of what each operation's rule makes of the gradient of its own output. Node numbers are a topological order, so when the walk
//! comes to a node, everybody who used its value has already delivered, and the sum is complete.
//!
//! [`Var::backward`] takes the nodes out of the recording and frees each as it passes; [`grad`](crate::grad()) looks at
//! copies, leaves the recording as it was, and records what the rules compute.

use crate::anomaly::Paused;
use crate::node::{NodeNumber, RuleHandle};
use crate::rule::Saved;
use crate::sink::{Outlet, Shapes, Sink, Slots, Wanted};
use crate::{ParamId, Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};

/// What a walk goes over.
pub(crate) trait Nodes<T: Float> {
    /// A node's gradient is complete: notes it down if somebody wants it, and gives the node's rule, if it is an operation's.
    /// What that saved is put into the list given, which is empty. Numbers come in descending order.
    fn open(
        &mut self,
        number: NodeNumber,
        gradient: &Var<T>,
        saved: &mut Saved<T>,
    ) -> Option<RuleHandle<T>>;

    /// No gradient has reached a node.
    fn skip(&mut self, number: NodeNumber);

    /// The numbers of the inputs of the node opened last.
    fn inputs(&self) -> &[Option<NodeNumber>];

    /// Which parameter a node is the leaf of, if it is one.
    fn param(&self, number: NodeNumber) -> Option<ParamId>;

    /// The shapes of the nodes below the one opened last.
    fn shapes(&self) -> Shapes<'_, T>;
}

/// Walks from `highest` back to `lowest`, running the rule of each that a gradient has reached.
pub(crate) fn walk<T: Float>(
    tape: &Tape<T>,
    nodes: &mut impl Nodes<T>,
    wanted: &Wanted,
    (lowest, highest): (NodeNumber, NodeNumber),
    slots: &mut Slots<T>,
    mut outlet: Option<Outlet<'_, T>>,
) -> Result<()> {
    #[cfg(feature = "testing")]
    let hook = tape.sink_hook();
    let anomalies = Paused::new(tape);
    let mut saved = Saved::new();
    let numbers = lowest.get()..highest.get() + 1;
    for number in numbers.rev().filter_map(NodeNumber::new) {
        let Some(mut gy) = slots.take(number) else {
            nodes.skip(number); // the loss doesn't depend on it
            continue;
        };
        if tape.has_gradient_hooks() {
            gy = tape.run_gradient_hooks(number, nodes.param(number), gy)?;
        }
        let Some(rule) = nodes.open(number, &gy, &mut saved) else {
            continue;
        };
        let mut sink = Sink {
            rule: rule.get(),
            inputs: nodes.inputs(),
            wanted,
            shapes: nodes.shapes(),
            slots,
            outlet: outlet.as_mut().map(Outlet::lend),
            #[cfg(feature = "testing")]
            hook: hook.as_deref(),
            anomalies: anomalies.detected(),
            number,
        };
        sink.run(&saved, gy)?;
        saved.clear();
    }
    Ok(())
}

/// The gradient of a loss with respect to itself.
pub(crate) fn unit_gradient<T: Float>(
    operation: &str,
    y: &Var<T>,
    instead: &str,
) -> Result<Tensor<T>> {
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
pub(crate) fn root<T: Float>(
    operation: &str,
    y: &Var<T>,
    gradient: &[usize],
) -> Result<NodeNumber> {
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
