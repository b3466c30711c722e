//! Reading at indices, and adding at indices: each is the other's adjoint.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::gather`].
pub(super) struct Gather {
    pub(super) axis: isize,
    pub(super) indices: Tensor<i64>,
}

/// The rule of [`Var::scatter_add`].
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
    /// The elements at `indices` along `axis`: `y[i, j] = x[indices[i, j], j]` for axis 0 of rank 2. Negative indices
    /// count from the end.
    ///
    /// Gradient: `∂L/∂x` collects `∂L/∂y` at the indices, adding up what was read several times: a
    /// [`scatter_add`](Var::scatter_add) onto zeros.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    /// let y = x.gather(0, &Tensor::from([[1, 1], [1, 0]]))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[3.0, 4.0], [3.0, 2.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 1.0], [2.0, 1.0]])); // the 3 was read twice
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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

    /// This, with `source` added at `indices` along `axis`: `y[indices[i, j], j] += source[i, j]` for axis 0 of rank 2. Elements named several times add up; negative
    /// indices count from the end.
    ///
    /// Gradient: `∂L/∂x = ∂L/∂y`, and `∂L/∂source` is read from `∂L/∂y` at the indices: a [`gather`](Var::gather).
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let source = tape.var(Tensor::from([10.0, 20.0, 30.0]));
    /// let y = x.scatter_add(0, &Tensor::from([0, 2, 0]), &source)?;
    /// assert_eq!(y.tensor().to_vec(), [41.0, 2.0, 23.0]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 10.0, 100.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [1.0, 10.0, 100.0]);
    /// assert_eq!(gradients.get(&source)?.to_vec(), [1.0, 100.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
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
