//! The softmax across groups of channels.

use crate::config::defaults::check_size;
use crate::config::to_json;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result};
use serde_json::Value;

const WHO: &str = "r_softmax";
const SIGNATURE: Signature = Signature::new("RSoftmax", &[Argument::float("x")], &["output"]);

/// The configuration of an [`RSoftmax`].
#[config]
pub struct RSoftmaxConfig {
    /// How many groups the channels form: the radix.
    #[required]
    pub groups: usize,
}

impl RSoftmaxConfig {
    /// The layer.
    ///
    /// # Errors
    /// If `groups` is 0.
    pub fn init(&self) -> Result<RSoftmax> {
        check_size(WHO, "groups", self.groups)?;
        Ok(RSoftmax {
            config: self.clone(),
        })
    }
}

/// [`rsoftmax`] as a layer, the softmax of ResNeSt (Zhang et al., *ResNeSt: Split-Attention Networks*, 2020). It has no parameters.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::RSoftmaxConfig;
/// use etude_tensor::Tensor;
///
/// let layer = RSoftmaxConfig::new(2).init()?;
/// let tape = Tape::<f32>::inference();
/// let y = layer.forward(&tape.input(Tensor::ones([2, 1, 1, 98])))?;
/// assert_eq!(y.shape(), [2, 1, 1, 98]);
/// assert_eq!(y.tensor().to_vec()[0], 0.5); // two equal groups
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct RSoftmax {
    config: RSoftmaxConfig,
}

impl RSoftmax {
    /// `x [b, 1, 1, channels]` → the same shape; see [`rsoftmax`].
    ///
    /// # Errors
    /// As [`rsoftmax`].
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        rsoftmax(x, self.config.groups)
    }
}

/// `output[…, i·F + f] = exp(x[…, i·F + f]) / Σ_j exp(x[…, j·F + f])`: the channels of `x [b, 1, 1, channels]` form `groups` groups of `F`, and what
/// stands at the same place of its group shares a sum of 1. With one group it is the sigmoid, of an input of any shape.
///
/// # Errors
/// If `groups` is 0 or doesn't divide the channels; and with several groups if `x` isn't `[b, 1, 1, channels]`.
pub fn rsoftmax<T: Float>(x: &Var<T>, groups: usize) -> Result<Var<T>> {
    check_size(WHO, "groups", groups)?;
    if groups == 1 {
        return x.sigmoid();
    }
    let &[batch, 1, 1, channels] = x.shape() else {
        let message = format!(
            "expects an input [b, 1, 1, channels] for {groups} groups, got {:?}",
            x.shape()
        );
        return Err(Error::shape(WHO, message));
    };
    if !channels.is_multiple_of(groups) {
        let message =
            format!("groups {groups} don't divide {channels} channels; expected a divisor");
        return Err(Error::shape(WHO, message));
    }
    let grouped = x.reshape([batch, groups, channels / groups])?;
    grouped.softmax(1)?.reshape(x.shape())
}

impl<T: Float> Layer<T> for RSoftmax {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        Ok(Outputs::one("output", self.forward(args.float("x")?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    #[test]
    fn channels_share_one_across_groups() -> Result<()> {
        let tape = Tape::inference();
        let x = Tensor::from([[[[0.0_f64, 1.0, 0.0, 3.0]]]]);
        let y = rsoftmax(&tape.input(x), 2)?.tensor().to_vec();
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        for (got, expected) in y.into_iter().zip([0.5, sigmoid(-2.0), 0.5, sigmoid(2.0)]) {
            assert!((got - expected).abs() < 1e-15);
        }
        let any = tape.input(Tensor::from([0.0]));
        assert_eq!(rsoftmax(&any, 1)?.tensor().to_vec(), [0.5]);
        Ok(())
    }

    #[test]
    fn wrong_inputs_are_told_what_fits() {
        let tape = Tape::<f64>::inference();
        let message = |shape: &[usize], groups: usize| {
            let x = tape.input(Tensor::zeros(shape));
            rsoftmax(&x, groups).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[2, 1, 1, 5], 2),
            "r_softmax: groups 2 don't divide 5 channels; expected a divisor"
        );
        assert_eq!(
            message(&[2, 2, 1, 4], 2),
            "r_softmax: expects an input [b, 1, 1, channels] for 2 groups, got [2, 2, 1, 4]"
        );
        assert_eq!(
            message(&[2], 0),
            "r_softmax: groups is 0; expected 1 or more"
        );
    }
}
