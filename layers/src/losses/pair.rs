//! Losses of a prediction and a target of one shape: what all of them share.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};

/// Refuses shapes that differ: a loss broadcasts nothing. The prediction has the name `first` in the layer's signature.
pub(super) fn check_same<T: Float>(
    who: &str,
    first: &str,
    prediction: &Var<T>,
    target: &Var<T>,
) -> Result<()> {
    if prediction.shape() != target.shape() {
        let message = format!(
            "{first} {:?} and target {:?}; expected the same shape",
            prediction.shape(),
            target.shape()
        );
        return Err(Error::shape(who, message));
    }
    Ok(())
}

/// `forward`, `forward_weighted` and [`Layer`](crate::Layer) for a loss that has
/// `fn elements(&self, prediction: &Var<T>, target: &Var<T>) -> Result<Elements<T>>`, for arguments of one shape, and a
/// `config` with a `reduction`.
macro_rules! pair_loss {
    ($loss:ident, $name:literal, $who:ident = $snake:literal, $first:literal) => {
        const $who: &str = $snake;
        const SIGNATURE: $crate::Signature = $crate::Signature::new(
            $name,
            &[
                $crate::Argument::float($first),
                $crate::Argument::float("target"),
                $crate::Argument::float("sample_weight").optional(),
            ],
            &["loss"],
        );

        impl $loss {
            /// Two variables of one shape → a scalar, or the loss of each position without a reduction.
            ///
            /// # Errors
            /// If the shapes differ, or a mean is asked of nothing; and whatever the loss refuses of its target.
            pub fn forward<T: Float>(
                &self,
                prediction: &Var<T>,
                target: &Var<T>,
            ) -> Result<Var<T>> {
                self.reduced(prediction, target, None)
            }

            /// The same with a weight for each sample, or for each position: numbers of 0 or more, whose shape is the first axes
            /// of the unreduced loss. The mean is the weighted one, `Σ w·ℓ / Σ w`, and 0 if all weights are 0.
            ///
            /// # Errors
            /// As [`forward`](Self::forward), and if the weights don't fit, or one of them is negative.
            pub fn forward_weighted<T: Float>(
                &self,
                prediction: &Var<T>,
                target: &Var<T>,
                sample_weight: &Var<T>,
            ) -> Result<Var<T>> {
                self.reduced(prediction, target, Some(sample_weight))
            }

            fn reduced<T: Float>(
                &self,
                prediction: &Var<T>,
                target: &Var<T>,
                sample_weight: Option<&Var<T>>,
            ) -> Result<Var<T>> {
                $crate::losses::pair::check_same($who, $first, prediction, target)?;
                let elements = self.elements(prediction, target)?;
                $crate::losses::reduce::reduce($who, elements, sample_weight, self.config.reduction)
            }
        }

        impl<T: Float> $crate::Layer<T> for $loss {
            fn signature(&self) -> $crate::Signature {
                SIGNATURE
            }

            fn config(&self) -> Result<serde_json::Value> {
                $crate::config::to_json($who, &self.config)
            }

            fn call(&self, args: &$crate::Args<T>, want: &[&str]) -> Result<$crate::Outputs<T>> {
                args.check(&SIGNATURE, want)?;
                let weight = match args.get("sample_weight") {
                    Some(_) => Some(args.float("sample_weight")?),
                    None => None,
                };
                let loss = self.reduced(args.float($first)?, args.float("target")?, weight)?;
                Ok($crate::Outputs::one("loss", loss))
            }
        }
    };
}
pub(super) use pair_loss;
