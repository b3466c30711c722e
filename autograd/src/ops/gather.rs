//! Reading at indices, and adding at indices: each is the other's adjoint.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// `y` is read from `x` at the indices, hence `∂L/∂x` collects `∂L/∂y` there, adding up what was read several times.
pub(super) struct Gather {
    pub(super) axis: isize,
    pub(super) indices: Tensor<i64>,
}

/// `y` is `x` with the source added at the indices, hence `∂L/∂x = ∂L/∂y`, and `∂L/∂source` is read from `∂L/∂y` there.
struct ScatterAdd {
    axis: isize,
    indices: Tensor<i64>,
}

impl<T: Float> Rule<T> for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let nothing = gy.tape().input(Tensor::zeros(shape));
            nothing.scatter_add(self.axis, &self.indices, &gy)
        })
    }
}

impl<T: Float> Rule<T> for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || gy.gather(self.axis, &self.indices))?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// The elements at `indices` along `axis`: `y[i, j] = x[indices[i, j], j]` for axis 0 of rank 2.
    ///
    /// # Errors
    /// If the axis or an index is out of range, or the shapes don't go together.
    pub fn gather(&self, axis: isize, indices: &Tensor<i64>) -> Result<Var<T>> {
        let y = self.tensor().gather(axis, indices)?;
        self.tape().record(
            Gather {
                axis,
                indices: indices.clone(),
            },
            &[self],
            y,
            [],
        )
    }

    /// This, with `source` added at `indices` along `axis`: `y[indices[i, j], j] += source[i, j]` for axis 0 of rank 2. Elements named several times add up.
    ///
    /// # Errors
    /// If the axis or an index is out of range, the shapes don't go together, or the variables are on different tapes.
    pub fn scatter_add(
        &self,
        axis: isize,
        indices: &Tensor<i64>,
        source: &Var<T>,
    ) -> Result<Var<T>> {
        let y = self.tensor().scatter_add(axis, indices, source.tensor())?;
        self.tape().record(
            ScatterAdd {
                axis,
                indices: indices.clone(),
            },
            &[self, source],
            y,
            [],
        )
    }
}
