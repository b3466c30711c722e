//! The keys of recurrent layers and their cells.

/// The configurations of a cell and of the layer that runs it over a sequence. Between the last braces stand the keys that this kind of
/// cell has beside those of every kind.
macro_rules! recurrent_configs {
    (
        $(#[$cell_doc:meta])* $cell:ident,
        $(#[$layer_doc:meta])* $layer:ident,
        { $($(#[$($about:tt)*])* $key:ident: $type:ident,)* }
    ) => {
        recurrent_configs! {
            @with_common_keys
            $(#[$cell_doc])*
            pub struct $cell {
                /// How many features come out.
                pub output_size: Option<usize>,
                /// `[input_size, output_size]`, in place of the two.
                pub weight_shape: Option<[usize; 2]>,
                $($(#[$($about)*])* pub $key: $type,)*
            }
        }

        recurrent_configs! {
            @with_common_keys
            $(#[$layer_doc])*
            pub struct $layer {
                /// How many features come out.
                #[required]
                pub output_size: usize,
                /// Whether the output has all steps, not the last alone.
                #[default = false]
                pub return_sequence: bool,
                /// Whether the state after the last step is a result, too.
                #[default = false]
                pub return_state: bool,
                $($(#[$($about)*])* pub $key: $type,)*
            }
        }

        impl $layer {
            /// The configuration of one step.
            pub(super) fn cell(&self) -> $cell {
                $cell {
                    output_size: Some(self.output_size),
                    weight_shape: None,
                    $($key: self.$key,)*
                    input_size: self.input_size,
                    activation: self.activation,
                    use_bias: self.use_bias,
                    weight_initializer: self.weight_initializer,
                    recurrent_initializer: self.recurrent_initializer,
                    bias_initializer: self.bias_initializer,
                    trainable: self.trainable,
                }
            }
        }

        impl $cell {
            /// What the parameters of so many gates are made from, for the layer or cell `who`.
            fn plan(&self, who: &'static str, count: usize) -> etude_tensor::Result<$crate::recurrent::gates::Plan> {
                let (output_size, input_size) =
                    $crate::recurrent::gates::cell_sizes(who, self.output_size, self.input_size, self.weight_shape)?;
                Ok($crate::recurrent::gates::Plan {
                    who,
                    count,
                    output_size,
                    input_size,
                    use_bias: self.use_bias,
                    recurrent_bias: false,
                    open_gate: None,
                    weight_initializer: self.weight_initializer,
                    recurrent_initializer: self.recurrent_initializer,
                    bias_initializer: self.bias_initializer,
                    trainable: self.trainable,
                })
            }
        }
    };
    (@with_common_keys $(#[$doc:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name {
            $($own)*
            /// How many features go in; from the first input if absent.
            pub input_size: Option<usize>,
            /// What is applied to the sum of a simple layer, to the candidate of a gated one, and to the cell of an LSTM.
            #[default = $crate::Activation::Tanh]
            pub activation: $crate::Activation,
            /// Whether a bias is added.
            #[default = true]
            pub use_bias: bool,
            /// What the weight starts from.
            #[default = $crate::Initializer::Xavier]
            pub weight_initializer: $crate::Initializer,
            /// What the recurrent weight starts from; as `weight_initializer` if absent.
            pub recurrent_initializer: Option<$crate::Initializer>,
            /// What the bias starts from.
            #[default = $crate::Initializer::Zeros]
            pub bias_initializer: $crate::Initializer,
            /// Whether the parameters are trained.
            #[default = true]
            pub trainable: bool,
        }
    };
}
pub(super) use recurrent_configs;
