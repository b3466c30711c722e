//! A variable: a tensor that knows its tape and, when it depends on something differentiable, its node.

use crate::Tape;
use crate::node::NodeNumber;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Error, Float, Result, Tensor};
use std::fmt;

/// A tensor on a [`Tape`]: what differentiable operations take and give.
///
/// A *tracked* variable depends on a variable or trainable parameter and has a node in the recording; any other is a
/// *constant*, which has no node but still knows its tape.
///
/// There is no silent way from a `Var` to its [`Tensor`]: arithmetic on tensors isn't recorded, so leaving the tape is
/// written out, as [`tensor`](Var::tensor) or [`detach`](Var::detach).
pub struct Var<T: Float = f32> {
    tensor: Tensor<T>,
    tape: Tape<T>,
    node: Option<NodeNumber>,
}

impl<T: Float> Var<T> {
    pub(crate) fn new(tensor: Tensor<T>, tape: Tape<T>, node: Option<NodeNumber>) -> Self {
        Var { tensor, tape, node }
    }

    pub(crate) fn node(&self) -> Option<NodeNumber> {
        self.node
    }

    /// The value. What is computed from it isn't recorded.
    pub fn tensor(&self) -> &Tensor<T> {
        &self.tensor
    }

    /// The value; the handle on the tape is dropped.
    pub fn into_tensor(self) -> Tensor<T> {
        self.tensor
    }

    /// The tape.
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }

    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape().len()
    }

    /// Whether this depends on a variable or a trainable parameter.
    pub fn is_tracked(&self) -> bool {
        self.node.is_some()
    }

    /// The only element.
    ///
    /// # Errors
    /// If there isn't exactly one.
    pub fn item(&self) -> Result<T> {
        self.tensor.item()
    }

    /// The same value as a constant: no gradient flows through it.
    #[must_use]
    pub fn detach(&self) -> Var<T> {
        self.tape.input(self.tensor.clone())
    }

    /// Asks [`backward`](Var::backward) to keep the gradient of this intermediate result. Leaves' are always kept.
    ///
    /// # Errors
    /// If this is a constant, or belongs to a recording that has been spent.
    pub fn retain_grad(&self) -> Result<()> {
        self.tape.check_live("retain_grad", self)?;
        let Some(number) = self.node else {
            return Err(Error::graph(
                "retain_grad",
                format!(
                    "this value of shape {:?} is a constant and gets no gradient",
                    self.shape()
                ),
            ));
        };
        let mut recording = self.tape.recording().borrow_mut();
        recording.node_mut(number).retained = true;
        recording.variables.push(number);
        Ok(())
    }

    /// This times `factor`, into its own memory if both are constants and nobody else looks at it.
    pub(crate) fn into_product(self, factor: &Var<T>) -> Result<Var<T>> {
        let constants = !self.is_tracked() && !factor.is_tracked();
        if !(constants && self.tensor.same_shape(&factor.tensor)) {
            return self.try_mul(factor);
        }
        self.tape.check_same("mul", factor)?;
        let Var { tensor, tape, .. } = self;
        let product = tensor.into_binary(Binary::Mul, &factor.tensor)?;
        Ok(Var::new(product, tape, None))
    }

    /// The value of a constant, to be changed.
    pub(crate) fn tensor_mut(&mut self) -> &mut Tensor<T> {
        debug_assert!(!self.is_tracked());
        &mut self.tensor
    }

    /// Adds a constant to this constant, in place where nobody else looks at the memory.
    pub(crate) fn add_assign_constant(&mut self, other: &Var<T>) -> Result<()> {
        debug_assert!(!self.is_tracked() && !other.is_tracked());
        self.tensor.scaled_add(1.0, &other.tensor)
    }
}

impl<T: Float> Clone for Var<T> {
    fn clone(&self) -> Self {
        Var {
            tensor: self.tensor.clone(),
            tape: self.tape.clone(),
            node: self.node,
        }
    }
}

impl<T: Float> fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(number) => write!(f, "Var(node {number}, {:?})", self.tensor),
            None => write!(f, "Var(constant, {:?})", self.tensor),
        }
    }
}
