//! Writing in place: the whole tensor, or the part of it that a view names. Views that share the storage keep what they
//! saw: a shared storage is copied first.

use crate::layout::Layout;
use crate::{Element, Error, Float, Result, Slice, Tensor};

impl<T: Element> Tensor<T> {
    /// Sets every element to `value`: `x[i] ← value`. Copies nothing, even where the storage is shared.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::from([1.0, 2.0]);
    /// let before = x.clone();
    /// x.fill(0.0);
    /// assert_eq!((x.to_vec(), before.to_vec()), (vec![0.0, 0.0], vec![1.0, 2.0]));
    /// ```
    pub fn fill(&mut self, value: T) {
        if self.is_contiguous() && self.is_unique() {
            self.make_mut().fill(value);
        } else {
            *self = Tensor::full(self.layout().shape(), value);
        }
    }

    /// Sets the elements to those of `source`, broadcast to this tensor's shape: `x[i] ← source[i]`.
    ///
    /// # Errors
    /// If `source` doesn't broadcast to it.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::<f32>::zeros([2, 2]);
    /// x.copy_from(&Tensor::from([1.0, 2.0]))?;
    /// assert_eq!(x, Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn copy_from(&mut self, source: &Self) -> Result<()> {
        let layout = source
            .layout()
            .broadcast_to("copy_from", self.layout().shape())?;
        let source = source.view(layout);
        if self.is_contiguous() && self.is_unique() {
            crate::copy::copy(&source, self.make_mut());
        } else {
            *self = source.copied();
        }
        Ok(())
    }

    /// Sets the part that `slices` names (see [`Tensor::slices`]) to `source`, broadcast to it: `x[slices] ← source`.
    ///
    /// # Errors
    /// If the slices don't fit the tensor, or `source` doesn't broadcast to the part.
    ///
    /// ```
    /// use etude_tensor::{Tensor, s};
    ///
    /// let mut x = Tensor::<f32>::zeros([2, 3]);
    /// x.slice_assign(s![.., 1..;-1], &Tensor::from([5.0, 6.0]))?;
    /// assert_eq!(x, Tensor::from([[0.0, 6.0, 5.0], [0.0, 6.0, 5.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn slice_assign(&mut self, slices: impl AsRef<[Slice]>, source: &Self) -> Result<()> {
        self.write_view(
            "slice_assign",
            |x| x.slices_for("slice_assign", slices),
            source,
            |y, x| *y = x,
        )
    }

    /// Sets the part that `view` makes of this tensor to `source`, broadcast to it: `view(x) ← source`. Where a view names an element
    /// several times ([`windows`](Tensor::windows)), the last in row-major order counts.
    ///
    /// # Errors
    /// If `view` fails or copies instead of taking a view, or `source` doesn't broadcast to the part.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::<f32>::zeros([2, 2]);
    /// x.view_assign(|x| x.diagonal(0, 0, 1), &Tensor::scalar(1.0))?;
    /// assert_eq!(x, Tensor::eye(2));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn view_assign(
        &mut self,
        view: impl FnOnce(&Self) -> Result<Self>,
        source: &Self,
    ) -> Result<()> {
        self.write_view("view_assign", view, source, |y, x| *y = x)
    }

    fn write_view(
        &mut self,
        op: &str,
        view: impl FnOnce(&Self) -> Result<Self>,
        source: &Self,
        write: impl Fn(&mut T, T) + Sync,
    ) -> Result<()> {
        if !self.is_contiguous() {
            *self = self.copied();
        }
        let part = view(self)?;
        let source = source.view(source.layout().broadcast_to(op, part.layout().shape())?);
        if !part.shares_storage(self) {
            return Err(Error::value(
                op,
                format!(
                    "{:?} as a view of {:?} is a copy; writing to it would be lost",
                    part.shape(),
                    self.shape()
                ),
            ));
        }
        // Places count from this tensor's first element, so that they hold in a copy as well.
        let place = part.layout().offset().wrapping_sub(self.layout().offset());
        let region = Layout::strided(part.layout().shape().clone(), part.strides(), place);
        // Only now is the storage this tensor's alone again, unless others share it.
        drop(part);
        crate::copy::write(self.make_mut(), &region, &source, write);
        Ok(())
    }
}

impl<T: Float> Tensor<T> {
    /// Adds `source`, broadcast to it, to the part that `view` makes of this tensor, `view(x) ← view(x) + source`: the adjoint of any view, those
    /// included that name an element several times ([`windows`](Tensor::windows), [`broadcast_to`](Tensor::broadcast_to)). NaN added to
    /// anything is NaN.
    ///
    /// # Errors
    /// If `view` fails or copies instead of taking a view, or `source` doesn't broadcast to the part.
    ///
    /// ```
    /// use etude_tensor::{Tensor, Window};
    ///
    /// let mut x = Tensor::<f32>::zeros([4]);
    /// x.view_add_assign(|x| x.windows([Window::new(0, 2)]), &Tensor::ones([3, 2]))?;
    /// assert_eq!(x, Tensor::from([1.0, 2.0, 2.0, 1.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn view_add_assign(
        &mut self,
        view: impl FnOnce(&Self) -> Result<Self>,
        source: &Self,
    ) -> Result<()> {
        self.write_view("view_add_assign", view, source, |y, x| *y += x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Window, s};

    #[test]
    fn views_keep_what_they_saw() {
        let mut x = Tensor::arange(0_i64, 6, 1)
            .unwrap()
            .reshape([2, 3])
            .unwrap();
        let row = x.select(0, 0).unwrap();
        x.slice_assign(s![0], &Tensor::scalar(9)).unwrap();
        assert_eq!(x.to_vec(), [9, 9, 9, 3, 4, 5]);
        assert_eq!(row.to_vec(), [0, 1, 2]);
        drop(row);
        let at = x.as_slice().unwrap().as_ptr();
        x.slice_assign(s![1, ..;2], &Tensor::from([7, 8])).unwrap();
        assert_eq!(x.to_vec(), [9, 9, 9, 7, 4, 8]);
        assert_eq!(
            x.as_slice().unwrap().as_ptr(),
            at,
            "alone it is written in place"
        );
    }

    #[test]
    fn parts_of_views_that_are_not_contiguous() {
        let base = Tensor::arange(0_i64, 12, 1)
            .unwrap()
            .reshape([3, 4])
            .unwrap();
        let mut x = base.transpose(0, 1).unwrap();
        x.slice_assign(s![1..3, 0], &Tensor::from([-1, -2]))
            .unwrap();
        assert_eq!(x.to_vec(), [0, 4, 8, -1, 5, 9, -2, 6, 10, 3, 7, 11]);
        let mut rows = base.narrow(0, 1, 2).unwrap();
        drop(base);
        rows.slice_assign(s![.., -1], &Tensor::scalar(0)).unwrap();
        assert_eq!(rows.to_vec(), [4, 5, 6, 0, 8, 9, 10, 0]);
    }

    #[test]
    fn a_tensor_assigned_from_itself() {
        let mut x = Tensor::arange(0_i64, 5, 1).unwrap();
        let flipped = x.flip(0).unwrap();
        x.copy_from(&flipped).unwrap();
        assert_eq!(x.to_vec(), [4, 3, 2, 1, 0]);
        let all = x.clone();
        x.slice_assign(s![1..], &all.slice(0, ..4).unwrap())
            .unwrap();
        assert_eq!(x.to_vec(), [4, 4, 3, 2, 1]);
    }

    #[test]
    fn adding_to_a_view_counts_each_place() {
        let mut x = Tensor::<f64>::ones([2, 5]);
        x.view_add_assign(
            |x| x.windows([Window::new(1, 3).step(2)]),
            &Tensor::ones([2, 2, 3]),
        )
        .unwrap();
        assert_eq!(x.to_vec(), [2.0, 2.0, 3.0, 2.0, 2.0].repeat(2));
        let mut x = Tensor::<f64>::zeros([2]);
        x.view_add_assign(
            |x| x.broadcast_to([3, 2]),
            &Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        )
        .unwrap();
        assert_eq!(x.to_vec(), [9.0, 12.0]);
    }

    #[test]
    fn filling_shared_parts() {
        let mut x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let mut column = x.select(1, 0).unwrap();
        column.fill(7.0);
        x.fill(5.0);
        assert_eq!((column.to_vec(), x.to_vec()), (vec![7.0; 2], vec![5.0; 4]));
        Tensor::<f32>::zeros([0, 2]).fill(1.0);
    }

    #[test]
    fn what_cannot_be_written_is_an_error_and_changes_nothing() {
        let mut x = Tensor::arange(0_i64, 6, 1)
            .unwrap()
            .reshape([2, 3])
            .unwrap();
        let before = x.clone();
        let err = x
            .view_assign(|x| x.transpose(0, 1)?.reshape([6]), &Tensor::scalar(1))
            .unwrap_err();
        assert_eq!(
            err.to_string(),
            "view_assign: [6] as a view of [2, 3] is a copy; writing to it would be lost"
        );
        let err = x.slice_assign(s![0], &Tensor::from([1, 2])).unwrap_err();
        assert_eq!(
            err.to_string(),
            "slice_assign: can't broadcast shape [2] to [3]: axis 0 has size 2; expected 3 or 1"
        );
        assert_eq!(
            x.slice_assign(s![2], &Tensor::scalar(1))
                .unwrap_err()
                .to_string(),
            "slice_assign: 2 of axis 0, which has size 2; expected an index inside it"
        );
        assert!(x.copy_from(&Tensor::zeros([2, 2])).is_err());
        assert_eq!(x, before);
    }
}
