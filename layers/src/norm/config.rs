//! The keys of normalisations.

/// The configuration of a normalisation: the keys that stand in it, and behind them those that every one has which scales by `gamma` and
/// shifts by `beta`.
macro_rules! norm_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name {
            $($own)*
            /// What is added to the variance.
            #[default = 0.001]
            pub epsilon: f64,
            /// Whether `beta` is added.
            #[default = true]
            pub center: bool,
            /// Whether the result is multiplied by `gamma`.
            #[default = true]
            pub scale: bool,
            /// What `beta` starts from.
            #[default = $crate::Initializer::Zeros]
            pub beta_initializer: $crate::Initializer,
            /// What `gamma` starts from.
            #[default = $crate::Initializer::Ones]
            pub gamma_initializer: $crate::Initializer,
            /// Whether the layer is trained; a batch normalisation that isn't normalises by its moving averages in training, too.
            #[default = true]
            pub trainable: bool,
        }

        impl $name {
            /// `gamma`, if there is one, its seed from `rng`.
            fn gamma<T: etude_tensor::Float>(&self, sizes: &[etude_autograd::Size], rng: &mut etude_tensor::Rng) -> Option<etude_autograd::Param<T>> {
                $crate::parameters::optional_param(self.scale, self.gamma_initializer, sizes, self.trainable, rng)
            }

            /// `beta`, if there is one, its seed from `rng`.
            fn beta<T: etude_tensor::Float>(&self, sizes: &[etude_autograd::Size], rng: &mut etude_tensor::Rng) -> Option<etude_autograd::Param<T>> {
                $crate::parameters::optional_param(self.center, self.beta_initializer, sizes, self.trainable, rng)
            }
        }
    };
}
pub(super) use norm_config;
