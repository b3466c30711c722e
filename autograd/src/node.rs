//! One entry of the recording: the rule, the numbers of its inputs, and the tensors that the rule needs.
//!
//! A node never holds a tape handle: the tape owns its nodes, so a handle would be a cycle, and the recording would
//! never be freed. What a rule needs as [`Var`](crate::Var)s is put together again when the rule runs.

use crate::{ParamId, Rule};
use etude_tensor::{Float, Tensor};
use std::num::NonZeroU64;
use std::rc::Rc;

/// The number of a node. Inputs have smaller numbers than what is computed from them, so that descending numbers are
/// an order for the walk back. Numbers count up for as long as the tape lives and never restart.
pub(crate) type NodeNumber = NonZeroU64;

/// One entry of the recording. What it lists stands in the recording's own lists, one behind the other, so that nodes are
/// small and alike: a node says where its part ends, and the node before it where it begins.
pub(crate) struct Node<T: Float> {
    pub(crate) origin: Origin<T>,
    /// Where the numbers of its inputs end.
    pub(crate) inputs_end: usize,
    /// Where the tensors end that the rule needs.
    pub(crate) saved_end: usize,
    /// The number of the scope in which it ran.
    pub(crate) scope: u32,
    /// Whether the gradient of this intermediate result is to be kept (leaves' always are).
    pub(crate) retained: bool,
}

impl<T: Float> Node<T> {
    /// Which parameter this is the leaf of, if it is one.
    pub(crate) fn param(&self) -> Option<ParamId> {
        match self.origin {
            Origin::Param(id) => Some(id),
            Origin::Variable | Origin::Operation(_) => None,
        }
    }

    /// The rule, if the node is an operation's.
    pub(crate) fn rule(&self) -> Option<&RuleHandle<T>> {
        match &self.origin {
            Origin::Operation(rule) => Some(rule),
            Origin::Variable | Origin::Param(_) => None,
        }
    }
}

/// Where the value of a node comes from.
pub(crate) enum Origin<T: Float> {
    /// A variable that the user put on the tape.
    Variable,
    /// A trainable parameter.
    Param(ParamId),
    /// An operation on other nodes.
    Operation(RuleHandle<T>),
}

/// A tensor that a rule needs, with the number of the node it belongs to, if any.
#[derive(Clone)]
pub(crate) struct SavedTensor<T: Float> {
    pub(crate) tensor: Tensor<T>,
    pub(crate) node: Option<NodeNumber>,
}

impl<T: Float> SavedTensor<T> {
    #[inline]
    pub(crate) fn new(tensor: &Tensor<T>, node: Option<NodeNumber>) -> Self {
        let tensor = tensor.clone();
        SavedTensor { tensor, node }
    }
}

/// A rule, shared with copies of its node.
///
/// Most rules carry no data. Such a type has one value for all, which a `'static` reference can point to without an
/// allocation: boxing a zero-sized value allocates nothing, hence leaking that box leaks nothing.
pub(crate) enum RuleHandle<T: Float> {
    Plain(&'static dyn Rule<T>),
    WithData(Rc<dyn Rule<T>>),
}

impl<T: Float> RuleHandle<T> {
    pub(crate) fn new<R: Rule<T>>(rule: R) -> Self {
        if size_of::<R>() == 0 {
            RuleHandle::Plain(Box::leak(Box::new(rule)))
        } else {
            RuleHandle::WithData(Rc::new(rule))
        }
    }

    #[inline]
    pub(crate) fn get(&self) -> &dyn Rule<T> {
        match self {
            RuleHandle::Plain(rule) => *rule,
            RuleHandle::WithData(rule) => rule.as_ref(),
        }
    }
}

impl<T: Float> Clone for RuleHandle<T> {
    fn clone(&self) -> Self {
        match self {
            RuleHandle::Plain(rule) => RuleHandle::Plain(*rule),
            RuleHandle::WithData(rule) => RuleHandle::WithData(Rc::clone(rule)),
        }
    }
}
