//! Functions that can be run on any number type, hence on dual numbers.

use crate::Var;
use etude_tensor::{Dual, Float, Result};

/// A function of variables, generic in the number type, so that it can be run forward-mode on
/// [`Dual`](etude_tensor::Dual) numbers. A closure can't be generic: implement this, or write [`program!`](crate::program!).
///
/// ```
/// use etude_autograd::{Program, Var, dualcheck};
/// use etude_tensor::{Float, Result, Tensor};
///
/// struct Energy {
///     mass: f64,
/// }
///
/// impl Program for Energy {
///     fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
///         let speed = &inputs[0];
///         speed.try_mul(speed)?.mul_scalar(0.5 * self.mass)
///     }
/// }
///
/// dualcheck(&Energy { mass: 3.0 }, &[Tensor::from([0.5, 2.0])])?;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub trait Program {
    /// Computes the result from the inputs.
    ///
    /// # Errors
    /// What the operations in it report.
    fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>>;

    /// What it computes, as text, for reports and exported cases: [`program!`](crate::program!) gives it, others needn't.
    fn source(&self) -> Option<Source> {
        None
    }
}

/// A program's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The names of its inputs.
    pub inputs: &'static [&'static str],
    /// What it makes of them, in Rust.
    pub body: &'static str,
}

/// A [`Program`] of any type, on the numbers that the checks run it on: through it, one copy of a check's code serves all
/// programs.
pub trait DualProgram {
    /// Runs in 64 bits.
    ///
    /// # Errors
    /// What the program reports.
    fn run(&self, inputs: &[Var<f64>]) -> Result<Var<f64>>;

    /// Runs on dual numbers.
    ///
    /// # Errors
    /// What the program reports.
    fn dual(&self, inputs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>>;
}

impl<P: Program> DualProgram for P {
    fn run(&self, inputs: &[Var<f64>]) -> Result<Var<f64>> {
        Program::run(self, inputs)
    }
    fn dual(&self, inputs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>> {
        Program::run(self, inputs)
    }
}

impl<P: Program> Program for &P {
    fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
        (**self).run(inputs)
    }
    fn source(&self) -> Option<Source> {
        (**self).source()
    }
}

/// A [`Program`] written like a closure: `program!(|x, w| x.matmul(w)?.tanh())`. Each name is a `&Var<T>` for any `T`, and the
/// body a `Result<Var<T>>`.
///
/// What it captures is listed with its type (which is `Clone`), since a generic function can't capture by itself, and is seen by
/// reference:
///
/// ```
/// use etude_autograd::{dualcheck, program};
/// use etude_tensor::Tensor;
///
/// let scale = 3.0;
/// let scaled = program!([scale: f64] |x, y| x.try_mul(y)?.mul_scalar(*scale));
/// dualcheck(&scaled, &[Tensor::from([1.0, 2.0]), Tensor::from([0.5, 4.0])])?;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// Running it with another number of inputs than it has names is a mistake of its author, and panics.
#[macro_export]
macro_rules! program {
    (|$($input:ident),+| $body:expr) => {
        $crate::program!([] |$($input),+| $body)
    };
    ([$($captured:ident: $type:ty),*] |$($input:ident),+| $body:expr) => {{
        #[derive(Clone)]
        struct Written {
            $($captured: $type,)*
        }
        impl $crate::check::names::Program for Written {
            fn run<T: $crate::check::names::Float>(
                &self,
                inputs: &[$crate::check::names::Var<T>],
            ) -> $crate::check::names::Result<$crate::check::names::Var<T>> {
                let Written { $($captured,)* } = self;
                let [$($input),+] = inputs else {
                    panic!("a program of ({}) was given {} inputs", stringify!($($input),+), inputs.len());
                };
                $body
            }
            fn source(&self) -> Option<$crate::check::names::Source> {
                Some($crate::check::names::Source {
                    inputs: &[$(stringify!($input)),+],
                    body: stringify!($body),
                })
            }
        }
        Written { $($captured,)* }
    }};
}
