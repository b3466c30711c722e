//! Conformance cases: does a layer compute what its specification says?
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

mod case;
mod compare;
mod execute;
mod folder;
mod report;

pub use case::{Case, Mode};
pub use execute::{Outcome, check};
pub use folder::{cases_below, run};
pub use report::{CaseResult, Report};
