//! Where rules deliver gradients: computed only when wanted, the first one moved in, the others added in place.

use crate::anomaly::{self, Anomalies};
#[cfg(feature = "testing")]
use crate::hook::{Delivery, SinkHook};
use crate::node::NodeNumber;
use crate::recording::Recording;
use crate::rule::Saved;
use crate::{Rule, Tape, Var};
use etude_tensor::{Error, Float, Result, Shape, Tensor};

/// Takes the gradients that one rule gives, input by input.
///
/// [`give`](Sink::give) takes a closure, so that a gradient which nobody needs is never computed: the first layer's
/// images, a frozen parameter, a constant factor.
pub struct Sink<'a, T: Float> {
    pub(crate) rule: &'a dyn Rule<T>,
    pub(crate) inputs: &'a [Option<NodeNumber>],
    pub(crate) wanted: &'a Wanted,
    pub(crate) shapes: Shapes<'a, T>,
    pub(crate) slots: &'a mut Slots<T>,
    pub(crate) outlet: Option<Outlet<'a, T>>,
    #[cfg(feature = "testing")]
    pub(crate) hook: Option<&'a dyn SinkHook<T>>,
    pub(crate) anomalies: Anomalies,
    /// The node whose rule this is for.
    pub(crate) number: NodeNumber,
}

impl<T: Float> Sink<'_, T> {
    /// Has the rule deliver.
    pub(crate) fn run(&mut self, saved: &Saved<T>, gy: Var<T>) -> Result<()> {
        #[cfg(feature = "testing")]
        if let Some(hook) = self.hook {
            return hook.run(self.rule, saved, gy, self);
        }
        self.rule.grads(saved, gy, self)
    }

    /// Whether anybody needs the gradient of this input. Rules ask it only to share work between inputs;
    /// [`give`](Sink::give) asks by itself.
    #[inline]
    pub fn wants(&self, input: usize) -> bool {
        self.target(input).is_some()
    }

    /// Delivers the gradient of input number `input`, in the order of the inputs at recording. `gradient` runs only if
    /// somebody needs it. Several deliveries for one input add up.
    ///
    /// # Errors
    /// What `gradient` reports, and a gradient whose shape isn't the input's.
    pub fn give(&mut self, input: usize, gradient: impl FnOnce() -> Result<Var<T>>) -> Result<()> {
        match self.target(input) {
            Some(target) => self.deliver(target, input, gradient()?),
            None => Ok(()),
        }
    }

    /// Like [`give`](Sink::give), for rules that need the shape of the input: it is a gradient's shape, so the tape has it,
    /// and no operation needs to save it.
    ///
    /// # Errors
    /// As [`give`](Sink::give).
    pub fn give_shaped(
        &mut self,
        input: usize,
        gradient: impl FnOnce(&Shape) -> Result<Var<T>>,
    ) -> Result<()> {
        match self.target(input) {
            Some(target) => {
                let shape = self.shapes.with(target, Shape::clone);
                self.deliver(target, input, gradient(&shape)?)
            }
            None => Ok(()),
        }
    }

    fn deliver(&mut self, target: NodeNumber, input: usize, gradient: Var<T>) -> Result<()> {
        #[cfg(feature = "testing")]
        if let Some(hook) = self.hook {
            return match hook.deliver(self.rule.name(), input, gradient) {
                Delivery::Add(gradient) => self.add(target, input, gradient),
                Delivery::Overwrite(gradient) => {
                    self.slots.take(target);
                    self.add(target, input, gradient)
                }
                Delivery::Drop => Ok(()),
            };
        }
        self.add(target, input, gradient)
    }

    /// Whether a hook wants to see every delivery.
    #[cfg(feature = "testing")]
    fn is_hooked(&self) -> bool {
        self.hook.is_some()
    }

    #[cfg(not(feature = "testing"))]
    fn is_hooked(&self) -> bool {
        false
    }

    #[inline]
    fn add(&mut self, target: NodeNumber, input: usize, gradient: Var<T>) -> Result<()> {
        let fits = |shape: &Shape| gradient.tensor().has_shape(shape);
        if !self.shapes.with(target, fits) {
            return Err(self.misfit(target, input, gradient.shape()));
        }
        if self.anomalies != Anomalies::Ignore {
            self.look_at(input, &gradient)?;
        }
        match &mut self.outlet {
            Some(outlet) if target <= outlet.last => (outlet.pass_on)(target, gradient),
            _ => self.slots.add(target, gradient),
        }
    }

    /// Delivers what is `gy` at the places that `view` shows of the input, and 0 elsewhere; `whole` makes it if need be. If
    /// something has come in for the input already, `gy` is added to those places alone, so that the steps of a sequence together cost the
    /// sequence, and not each of them.
    ///
    /// # Errors
    /// As [`give`](Sink::give).
    pub(crate) fn give_part(
        &mut self,
        input: usize,
        gy: &Var<T>,
        view: impl FnOnce(&Tensor<T>) -> Result<Tensor<T>>,
        whole: impl FnOnce(&Shape) -> Result<Var<T>>,
    ) -> Result<()> {
        let Some(target) = self.target(input) else {
            return Ok(());
        };
        if !self.is_hooked()
            && self.anomalies == Anomalies::Ignore
            && !gy.is_tracked()
            && let Some(sum) = self.slots.constant(target)
        {
            return sum.tensor_mut().view_add_assign(view, gy.tensor());
        }
        self.give_shaped(input, whole)
    }

    #[cold]
    fn misfit(&self, target: NodeNumber, input: usize, given: &[usize]) -> Error {
        let expected = self.shapes.with(target, Shape::clone);
        Error::shape(
            self.rule.name(),
            format!(
                "the rule gave input {input} a gradient of shape {given:?}, but that input has shape {expected:?}; a gradient \
                 has the shape of what it belongs to"
            ),
        )
    }

    #[cold]
    fn look_at(&self, input: usize, gradient: &Var<T>) -> Result<()> {
        let rule = self.rule.name();
        self.shapes.with_recording(|recording| {
            let site = recording.sites.get(&self.number);
            anomaly::check_backward(self.anomalies, rule, input, gradient.tensor(), site)
        })
    }

    #[inline]
    fn target(&self, input: usize) -> Option<NodeNumber> {
        let number = self.inputs.get(input).copied().flatten()?;
        self.wanted.is_needed(number).then_some(number)
    }
}

/// Where the shapes of nodes are looked up.
pub(crate) enum Shapes<'a, T: Float> {
    /// In a recording that has been taken out of its tape.
    Spent(&'a Recording<T>),
    /// In the recording of a tape, which rules may be adding to.
    Kept(&'a Tape<T>),
}

impl<T: Float> Shapes<'_, T> {
    #[inline]
    fn with<R>(&self, number: NodeNumber, f: impl FnOnce(&Shape) -> R) -> R {
        self.with_recording(|recording| f(recording.shape(number)))
    }

    #[inline]
    fn with_recording<R>(&self, f: impl FnOnce(&Recording<T>) -> R) -> R {
        match self {
            Shapes::Spent(recording) => f(recording),
            Shapes::Kept(tape) => f(&tape.recording().borrow()),
        }
    }
}

/// Which nodes a walk back is about.
pub(crate) enum Wanted {
    /// Every leaf: each recorded node depends on one, so every node that the loss depends on is needed.
    Leaves,
    /// Given nodes: needed are those, and what depends on them.
    Some {
        lowest: NodeNumber,
        marks: Vec<Mark>,
    },
}

/// What a node is to a walk that wants given nodes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mark {
    /// Its gradient was asked for.
    pub(crate) target: bool,
    /// Something it depends on was asked for.
    pub(crate) on_path: bool,
}

impl Wanted {
    fn mark(lowest: NodeNumber, marks: &[Mark], number: NodeNumber) -> Mark {
        let index = number.get().checked_sub(lowest.get());
        index
            .and_then(|index| marks.get(index as usize))
            .copied()
            .unwrap_or_default()
    }

    /// Whether the gradient of this node has to be computed.
    #[inline]
    pub(crate) fn is_needed(&self, number: NodeNumber) -> bool {
        match self {
            Wanted::Leaves => true,
            Wanted::Some { lowest, marks } => {
                let mark = Wanted::mark(*lowest, marks, number);
                mark.target || mark.on_path
            }
        }
    }

    /// Whether the gradient of this node was asked for by name.
    pub(crate) fn is_target(&self, number: NodeNumber) -> bool {
        match self {
            Wanted::Leaves => false,
            Wanted::Some { lowest, marks } => Wanted::mark(*lowest, marks, number).target,
        }
    }
}

/// The gradients that have been delivered and not yet passed on, one slot a node.
pub(crate) struct Slots<T: Float> {
    lowest: NodeNumber,
    slots: Vec<Option<Var<T>>>,
}

/// Where the gradients of some leaves go at once, instead of being added up in a slot.
pub(crate) struct Outlet<'a, T: Float> {
    /// The leaves are all nodes up to this one.
    pub(crate) last: NodeNumber,
    /// Gets the number of the leaf and the gradient.
    pub(crate) pass_on: &'a mut (dyn FnMut(NodeNumber, Var<T>) -> Result<()> + 'a),
}

impl<T: Float> Outlet<'_, T> {
    /// The same outlet, for a part of its life.
    pub(crate) fn lend(&mut self) -> Outlet<'_, T> {
        Outlet {
            last: self.last,
            pass_on: &mut *self.pass_on,
        }
    }
}

impl<T: Float> Slots<T> {
    /// Empty slots for the nodes `lowest..=highest`.
    pub(crate) fn new(lowest: NodeNumber, highest: NodeNumber) -> Self {
        let count = (highest.get() + 1 - lowest.get()) as usize;
        let mut slots = Vec::new();
        slots.resize_with(count, || None);
        Slots { lowest, slots }
    }

    #[inline]
    fn slot(&mut self, number: NodeNumber) -> &mut Option<Var<T>> {
        &mut self.slots[(number.get() - self.lowest.get()) as usize]
    }

    #[inline]
    pub(crate) fn take(&mut self, number: NodeNumber) -> Option<Var<T>> {
        self.slot(number).take()
    }

    /// What has come in for this node, if it is a constant.
    fn constant(&mut self, number: NodeNumber) -> Option<&mut Var<T>> {
        self.slot(number).as_mut().filter(|sum| !sum.is_tracked())
    }

    /// Adds a gradient to what has come in for this node: the first is moved in, constants are added in place, and a
    /// sum in which something is tracked is itself recorded.
    #[inline]
    pub(crate) fn add(&mut self, number: NodeNumber, gradient: Var<T>) -> Result<()> {
        let slot = self.slot(number);
        match slot {
            None => {
                *slot = Some(gradient);
                Ok(())
            }
            Some(sum) => accumulate(sum, &gradient),
        }
    }
}

/// Adds a gradient to what has come in before it.
fn accumulate<T: Float>(sum: &mut Var<T>, gradient: &Var<T>) -> Result<()> {
    if sum.is_tracked() || gradient.is_tracked() {
        *sum = sum.try_add(gradient)?;
        return Ok(());
    }
    sum.add_assign_constant(gradient)
}

impl<T: Float> std::fmt::Debug for Sink<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sink({})", self.rule.name())
    }
}
