//! What optimizers differ in: their configuration, their state and the equation of their step.

use crate::Group;
use etude_tensor::{Error, Float, Result, Tensor};

/// An optimizer's configuration and its equation. [`Optimizer`](crate::Optimizer) does everything else: which
/// parameters, with which rate, in which order; their state; saving and loading.
///
/// An optimizer of your own is a type with this trait, its equation a
/// [`StepRule`](etude_tensor::kernels::step::StepRule):
///
/// ```
/// use etude_autograd::{Param, Tape};
/// use etude_optim::{Group, Method, Optimizer, Setting};
/// use etude_tensor::{Float, Result, Tensor, kernels::step::StepRule};
///
/// /// Only the sign of the gradient counts: `p ← p − η·sign(g)`.
/// #[derive(Clone)]
/// struct SignDescent;
///
/// impl Method for SignDescent {
///     const NAME: &'static str = "sign_descent";
///
///     fn learning_rate(&self) -> f64 {
///         0.5
///     }
///     fn update<T: Float>(
///         &self,
///         setting: &Setting,
///         param: &mut Tensor<T>,
///         _state: &mut [Tensor<T>],
///         gradient: &Tensor<T>,
///     ) -> Result<()> {
///         Tensor::step(&Equation { rate: T::from_f64(setting.learning_rate) }, [param], gradient)
///     }
/// }
///
/// #[derive(Clone, Copy)]
/// struct Equation<T> {
///     rate: T,
/// }
///
/// impl<T: Float> StepRule<T, 1> for Equation<T> {
///     #[inline(always)]
///     fn update(&self, [p]: [T; 1], g: T) -> [T; 1] {
///         let down = if g > T::ZERO { self.rate } else { T::ZERO };
///         let up = if g < T::ZERO { self.rate } else { T::ZERO };
///         [p - down + up]
///     }
/// }
///
/// let mut p = Param::new(Tensor::from([4.0_f32, -4.0]));
/// let loss = Tape::new().param(&p)?.sum(..)?;
/// Optimizer::new(SignDescent)?.step(&mut p, &loss.backward()?)?;
/// assert_eq!(p.value()?.to_vec(), [3.5, -4.5]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub trait Method: Clone {
    /// The optimizer's name, in errors and files.
    const NAME: &'static str;

    /// The rate that training starts with.
    fn learning_rate(&self) -> f64;

    /// The weight decay where no group says otherwise.
    fn weight_decay(&self) -> f64 {
        0.0
    }

    /// Which parameters are treated otherwise.
    fn groups(&self) -> &[Group] {
        &[]
    }

    /// What is remembered for each parameter, by name; each is a tensor of the parameter's shape that starts as zeros.
    fn state_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Refuses a configuration that can't be used. Rate, weight decay and groups are checked elsewhere.
    ///
    /// # Errors
    /// If a value is out of its range; the error names it.
    fn validate(&self) -> Result<()> {
        Ok(())
    }

    /// Changes a parameter and its state, in the order of [`state_names`](Method::state_names). All have one shape.
    ///
    /// # Errors
    /// None that a caller could make: shapes have been checked.
    fn update<T: Float>(
        &self,
        setting: &Setting,
        param: &mut Tensor<T>,
        state: &mut [Tensor<T>],
        gradient: &Tensor<T>,
    ) -> Result<()>;
}

/// What holds for one parameter in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The rate, η: the optimizer's times the group's factor.
    pub learning_rate: f64,
    /// The weight decay, λ.
    pub weight_decay: f64,
    /// Which step of this parameter it is, t: 1 is the first that brings it a gradient.
    pub step: u64,
}

/// Checks that a value of a configuration is finite and not negative.
pub(crate) fn check_not_negative(who: &str, name: &str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    let message = format!("{name} {value}; expected a finite number, at least 0");
    Err(Error::config(who, message))
}

/// Checks that a value of a configuration is the factor of a moving average.
pub(crate) fn check_average(who: &str, name: &str, value: f64) -> Result<()> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    let message = format!("{name} {value}; expected at least 0 and less than 1");
    Err(Error::config(who, message))
}

/// What every [`Method`] reads from the keys of the same name.
macro_rules! read_keys {
    () => {
        fn learning_rate(&self) -> f64 {
            self.learning_rate
        }

        fn weight_decay(&self) -> f64 {
            self.weight_decay
        }

        fn groups(&self) -> &[Group] {
            &self.groups
        }
    };
}
pub(crate) use read_keys;
