//! The optimizers of étude: [`Sgd`], [`Adam`], [`AdamW`], clipping, and checkpoints.
//!
//! A training step is three lines: forward, backward, step. The gradients are a value, so nothing has to be reset
//! between steps; the step also makes the changes of state that the forward asked for (the running means of batch
//! normalization).
//!
//! ```
//! use etude_autograd::{Module, Param, Tape};
//! use etude_optim::{AdamConfig, Clip, Group};
//! use etude_tensor::Tensor;
//!
//! // The smallest model: one parameter, which shall become 3.
//! let mut model = Param::new(Tensor::from([0.0_f64]));
//! let mut optimizer = AdamConfig::new(0.1).init()?;
//!
//! let tape = Tape::training(1);
//! for _ in 0..200 {
//!     let distance = tape.param(&model)? - 3.0;
//!     let mut gradients = (&distance * &distance).sum(..)?.backward()?;
//!     gradients.clip_by_global_norm(10.0)?;
//!     optimizer.step(&mut model, &gradients)?;
//! }
//! assert!((model.value()?.item()? - 3.0).abs() < 1e-2);
//! # Ok::<(), etude_tensor::Error>(())
//! ```
//!
//! # Where things are
//!
//! | to learn about | read |
//! |---|---|
//! | the equations | `sgd.rs`, `adam.rs`, `adamw.rs` |
//! | what a step does, in which order | [`Optimizer::step`] |
//! | other rates, decay or none for some parameters | [`Group`] |
//! | an optimizer of your own | [`Method`] |
//! | clipping | [`Clip`] |
//! | files that training continues from | [`Checkpoint`] |
//!
//! # NaN and infinity
//!
//! A step computes with what it is given: a gradient that isn't finite makes its parameter so. To leave such a step
//! out, look at the norm first: [`Clip::clip_by_global_norm`] returns it.

#![forbid(unsafe_code)]

mod adam;
mod adamw;
mod checkpoint;
mod clip;
mod group;
mod method;
mod optimizer;
mod sgd;
mod state;

pub use adam::{Adam, AdamConfig};
pub use adamw::{AdamW, AdamWConfig};
pub use checkpoint::Checkpoint;
pub use clip::Clip;
pub use group::Group;
pub use method::{Method, Setting};
pub use optimizer::Optimizer;
pub use sgd::{Sgd, SgdConfig};
pub use state::OptimizerState;
