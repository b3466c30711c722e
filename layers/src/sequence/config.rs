//! The keys of the layers of this room.

/// A configuration of this room, of its own keys and of those that several layers have, which stand here once: `..heads,` is all the keys of
/// that name below. The last are what the weights start from (`..weights,`, or `..weights_and_biases,`), from which also comes the method `start`.
///
/// ```text
/// sequence_config! {
///     /// The configuration of a [`RippleAttention`].
///     pub struct RippleAttentionConfig {
///         ..heads,
///         /// What is added under the root; above 0.
///         #[default = 1e-6]
///         pub epsilon: f64,
///         ..weights,
///     }
/// }
/// ```
macro_rules! sequence_config {
    // Heads that each take their own slice of the input.
    (@keys $of:tt [$($done:tt)*] ..heads, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// How many features input and output have.
            #[required]
            pub dim: usize,
            /// How many heads attend, each on `dim / num_heads` features.
            #[required]
            pub num_heads: usize,
        ] $($rest)* }
    };
    // Heads that take their slices of a projection.
    (@keys $of:tt [$($done:tt)*] ..projected_heads, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// How many features come out, all heads together.
            #[required]
            pub output_size: usize,
            /// How many heads attend side by side.
            #[required]
            pub num_heads: usize,
            /// How many features go in; from the first input if absent.
            pub input_size: Option<usize>,
        ] $($rest)* }
    };
    // FAVOR+.
    (@keys $of:tt [$($done:tt)*] ..favor, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// How many features the input has.
            #[required]
            pub dim: usize,
            /// How many heads attend, each on `dim / nb_heads` features.
            #[required]
            pub nb_heads: usize,
            /// How many random features all heads have together.
            #[required]
            pub nb_random_features: usize,
        ] $($rest)* }
    };
    // The kernel of linear attention.
    (@keys $of:tt [$($done:tt)*] ..kernel, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// What a query and a key weigh together.
            #[default = $crate::KernelFunction::Gaussian]
            pub kernel_function: $crate::KernelFunction,
            /// How the kernel is computed.
            #[default = $crate::KernelApproximation::LowRank]
            pub kernel_approximation: $crate::KernelApproximation,
            /// How many features a head has.
            #[default = 32]
            pub rank: usize,
            /// What queries and keys are divided by; with `low_rank` where that parameter starts.
            #[default = 1.0]
            pub sigma: f64,
        ] $($rest)* }
    };
    // Blocks.
    (@keys $of:tt [$($done:tt)*] ..feed_forward_activation, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// What stands between the two layers of the feed-forward network; none if `null`.
            #[default = Some($crate::Activation::Relu)]
            pub activation: Option<$crate::Activation>,
        ] $($rest)* }
    };
    (@keys $of:tt [$($done:tt)*] ..use_bias, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// Whether biases are added.
            #[default = true]
            pub use_bias: bool,
        ] $($rest)* }
    };
    (@keys $of:tt [$($done:tt)*] ..norm_epsilon, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)*
            /// What the normalisations add to the variance.
            #[default = 1e-6]
            pub epsilon: f64,
        ] $($rest)* }
    };
    // A key of the layer's own.
    (@keys $of:tt [$($done:tt)*] $(#[$($about:tt)*])* pub $key:ident: $type:ty, $($rest:tt)*) => {
        $crate::sequence::config::sequence_config! { @keys $of [$($done)* $(#[$($about)*])* pub $key: $type,] $($rest)* }
    };
    // What every layer ends with.
    (@keys $of:tt [$($done:tt)*] ..weights,) => {
        $crate::sequence::config::sequence_config! { @end $of [$($done)*] [] {
            fn start(&self) -> $crate::sequence::start::Start {
                $crate::sequence::start::Start {
                    weight: self.weight_initializer,
                    bias: $crate::Initializer::Zeros,
                    trainable: self.trainable,
                }
            }
        } }
    };
    (@keys $of:tt [$($done:tt)*] ..weights_and_biases,) => {
        $crate::sequence::config::sequence_config! { @end $of [$($done)*] [
            /// What the biases start from.
            #[default = $crate::Initializer::Zeros]
            pub bias_initializer: $crate::Initializer,
        ] {
            fn start(&self) -> $crate::sequence::start::Start {
                $crate::sequence::start::Start {
                    weight: self.weight_initializer,
                    bias: self.bias_initializer,
                    trainable: self.trainable,
                }
            }
        } }
    };
    (@end { $(#[$doc:meta])* pub struct $name:ident } [$($keys:tt)*] [$($biases:tt)*] { $($start:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name {
            $($keys)*
            /// What the weights start from.
            #[default = $crate::Initializer::Xavier]
            pub weight_initializer: $crate::Initializer,
            $($biases)*
            /// Whether the parameters are trained.
            #[default = true]
            pub trainable: bool,
        }

        impl $name {
            /// What the parameters start from.
            $($start)*
        }
    };
    ($(#[$doc:meta])* pub struct $name:ident { $($keys:tt)* }) => {
        $crate::sequence::config::sequence_config! { @keys { $(#[$doc])* pub struct $name } [] $($keys)* }
    };
}
pub(super) use sequence_config;
