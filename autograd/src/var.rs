//! A variable: a tensor that knows its tape and, when it depends on something differentiable, its node.

use crate::Tape;
use crate::node::NodeNumber;
use etude_tensor::{Error, Float, Result, Tensor};
use std::fmt;

/// A tensor on a [`Tape`]: what differentiable operations take and give.
///
/// A *tracked* variable depends on a variable or trainable parameter and has a node in the recording; any other is a
/// *constant*, which has no node but still knows its tape.
///
/// In the documentation of the operations `x`, `a`, `b` are what they are given, `y` is what they return, L the loss, and `∂L/∂y` the
/// gradient that the walk back brings, from which `∂L/∂x` is made. Most examples take `Σ y` for the loss, for which `∂L/∂y` is 1
/// everywhere.
///
/// There is no silent way from a `Var` to its [`Tensor`]: arithmetic on tensors isn't recorded, so leaving the tape is
/// written out, as [`tensor`](Var::tensor) or [`detach`](Var::detach).
pub struct Var<T: Float = f32> {
    tensor: Tensor<T>,
    tape: Tape<T>,
    node: Option<NodeNumber>,
}

impl<T: Float> Var<T> {
    #[inline]
    pub(crate) fn new(tensor: Tensor<T>, tape: Tape<T>, node: Option<NodeNumber>) -> Self {
        Var { tensor, tape, node }
    }

    #[inline]
    pub(crate) fn node(&self) -> Option<NodeNumber> {
        self.node
    }

    /// The value. What is computed from it isn't recorded.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = &x * 3.0;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 6.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    #[inline]
    pub fn tensor(&self) -> &Tensor<T> {
        &self.tensor
    }

    /// The value; the handle on the tape is dropped.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::inference();
    /// let y = tape.input(Tensor::from([0.0_f32, 1.0])).exp_m1()?.into_tensor();
    /// assert_eq!(y.to_vec()[0], 0.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn into_tensor(self) -> Tensor<T> {
        self.tensor
    }

    /// The tape.
    ///
    /// ```
    /// use etude_autograd::{Tape, Var};
    /// use etude_tensor::{Float, Result, Tensor};
    ///
    /// let tape = Tape::new();
    /// fn with_a_one<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    ///     Var::concat(&[x.clone(), x.tape().input(Tensor::ones([1]))], 0) // a constant on the same tape
    /// }
    /// let x = tape.var(Tensor::from([5.0_f64]));
    /// assert_eq!(with_a_one(&x)?.tensor().to_vec(), [5.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    #[inline]
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }

    /// The length of each axis.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::<f32>::zeros([2, 3]));
    /// assert_eq!(x.shape(), [2, 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    /// The number of axes.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// assert_eq!(tape.var(Tensor::<f32>::zeros([2, 3])).rank(), 2);
    /// assert_eq!(tape.scalar(5.0).rank(), 0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn rank(&self) -> usize {
        self.shape().len()
    }

    /// Whether this depends on a variable or a trainable parameter.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let c = tape.input(Tensor::from([3.0, 4.0]));
    /// assert!((&x * &c).is_tracked());
    /// assert!(!(&c * &c).is_tracked());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    #[inline]
    pub fn is_tracked(&self) -> bool {
        self.node.is_some()
    }

    /// The only element.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// assert_eq!(x.sum(..)?.item()?, 3.0);
    /// assert!(x.item().is_err());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there isn't exactly one.
    pub fn item(&self) -> Result<T> {
        self.tensor.item()
    }

    /// The same value as a constant: no gradient flows through it.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([2.0_f64, 3.0]));
    /// let y = &x * x.detach(); // c·x with c = x
    /// assert_eq!(y.tensor().to_vec(), [4.0, 9.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [2.0, 3.0]); // not 2x
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    #[must_use]
    pub fn detach(&self) -> Var<T> {
        self.tape.input(self.tensor.clone())
    }

    /// Asks [`backward`](Var::backward) to keep the gradient of this intermediate result. Leaves' are always kept.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = &x * 3.0;
    /// y.retain_grad()?;
    /// let gradients = y.square()?.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&y)?.to_vec(), [6.0, 12.0]); // 2y
    /// assert_eq!(gradients.get(&x)?.to_vec(), [18.0, 36.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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

    /// Value, tape and node, each its own.
    #[inline]
    pub(crate) fn into_parts(self) -> (Tensor<T>, Tape<T>, Option<NodeNumber>) {
        (self.tensor, self.tape, self.node)
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
