//! Reading at indices, and adding at indices: each is the other's adjoint.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::index_select`].
struct IndexSelect {
    axis: isize,
    indices: Tensor<i64>,
}

/// The rule of [`Var::index_add`].
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
    /// The slices of `axis` that the indices name, in their order and shape: for axis 0, `y[i] = x[indices[i]]`. Negative indices count from the end.
    ///
    /// Gradient: `∂L/∂x` collects the slices of `∂L/∂y`, adding up what was named several times: an
    /// [`index_add`](Var::index_add) onto zeros. So learns an embedding.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let table = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0], [5.0, 6.0]]));
    /// let y = table.index_select(0, &Tensor::from([2, 2, 0]))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[5.0, 6.0], [5.0, 6.0], [1.0, 2.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&table)?, Tensor::from([[1.0, 1.0], [0.0, 0.0], [2.0, 2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis or an index is out of range.
    pub fn index_select(&self, axis: isize, indices: &Tensor<i64>) -> Result<Var<T>> {
        self.index_select_for("index_select", axis, indices)
    }

    /// [`index_select`](Var::index_select) as a step of the operation `op`, which errors then name.
    pub(super) fn index_select_for(
        &self,
        op: &str,
        axis: isize,
        indices: &Tensor<i64>,
    ) -> Result<Var<T>> {
        let y = self.tensor().index_select_for(op, axis, indices)?;
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

    /// This, with the slices of `source` added at `indices` along `axis`: `y[…, indices[j], …] += source[…, j, …]`. Negative indices count from
    /// the end. Slices named several
    /// times add up.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y`, and `∂L/∂source` is the slices of `∂L/∂y` at the indices.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let source = tape.var(Tensor::from([10.0, 20.0]));
    /// let y = x.index_add(0, &Tensor::from([1, 1]), &source)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 32.0]);
    /// let gradients = y.backward_with(&Tensor::from([5.0, 7.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [5.0, 7.0]);
    /// assert_eq!(gradients.get(&source)?.to_vec(), [7.0, 7.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
