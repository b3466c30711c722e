//! The identity: a place in a model where another layer can stand.

use crate::config::to_json;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Float, Result};
use serde_json::Value;

const SIGNATURE: Signature = Signature::new("Identity", &[Argument::float("x")], &["output"]);

/// The configuration of an [`Identity`] layer.
#[config]
#[derive(Copy)]
pub struct IdentityConfig {
    /// Accepted and ignored.
    pub input_size: Option<usize>,
}

impl IdentityConfig {
    /// The layer.
    pub fn init(self) -> Identity {
        Identity { config: self }
    }
}

/// `output = x`, of any rank.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::IdentityConfig;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::<f32>::inference();
/// let y = IdentityConfig::new().init().forward(&tape.input(Tensor::zeros([32, 96, 100])));
/// assert_eq!(y.shape(), [32, 96, 100]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(no_parameters)]
pub struct Identity {
    config: IdentityConfig,
}

impl Identity {
    /// `x` itself.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Var<T> {
        x.clone()
    }
}

impl<T: Float> Layer<T> for Identity {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json("identity", &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one("output", self.forward(args.float("x")?)))
    }
}
