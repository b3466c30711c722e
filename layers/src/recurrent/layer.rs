//! What every recurrent layer does around its `forward_from`.

/// The layer `$layer` with a field `cell` and a configuration `$config`: how it is made, `forward` from no state and past no mask, and its call
/// by names. `$state` are the names of what is carried from step to step, which are arguments and results.
macro_rules! recurrent_layer {
    ($layer:ident, $config:ident, $name:literal, $who:literal, $($state:ident),+) => {
        impl $config {
            /// The layer, its parameters seeded from `rng`; without `input_size` they are drawn at the first call.
            ///
            /// # Errors
            /// If a size is 0, or an initializer doesn't suit its parameter.
            pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<$layer<T>> {
                let cell = self.cell().init_as($who, rng)?;
                Ok($layer { cell, config: self.clone() })
            }
        }

        impl<T: Float> $layer<T> {
            /// `x [b, t, in]` → the output of the last step, `[b, h]`, or of all, `[b, t, h]`, with `return_sequence`.
            ///
            /// # Errors
            /// If `x` has another rank, no step, or another number of features than the layer was made for.
            pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
                $(let $state = None;)+
                Ok(self.forward_from(x, $($state,)+ None)?.0)
            }
        }

        impl<T: Float> $crate::Layer<T> for $layer<T> {
            fn signature(&self) -> $crate::Signature {
                use $crate::{Argument, Signature};
                const TAKES: &[Argument] = &[
                    Argument::float("x"),
                    $(Argument::float(stringify!($state)).optional(),)+
                    Argument::bools("mask").optional(),
                ];
                const OUTPUT: Signature = Signature::new($name, TAKES, &["output"]);
                const WITH_STATE: Signature = Signature::new($name, TAKES, &["output", $(stringify!($state)),+]);
                if self.config.return_state { WITH_STATE } else { OUTPUT }
            }

            fn config(&self) -> Result<serde_json::Value> {
                self.cell.check_named($who)?;
                $crate::config::to_json($who, &self.config)
            }

            fn call(&self, args: &$crate::Args<T>, want: &[&str]) -> Result<$crate::Outputs<T>> {
                args.check(&$crate::Layer::<T>::signature(self), want)?;
                $(let $state = args.optional_float(stringify!($state))?;)+
                let mask = args.optional_bools("mask")?;
                let (output, $($state),+) = self.forward_from(args.float("x")?, $($state,)+ mask)?;
                let outputs = $crate::Outputs::one("output", output);
                Ok(match self.config.return_state {
                    true => outputs$(.with(stringify!($state), $state))+,
                    false => outputs,
                })
            }
        }
    };
}
pub(super) use recurrent_layer;
