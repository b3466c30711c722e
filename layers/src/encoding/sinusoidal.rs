//! Sines and cosines of the position.

use crate::config::to_json;
use crate::{Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::Var;
use etude_derive::config;
use etude_tensor::{Error, Float, Result, Tensor};
use serde_json::Value;

const WHO: &str = "sinusoidal_positional_encoding";
const SIGNATURE: Signature = Signature::new(
    "SinusoidalPositionalEncoding",
    &[Argument::float("x")],
    &["output"],
);

/// The configuration of a [`SinusoidalPositionalEncoding`].
#[config]
pub struct SinusoidalPositionalEncodingConfig {
    /// The longest wavelength over 2π.
    #[default = 10000.0]
    pub base: f64,
}

impl SinusoidalPositionalEncodingConfig {
    /// The layer.
    ///
    /// # Errors
    /// If `base` isn't a positive number.
    pub fn init(&self) -> Result<SinusoidalPositionalEncoding> {
        if !(self.base > 0.0 && self.base.is_finite()) {
            let message = format!("base is {}; expected a positive number", self.base);
            return Err(Error::config(WHO, message));
        }
        Ok(SinusoidalPositionalEncoding {
            config: self.clone(),
        })
    }
}

/// Adds sines and cosines of the position, in wavelengths that grow geometrically (Vaswani et al., *Attention Is All You Need*, 2017):
///
/// ```text
/// output[b, t, 2i] = x[b, t, 2i] + sin(t/base^(2i/d)),   output[b, t, 2i + 1] = x[b, t, 2i + 1] + cos(t/base^(2i/d))
/// ```
///
/// The encoding of a position at a fixed distance is a linear function of this one's, so that attention can learn to look there. It has no parameters and
/// no longest sequence.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::SinusoidalPositionalEncodingConfig;
/// use etude_tensor::Tensor;
///
/// let encoding = SinusoidalPositionalEncodingConfig::new().init()?;
/// let y = encoding.forward(&Tape::<f32>::inference().input(Tensor::zeros([2, 10, 4])))?;
/// assert_eq!(y.tensor().to_vec()[..4], [0.0, 1.0, 0.0, 1.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
#[module(no_parameters)]
pub struct SinusoidalPositionalEncoding {
    config: SinusoidalPositionalEncodingConfig,
}

impl SinusoidalPositionalEncoding {
    /// `x [..., time, features]` → the same shape.
    ///
    /// # Errors
    /// If `x` has a lower rank than 2.
    pub fn forward<T: Float>(&self, x: &Var<T>) -> Result<Var<T>> {
        let [.., time, features] = *x.shape() else {
            let message = format!("expects [..., time, features], got {:?}", x.shape());
            return Err(Error::shape(WHO, message));
        };
        let angle = |t: usize, c: usize| {
            let exponent = (c / 2 * 2) as f64 / features as f64;
            t as f64 / self.config.base.powf(exponent)
        };
        let element = |tc: usize| match (tc / features, tc % features) {
            (t, c) if c % 2 == 0 => T::from_f64(angle(t, c).sin()),
            (t, c) => T::from_f64(angle(t, c).cos()),
        };
        let encoding: Vec<T> = (0..time * features).map(element).collect();
        let encoding = Tensor::from_slice([time, features], &encoding)?;
        x.try_add(&x.tape().input(encoding))
    }
}

impl<T: Float> Layer<T> for SinusoidalPositionalEncoding {
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

    #[test]
    fn sines_and_cosines_of_the_position() -> Result<()> {
        let encoding = SinusoidalPositionalEncodingConfig::new()
            .base(100.0)
            .init()?;
        let y = encoding.forward(&Tape::inference().input(Tensor::<f64>::ones([1, 4, 3])))?;
        // Features 0 and 1 turn with the position, feature 2 by 1/100^(2/3) of it.
        let expected = [
            3.0_f64.sin(),
            3.0_f64.cos(),
            (3.0 / 100.0_f64.powf(2.0 / 3.0)).sin(),
        ];
        for (c, expected) in expected.into_iter().enumerate() {
            assert!((y.tensor().at(&[0, 3, c as isize])? - 1.0 - expected).abs() < 1e-15);
        }
        let message = encoding
            .forward(&Tape::inference().input(Tensor::<f64>::ones([4])))
            .unwrap_err();
        assert_eq!(
            message.to_string(),
            "sinusoidal_positional_encoding: expects [..., time, features], got [4]"
        );
        Ok(())
    }
}
