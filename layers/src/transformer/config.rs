//! The keys of the Transformer and its parts.

/// A configuration in the family of the Transformer: the keys that stand in it, and behind them those of every part.
macro_rules! transformer_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name {
            $($own)*
            /// How many features come out of the first of the two linear layers.
            #[default = 2048]
            pub dim_feedforward: usize,
            /// The share of elements that is dropped after each block, and between the two linear layers, in training.
            #[default = 0.1]
            pub dropout: f64,
            /// What stands between the two linear layers.
            #[default = $crate::Activation::Relu]
            pub activation: $crate::Activation,
            /// The epsilon of the norms.
            #[default = 1e-5]
            pub layer_norm_eps: f64,
            /// Whether a block's input is normalised, instead of its sum with the input.
            #[default = false]
            pub norm_first: bool,
            /// Whether attention and linear layers have biases; the norms always have them.
            #[default = true]
            pub bias: bool,
            /// Whether the parameters are trained.
            #[default = true]
            pub trainable: bool,
        }
    };
}
pub(super) use transformer_config;
