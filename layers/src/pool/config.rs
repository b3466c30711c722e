//! The keys of pooling layers.

/// The configuration of a pooling layer over `D` spatial axes: the keys that every one has, and those that stand in it.
macro_rules! pool_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name<const D: usize> {
            /// The window's size along each axis.
            #[default = $crate::Ints::One(2)]
            pub kernel_size: $crate::Ints,
            /// From one window to the next, along each axis; the window's size if absent.
            pub strides: Option<$crate::Ints>,
            /// What stands around the input: `Padding::Same`, an integer, one for each axis, or pairs.
            #[default = $crate::Padding::Valid]
            pub padding: $crate::Padding,
            /// Where the channels stand; last if absent.
            pub data_format: Option<$crate::DataFormat>,
            $($own)*
        }

        impl<const D: usize> $name<D> {
            /// The window of the layer `who`.
            fn sliding(&self, who: &'static str) -> etude_tensor::Result<$crate::sliding::Sliding<D>> {
                let strides = self.strides.as_ref().unwrap_or(&self.kernel_size);
                $crate::sliding::Sliding::new(who, &self.kernel_size, &self.padding, self.data_format)?.strides(strides)
            }
        }
    };
}
pub(super) use pool_config;
