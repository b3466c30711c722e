//! `+ - * / %` and unary `-` on variables, and with numbers on either side.
//!
//! Each operator is the method of the same name (`try_add`, …) and panics with the message which that returns. The methods
//! are called `try_…` because with `std::ops::Add` in scope `x.add(&y)` would be the operator.

use crate::Var;
use etude_tensor::{Float, Result};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// The value, or a panic with the error's message at the line of the operator.
#[track_caller]
fn unwrap<T: Float>(result: Result<Var<T>>) -> Var<T> {
    result.unwrap_or_else(|err| panic!("{err}"))
}

/// One operator, for both ways of holding each operand.
macro_rules! operator {
    ($trait:ident, $operator:ident, $method:ident, $with_scalar:expr, $scalar_first:expr) => {
        operator!(@pair $trait, $operator, $method, Var<T>, Var<T>);
        operator!(@pair $trait, $operator, $method, Var<T>, &Var<T>);
        operator!(@pair $trait, $operator, $method, &Var<T>, Var<T>);
        operator!(@pair $trait, $operator, $method, &Var<T>, &Var<T>);
        operator!(@scalar $trait, $operator, $with_scalar, $scalar_first, Var<T>);
        operator!(@scalar $trait, $operator, $with_scalar, $scalar_first, &Var<T>);
    };
    (@pair $trait:ident, $operator:ident, $method:ident, $left:ty, $right:ty) => {
        impl<T: Float> $trait<$right> for $left {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, other: $right) -> Var<T> {
                #[allow(clippy::needless_borrow)] // needed where the operand is owned
                unwrap(Var::$method(&self, &other))
            }
        }
    };
    (@scalar $trait:ident, $operator:ident, $with_scalar:expr, $scalar_first:expr, $var:ty) => {
        impl<T: Float> $trait<f64> for $var {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, scalar: f64) -> Var<T> {
                let with_scalar: fn(&Var<T>, f64) -> Result<Var<T>> = $with_scalar;
                #[allow(clippy::needless_borrow)] // needed where the operand is owned
                unwrap(with_scalar(&self, scalar))
            }
        }
        impl<T: Float> $trait<$var> for f64 {
            type Output = Var<T>;
            #[track_caller]
            fn $operator(self, var: $var) -> Var<T> {
                let scalar_first: fn(f64, &Var<T>) -> Result<Var<T>> = $scalar_first;
                #[allow(clippy::needless_borrow)] // needed where the operand is owned
                unwrap(scalar_first(self, &var))
            }
        }
    };
}

operator!(Add, add, try_add, Var::add_scalar, |scalar, var| var
    .add_scalar(scalar));
operator!(Sub, sub, try_sub, Var::sub_scalar, |scalar, var| var
    .tape()
    .scalar(scalar)
    .try_sub(var));
operator!(Mul, mul, try_mul, Var::mul_scalar, |scalar, var| var
    .mul_scalar(scalar));
operator!(Div, div, try_div, Var::div_scalar, |scalar, var| var
    .tape()
    .scalar(scalar)
    .try_div(var));

operator!(
    Rem,
    rem,
    rem,
    |var, scalar| var.rem(&var.tape().scalar(scalar)),
    |scalar, var| Var::rem(&var.tape().scalar(scalar), var)
);

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
