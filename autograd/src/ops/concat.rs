//! Tensors one behind the other along an axis.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Error, Float, Result, Tensor, axis_index};
use std::borrow::Borrow;

/// `y` is the inputs one behind the other, hence each input's gradient is its stretch of `∂L/∂y`.
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
    /// The variables one behind the other along `axis`; their other sizes are equal.
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

    /// The variables, all of one shape, side by side along a new axis, which is at `axis` of the result.
    ///
    /// # Errors
    /// If there are none, the axis is out of range, shapes differ, or the variables are on different tapes.
    pub fn stack(vars: &[impl Borrow<Var<T>>], axis: isize) -> Result<Var<T>> {
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
        if let Some(first) = vars.first() {
            axis_index("stack", axis, first.borrow().rank() + 1)?;
        }
        let layers: Vec<Var<T>> = vars
            .iter()
            .map(|var| var.borrow().unsqueeze(axis))
            .collect::<Result<_>>()?;
        Var::concat(&layers, axis)
    }
}
