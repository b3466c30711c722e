//! Results whose rows may lie apart: the heads of a position side by side, say, so that merging them copies nothing.

use crate::kernels::product::{Block, Fast, MatRef, Start};
use crate::kernels::shared::Shared;
use crate::kernels::simd;
use std::marker::PhantomData;

/// A matrix for each head, to be written: its rows are contiguous, its axes in any order in memory.
#[derive(Debug)]
pub struct Target<'a, T> {
    start: Shared<T>,
    dims: &'a [usize],
    strides: Vec<usize>,
    row_stride: usize,
    rows: usize,
    cols: usize,
    data: PhantomData<&'a mut [T]>,
}

impl<'a, T> Target<'a, T> {
    /// `[dims…, rows, cols]` in `data`, whose memory holds the axes in `order` (numbers of the axes but the last, outermost first), and the columns last.
    ///
    /// # Panics
    /// If `order` isn't a permutation, or `data` is of another length.
    pub fn new(
        data: &'a mut [T],
        dims: &'a [usize],
        [rows, cols]: [usize; 2],
        order: &[usize],
    ) -> Self {
        let sizes = [dims, &[rows]].concat();
        let mut strides = vec![0; sizes.len()];
        let mut met = vec![false; sizes.len()];
        let mut stride = cols;
        for &axis in order.iter().rev() {
            assert!(!met[axis], "axis {axis} comes twice in {order:?}");
            met[axis] = true;
            strides[axis] = stride;
            stride *= sizes[axis];
        }
        assert!(
            order.len() == sizes.len() && stride == data.len(),
            "a place for each element"
        );
        let row_stride = strides.pop().unwrap_or(cols);
        Target {
            start: Shared::new(data),
            dims,
            strides,
            row_stride,
            rows,
            cols,
            data: PhantomData,
        }
    }

    /// The matrix of head `index`, the last of `dims` fastest.
    ///
    /// # Panics
    /// If there is none.
    pub fn head(&mut self, index: usize) -> Rows<'_, T> {
        // SAFETY: what is borrowed lives as long as the exclusive borrow of the whole.
        unsafe { self.rows(index, 0, self.rows) }
    }

    /// `count` rows from `from` on of the matrix of head `head`.
    ///
    /// # Panics
    /// If there are none.
    ///
    /// # Safety
    ///
    /// No row is asked for twice, as long as what came of it the first time lives.
    pub(super) unsafe fn rows<'b>(&self, head: usize, from: usize, count: usize) -> Rows<'b, T>
    where
        'a: 'b,
    {
        assert!(
            head < self.dims.iter().product() && from + count <= self.rows,
            "rows of the target"
        );
        let (mut index, mut place) = (head, from * self.row_stride);
        for (&size, stride) in self.dims.iter().zip(&self.strides).rev() {
            place += index % size * stride;
            index /= size;
        }
        Rows {
            start: self.start.at(place),
            stride: self.row_stride,
            rows: count,
            cols: self.cols,
            data: PhantomData,
        }
    }
}

/// Some rows of a matrix, each contiguous, `stride` elements from one to the next, for one thread to write.
#[derive(Debug)]
pub struct Rows<'a, T> {
    /// Element (i, j) at `start + i·stride + j` can be read and written, for `i < rows` and `j < cols`, and is nobody else's for `'a`.
    start: *mut T,
    stride: usize,
    rows: usize,
    cols: usize,
    data: PhantomData<&'a mut [T]>,
}

impl<'a, T> Rows<'a, T> {
    /// Rows that follow each other in `data`.
    ///
    /// # Panics
    /// If `data` is too short.
    pub(super) fn contiguous(data: &'a mut [T], rows: usize, cols: usize) -> Self {
        assert!(rows * cols <= data.len(), "a place for each element");
        Rows {
            start: data.as_mut_ptr(),
            stride: cols,
            rows,
            cols,
            data: PhantomData,
        }
    }

    /// Row `i`.
    ///
    /// # Panics
    /// If there is none.
    pub fn row(&mut self, i: usize) -> &mut [T] {
        assert!(i < self.rows, "row {i} of {}", self.rows);
        // SAFETY: the elements (i, 0..cols), which are this struct's alone, and borrowed with it.
        unsafe {
            std::slice::from_raw_parts_mut(self.start.wrapping_add(i * self.stride), self.cols)
        }
    }

    /// All elements, of rows that follow each other without a gap.
    ///
    /// # Panics
    /// If there are gaps.
    pub(super) fn as_slice(&mut self) -> &mut [T] {
        assert_eq!(self.stride, self.cols, "rows without gaps");
        // SAFETY: without gaps the elements (i, j) are these, and they are this struct's alone, and borrowed with it.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.rows * self.cols) }
    }

    /// Rows `from..from + count`.
    ///
    /// # Panics
    /// If there are fewer.
    pub(super) fn part(&mut self, from: usize, count: usize) -> Rows<'_, T> {
        assert!(from + count <= self.rows, "a part of {} rows", self.rows);
        Rows {
            start: self.start.wrapping_add(from * self.stride),
            rows: count,
            ..*self
        }
    }

    /// All elements 0.
    pub(super) fn clear(&mut self)
    where
        T: Fast,
    {
        (0..self.rows).for_each(|i| self.row(i).fill(T::ZERO));
    }

    /// The product of `a` and `b`, written or added to what is there, on this thread.
    ///
    /// # Panics
    /// If the shapes don't go together.
    pub(super) fn product(&mut self, a: MatRef<'_, T>, b: MatRef<'_, T>, accumulate: bool)
    where
        T: Fast,
    {
        let shape = [a.rows(), b.rows(), b.cols()];
        assert_eq!(
            shape,
            [self.rows, a.cols(), self.cols],
            "shapes of the product"
        );
        if a.cols() == 0 && !accumulate {
            self.clear();
        }
        if shape.contains(&0) {
            return;
        }
        let start = match accumulate {
            true => Start::Accumulate,
            false => Start::Zero,
        };
        // SAFETY: the part of C are these rows, which are this struct's alone while it is borrowed; there is no bias.
        simd::run(unsafe { Block::new(a, b, self.start, self.stride, start) });
    }
}
