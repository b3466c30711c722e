//! The tape of étude: reverse-mode differentiation to any order, parameters, gradient checks.
//!
//! A [`Tape`] records what happens to its variables; [`Var::backward`] walks back over the recording and returns the
//! [`Gradients`]; [`grad`](grad()) does the same and can itself be differentiated.
//!
//! ```
//! use etude_autograd::{Tape, grad};
//! use etude_tensor::Tensor;
//!
//! let tape = Tape::new();
//! let x = tape.var(Tensor::from([0.5_f64, 1.0]));
//! let y = (&x * &x + 3.0 * &x).sum(..)?;
//!
//! let dy = grad(&y, &[&x])?.remove(0); // 2x + 3, recorded
//! assert_eq!(dy.tensor().to_vec(), [4.0, 5.0]);
//!
//! let gradients = dy.sum(..)?.backward()?; // d/dx Σ (2x + 3)
//! assert_eq!(gradients.get(&x)?.to_vec(), [2.0, 2.0]);
//! # Ok::<(), etude_tensor::Error>(())
//! ```
//!
//! # Where things are
//!
//! | to learn about | read |
//! |---|---|
//! | the walk back, one loop | `walk.rs`, with the sink that accumulates in `sink.rs`; `backward.rs`, which spends the recording |
//! | gradients as functions: Jacobians, Hessians, products with them | [`grad`](grad()) and its neighbours in `functional/` |
//! | less memory, larger batches | [`checkpoint`], [`Accumulation`], [`Tape::memory`] |
//! | looking into a run | [`Var::on_gradient`], [`Tape::detect_anomalies`], [`Picture`] |
//! | what is recorded | `tape.rs`, `node.rs`, `recording.rs` |
//! | how an operation is written | [`Rule`], then any file in `ops/` |
//! | an operation of your own | [`Operation`] |
//! | models: parameters, state, paths | [`Param`], [`Buffer`], [`Module`] |
//! | models in files | [`mod@file`] |
//! | whether a gradient is right | [`check`], and `testing` (a cargo feature), which checks every operation in the table [`Op`] |
//! | training and inference, random draws | [`Mode`], [`DrawKey`] |
//! | sums over the shards of a batch | [`AllReduce`], [`ThreadGroup`] |

#![forbid(unsafe_code)]

mod accumulate;
mod all_reduce;
mod anomaly;
mod attention;
mod backward;
mod buffer;
mod caller;
pub mod check;
mod checkpoint;
mod custom;
mod draw;
pub mod file;
mod functional;
mod fused;
mod gradient_hook;
mod gradients;
#[cfg(feature = "testing")]
mod hook;
mod lazy;
mod leaf;
mod memory;
mod mode;
mod module;
mod node;
mod operators;
mod ops;
mod param;
mod paths;
mod per_sample;
mod picture;
mod recording;
mod rule;
mod scope;
mod sink;
mod size;
mod state;
mod tape;
#[cfg(feature = "testing")]
pub mod testing;
mod var;
mod walk;

pub use accumulate::Accumulation;
pub use all_reduce::{AllReduce, ThreadGroup};
pub use anomaly::Anomalies;
pub use attention::{AttentionMask, AttentionOptions, AttentionParts};
pub use buffer::{Buffer, BufferId, Update};
pub use check::{GradCheck, Program, dualcheck, dualgradcheck, gradcheck, gradgradcheck};
pub use checkpoint::checkpoint;
pub use custom::{Keeps, Operation};
pub use draw::{DrawKey, Draws};
pub use file::{load, save};
pub use functional::{
    grad, hessian, hvp, jacobian, jvp, program_jvp, stop_gradient, value_and_grad, vjp,
};
pub use fused::fused;
pub use gradient_hook::GradientHook;
pub use gradients::Gradients;
#[cfg(feature = "testing")]
pub use hook::{Delivery, SinkHook};
pub use lazy::Initializer;
pub use memory::{MemoryReport, MemoryShare};
pub use mode::Mode;
pub use module::{Item, ItemMut, Module, Visitor, VisitorMut};
pub use ops::{BatchNormed, Epilogue, Kind, LstmWeights, Op};
pub use param::{Param, ParamId};
pub use paths::matches as path_matches;
pub use per_sample::{PerSample, per_sample};
pub use picture::Picture;
pub use rule::{Rule, Save, Saved};
pub use scope::Scope;
pub use sink::Sink;
pub use size::Size;
pub use state::StateDict;
pub use tape::Tape;
pub use var::Var;
