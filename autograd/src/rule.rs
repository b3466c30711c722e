//! What an operation tells the tape: its name, what to save, and how to turn the gradient of its output into the
//! gradients of its inputs.

use crate::{Sink, Var};
use etude_tensor::{Float, Result, Tensor};
use smallvec::SmallVec;
use std::ops::Index;

/// The rule of differentiation of one operation, written on [`Var`]s.
///
/// Over constants, as [`backward`](crate::Var::backward) runs it, a rule is plain arithmetic. Over tracked variables,
/// as [`grad`](crate::grad()) runs it, its arithmetic is recorded in turn, which gives gradients of gradients, to any
/// order. So a rule uses the methods of `Var` and never reaches for the tensors inside, except in the fast body of
/// [`fused`](crate::fused()), which is taken only when nothing is being recorded.
///
/// A rule without data is a unit struct and costs no allocation.
///
/// ```
/// use etude_autograd::{Rule, Saved, Save, Sink, Tape, Var};
/// use etude_tensor::{Float, Result, Tensor};
///
/// /// y = x², hence ∂L/∂x = 2x · ∂L/∂y.
/// struct Square;
///
/// impl<T: Float> Rule<T> for Square {
///     fn name(&self) -> &'static str {
///         "square"
///     }
///     fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
///         to.give(0, || saved[0].mul_scalar(2.0)?.try_mul(&gy))
///     }
/// }
///
/// fn square<T: Float>(x: &Var<T>) -> Result<Var<T>> {
///     let y = x.tensor().try_mul(x.tensor())?;
///     x.tape().record(Square, &[x], y, [Save::Var(x)])
/// }
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::full([2], 3.0_f64));
/// let loss = square(&x)?.sum(..)?;
/// assert_eq!(loss.backward()?.get(&x)?.to_vec(), [6.0, 6.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub trait Rule<T: Float>: 'static {
    /// The operation's name, for messages and pictures.
    fn name(&self) -> &'static str;

    /// Gives each input's gradient to the sink: `gy` is the gradient with respect to the output, `saved` what the
    /// operation saved, in the order in which it did.
    ///
    /// # Errors
    /// Whatever the arithmetic of the rule reports.
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()>;
}

/// One thing that an operation saves for its rule.
///
/// Save what the rule needs and nothing else: what is saved lives until the walk back has passed.
#[derive(Debug)]
pub enum Save<'a, T: Float> {
    /// An input, or a variable computed from the inputs.
    Var(&'a Var<T>),
    /// The operation's own output.
    Output,
    /// Something computed on the side that isn't differentiated: a mask, a count.
    Tensor(Tensor<T>),
    /// Nothing: the slot stays empty, and the rule must not look at it.
    Nothing,
}

impl<'a, T: Float> Save<'a, T> {
    /// Saves `x` if `other` is tracked: of `a · b`, `b` is needed only for the gradient of `a`.
    pub fn for_gradient_of(x: &'a Var<T>, other: &Var<T>) -> Self {
        if other.is_tracked() {
            Save::Var(x)
        } else {
            Save::Nothing
        }
    }
}

/// What an operation saved, as variables again: constants while a recording is spent, tracked ones while the
/// gradients themselves are being recorded. `saved[i]` is the i-th thing that was saved.
#[derive(Debug)]
pub struct Saved<T: Float> {
    /// Few operations save more than four things: these need no memory of their own.
    vars: SmallVec<[Option<Var<T>>; 4]>,
}

impl<T: Float> Saved<T> {
    pub(crate) fn new() -> Self {
        Saved {
            vars: SmallVec::new(),
        }
    }

    pub(crate) fn push(&mut self, var: Option<Var<T>>) {
        self.vars.push(var);
    }

    pub(crate) fn clear(&mut self) {
        self.vars.clear();
    }

    /// The `slot`-th thing that was saved, or `None` if the operation left that slot empty.
    pub fn get(&self, slot: usize) -> Option<&Var<T>> {
        self.vars.get(slot)?.as_ref()
    }

    /// How many slots there are, the empty ones included.
    pub fn len(&self) -> usize {
        self.vars.len()
    }

    /// The same with the `slot`-th thing as a constant: the mistake of cutting it off from further differentiation.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn detached(&self, slot: usize) -> Self {
        let mut vars = self.vars.clone();
        if let Some(var) = vars.get_mut(slot) {
            *var = var.as_ref().map(Var::detach);
        }
        Saved { vars }
    }

    /// Whether nothing was saved.
    pub fn is_empty(&self) -> bool {
        self.vars.is_empty()
    }
}

impl<T: Float> Index<usize> for Saved<T> {
    type Output = Var<T>;

    /// # Panics
    /// If the operation left that slot empty: a mistake in the rule, not of its caller.
    fn index(&self, slot: usize) -> &Var<T> {
        self.get(slot).unwrap_or_else(|| {
            panic!("the rule looks at slot {slot}, which its operation didn't save")
        })
    }
}
