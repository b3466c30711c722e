//! A matrix seen in a slice: an offset and a stride for each axis, checked once.

/// A matrix in a slice: element (i, j) stands at `offset + i·row_stride + j·col_stride`. Transposing swaps two numbers, a stride of 0 repeats a
/// row or a column, a negative one walks backwards.
#[derive(Clone, Copy, Debug)]
pub struct MatRef<'a, T> {
    data: &'a [T],
    offset: usize,
    rows: usize,
    cols: usize,
    row_stride: isize,
    col_stride: isize,
}

impl<'a, T> MatRef<'a, T> {
    /// The `[rows, cols]` matrix that starts at `offset` of `data` with the strides `[row_stride, col_stride]`.
    ///
    /// # Panics
    /// If an element would stand outside `data`.
    pub fn new(
        data: &'a [T],
        offset: usize,
        [rows, cols]: [usize; 2],
        [row_stride, col_stride]: [isize; 2],
    ) -> Self {
        let matrix = MatRef {
            data,
            offset,
            rows,
            cols,
            row_stride,
            col_stride,
        };
        matrix.check(&[], &[]);
        matrix
    }

    /// The `[rows, cols]` matrix whose rows follow each other in `data`.
    ///
    /// # Panics
    /// If `data` is too short.
    pub fn row_major(data: &'a [T], rows: usize, cols: usize) -> Self {
        MatRef::new(data, 0, [rows, cols], [cols as isize, 1])
    }

    /// The transpose.
    #[must_use]
    pub fn t(self) -> Self {
        let MatRef {
            rows,
            cols,
            row_stride,
            col_stride,
            ..
        } = self;
        MatRef {
            rows: cols,
            cols: rows,
            row_stride: col_stride,
            col_stride: row_stride,
            ..self
        }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The distance from an element to the one below it.
    pub fn row_stride(&self) -> isize {
        self.row_stride
    }

    /// The distance from an element to the one on its right.
    pub fn col_stride(&self) -> isize {
        self.col_stride
    }

    /// Panics if an element of this matrix, moved by any index into a batch of `dims` with `strides`, would stand outside
    /// the data.
    pub(in crate::kernels) fn check(&self, dims: &[usize], strides: &[isize]) {
        if self.rows == 0 || self.cols == 0 || dims.contains(&0) {
            return;
        }
        let axes = [(self.rows, self.row_stride), (self.cols, self.col_stride)];
        let batch = dims.iter().copied().zip(strides.iter().copied());
        let (mut lowest, mut highest) = (self.offset as i128, self.offset as i128);
        for (length, stride) in axes.into_iter().chain(batch) {
            let reach = (length as i128 - 1) * stride as i128;
            lowest += reach.min(0);
            highest += reach.max(0);
        }
        assert!(
            lowest >= 0 && highest < self.data.len() as i128,
            "a [{}, {}] matrix at {} with strides [{}, {}] in a batch {dims:?} with strides {strides:?} \
             reaches from {lowest} to {highest}, outside of {} elements",
            self.rows,
            self.cols,
            self.offset,
            self.row_stride,
            self.col_stride,
            self.data.len()
        );
    }

    /// Where the element (i, j) stands in the data.
    pub(crate) fn index(&self, i: usize, j: usize) -> usize {
        (self.offset as isize + i as isize * self.row_stride + j as isize * self.col_stride)
            as usize
    }

    /// A pointer to the element (i, j), which needn't exist: `wrapping` arithmetic, so that one past a zero-sized matrix is fine.
    pub(super) fn pointer(&self, i: usize, j: usize) -> *const T {
        let steps =
            self.offset as isize + i as isize * self.row_stride + j as isize * self.col_stride;
        self.data.as_ptr().wrapping_offset(steps)
    }

    /// The same matrix, `steps` elements further on.
    pub(crate) fn moved(self, steps: isize) -> Self {
        MatRef {
            offset: (self.offset as isize + steps) as usize,
            ..self
        }
    }

    /// `count` such matrices below each other, each starting where the one above ends.
    pub(super) fn taller(self, count: usize) -> Self {
        MatRef {
            rows: self.rows * count,
            ..self
        }
    }

    /// Rows `from..from + rows` and columns `left..left + cols`.
    pub(in crate::kernels) fn part(
        self,
        from: usize,
        rows: usize,
        left: usize,
        cols: usize,
    ) -> Self {
        debug_assert!(from + rows <= self.rows && left + cols <= self.cols);
        let steps = from as isize * self.row_stride + left as isize * self.col_stride;
        MatRef { rows, cols, ..self }.moved(steps)
    }
}

impl<'a, T: Copy> MatRef<'a, T> {
    /// The `count` elements of row `i` from column `from` on, if they lie side by side.
    pub(in crate::kernels) fn row_slice(
        &self,
        i: usize,
        from: usize,
        count: usize,
    ) -> Option<&'a [T]> {
        (self.col_stride == 1 && count > 0).then(|| &self.data[self.index(i, from)..][..count])
    }

    /// The element (i, j).
    ///
    /// # Panics
    /// If there is none.
    pub fn get(&self, i: usize, j: usize) -> T {
        assert!(
            i < self.rows && j < self.cols,
            "({i}, {j}) of a [{}, {}] matrix",
            self.rows,
            self.cols
        );
        self.data[self.index(i, j)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_of_any_sign_reach_the_right_element() {
        let data: Vec<i32> = (0..12).collect();
        let m = MatRef::row_major(&data, 3, 4);
        assert_eq!((m.get(1, 2), m.t().get(2, 1)), (6, 6));
        let flipped = MatRef::new(&data, 11, [3, 4], [-4, -1]);
        assert_eq!(flipped.get(0, 0), 11);
        assert_eq!(flipped.part(1, 2, 1, 2).get(0, 0), 6);
        assert_eq!(MatRef::new(&data, 3, [5, 2], [0, 1]).get(4, 1), 4);
    }

    #[test]
    #[should_panic(expected = "outside of 12 elements")]
    fn a_matrix_that_reaches_outside_is_refused() {
        let data = [0; 12];
        MatRef::new(&data, 1, [3, 4], [4, 1]);
    }
}
