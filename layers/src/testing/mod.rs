//! The catalogue of layers, and the check of their gradients.
//!
//! Every layer of the [registry](crate::registry) has an entry: small cases that show what it takes. [`check`] holds a case's gradients,
//! for its arguments and its parameters, in both modes and to second order, against central differences.
//!
//! ```
//! use etude_layers::testing::{case, check};
//! use etude_autograd::check::input::normal;
//! use serde_json::json;
//!
//! let dense = case(json!({"output_size": 2})).float("x", normal([2, 3]));
//! let largest_error = check("Dense", &dense)?;
//! assert!(largest_error < 1e-8);
//! # Ok::<(), etude_tensor::Error>(())
//! ```

mod case;
pub mod catalogue;
mod check;

pub use case::{Case, Given, case};
pub use check::{Check, check, check_one};
