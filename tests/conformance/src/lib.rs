//! Conformance cases: does a layer, or an operation, compute what its specification says?
//!
//! A case is one safetensors file with a layer's name and configuration, arguments, parameters, and the expected results,
//! gradients and state. [`check`] makes the layer from the registry, runs it in `f64` and in `f32`, and holds all of it against
//! the case, element by element. The binary `conformance` does so for whole folders:
//!
//! ```text
//! cargo run --release --bin conformance -- DIR… [--filter TEXT] [--json]
//! ```
//!
//! # The file
//!
//! | metadata | |
//! |---|---|
//! | `layer`, `config` | the layer's name and its configuration, a JSON object |
//! | `mode` | `train` or `eval` |
//! | `source` | where the expected values come from |
//! | `rtol`, `atol` | in 64 bits an element holds within `atol + rtol·\|expected\|` |
//! | `rtol_f32` | in 32 bits within `rtol_f32 · max(1, max\|expected\|)`; 1e-4 if absent |
//!
//! | tensor | |
//! |---|---|
//! | `arg.NAME` | an argument of the call |
//! | `param.PATH` | a parameter or buffer before the call |
//! | `out.NAME` | an expected result |
//! | `ct.NAME` | the cotangent of that result |
//! | `grad.arg.NAME`, `grad.param.PATH` | the expected vector–Jacobian product |
//! | `state.PATH` | the expected value of a buffer after the call |
//!
//! # Cases of operations
//!
//! The cargo feature `operations` adds `--export DIR`, which writes étude's own cases, one or more for each differentiable operation, with
//! derivatives of both orders, and lets the runner take them back. `docs/conformance.md` in the repository says what such a file holds.

#![forbid(unsafe_code)]

mod case;
mod compare;
mod execute;
mod folder;
#[cfg(feature = "operations")]
mod operation;
mod report;
#[cfg(not(feature = "operations"))]
mod without_operations;

pub use case::{Bounds, Case, Mode};
pub use execute::{Outcome, check};
pub use folder::{cases_below, run};
#[cfg(feature = "operations")]
pub use operation::{Exported, check_operation, export};
pub use report::{CaseResult, Report};
#[cfg(not(feature = "operations"))]
pub use without_operations::check_operation;
