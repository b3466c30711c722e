//! How étude knows that its gradients are right: a catalogue of every operation, and checks that run over all of it.
//!
//! The cargo feature `testing` turns this on. [`entry`] describes an operation of the table [`Op`](crate::Op): what it computes, inputs
//! to try it on, what it refuses. A [`Check`] takes one entry and says what is wrong with it:
//!
//! ```
//! use etude_autograd::Op;
//! use etude_autograd::testing::{Check, check};
//!
//! let finding = check(Op::Softmax, Check::Duals, 7)?;
//! assert!(finding.largest_error < 1e-12);
//! # Ok::<(), etude_autograd::testing::Failure>(())
//! ```
//!
//! [`drawn`] lets proptest choose shapes, layouts, options and values for the operations that take any, and [`certify()`] gives away the numbers of a
//! case once reverse mode, dual numbers and differences agree on them. [`Profile`] says how much is tried.
//!
//! [`strategies`] has what proptest needs to draw shapes, views and values for tests of your own.

mod catalogue;
mod certify;
mod checks;
pub mod drawn;
mod driver;
mod entry;
mod family;
mod layout;
pub mod matrix;
pub mod page;
mod profile;
pub mod programs;
pub mod strategies;

pub use crate::check::input::{
    Domain, Input, between, clear_of, diagonal, distinct, grid, normal, signed,
};
pub use catalogue::entry;
pub use certify::{Certified, certify};
pub use checks::Check;
pub use driver::{Failure, Finding, Subject, check, check_all, check_entry};
pub use entry::{AnyProgram, Case, Entry, Refusal};
pub use family::Family;
pub use layout::Layout;
pub use profile::Profile;
