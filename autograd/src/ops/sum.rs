//! The sum over axes.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Axes, Float, Result};
use smallvec::SmallVec;

/// `y = Σ x` over some axes, hence `∂L/∂x` is `∂L/∂y` at every place of those axes.
struct Sum {
    /// The axes summed over, counted from the front.
    axes: SmallVec<[usize; 4]>,
}

impl<T: Float> Rule<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let mut kept = shape.to_vec();
            self.axes.iter().for_each(|&axis| kept[axis] = 1);
            gy.reshape(kept)?.broadcast_to(shape.clone())
        })
    }
}

impl<T: Float> Var<T> {
    /// The sum over `axes` (`0`, `-1`, `[0, 2]`, `..` for all); 0 over nothing. The axes disappear, unless `axes`
    /// [keeps](Axes::keepdims) them with size 1. NaN gives NaN.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn sum(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let y = self.tensor().sum(axes.clone())?;
        let axes = axes.resolve("sum", self.rank())?;
        self.tape().record(Sum { axes }, &[self], y, [])
    }
}
