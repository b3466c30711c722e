//! The keys of convolutions.

/// The configuration of a convolution over `D` spatial axes: the keys that stand in it, and behind them those that every convolution has.
macro_rules! conv_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name<const D: usize> {
            $($own)*
            /// The window's size along each axis.
            #[required]
            pub kernel_size: $crate::Ints,
            /// How many channels go in; from the first input if absent.
            pub input_size: Option<usize>,
            /// From one window to the next, along each axis.
            #[default = $crate::Ints::One(1)]
            pub strides: $crate::Ints,
            /// What stands around the input, or is cut off the result of a transposed convolution: `Padding::Same`, an integer, one for
            /// each axis, or pairs.
            #[default = $crate::Padding::Valid]
            pub padding: $crate::Padding,
            /// Where the channels stand; last if absent.
            pub data_format: Option<$crate::DataFormat>,
            /// From one element of a window to the next, along each axis.
            #[default = $crate::Ints::One(1)]
            pub dilations: $crate::Ints,
            /// What is applied to the result.
            pub activation: Option<$crate::Activation>,
            /// Whether a bias is added.
            #[default = true]
            pub use_bias: bool,
            /// What the weight starts from, or each weight if there are two.
            #[default = $crate::Initializer::Xavier]
            pub weight_initializer: $crate::Initializer,
            /// What the bias starts from.
            #[default = $crate::Initializer::Zeros]
            pub bias_initializer: $crate::Initializer,
            /// Whether the parameters are trained.
            #[default = true]
            pub trainable: bool,
        }

        impl<const D: usize> $name<D> {
            /// The window of the layer `who`.
            fn sliding(&self, who: &'static str) -> etude_tensor::Result<$crate::sliding::Sliding<D>> {
                $crate::sliding::Sliding::new(who, &self.kernel_size, &self.padding, self.data_format)?
                    .strides(&self.strides)?
                    .dilations(&self.dilations)
            }

            /// A weight, its seed from `rng`.
            fn weight<T: etude_tensor::Float>(&self, sizes: &[etude_autograd::Size], rng: &mut etude_tensor::Rng) -> etude_autograd::Param<T> {
                $crate::parameters::param(self.weight_initializer, sizes, self.trainable, rng)
            }

            /// The bias, if there is one, its seed from `rng`.
            fn bias<T: etude_tensor::Float>(&self, sizes: &[etude_autograd::Size], rng: &mut etude_tensor::Rng) -> Option<etude_autograd::Param<T>> {
                $crate::parameters::optional_param(self.use_bias, self.bias_initializer, sizes, self.trainable, rng)
            }
        }
    };
}
pub(super) use conv_config;
