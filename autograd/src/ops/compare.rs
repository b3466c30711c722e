//! Comparisons, which give masks: booleans, that have left the tape by their type.

use crate::Var;
use etude_tensor::kernels::maps::Comparison;
use etude_tensor::{Comparand, Float, Result, Tensor};

/// A variable is compared by its value.
impl<'a, T: Float> From<&'a Var<T>> for Comparand<'a, T> {
    fn from(var: &'a Var<T>) -> Self {
        Comparand::Tensor(var.tensor())
    }
}

impl<T: Float> Var<T> {
    /// Where `a = b`; `other` is a variable or tensor, whose shape broadcasts with this one's, or a number. No gradient
    /// flows through a mask.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// assert_eq!(x.equal(2.0)?.to_vec(), [false, true, false]);
    /// assert_eq!(x.equal(&x)?.to_vec(), [true; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.tensor().compare(Comparison::Eq, other)
    }

    /// Where `a ≠ b`, or either is NaN; `other` is a variable or tensor, whose shape broadcasts with this one's, or a number. No gradient
    /// flows through a mask.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// assert_eq!(x.not_equal(2.0)?.to_vec(), [true, false, true]);
    /// assert_eq!(x.not_equal(&x)?.to_vec(), [false; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn not_equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.tensor().compare(Comparison::Ne, other)
    }

    /// Where `a < b`; `other` is a variable or tensor, whose shape broadcasts with this one's, or a number. No gradient
    /// flows through a mask.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// assert_eq!(x.less(2.0)?.to_vec(), [true, false, false]);
    /// assert_eq!(x.less(&x)?.to_vec(), [false; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn less<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.tensor().compare(Comparison::Lt, other)
    }

    /// Where `a ≤ b`; `other` is a variable or tensor, whose shape broadcasts with this one's, or a number. No gradient
    /// flows through a mask.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// assert_eq!(x.less_equal(2.0)?.to_vec(), [true, true, false]);
    /// assert_eq!(x.less_equal(&x)?.to_vec(), [true; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn less_equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.tensor().compare(Comparison::Le, other)
    }

    /// Where `a > b`; `other` is a variable or tensor, whose shape broadcasts with this one's, or a number. No gradient
    /// flows through a mask.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// assert_eq!(x.greater(2.0)?.to_vec(), [false, false, true]);
    /// assert_eq!(x.greater(&x)?.to_vec(), [false; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn greater<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.tensor().compare(Comparison::Gt, other)
    }

    /// Where `a ≥ b`; `other` is a variable or tensor, whose shape broadcasts with this one's, or a number. No gradient
    /// flows through a mask.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// assert_eq!(x.greater_equal(2.0)?.to_vec(), [false, true, true]);
    /// assert_eq!(x.greater_equal(&x)?.to_vec(), [true; 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn greater_equal<'a>(&self, other: impl Into<Comparand<'a, T>>) -> Result<Tensor<bool>> {
        self.tensor().compare(Comparison::Ge, other)
    }
}
