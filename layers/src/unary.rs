//! Layers of one argument and one result: what stands between their `forward` and a call by names.

/// [`Layer`](crate::Layer) for a layer that has a `config` and a `forward` from `x` to `output`. The layer's generic parameters
/// but for `T` stand in brackets, with a comma behind each. Where the field of an [`ActivationFn`](crate::ActivationFn) is named at
/// the end, the layer also gets `with_activation`.
///
/// ```text
/// unary_layer!([const D: usize,] Conv<D, T>, Self::SIGNATURE, activation);
/// ```
macro_rules! unary_layer {
    ($generics:tt $layer:ty, $signature:expr) => {
        $crate::unary::unary_layer!(@layer $generics $layer, $signature,);
    };
    ($generics:tt $layer:ty, $signature:expr, $activation:ident) => {
        $crate::unary::unary_layer!(@activation $generics $layer, $activation);
        $crate::unary::unary_layer!(@layer $generics $layer, $signature, $activation);
    };
    (@activation [$($generics:tt)*] $layer:ty, $activation:ident) => {
        $crate::activation::custom_activations! {
            [$($generics)*] $layer,
            /// With an activation given in code. Such a layer has no configuration that a file could hold.
            with_activation => $activation;
        }
    };
    (@layer [$($generics:tt)*] $layer:ty, $signature:expr, $($activation:ident)?) => {
        impl<$($generics)* T: etude_tensor::Float> $crate::Layer<T> for $layer {
            fn signature(&self) -> $crate::Signature {
                $signature
            }

            fn config(&self) -> etude_tensor::Result<serde_json::Value> {
                let who = $signature.who();
                $(self.$activation.named(&who)?;)?
                $crate::config::to_json(&who, &self.config)
            }

            fn call(
                &self,
                args: &$crate::Args<T>,
                want: &[&str],
            ) -> etude_tensor::Result<$crate::Outputs<T>> {
                args.check(&$signature, want)?;
                let output = self.forward(args.float("x")?)?;
                Ok($crate::Outputs::one("output", output))
            }
        }
    };
}
pub(crate) use unary_layer;
