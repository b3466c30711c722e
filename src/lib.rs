//! A deep-learning framework that owns its whole stack, from strided tensors to trained models, written to be read.
//!
//! This crate is the front door: the four crates behind it under one name, and what needs all of them: data, reports,
//! and the threads that a training loop runs on.
//!
//! | crate | holds |
//! |---|---|
//! | [`tensor`] | strided tensors, kernels, random numbers, tensor files |
//! | [`autograd`] | the tape, variables, differentiable operations, parameters, gradient checks |
//! | [`layers`] | layers, initializers, losses |
//! | [`optim`] | optimizers, clipping, checkpoints |

#![forbid(unsafe_code)]

pub mod data;
mod factories;
pub mod prelude;
pub mod report;
mod threads;

pub use etude_autograd as autograd;
pub use etude_layers as layers;
pub use etude_optim as optim;
pub use etude_tensor as tensor;

pub use etude_autograd::{
    Accumulation, Anomalies, Buffer, Gradients, Mode, Param, Picture, Tape, Var, checkpoint,
    dualcheck, grad, gradcheck, gradgradcheck, hessian, hvp, jacobian, jvp, load, per_sample, save,
    stop_gradient, value_and_grad, vjp,
};
pub use etude_layers::{Layer, Sequential};
// The trait, and the derive of the same name, in the form for crates that depend on this one only.
pub use etude_autograd::Module;
pub use etude_derive::FacadeModule as Module;
pub use etude_tensor::{
    Axes, ConvGeometry, Dual, Element, Error, ErrorKind, Float, PoolGeometry, Result, Rng, Shape,
    Tensor,
};
pub use factories::{arange, eye, full, linspace, ones, scalar, zeros};
pub use threads::{install, install_on};

/// The pages beside the source, whose code runs as tests of the documentation.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../CONTRIBUTING.md")]
    mod contributing {}
    #[doc = include_str!("../ARCHITECTURE.md")]
    mod architecture {}
    #[doc = include_str!("../docs/gradients.md")]
    mod gradients {}
    #[doc = include_str!("../docs/from-numpy-and-pytorch.md")]
    mod from_numpy_and_pytorch {}
    #[doc = include_str!("../docs/memory.md")]
    mod memory {}
}

#[cfg(test)]
mod tests {
    /// Only rustdoc hides lines that begin with `#`: whoever copies a program from a page gets them, and it doesn't compile.
    #[test]
    fn programs_on_pages_are_whole() {
        for page in [
            include_str!("../README.md"),
            include_str!("../CONTRIBUTING.md"),
            include_str!("../ARCHITECTURE.md"),
            include_str!("../docs/gradients.md"),
            include_str!("../docs/from-numpy-and-pytorch.md"),
            include_str!("../docs/memory.md"),
        ] {
            for program in page.split("```rust\n").skip(1) {
                let (program, _) = program.split_once("\n```").unwrap();
                assert!(
                    !program.lines().any(|line| line.starts_with("# ")),
                    "{program}"
                );
                assert!(program.contains("\nfn main() -> "), "{program}");
            }
        }
    }
}
