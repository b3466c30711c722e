//! Operations that users bring along: one trait, applied with [`Tape::apply`].

use crate::rule::{Rule, Save, Saved};
use crate::{Sink, Tape, Var};
use etude_tensor::{Float, Result, Tensor};

/// An operation of your own: a forward on plain tensors, and its rule.
///
/// ```
/// use etude_autograd::{Operation, Saved, Sink, Tape, Var};
/// use etude_tensor::{Float, Result, Tensor};
///
/// /// y = a·b², hence ∂L/∂a = b²·∂L/∂y and ∂L/∂b = 2ab·∂L/∂y.
/// struct Kinetic;
///
/// impl<T: Float> Operation<T> for Kinetic {
///     fn name(&self) -> &'static str {
///         "kinetic"
///     }
///     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<Tensor<T>> {
///         let (a, b) = (inputs[0], inputs[1]);
///         a.try_mul(b)?.try_mul(b)
///     }
///     fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
///         let (a, b) = (&saved[0], &saved[1]); // saved[2] is the output
///         to.give(0, || gy.try_mul(b)?.try_mul(b))?;
///         to.give(1, || gy.try_mul(a)?.try_mul(b)?.mul_scalar(2.0))
///     }
/// }
///
/// let tape = Tape::new();
/// let a = tape.var(Tensor::scalar(3.0_f64));
/// let b = tape.var(Tensor::scalar(5.0));
/// let gradients = tape.apply(Kinetic, &[&a, &b])?.backward()?;
/// assert_eq!(gradients.get(&a)?.item()?, 25.0);
/// assert_eq!(gradients.get(&b)?.item()?, 30.0);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub trait Operation<T: Float>: 'static {
    /// The name, for messages and pictures.
    fn name(&self) -> &'static str;

    /// The value, from the values of the inputs.
    ///
    /// # Errors
    /// If the inputs don't fit; the message should say what would.
    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<Tensor<T>>;

    /// Gives each input's gradient to the sink, from `gy`, the output's. `saved[i]` is input number i, and after the inputs comes the output;
    /// what [`keeps`](Operation::keeps) leaves out is an empty slot. Written with the methods of [`Var`], the rule can itself
    /// be differentiated.
    ///
    /// # Errors
    /// What the arithmetic reports.
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()>;

    /// What `grads` looks at; the rest needn't be kept in memory until then.
    fn keeps(&self) -> Keeps {
        Keeps::Everything
    }
}

/// What the rule of an [`Operation`] looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Inputs and output.
    Everything,
    /// The inputs.
    Inputs,
    /// The output.
    Output,
    /// Neither: the operation is linear.
    Nothing,
}

/// The rule of a user's operation is the operation itself.
struct Applied<O>(O);

impl<T: Float, O: Operation<T>> Rule<T> for Applied<O> {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        self.0.grads(saved, gy, to)
    }
}

impl<T: Float> Tape<T> {
    /// Applies an operation of your own.
    ///
    /// # Errors
    /// What its forward reports; inputs on different tapes, or of a recording that has been spent.
    pub fn apply<O: Operation<T>>(&self, operation: O, inputs: &[&Var<T>]) -> Result<Var<T>> {
        let tensors: Vec<&Tensor<T>> = inputs.iter().map(|input| input.tensor()).collect();
        let output = operation.forward(&tensors)?;
        let (keep_inputs, keep_output) = match operation.keeps() {
            Keeps::Everything => (true, true),
            Keeps::Inputs => (true, false),
            Keeps::Output => (false, true),
            Keeps::Nothing => (false, false),
        };
        let mut saved = Vec::with_capacity(inputs.len() + 1);
        for &input in inputs {
            saved.push(if keep_inputs {
                Save::Var(input)
            } else {
                Save::Nothing
            });
        }
        saved.push(if keep_output {
            Save::Output
        } else {
            Save::Nothing
        });
        self.record(Applied(operation), inputs, output, saved)
    }
}
