//! Matrix products: `C = f(A·B)`, with any strides, in batches, with a bias or added to what is in C.
//!
//! [`ProductKernels`] is the trait of the family. Its default body is the triple loop of
//! [`reference::product`]; `f32` and `f64` override it with
//!
//! - `vector`: matrix times vector, when C is one row or one column;
//! - `blocks`: the packed product, five loops around the micro-kernel in `tile`, packing as in `pack`;
//! - `packed`: a matrix B that is packed once and serves many products;
//! - `split`: how a product or a batch is cut into tasks for several threads, and how those of a large product share one packed B;
//! - `speed`: a measurement, beside the arithmetic units' limit.

mod blocks;
mod matrix;
pub(crate) mod pack;
pub(crate) mod packed;
mod split;
pub(crate) mod tile;
mod vector;

#[cfg(test)]
mod speed;
#[cfg(test)]
mod tests;

use super::maps::Unary;
use super::simd::{self, Kernel, Lanes, Vector};
use crate::{Float, reference};
pub(in crate::kernels) use blocks::Block;
pub use matrix::MatRef;
pub(in crate::kernels) use tile::Start;

/// A matrix product, ready to be computed: `C = A·B`, and what else goes into C.
///
/// ```
/// use etude_tensor::kernels::product::{MatRef, Product};
///
/// let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
/// let (a, b) = (MatRef::row_major(&a, 2, 2), MatRef::row_major(&b, 2, 2));
/// let mut c = [0.0; 4];
/// Product::new(a, b.t()).bias(&[0.5, 0.0]).write(&mut c);
/// assert_eq!(c, [17.5, 23.0, 39.5, 53.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Product<'a, T> {
    pub(crate) a: MatRef<'a, T>,
    pub(crate) b: MatRef<'a, T>,
    pub(crate) batch: &'a [usize],
    pub(crate) a_strides: &'a [isize],
    pub(crate) b_strides: &'a [isize],
    pub(crate) bias: Option<&'a [T]>,
    pub(crate) accumulate: bool,
    pub(crate) then: Option<Unary>,
}

impl<'a, T> Product<'a, T> {
    /// The product of an `[m, k]` and a `[k, n]` matrix.
    ///
    /// # Panics
    /// If the columns of `a` aren't as many as the rows of `b`.
    pub fn new(a: MatRef<'a, T>, b: MatRef<'a, T>) -> Self {
        assert_eq!(a.cols(), b.rows(), "columns of a and rows of b");
        Product {
            a,
            b,
            batch: &[],
            a_strides: &[],
            b_strides: &[],
            bias: None,
            accumulate: false,
            then: None,
        }
    }

    /// A batch of products: for each index into `dims`, `a` and `b` are moved by the index times their strides (0 where an operand is
    /// broadcast). C holds the results one behind the other, the last batch axis fastest.
    ///
    /// # Panics
    /// If the strides aren't as many as the dims, or lead outside the data.
    #[must_use]
    pub fn batched(
        mut self,
        dims: &'a [usize],
        a_strides: &'a [isize],
        b_strides: &'a [isize],
    ) -> Self {
        assert!(
            a_strides.len() == dims.len() && b_strides.len() == dims.len(),
            "a stride for each batch axis"
        );
        self.a.check(dims, a_strides);
        self.b.check(dims, b_strides);
        (self.batch, self.a_strides, self.b_strides) = (dims, a_strides, b_strides);
        self
    }

    /// Adds `bias[j]` to column j.
    ///
    /// # Panics
    /// If there isn't one number for each column.
    #[must_use]
    pub fn bias(mut self, bias: &'a [T]) -> Self {
        assert_eq!(bias.len(), self.b.cols(), "a bias for each column");
        self.bias = Some(bias);
        self
    }

    /// Adds the product to what is in C, instead of overwriting it.
    #[must_use]
    pub fn accumulate(mut self) -> Self {
        self.accumulate = true;
        self
    }

    /// Applies a function to every element of C, where bias and accumulation have been added, by the thread that has just computed it and
    /// while it is in that processor's cache: an activation without a pass over memory.
    ///
    /// ```
    /// use etude_tensor::kernels::{maps::Unary, product::{MatRef, Product}};
    ///
    /// let (a, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 0.0, 1.0]);
    /// let (a, b) = (MatRef::row_major(&a, 2, 2), MatRef::row_major(&b, 2, 2));
    /// let mut c = [0.0; 4];
    /// Product::new(a, b).bias(&[-2.0, 0.0]).then(Unary::Relu).write(&mut c);
    /// assert_eq!(c, [0.0, 2.0, 1.0, 4.0]);
    /// ```
    #[must_use]
    pub fn then(mut self, function: Unary) -> Self {
        self.then = Some(function);
        self
    }

    /// The number of products in the batch.
    pub(crate) fn batch_size(&self) -> usize {
        self.batch.iter().product()
    }

    /// Product `index` of the batch, by itself.
    pub(crate) fn single(&self, mut index: usize) -> Product<'a, T>
    where
        T: Copy,
    {
        let (mut a, mut b) = (0, 0);
        for axis in (0..self.batch.len()).rev() {
            let i = (index % self.batch[axis]) as isize;
            index /= self.batch[axis];
            a += i * self.a_strides[axis];
            b += i * self.b_strides[axis];
        }
        Product {
            a: self.a.moved(a),
            b: self.b.moved(b),
            batch: &[],
            a_strides: &[],
            b_strides: &[],
            ..*self
        }
    }

    /// Computes the product into `c`, row by row: `[batch…, m, n]`.
    ///
    /// # Panics
    /// If `c` isn't as long as that.
    pub fn write(&self, c: &mut [T])
    where
        T: Float,
    {
        assert_eq!(
            c.len(),
            self.batch_size() * self.a.rows() * self.b.cols(),
            "elements of c"
        );
        T::product(self, c);
    }
}

/// Matrix products of an element type.
pub trait ProductKernels: Copy + 'static {
    /// Computes `product` into `c`, whose length is the caller's to check (as [`Product::write`] does).
    ///
    /// A NaN or an infinity takes part as arithmetic says: `0·∞` is NaN, also where A or B is mostly zero.
    fn product(product: &Product<'_, Self>, c: &mut [Self])
    where
        Self: Float,
    {
        reference::product::product(product, c);
    }
}

impl ProductKernels for f32 {
    fn product(product: &Product<'_, f32>, c: &mut [f32]) {
        split::product(product, c);
    }
}

impl ProductKernels for f64 {
    fn product(product: &Product<'_, f64>, c: &mut [f64]) {
        split::product(product, c);
    }
}

impl<T: Float> ProductKernels for crate::Dual<T> {}

/// What the fast kernels need of an element type: `f32` and `f64`.
pub(crate) trait Fast: Lanes + Float {}

impl<T: Lanes + Float> Fast for T {}

/// Columns of the micro-kernel's tile at the current level, and thus of a packed panel.
pub(crate) fn tile_width<T: Lanes>() -> usize {
    simd::run::<T, TileSize>(TileSize).1
}

/// Rows of the micro-kernel's tile at the current level.
fn tile_rows<T: Lanes>() -> usize {
    simd::run::<T, TileSize>(TileSize).0
}

/// Rows and columns of the micro-kernel's tile.
struct TileSize;

impl<T: Lanes> Kernel<T> for TileSize {
    type Output = (usize, usize);

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) -> (usize, usize) {
        (V::TILE_ROWS, 2 * V::LANES)
    }
}
