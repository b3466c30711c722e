//! `+ - * / %` and unary `-` on variables, and with numbers on either side.
//!
//! Each operator is the method of the same name (`try_add`, …) and panics with the message which that returns. The methods
//! are called `try_…` because with `std::ops::Add` in scope `x.add(&y)` would be the operator.
//!
//! The left operand of a sum, difference or product, if it is passed by value, lends its memory to the result where nobody else needs
//! it.

use crate::Var;
use etude_tensor::{Float, Result};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// The value, or a panic with the error's message at the line of the operator.
#[track_caller]
fn unwrap<T: Float>(result: Result<Var<T>>) -> Var<T> {
    result.unwrap_or_else(|err| panic!("{err}"))
}

/// One operator, for both ways of holding each operand. `$method` leaves its operands, `$consuming` lends the left one's memory to the
/// result, `$scalar_first` is for a number on the left.
macro_rules! operator {
    ($trait:ident, $operator:ident, $method:ident, $consuming:expr, $scalar_first:expr) => {
        impl<T: Float> $trait<&Var<T>> for &Var<T> {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, other: &Var<T>) -> Var<T> {
                unwrap(Var::$method(self, other))
            }
        }
        impl<T: Float> $trait<Var<T>> for &Var<T> {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, other: Var<T>) -> Var<T> {
                unwrap(Var::$method(self, &other))
            }
        }
        impl<T: Float> $trait<&Var<T>> for Var<T> {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, other: &Var<T>) -> Var<T> {
                let consuming: fn(Var<T>, &Var<T>) -> Result<Var<T>> = $consuming;
                unwrap(consuming(self, other))
            }
        }
        impl<T: Float> $trait<Var<T>> for Var<T> {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, other: Var<T>) -> Var<T> {
                $trait::$operator(self, &other)
            }
        }
        impl<T: Float> $trait<f64> for &Var<T> {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, scalar: f64) -> Var<T> {
                $trait::$operator(self, self.tape().scalar(scalar))
            }
        }
        impl<T: Float> $trait<f64> for Var<T> {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, scalar: f64) -> Var<T> {
                let scalar = self.tape().scalar(scalar);
                $trait::$operator(self, &scalar)
            }
        }
        impl<T: Float> $trait<&Var<T>> for f64 {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, var: &Var<T>) -> Var<T> {
                let scalar_first: fn(Var<T>, &Var<T>) -> Result<Var<T>> = $scalar_first;
                unwrap(scalar_first(var.tape().scalar(self), var))
            }
        }
        impl<T: Float> $trait<Var<T>> for f64 {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, var: Var<T>) -> Var<T> {
                $trait::$operator(self, &var)
            }
        }
    };
}

operator!(Add, add, try_add, Var::into_sum, |c, x| x.try_add(&c));
operator!(Sub, sub, try_sub, Var::into_difference, |c, x| c.try_sub(x));
operator!(Mul, mul, try_mul, Var::into_product, |c, x| x.try_mul(&c));
operator!(Div, div, try_div, |a, b| a.try_div(b), |c, x| c.try_div(x));
operator!(Rem, rem, try_rem, |a, b| a.try_rem(b), |c, x| c.try_rem(x));

impl<T: Float> Neg for &Var<T> {
    type Output = Var<T>;
    #[track_caller]
    fn neg(self) -> Var<T> {
        unwrap(self.try_neg())
    }
}

impl<T: Float> Neg for Var<T> {
    type Output = Var<T>;
    #[track_caller]
    fn neg(self) -> Var<T> {
        unwrap(self.try_neg())
    }
}

impl<T: Float> Var<T> {
    /// `y = x + c`.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.add_scalar(0.5)?;
    /// assert_eq!(y.tensor().to_vec(), [1.5, 2.5]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn add_scalar(&self, c: f64) -> Result<Var<T>> {
        self.try_add(&self.tape().scalar(c))
    }

    /// `y = x − c`.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.sub_scalar(0.5)?;
    /// assert_eq!(y.tensor().to_vec(), [0.5, 1.5]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn sub_scalar(&self, c: f64) -> Result<Var<T>> {
        self.try_sub(&self.tape().scalar(c))
    }

    /// `y = c · x`.
    ///
    /// Gradient: `∂L/∂x = c · ∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.mul_scalar(3.0)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 6.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [3.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn mul_scalar(&self, c: f64) -> Result<Var<T>> {
        self.try_mul(&self.tape().scalar(c))
    }

    /// `y = x / c`; infinite or NaN for `c = 0`, as in plain arithmetic.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y / c`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.div_scalar(4.0)?;
    /// assert_eq!(y.tensor().to_vec(), [0.25, 0.5]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.25, 0.25]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable belongs to a recording that has been spent.
    pub fn div_scalar(&self, c: f64) -> Result<Var<T>> {
        self.try_div(&self.tape().scalar(c))
    }
}
