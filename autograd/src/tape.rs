//! The tape: a handle on a recording of operations.

use crate::all_reduce::AllReduce;
use crate::buffer::{Buffer, Update};
use crate::draw::{DrawKey, Draws};
use crate::gradient_hook::Hooks;
#[cfg(feature = "testing")]
use crate::hook::SinkHook;
use crate::mode::Mode;
use crate::node::{NodeNumber, Origin, RuleHandle, SavedTensor};
use crate::recording::Recording;
use crate::rule::{Rule, Save};
use crate::scope::Names;
use crate::{Anomalies, Gradients, Param, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A recording of operations, and what layers ask about the run: mode, seed, parameters.
///
/// A `Tape` is a cheap handle; clones are the same recording, and every [`Var`] holds one. Nothing is global: the
/// recording belongs to whoever made the tape, and is freed when the last handle goes or, piece by piece, when
/// [`backward`](Var::backward) walks back over it.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::full([3], 2.0_f64)); // we want the gradient for x,
/// let c = tape.input(Tensor::full([3], 5.0)); // and none for c
/// let loss = (&x * &x * &c).sum(..)?;
/// let gradients = loss.backward()?; // spends the recording
/// assert_eq!(gradients.get(&x)?.to_vec(), [20.0, 20.0, 20.0]); // 2xc
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # One tape a thread
///
/// The order of nodes decides the order of additions, hence the last bits of a gradient, so it must not depend on a
/// scheduler: tapes and variables stay on their thread, and the compiler sees to it. Models and gradients may go.
///
/// ```compile_fail,E0277
/// let tape = etude_autograd::Tape::<f32>::new();
/// std::thread::spawn(move || tape.mode());
/// ```
/// ```compile_fail,E0277
/// fn needs_send<T: Send>() {}
/// needs_send::<etude_autograd::Var<f32>>();
/// ```
pub struct Tape<T: Float = f32> {
    inner: Rc<Inner<T>>,
}

struct Inner<T: Float> {
    /// Differs between all tapes of the process: gradients outlive their tape, and must know it again.
    serial: u64,
    mode: Mode,
    recording_allowed: bool,
    paused: Cell<bool>,
    prefers_composed: Cell<bool>,
    draws: RefCell<Draws>,
    recording: RefCell<Recording<T>>,
    #[cfg(feature = "testing")]
    hook: RefCell<Option<Rc<dyn SinkHook<T>>>>,
    group: RefCell<Option<Rc<dyn AllReduce<T>>>>,
    gradient_hooks: RefCell<Hooks<T>>,
    anomalies: Cell<Anomalies>,
    /// Shared with the tapes that recompute parts of this one.
    names: Rc<RefCell<Names>>,
    /// The parameters asked for, while somebody wants to know.
    asked: RefCell<Option<Vec<Param<T>>>>,
}

impl<T: Float> Tape<T> {
    /// A tape that records, for differentiating functions. Layers behave as in inference: nothing is random, nothing
    /// moves.
    #[allow(clippy::new_without_default)] // what kind of tape it is should be written out
    pub fn new() -> Self {
        Tape::with(Mode::Inference, true, Draws::new(None))
    }

    /// A tape that records, for training: dropout draws from `seed`, batch normalization uses the batch.
    ///
    /// One tape serves a whole training loop: each [`backward`](Var::backward) ends a step, and the next one draws
    /// other numbers. Where each step has a tape of its own, say which step it is: `Tape::training(seed).at_step(n)`.
    pub fn training(seed: u64) -> Self {
        Tape::with(Mode::Training, true, Draws::new(Some(seed)))
    }

    /// A tape that records nothing and holds nothing, for using a model.
    pub fn inference() -> Self {
        Tape::with(Mode::Inference, false, Draws::new(None))
    }

    /// A fresh recording with the mode of this tape, that hands out the random draws which follow `draws`: what a
    /// recomputation runs on, so that it sees the masks of the first computation.
    pub fn replaying(&self, draws: Draws) -> Self {
        let names = Rc::clone(&self.inner.names);
        let recording_allowed = self.inner.recording_allowed;
        let tape = Tape::with_names(self.inner.mode, recording_allowed, draws, names);
        *tape.inner.group.borrow_mut() = self.group();
        tape
    }

    fn with(mode: Mode, recording_allowed: bool, draws: Draws) -> Self {
        Tape::with_names(mode, recording_allowed, draws, Rc::default())
    }

    fn with_names(
        mode: Mode,
        recording_allowed: bool,
        draws: Draws,
        names: Rc<RefCell<Names>>,
    ) -> Self {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        Tape {
            inner: Rc::new(Inner {
                serial: SERIAL.fetch_add(1, Ordering::Relaxed),
                mode,
                recording_allowed,
                paused: Cell::new(false),
                prefers_composed: Cell::new(false),
                draws: RefCell::new(draws),
                recording: RefCell::new(Recording::new()),
                #[cfg(feature = "testing")]
                hook: RefCell::new(None),
                group: RefCell::new(None),
                gradient_hooks: RefCell::default(),
                anomalies: Cell::default(),
                names,
                asked: RefCell::new(None),
            }),
        }
    }

    /// The same tape, at the start of training step `step`.
    #[must_use]
    pub fn at_step(self, step: u64) -> Self {
        self.inner.draws.borrow_mut().go_to_step(step);
        self
    }

    /// The same tape, as one of a group that work on a batch together: what needs the whole batch sums over them, as a synchronised
    /// batch normalisation does. All tapes of the group run the same operations.
    #[must_use]
    pub fn with_group(self, member: Rc<dyn AllReduce<T>>) -> Self {
        *self.inner.group.borrow_mut() = Some(member);
        self
    }

    /// This tape's end of its group, if it is in one.
    pub fn group(&self) -> Option<Rc<dyn AllReduce<T>>> {
        self.inner.group.borrow().clone()
    }

    /// What this pass is for.
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// Whether layers should behave as in training.
    pub fn is_training(&self) -> bool {
        self.inner.mode == Mode::Training
    }

    /// Whether operations on tracked variables are being recorded.
    #[inline]
    pub fn is_recording(&self) -> bool {
        self.inner.recording_allowed && !self.inner.paused.get()
    }

    /// Whether both handles are on the same recording.
    #[inline]
    pub fn is_same(&self, other: &Tape<T>) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }

    pub(crate) fn serial(&self) -> u64 {
        self.inner.serial
    }

    /// Runs `f` without recording: the results of operations in it are constants.
    pub fn without_recording<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Restore<'a>(&'a Cell<bool>, bool);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.set(self.1);
            }
        }
        let _restore = Restore(&self.inner.paused, self.inner.paused.replace(true));
        f()
    }

    /// The value of a buffer, as the updates recorded so far would leave it.
    ///
    /// # Errors
    /// If the buffer hasn't been built.
    pub fn buffer(&self, buffer: &Buffer<T>) -> Result<Tensor<T>> {
        self.inner
            .recording
            .borrow()
            .updated(buffer.id(), buffer.value()?)
    }

    /// Records that a buffer is to change. Nothing changes now: the update comes back with the
    /// [`Gradients`] and is made by [`Gradients::commit`], in the order of recording. On a tape that doesn't record it is
    /// dropped.
    ///
    /// # Errors
    /// If the buffer hasn't been built, or the update's shape isn't the buffer's.
    pub fn update(&self, buffer: &Buffer<T>, update: Update<T>) -> Result<()> {
        update.check(buffer.value()?)?;
        if self.inner.recording_allowed {
            let mut recording = self.inner.recording.borrow_mut();
            recording.updates.push((buffer.id(), update));
        }
        Ok(())
    }

    /// The key of the next random draw: keyed by the layer's own seed or else the tape's, the step, and the draw's number.
    ///
    /// # Errors
    /// If neither the layer nor the tape has a seed.
    pub fn draw_key(&self, layer_seed: Option<u64>) -> Result<DrawKey> {
        self.inner.draws.borrow_mut().next_key(layer_seed)
    }

    /// Where the random draws stand, to replay from here.
    pub fn draws(&self) -> Draws {
        self.inner.draws.borrow().clone()
    }

    /// Records an operation: `rule` says how to differentiate it, `output` is what it computed from `inputs`, and `saved`
    /// what the rule will need. If no input is tracked, or the tape doesn't record, the result is a constant and nothing is saved.
    ///
    /// # Errors
    /// If the inputs are on different tapes, or one belongs to a recording that has been spent.
    pub fn record<'a, R: Rule<T>>(
        &self,
        rule: R,
        inputs: &[&Var<T>],
        output: Tensor<T>,
        saved: impl AsRef<[Save<'a, T>]>,
    ) -> Result<Var<T>> {
        let follows = self.follows(&rule, inputs)?;
        if self.inner.anomalies.get() != Anomalies::Ignore {
            self.look_at_result(rule.name(), inputs, &output)?;
        }
        if !follows {
            return Ok(self.input(output));
        }
        let number = self.push(RuleHandle::new(rule), inputs, &output, saved.as_ref())?;
        Ok(Var::new(output, self.clone(), Some(number)))
    }

    /// Whether an operation on these inputs is to be recorded.
    ///
    /// # Errors
    /// If they are on different tapes.
    pub(crate) fn follows(&self, rule: &dyn Rule<T>, inputs: &[&Var<T>]) -> Result<bool> {
        let mut tracked = false;
        for input in inputs {
            if !self.is_same(input.tape()) {
                return Err(mixed_tapes(rule.name(), input));
            }
            tracked |= input.is_tracked();
        }
        Ok(tracked && self.is_recording())
    }

    /// The part of [`record`](Tape::record) that is the same for all rules. Of the output it takes the shape, and what is to be
    /// saved of it.
    ///
    /// # Errors
    /// If an input belongs to a recording that has been spent.
    pub(crate) fn push(
        &self,
        rule: RuleHandle<T>,
        inputs: &[&Var<T>],
        output: &Tensor<T>,
        saved: &[Save<'_, T>],
    ) -> Result<NodeNumber> {
        let mut recording = self.inner.recording.borrow_mut();
        let recording = &mut *recording;
        let number = recording.next_number();
        for input in inputs {
            let node = input.node();
            if node.is_some_and(|node| recording.is_stale(node)) {
                recording
                    .inputs
                    .truncate(recording.begins(recording.nodes.len()).0);
                return Err(spent(rule.get().name(), input));
            }
            recording.inputs.push(node);
        }
        for save in saved {
            let (tensor, node) = match save {
                Save::Var(var) => (var.tensor(), var.node()),
                Save::Output => (output, Some(number)),
                Save::Tensor(tensor) => (tensor, None),
                Save::Nothing => {
                    recording.saved.push(None);
                    continue;
                }
            };
            recording.saved.push(Some(SavedTensor::new(tensor, node)));
        }
        if self.inner.anomalies.get() != Anomalies::Ignore {
            let site = self.site(recording, inputs);
            recording.sites.insert(number, site);
        }
        recording.push(Origin::Operation(rule), output.to_shape());
        Ok(number)
    }

    pub(crate) fn check_same(&self, operation: &str, var: &Var<T>) -> Result<()> {
        if self.is_same(var.tape()) {
            Ok(())
        } else {
            Err(mixed_tapes(operation, var))
        }
    }

    /// Refuses a variable of another tape, or of a recording that has been spent.
    pub(crate) fn check_own(&self, operation: &str, var: &Var<T>) -> Result<()> {
        self.check_same(operation, var)?;
        self.check_live(operation, var)
    }

    pub(crate) fn check_live(&self, operation: &str, var: &Var<T>) -> Result<()> {
        match var.node() {
            Some(number) if self.inner.recording.borrow().is_stale(number) => {
                Err(spent(operation, var))
            }
            _ => Ok(()),
        }
    }

    /// Refuses tracked inputs, on behalf of an operation that has a float result and no rule. Cutting the graph in
    /// silence is the worst a framework can do; whoever means it writes `detach()`.
    ///
    /// # Errors
    /// If an input is tracked.
    pub fn untracked(&self, operation: &str, inputs: &[&Var<T>]) -> Result<()> {
        match inputs.iter().position(|input| input.is_tracked()) {
            None => Ok(()),
            Some(_) if !self.is_recording() => Ok(()),
            Some(index) => Err(Error::graph(
                operation,
                format!(
                    "has no rule of differentiation, but input {index} (shape {:?}) is tracked; the gradient would be lost. \
                     If that is meant, say so with detach()",
                    inputs[index].shape()
                ),
            )),
        }
    }

    /// Ends the recording without walking back over it: no gradients, but the pending updates of buffers. The
    /// next step begins.
    pub fn finish(&self) -> Gradients<T> {
        let spent = self.spend();
        Gradients::new(self.serial(), spent.updates)
    }

    /// Takes the recording out, and goes on to the next step.
    pub(crate) fn spend(&self) -> Recording<T> {
        let mut draws = self.inner.draws.borrow_mut();
        let next_step = draws.step() + 1;
        draws.go_to_step(next_step);
        self.recording().borrow_mut().spend()
    }

    #[inline]
    pub(crate) fn recording(&self) -> &RefCell<Recording<T>> {
        &self.inner.recording
    }

    /// How many nodes the recording holds.
    pub fn len(&self) -> usize {
        self.inner.recording.borrow().nodes.len()
    }

    /// Whether the recording holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes every fused operation take its composed body, so that a test can hold both bodies against each other.
    pub fn prefer_composed(&self, composed: bool) {
        self.inner.prefers_composed.set(composed);
    }

    pub(crate) fn prefers_composed(&self) -> bool {
        self.inner.prefers_composed.get()
    }
}

#[cfg(feature = "testing")]
impl<T: Float> Tape<T> {
    /// Sets or removes what sees every rule run and every gradient that it delivers; see [`SinkHook`].
    pub fn set_sink_hook(&self, hook: Option<Rc<dyn SinkHook<T>>>) {
        *self.inner.hook.borrow_mut() = hook;
    }

    pub(crate) fn sink_hook(&self) -> Option<Rc<dyn SinkHook<T>>> {
        self.inner.hook.borrow().clone()
    }
}

impl<T: Float> Tape<T> {
    pub(crate) fn gradient_hooks(&self) -> &RefCell<Hooks<T>> {
        &self.inner.gradient_hooks
    }

    pub(crate) fn anomalies_cell(&self) -> &Cell<Anomalies> {
        &self.inner.anomalies
    }

    pub(crate) fn names(&self) -> &RefCell<Names> {
        &self.inner.names
    }

    pub(crate) fn asked(&self) -> &RefCell<Option<Vec<Param<T>>>> {
        &self.inner.asked
    }

    /// Puts another state of the draws in place of the present one, which it returns.
    pub(crate) fn exchange_draws(&self, draws: Draws) -> Draws {
        self.inner.draws.replace(draws)
    }
}

/// The error of an operation whose operands are on different tapes.
#[cold]
fn mixed_tapes<T: Float>(operation: &str, var: &Var<T>) -> Error {
    Error::graph(
        operation,
        format!(
            "its operands are on different tapes (one has shape {:?}); bring a value over as a constant with tape.input(x.tensor().clone())",
            var.shape()
        ),
    )
}

/// The error of an operation on a variable that a `backward` has left behind.
#[cold]
fn spent<T: Float>(operation: &str, var: &Var<T>) -> Error {
    Error::graph(
        operation,
        format!(
            "a variable of shape {:?} belongs to a recording that has been spent by backward; compute it again, or use its \
             value with detach()",
            var.shape()
        ),
    )
}

impl<T: Float> Clone for Tape<T> {
    fn clone(&self) -> Self {
        Tape {
            inner: Rc::clone(&self.inner),
        }
    }
}

impl<T: Float> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tape({:?}, {} nodes)", self.inner.mode, self.len())
    }
}
