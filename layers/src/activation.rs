//! Activations as layers hold them: by name, or a function of the user's.

use crate::config::Activation;
use etude_autograd::{Epilogue, Var};
use etude_tensor::{Error, Float, Result};
use std::fmt;
use std::sync::Arc;

impl Activation {
    /// Applies the function.
    ///
    /// # Errors
    /// If `x` belongs to a recording that has been spent, or a softmax is asked of a scalar.
    pub fn apply<T: Float>(self, x: &Var<T>) -> Result<Var<T>> {
        match self {
            Activation::Relu => x.relu(),
            Activation::Relu6 => x.relu6(),
            Activation::LeakyRelu => x.leaky_relu(),
            Activation::Elu => x.elu(),
            Activation::Selu => x.selu(),
            Activation::Sigmoid => x.sigmoid(),
            Activation::HardSigmoid => x.hard_sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Softplus => x.softplus(),
            Activation::Softsign => x.softsign(),
            Activation::Swish => x.swish(),
            Activation::HardSwish => x.hard_swish(),
            Activation::Gelu => x.gelu(),
            Activation::GeluTanh => x.gelu_tanh(),
            Activation::Exponential => x.exp(),
            Activation::Softmax => x.softmax(-1),
            Activation::LogSoftmax => x.log_softmax(-1),
            Activation::Linear => Ok(x.clone()),
        }
    }
}

/// What a layer applies to its result: one of the named activations, or a function given in code.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Activation, ActivationFn};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::inference();
/// let x = tape.input(Tensor::from([-2.0_f32, 3.0]));
/// let relu = ActivationFn::from(Some(Activation::Relu));
/// assert_eq!(relu.apply(&x)?.tensor().to_vec(), [0.0, 3.0]);
/// let square = ActivationFn::custom(|x| x.try_mul(x));
/// assert_eq!(square.apply(&x)?.tensor().to_vec(), [4.0, 9.0]);
/// assert!(square.named("dense").is_err()); // a file can't hold it
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone)]
pub struct ActivationFn<T: Float = f32>(Kind<T>);

#[derive(Clone)]
enum Kind<T: Float> {
    Named(Activation),
    Custom(Arc<Function<T>>),
}

type Function<T> = dyn Fn(&Var<T>) -> Result<Var<T>> + Send + Sync;

impl<T: Float> ActivationFn<T> {
    /// A function given in code.
    pub fn custom(function: impl Fn(&Var<T>) -> Result<Var<T>> + Send + Sync + 'static) -> Self {
        ActivationFn(Kind::Custom(Arc::new(function)))
    }

    /// Applies the function.
    ///
    /// # Errors
    /// As [`Activation::apply`]; whatever a function given in code reports.
    pub fn apply(&self, x: &Var<T>) -> Result<Var<T>> {
        match &self.0 {
            Kind::Named(activation) => activation.apply(x),
            Kind::Custom(function) => function(x),
        }
    }

    /// Whether it is this named one.
    pub(crate) fn is(&self, activation: Activation) -> bool {
        matches!(self.0, Kind::Named(named) if named == activation)
    }

    /// The function as the end of a matrix product, if it is one of those that can be.
    pub(crate) fn epilogue(&self) -> Option<Epilogue> {
        match self.0 {
            Kind::Named(Activation::Relu) => Some(Epilogue::Relu),
            Kind::Named(Activation::Sigmoid) => Some(Epilogue::Sigmoid),
            Kind::Named(Activation::Tanh) => Some(Epilogue::Tanh),
            _ => None,
        }
    }

    /// The name, for the configuration of a layer `who`.
    ///
    /// # Errors
    /// If it is a function given in code, which a configuration can't hold.
    pub fn named(&self, who: &str) -> Result<Activation> {
        match self.0 {
            Kind::Named(activation) => Ok(activation),
            Kind::Custom(_) => Err(Error::config(
                who,
                "its activation is a function given in code, which a configuration can't hold; use one of the named activations, \
                 or save the values alone with state_dict and build the model in code",
            )),
        }
    }
}

/// The activation of a configuration, where none means none.
impl<T: Float> From<Option<Activation>> for ActivationFn<T> {
    fn from(activation: Option<Activation>) -> Self {
        ActivationFn(Kind::Named(activation.unwrap_or(Activation::Linear)))
    }
}

impl<T: Float> fmt::Debug for ActivationFn<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Named(activation) => write!(f, "ActivationFn({activation})"),
            Kind::Custom(_) => f.write_str("ActivationFn(a function given in code)"),
        }
    }
}

/// Methods of a layer that put a function given in code in the place of a named activation: each method's documentation and name, then the
/// [`ActivationFn`] that it replaces. The layer's generic parameters but for `T` stand in brackets, with a comma behind each.
macro_rules! custom_activations {
    ([$($generics:tt)*] $layer:ty, $($(#[$doc:meta])* $method:ident => $($field:ident).+;)+) => {
        impl<$($generics)* T: etude_tensor::Float> $layer {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $method(
                    mut self,
                    activation: impl Fn(&etude_autograd::Var<T>) -> etude_tensor::Result<etude_autograd::Var<T>>
                        + Send
                        + Sync
                        + 'static,
                ) -> Self {
                    self.$($field).+ = $crate::ActivationFn::custom(activation);
                    self
                }
            )+
        }
    };
}
pub(crate) use custom_activations;
