//! What can be broken at run time: one fault in one rule, through the tape's hook.

use etude_autograd::{Delivery, Rule, Saved, Sink, SinkHook, Var};
use etude_tensor::{Float, Result};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;

/// What is done to a rule. All but the last are done to what it delivers to one input, the last to one of the tensors that it saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The wrong sign.
    Sign,
    /// Twice as much.
    Factor,
    /// Nothing arrives.
    Lost,
    /// What has come in already is thrown away.
    Overwritten,
    /// Of the sum over the axes along which the input was repeated, the first term only.
    Unsummed,
    /// The saved tensor is a constant to further differentiation.
    Detached,
}

impl Fault {
    pub const ALL: [Fault; 6] = [
        Fault::Sign,
        Fault::Factor,
        Fault::Lost,
        Fault::Overwritten,
        Fault::Unsummed,
        Fault::Detached,
    ];

    /// The fault in words, for the table.
    pub fn words(self) -> &'static str {
        match self {
            Fault::Sign => "wrong sign",
            Fault::Factor => "factor 2",
            Fault::Lost => "an input dropped",
            Fault::Overwritten => "an accumulation overwritten",
            Fault::Unsummed => "the sum over a broadcast axis dropped",
            Fault::Detached => "a saved tensor detached",
        }
    }
}

/// A fault in the rule of this name, for this input or this saved tensor.
#[derive(Debug)]
pub struct Planted {
    pub rule: &'static str,
    pub place: usize,
    pub fault: Fault,
    /// Which deliveries pass, while the rule runs twice to drop a sum.
    pass: Cell<Pass>,
    /// The shape of the input, once the rule has delivered to it.
    shape: RefCell<Option<Vec<usize>>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pass {
    All,
    Others,
    Own,
}

impl Planted {
    pub fn new(rule: &'static str, place: usize, fault: Fault) -> Self {
        Planted {
            rule,
            place,
            fault,
            pass: Cell::new(Pass::All),
            shape: RefCell::new(None),
        }
    }

    /// A rule is linear in `gy`, so it keeps the first term of a sum over an axis of the result if `gy` is zero beyond the first place there.
    /// It runs once for the other inputs, and once more so for this one.
    fn unsummed<T: Float>(
        &self,
        rule: &dyn Rule<T>,
        saved: &Saved<T>,
        gy: Var<T>,
        to: &mut Sink<'_, T>,
    ) -> Result<()> {
        self.pass.set(Pass::Others);
        rule.grads(saved, gy.clone(), to)?;
        if let Some(shape) = self.shape.take() {
            self.pass.set(Pass::Own);
            rule.grads(saved, first_terms(gy, &shape)?, to)?;
        }
        self.pass.set(Pass::All);
        Ok(())
    }
}

impl fmt::Display for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = match self.fault {
            Fault::Detached => "saved tensor",
            _ => "input",
        };
        write!(f, "{:?}, {at} {} of {}", self.fault, self.place, self.rule)
    }
}

impl<T: Float> SinkHook<T> for Planted {
    fn run(
        &self,
        rule: &dyn Rule<T>,
        saved: &Saved<T>,
        gy: Var<T>,
        to: &mut Sink<'_, T>,
    ) -> Result<()> {
        let own = rule.name() == self.rule;
        match self.fault {
            Fault::Unsummed if own => self.unsummed(rule, saved, gy, to),
            Fault::Detached if own => rule.grads(&saved.detached(self.place), gy, to),
            _ => rule.grads(saved, gy, to),
        }
    }

    fn deliver(&self, rule: &'static str, input: usize, gradient: Var<T>) -> Delivery<T> {
        let own = input == self.place;
        match self.fault {
            _ if rule != self.rule => Delivery::Add(gradient),
            Fault::Unsummed => match self.pass.get() {
                Pass::Others if own => {
                    *self.shape.borrow_mut() = Some(gradient.shape().to_vec());
                    Delivery::Drop
                }
                Pass::Own if !own => Delivery::Drop,
                _ => Delivery::Add(gradient),
            },
            Fault::Sign if own => Delivery::Add(-gradient),
            Fault::Factor if own => Delivery::Add(gradient * 2.0),
            Fault::Lost if own => Delivery::Drop,
            Fault::Overwritten if own => Delivery::Overwrite(gradient),
            _ => Delivery::Add(gradient),
        }
    }
}

/// The axes of a result along which an input was repeated to give it the result's shape.
fn repeated(result: &[usize], input: &[usize]) -> Vec<usize> {
    let Some(new_axes) = result.len().checked_sub(input.len()) else {
        return Vec::new();
    };
    let aligned = |axis: usize| axis.checked_sub(new_axes).map_or(1, |axis| input[axis]);
    let axes = 0..result.len();
    if !axes
        .clone()
        .all(|axis| [1, result[axis]].contains(&aligned(axis)))
    {
        return Vec::new();
    }
    axes.filter(|&axis| aligned(axis) == 1 && result[axis] > 1)
        .collect()
}

/// `gy`, with zeros beyond the first place of each repeated axis.
fn first_terms<T: Float>(mut gy: Var<T>, input: &[usize]) -> Result<Var<T>> {
    for axis in repeated(gy.shape(), input) {
        let mut border = vec![(0, 0); gy.rank()];
        border[axis].1 = gy.shape()[axis] - 1;
        gy = gy.narrow(axis as isize, 0, 1)?.pad(border, 0.0)?;
    }
    Ok(gy)
}

/// Notes where a rule can be broken.
pub struct Watch {
    rule: &'static str,
    result: RefCell<Vec<usize>>,
    /// The inputs that it delivers to.
    pub inputs: RefCell<BTreeSet<usize>>,
    /// Those that were repeated along an axis.
    pub repeated: RefCell<BTreeSet<usize>>,
    /// The saved tensors that are tracked.
    pub saved: RefCell<BTreeSet<usize>>,
}

impl Watch {
    pub fn new(rule: &'static str) -> Self {
        Watch {
            rule,
            result: RefCell::default(),
            inputs: RefCell::default(),
            repeated: RefCell::default(),
            saved: RefCell::default(),
        }
    }
}

impl<T: Float> SinkHook<T> for Watch {
    fn run(
        &self,
        rule: &dyn Rule<T>,
        saved: &Saved<T>,
        gy: Var<T>,
        to: &mut Sink<'_, T>,
    ) -> Result<()> {
        if rule.name() == self.rule {
            *self.result.borrow_mut() = gy.shape().to_vec();
            let tracked = |&slot: &usize| saved.get(slot).is_some_and(Var::is_tracked);
            let tracked = (0..saved.len()).filter(tracked);
            self.saved.borrow_mut().extend(tracked);
        }
        rule.grads(saved, gy, to)
    }

    fn deliver(&self, rule: &'static str, input: usize, gradient: Var<T>) -> Delivery<T> {
        if rule == self.rule {
            self.inputs.borrow_mut().insert(input);
            if !repeated(&self.result.borrow(), gradient.shape()).is_empty() {
                self.repeated.borrow_mut().insert(input);
            }
        }
        Delivery::Add(gradient)
    }
}
