//! The catalogue of layers, and the suite's checks of their gradients.
//!
//! Every layer of the [registry](crate::registry) has an entry: small cases that show what it takes, and what it refuses. [`check`] runs one of the
//! [checks](etude_autograd::testing::Check) that operations are held to on a layer, for its arguments and its parameters, in both modes.
//!
//! ```
//! use etude_autograd::testing::{Check, normal};
//! use etude_layers::testing::{case, check, check_cases};
//! use serde_json::json;
//!
//! check("LayerNorm", Check::Layouts, 7)?;
//! let dense = case(json!({"output_size": 2})).float("x", normal([2, 3]));
//! let finding = check_cases("Dense", vec![dense], Check::Duals, 7)?;
//! assert!(finding.largest_error < 1e-12);
//! # Ok::<(), etude_autograd::testing::Failure>(())
//! ```

mod case;
pub mod catalogue;
mod check;
mod program;

pub use case::{Case, Given, case};
pub use check::{check, check_cases};
