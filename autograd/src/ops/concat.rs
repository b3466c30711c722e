//! Tensors one behind the other along an axis.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Error, Float, Result, Tensor, axis_index};
use std::borrow::Borrow;

/// The rule of [`Var::concat`].
struct Concat {
    axis: isize,
    sizes: Vec<usize>,
}

impl<T: Float> Rule<T> for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let mut start = 0;
        for (input, &size) in self.sizes.iter().enumerate() {
            to.give(input, || gy.narrow(self.axis, start, size))?;
            start += size;
        }
        Ok(())
    }
}

impl<T: Float> Var<T> {
    /// The variables one behind the other along `axis`, `y[…, s + i, …] = xₖ[…, i, …]`, where s is the size of all before the k-th; their other sizes
    /// are equal.
    ///
    /// Gradient: each variable gets its stretch of `∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::{Tape, Var};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64]));
    /// let b = tape.var(Tensor::from([2.0, 3.0]));
    /// let y = Var::concat(&[&a, &b], 0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0, 3.0]);
    /// let gradients = y.backward_with(&Tensor::from([10.0, 20.0, 30.0]))?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [10.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [20.0, 30.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are none, the axis is out of range, other sizes differ, or the variables are on different tapes.
    pub fn concat(vars: &[impl Borrow<Var<T>>], axis: isize) -> Result<Var<T>> {
        let vars: Vec<&Var<T>> = vars.iter().map(Borrow::borrow).collect();
        let tensors: Vec<&Tensor<T>> = vars.iter().map(|var| var.tensor()).collect();
        let y = Tensor::concat(&tensors, axis)?;
        let Some(first) = vars.first() else {
            return Err(Error::shape(
                "concat",
                "no variables; expected at least one",
            ));
        };
        let at = axis_index("concat", axis, first.rank())?;
        let sizes = vars.iter().map(|var| var.shape()[at]).collect();
        first.tape().record(Concat { axis, sizes }, &vars, y, [])
    }

    /// The variables, all of one shape, side by side along a new axis, which is at `axis` of the result: `y[…, k, …] = xₖ[…, …]`.
    ///
    /// Gradient: each variable gets its layer of `∂L/∂y`.
    ///
    /// ```
    /// use etude_autograd::{Tape, Var};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let b = tape.var(Tensor::from([3.0, 4.0]));
    /// let y = Var::stack(&[&a, &b], 1)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
    /// let gradients = y.backward_with(&Tensor::from([[10.0, 20.0], [30.0, 40.0]]))?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [10.0, 30.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [20.0, 40.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are none, the axis is out of range, shapes differ, or the variables are on different tapes.
    pub fn stack(vars: &[impl Borrow<Var<T>>], axis: isize) -> Result<Var<T>> {
        let Some(first) = vars.first() else {
            return Err(Error::shape("stack", "no tensors; expected at least one"));
        };
        if let Some([a, b]) = vars
            .windows(2)
            .map(|pair| [pair[0].borrow(), pair[1].borrow()])
            .find(|[a, b]| a.shape() != b.shape())
        {
            return Err(Error::shape(
                "stack",
                format!(
                    "shapes {:?} and {:?}; expected one shape for all",
                    a.shape(),
                    b.shape()
                ),
            ));
        }
        axis_index("stack", axis, first.borrow().rank() + 1)?;
        let layers: Vec<Var<T>> = vars
            .iter()
            .map(|var| var.borrow().unsqueeze(axis))
            .collect::<Result<_>>()?;
        Var::concat(&layers, axis)
    }
}
