//! Several indices at once, and writing there.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::plan::{self, AtIndices};
use etude_tensor::{Float, IndexAxis, Result, Shape, Tensor};

/// `y` is `x` of shape `[outer, rows, inner]` with the source written over some rows, hence `∂L/∂x` is `∂L/∂y` with 0 there, and `∂L/∂source` the rows of
/// `∂L/∂y` there, but 0 for what was written over again.
struct IndexAssign {
    rows: Tensor<i64>,
    /// Which of the source's rows were written over again.
    lost: Tensor<bool>,
}

impl<T: Float> Rule<T> for IndexAssign {
    fn name(&self) -> &'static str {
        "index_assign"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || {
            gy.index_select(1, &self.rows)?.masked_fill(&self.lost, 0.0)
        })?;
        let (outer, inner) = (gy.shape()[0], gy.shape()[2]);
        let zero = Tensor::zeros([outer, self.rows.elements(), inner]);
        let zero = gy.tape().input(zero);
        to.give(0, || gy.rows_assigned(&self.rows, &zero))
    }
}

impl<T: Float> Var<T> {
    /// The elements at `indices`, a tensor of indices for each of the first axes, or `None` for all of it, as NumPy's `x[i, :, j]`; with indices
    /// alone, `y[…] = x[indices₀[…], indices₁[…], …]`. The tensors broadcast together, and negative indices count from the end. Their shape
    /// takes the place of the axes that have them, if these are neighbours; else it comes first.
    ///
    /// Gradient: `∂L/∂x` collects `∂L/∂y` at the indices, adding up what was named several times.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0], [5.0, 6.0]]));
    /// let (rows, columns) = (Tensor::from([0, 2, -1]), Tensor::from([1, 0, 0]));
    /// assert_eq!(x.index(&[None, Some(&columns)])?.shape(), [3, 3]);
    /// let y = x.index(&[&rows, &columns])?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 5.0, 5.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 1.0], [0.0, 0.0], [2.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no axis has a tensor, there are more than axes, they don't broadcast, or an index is out of range.
    pub fn index(&self, indices: &[impl IndexAxis]) -> Result<Var<T>> {
        let at = plan::index_positions("index", self.shape(), indices)?;
        self.in_order(&at)?
            .reshape(&at.rows[..])?
            .index_select(at.axis as isize, &at.positions)
    }

    /// This with the axes that have indices side by side.
    fn in_order(&self, at: &AtIndices) -> Result<Var<T>> {
        match &at.order {
            Some(order) => self.permute(order),
            None => Ok(self.clone()),
        }
    }

    /// This with the elements at `indices`, which are as for [`index`](Var::index), set to `source`, broadcast to their
    /// shape: `y[indices₀[…], indices₁[…], …] = source[…]`. Where an element is named several times, the last in row-major order counts.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with 0 at the indices; `∂L/∂source` is `∂L/∂y` there, but 0 for what was written over
    /// again.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let source = tape.var(Tensor::from([10.0, 20.0]));
    /// let y = x.index_assign(&[Tensor::from([0, 0])], &source)?;
    /// assert_eq!(y.tensor().to_vec(), [20.0, 2.0, 3.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [0.0, 1.0, 1.0]);
    /// assert_eq!(gradients.get(&source)?.to_vec(), [0.0, 1.0]); // the 10 left no trace
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As `index`, or if `source` doesn't broadcast to what is set, or the variables are on different tapes.
    pub fn index_assign(&self, indices: &[impl IndexAxis], source: &Var<T>) -> Result<Var<T>> {
        self.tape().check_same("index_assign", source)?;
        let at = plan::index_positions("index_assign", self.shape(), indices)?;
        self.positions_assigned("index_assign", &at, source)
    }

    /// This with what stands at positions set to `source`, broadcast to their shape.
    pub(super) fn positions_assigned(
        &self,
        op: &str,
        at: &AtIndices,
        source: &Var<T>,
    ) -> Result<Var<T>> {
        let named = at.named();
        source.tensor().broadcast_for(op, &named)?;
        let [outer, size, inner] = at.around();
        let count = at.positions.elements();
        let source = source.broadcast_to(named)?.reshape([outer, count, inner])?;
        let x = self.in_order(at)?;
        let y = x.reshape([outer, size, inner])?;
        let y = y.rows_assigned(&at.positions.reshape([count])?, &source)?;
        let y = y.reshape(x.shape())?;
        match &at.order {
            Some(order) => y.permute(plan::inverse_order(order)),
            None => Ok(y),
        }
    }

    /// This with the elements where `mask`, which broadcasts to its shape, is true, in row-major order, set to those of
    /// `source`, which broadcasts to a vector of as many: `y[k-th place in mask] = source[k]`. For a mask of rows there is
    /// [`boolean_index_assign`](Var::boolean_index_assign).
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with 0 where the mask holds; `∂L/∂source` is `∂L/∂y` there.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, -2.0, -3.0]));
    /// let source = tape.var(Tensor::from([10.0, 20.0]));
    /// let y = x.masked_assign(&Tensor::from([false, true, true]), &source)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 10.0, 20.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [1.0, 0.0, 0.0]);
    /// assert_eq!(gradients.get(&source)?.to_vec(), [1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the mask has another number of axes, or doesn't broadcast to the variable's shape, or `source` to the number of elements
    /// that it names; variables on different tapes.
    pub fn masked_assign(&self, mask: &Tensor<bool>, source: &Var<T>) -> Result<Var<T>> {
        self.tape().check_same("masked_assign", source)?;
        plan::check_mask_rank("masked_assign", self.shape(), mask)?;
        let mask = mask.broadcast_for("masked_assign", &self.tensor().to_shape())?;
        let at = mask.flat_nonzero();
        let count = at.elements();
        let row = Shape::from([count]);
        source.tensor().broadcast_for("masked_assign", &row)?;
        let source = source.broadcast_to(row)?.reshape([1, count, 1])?;
        let x = self.reshape([1, self.tensor().elements(), 1])?;
        x.rows_assigned(&at, &source)?.reshape(self.shape())
    }

    /// This `[outer, rows, inner]` with the rows of these numbers set to those of `source`.
    pub(super) fn rows_assigned(&self, rows: &Tensor<i64>, source: &Var<T>) -> Result<Var<T>> {
        let mut y = self.tensor().clone();
        y.index_assign(&[None, Some(rows)], source.tensor())?;
        let numbers = rows.to_vec();
        let mut last = vec![0; self.shape()[1]];
        numbers
            .iter()
            .enumerate()
            .for_each(|(i, &row)| last[row as usize] = i);
        let lost: Vec<bool> = numbers
            .iter()
            .enumerate()
            .map(|(i, &row)| last[row as usize] != i)
            .collect();
        let rule = IndexAssign {
            rows: rows.clone(),
            lost: Tensor::from_slice([lost.len(), 1], &lost)?,
        };
        self.tape().record(rule, &[self, source], y, [])
    }
}
