//! Reading at indices, and adding at indices: each is the other's adjoint.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// `y` is the slices of `x` that the indices name, hence `∂L/∂x` collects `∂L/∂y` there, adding up what was named several times.
struct IndexSelect {
    axis: isize,
    indices: Tensor<i64>,
}

/// `y` is `x` with slices of the source added, hence `∂L/∂x = ∂L/∂y`, and `∂L/∂source` is the slices of `∂L/∂y` at the indices.
struct IndexAdd {
    axis: isize,
    indices: Tensor<i64>,
}

impl<T: Float> Rule<T> for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let nothing = gy.tape().input(Tensor::zeros(shape));
            nothing.index_add(self.axis, &self.indices, &gy)
        })
    }
}

impl<T: Float> Rule<T> for IndexAdd {
    fn name(&self) -> &'static str {
        "index_add"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || gy.index_select(self.axis, &self.indices))?;
        to.give(0, || Ok(gy))
    }
}

impl<T: Float> Var<T> {
    /// The slices of `axis` that the indices name, in their order and shape: for axis 0, `y[i] = x[indices[i]]`.
    ///
    /// # Errors
    /// If the axis or an index is out of range, or the shapes don't go together.
    pub fn index_select(&self, axis: isize, indices: &Tensor<i64>) -> Result<Var<T>> {
        let y = self.tensor().index_select(axis, indices)?;
        self.tape().record(
            IndexSelect {
                axis,
                indices: indices.clone(),
            },
            &[self],
            y,
            [],
        )
    }

    /// This, with the slices of `source` added at `indices` along `axis`. Slices named several times add up.
    ///
    /// # Errors
    /// If the axis or an index is out of range, the shapes don't go together, or the variables are on different tapes.
    pub fn index_add(&self, axis: isize, indices: &Tensor<i64>, source: &Var<T>) -> Result<Var<T>> {
        let y = self.tensor().index_add(axis, indices, source.tensor())?;
        self.tape().record(
            IndexAdd {
                axis,
                indices: indices.clone(),
            },
            &[self, source],
            y,
            [],
        )
    }
}
