//! The random directions of FAVOR+, and the functions of the projections onto them.

use crate::config::names::names;
use crate::random_features::orthogonal_rows_of;
use crate::{Activation, ActivationFn};
use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Rng, Tensor};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

names! {
    /// What the random directions of a [`FavorAttention`](crate::FavorAttention) are drawn from.
    pub enum Randomizer("randomizer") {
        /// N(0, 1).
        Normal = "normal",
        /// Evenly from `[0, 1)`.
        Uniform = "uniform",
    }
}

/// A function of the projections: an elementwise activation, a sine or a cosine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureFunction {
    /// An activation that works element by element.
    Activation(Activation),
    /// `sin x`.
    Sin,
    /// `cos x`.
    Cos,
}

impl FeatureFunction {
    /// The name, as configuration files write it.
    pub fn name(self) -> &'static str {
        match self {
            FeatureFunction::Activation(activation) => activation.name(),
            FeatureFunction::Sin => "sin",
            FeatureFunction::Cos => "cos",
        }
    }
}

impl From<Activation> for FeatureFunction {
    fn from(activation: Activation) -> Self {
        FeatureFunction::Activation(activation)
    }
}

impl std::str::FromStr for FeatureFunction {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "sin" => return Ok(FeatureFunction::Sin),
            "cos" => return Ok(FeatureFunction::Cos),
            _ => {}
        }
        match name.parse() {
            Ok(activation)
                if ![Activation::Softmax, Activation::LogSoftmax].contains(&activation) =>
            {
                Ok(FeatureFunction::Activation(activation))
            }
            _ => Err(Error::config(
                "f",
                format!(
                    "there is no '{name}'; expected sin, cos or the name of an activation that works element by element"
                ),
            )),
        }
    }
}

impl Serialize for FeatureFunction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for FeatureFunction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(de::Error::custom)
    }
}

impl<T: Float> From<FeatureFunction> for ActivationFn<T> {
    fn from(function: FeatureFunction) -> Self {
        match function {
            FeatureFunction::Activation(activation) => Some(activation).into(),
            FeatureFunction::Sin => ActivationFn::custom(|x| x.sin()),
            FeatureFunction::Cos => ActivationFn::custom(|x| x.cos()),
        }
    }
}

/// What the features of a vector `u` are multiplied by, beside `1/√m`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FeatureFactor {
    /// `√m`, so that both cancel.
    SqrtM,
    /// `exp(|u|²/2)`.
    ExpHalfSquare,
    /// `exp(−|u|²/2)`.
    ExpNegHalfSquare,
    /// A number.
    Number(f64),
}

impl FeatureFactor {
    const NAMES: [(&str, FeatureFactor); 3] = [
        ("sqrt_m", FeatureFactor::SqrtM),
        ("exp_half_square", FeatureFactor::ExpHalfSquare),
        ("exp_neg_half_square", FeatureFactor::ExpNegHalfSquare),
    ];

    /// `features` of the vectors `u`, times the factor over `√m`.
    pub(super) fn apply<T: Float>(self, features: &Var<T>, u: &Var<T>, m: usize) -> Result<Var<T>> {
        let root = (m as f64).sqrt();
        let half = match self {
            FeatureFactor::SqrtM => return Ok(features.clone()),
            FeatureFactor::Number(number) => return features.mul_scalar(number / root),
            FeatureFactor::ExpHalfSquare => 0.5,
            FeatureFactor::ExpNegHalfSquare => -0.5,
        };
        let squares = u.square()?.sum(etude_tensor::Axes::from(-1).keepdims())?;
        let factor = squares.mul_scalar(half)?.exp()?.div_scalar(root)?;
        features.try_mul(&factor)
    }
}

impl From<f64> for FeatureFactor {
    fn from(number: f64) -> Self {
        FeatureFactor::Number(number)
    }
}

impl Serialize for FeatureFactor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = Self::NAMES.iter().find(|(_, factor)| factor == self);
        match (self, named) {
            (FeatureFactor::Number(number), _) => serializer.serialize_f64(*number),
            (_, Some((name, _))) => serializer.serialize_str(name),
            (_, None) => unreachable!("whatever isn't a number has a name"),
        }
    }
}

impl<'de> Deserialize<'de> for FeatureFactor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactorVisitor)
    }
}

struct FactorVisitor;

impl Visitor<'_> for FactorVisitor {
    type Value = FeatureFactor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one of sqrt_m, exp_half_square, exp_neg_half_square")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<FeatureFactor, E> {
        let named = FeatureFactor::NAMES
            .iter()
            .find(|(known, _)| *known == name);
        named
            .map(|(_, factor)| *factor)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(name), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<FeatureFactor, E> {
        Ok(FeatureFactor::Number(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<FeatureFactor, E> {
        Ok(FeatureFactor::Number(number as f64))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<FeatureFactor, E> {
        Ok(FeatureFactor::Number(number as f64))
    }
}

/// Directions `[m, key_dim]`, orthonormal if wanted (in blocks of `key_dim` where there are more).
pub(super) fn draw<T: Float>(
    [m, key_dim]: [usize; 2],
    randomizer: Randomizer,
    orthonormal: bool,
    rng: &mut Rng,
) -> Result<Tensor<T>> {
    let draw: fn([usize; 2], &mut Rng) -> Tensor<f64> = match randomizer {
        Randomizer::Normal => Tensor::randn,
        Randomizer::Uniform => Tensor::rand,
    };
    if orthonormal {
        orthogonal_rows_of(draw, m, key_dim, rng)?.cast()
    } else {
        draw([m, key_dim], rng).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_orthonormal_within_blocks() -> Result<()> {
        for (m, dim) in [(3, 5), (5, 5), (12, 5)] {
            let features: Tensor<f64> =
                draw([m, dim], Randomizer::Normal, true, &mut Rng::seed(1))?;
            assert_eq!(features.shape(), [m, dim]);
            let products = features.matmul(&features.transpose(0, 1)?)?;
            for i in 0..m {
                for j in (i / dim * dim)..m.min((i / dim + 1) * dim) {
                    let expected = f64::from(u8::from(i == j));
                    let product = products.at(&[i as isize, j as isize])?;
                    assert!((product - expected).abs() < 1e-14, "{i}, {j}: {product}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn names_and_numbers_survive_the_way_through_json() {
        for json in [
            "\"sqrt_m\"",
            "\"exp_half_square\"",
            "\"exp_neg_half_square\"",
            "2.5",
        ] {
            let factor: FeatureFactor = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&factor).unwrap(), json);
        }
        for json in ["[\"relu\",\"sin\"]", "[\"cos\",\"exponential\"]"] {
            let functions: Vec<FeatureFunction> = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&functions).unwrap(), json);
        }
        let message = serde_json::from_str::<FeatureFactor>("\"sqrt\"")
            .unwrap_err()
            .to_string();
        assert!(message.contains("a number, or one of sqrt_m"), "{message}");
        let message = serde_json::from_str::<FeatureFunction>("\"softmax\"")
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("there is no 'softmax'; expected sin, cos"),
            "{message}"
        );
    }
}
