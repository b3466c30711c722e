//! Several indices at once, and writing there.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape, Tensor, plan};
use std::borrow::Borrow;

/// `y` is `x` with the source written over some rows, hence `∂L/∂x` is `∂L/∂y` with 0 there, and `∂L/∂source` the rows of
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
            gy.index_select(0, &self.rows)?.masked_fill(&self.lost, 0.0)
        })?;
        let zero = gy
            .tape()
            .input(Tensor::zeros([self.rows.elements(), gy.shape()[1]]));
        to.give(0, || gy.rows_assigned(&self.rows, &zero))
    }
}

impl<T: Float> Var<T> {
    /// The elements at `indices`, one tensor of indices for each of the first axes, which broadcast together:
    /// `y[…] = x[indices₀[…], indices₁[…], …]`. Their shape takes the place of these axes. Negative indices count from the end.
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
    /// let y = x.index(&[&rows, &columns])?;
    /// assert_eq!(y.tensor().to_vec(), [2.0, 5.0, 5.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[0.0, 1.0], [0.0, 0.0], [2.0, 0.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more tensors than axes, they don't broadcast, or an index is out of range.
    pub fn index(&self, indices: &[impl Borrow<Tensor<i64>>]) -> Result<Var<T>> {
        let (rows, at) = plan::index_positions("index", self.shape(), indices)?;
        self.reshape(rows)?.index_select(0, &at)
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
    pub fn index_assign(
        &self,
        indices: &[impl Borrow<Tensor<i64>>],
        source: &Var<T>,
    ) -> Result<Var<T>> {
        self.tape().check_same("index_assign", source)?;
        let (rows, at) = plan::index_positions("index_assign", self.shape(), indices)?;
        self.positions_assigned("index_assign", &rows, &at, source)
    }

    /// This, seen in the shape `rows`, with the rows `at` set to `source`, broadcast to their shape.
    pub(super) fn positions_assigned(
        &self,
        op: &str,
        rows: &[usize],
        at: &Tensor<i64>,
        source: &Var<T>,
    ) -> Result<Var<T>> {
        let set = Shape::from([at.shape(), &rows[1..]].concat());
        source.tensor().broadcast_for(op, &set)?;
        let source = source.broadcast_to(set)?;
        let width: usize = rows[1..].iter().product();
        let count = at.elements();
        let x = self.reshape([rows[0], width])?;
        x.rows_assigned(&at.reshape([count])?, &source.reshape([count, width])?)?
            .reshape(self.shape())
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
        let source = source.broadcast_to(row)?.reshape([count, 1])?;
        let x = self.reshape([self.tensor().elements(), 1])?;
        x.rows_assigned(&at, &source)?.reshape(self.shape())
    }

    /// This matrix with rows set to those of `source`.
    pub(super) fn rows_assigned(&self, rows: &Tensor<i64>, source: &Var<T>) -> Result<Var<T>> {
        let mut y = self.tensor().clone();
        y.index_assign(&[rows], source.tensor())?;
        let numbers = rows.to_vec();
        let mut last = vec![0; self.shape()[0]];
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
