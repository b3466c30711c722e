//! Is a gradient right? Reverse mode held against two references that know nothing of it.
//!
//! | reference | agrees to about | needs |
//! |---|---|---|
//! | central differences, [`gradcheck`] | 1e-8 | a function of 64-bit variables |
//! | dual numbers, [`dualcheck`] | 1e-12 | a [`Program`], generic in the number type |
//!
//! [`gradgradcheck`] and [`dualgradcheck`] do the same for second derivatives. All of them compare the *whole* Jacobian, element by
//! element, and say which one differs. Three lines check an operation of your own:
//!
//! ```
//! use etude_autograd::{Operation, Saved, Sink, Var, gradcheck};
//! use etude_tensor::{Float, Result, Tensor};
//!
//! /// y = x³, with a rule that has forgotten the 3.
//! struct Cube;
//!
//! impl<T: Float> Operation<T> for Cube {
//!     fn name(&self) -> &'static str {
//!         "cube"
//!     }
//!     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<Tensor<T>> {
//!         inputs[0].try_mul(inputs[0])?.try_mul(inputs[0])
//!     }
//!     fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
//!         to.give(0, || saved[0].try_mul(&saved[0])?.try_mul(&gy))
//!     }
//! }
//!
//! let x = Tensor::from([1.0, 2.0]);
//! let verdict = gradcheck(|x| x[0].tape().apply(Cube, &[&x[0]]), &[x]);
//! let message = verdict.unwrap_err().to_string();
//! assert!(message.starts_with("gradcheck: 2 of 4 derivatives are wrong"), "{message}");
//! # Ok::<(), etude_tensor::Error>(())
//! ```

mod difference;
mod dual;
mod gradcheck;
pub mod input;
mod jacobian;
mod program;
mod report;

pub use gradcheck::{GradCheck, dualcheck, dualgradcheck, gradcheck, gradgradcheck};
pub use program::{DualProgram, Program, Source};
pub use report::{Derivative, Report};

/// What the expansion of [`program!`](crate::program!) names.
#[doc(hidden)]
pub mod names {
    pub use super::Source;
    pub use crate::{Program, Var};
    pub use etude_tensor::{Float, Result};
}
