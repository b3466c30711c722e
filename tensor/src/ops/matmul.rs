//! The matrix product, of vectors, matrices and batches of matrices.

use crate::kernels::maps::Unary;
use crate::kernels::product::{MatRef, Product};
use crate::layout::Layout;
use crate::{Error, Float, Result, Shape, Tensor};

impl<T: Float> Tensor<T> {
    /// The matrix product over the last two axes, `y[…, i, j] = Σₖ a[…, i, k] · b[…, k, j]`, as NumPy's `@`: leading
    /// axes broadcast; a vector on the left counts as one row, on the right as one column, and that axis is missing
    /// from the result. Any strides are used as they are, so a transposed operand costs no copy. NaN and ∞ take part
    /// as arithmetic says.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let v = Tensor::from([1.0_f32, -1.0]);
    /// assert_eq!(a.matmul(&a)?.to_vec(), [7.0, 10.0, 15.0, 22.0]);
    /// assert_eq!(a.matmul(&v)?.to_vec(), [-1.0, -1.0]);
    /// assert_eq!(v.matmul(&v)?.item()?, 2.0);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an operand has rank 0, the inner sizes differ, or the leading axes don't broadcast.
    pub fn matmul(&self, other: &Self) -> Result<Self> {
        product("matmul", self, other, None, None)
    }

    /// `y = x·w + b`, as [`matmul`](Self::matmul): the product of the last axis of `x` with the matrix `w` `[in, out]`, and the vector `b`
    /// `[out]` added to each row on the way to memory.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0]]);
    /// let w = Tensor::from([[1.0_f32, 0.0, 1.0], [0.0, 1.0, 1.0]]);
    /// let y = x.affine(&w, &Tensor::from([0.5, 0.5, 0.5]))?;
    /// assert_eq!(y.to_vec(), [1.5, 2.5, 3.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `w` isn't a matrix with as many rows as `x` has columns, or `b` not a vector with as many numbers as `w` has
    /// columns.
    pub fn affine(&self, weight: &Self, bias: &Self) -> Result<Self> {
        affine("affine", self, weight, Some(bias), None)
    }

    /// `y = f(x·w + b)`: [`affine`](Self::affine) with a function of every element, which the thread that has computed a block of the
    /// result applies while the block is in its cache. Without a bias `y = f(x·w)`.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Unary};
    ///
    /// let x = Tensor::from([[1.0_f32, 2.0]]);
    /// let w = Tensor::from([[1.0_f32, -1.0], [1.0, -1.0]]);
    /// let y = x.affine_then(&w, Some(&Tensor::from([0.5, 0.5])), Unary::Relu)?;
    /// assert_eq!(y.to_vec(), [3.5, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`affine`](Self::affine).
    pub fn affine_then(&self, weight: &Self, bias: Option<&Self>, function: Unary) -> Result<Self> {
        affine("affine_then", self, weight, bias, Some(function))
    }
}

fn affine<T: Float>(
    op: &str,
    x: &Tensor<T>,
    weight: &Tensor<T>,
    bias: Option<&Tensor<T>>,
    function: Option<Unary>,
) -> Result<Tensor<T>> {
    let fits = |bias: &Tensor<T>| bias.rank() == 1 && bias.shape()[0] == weight.shape()[1];
    if weight.rank() != 2 || !bias.is_none_or(fits) {
        let bias = bias.map_or(String::new(), |bias| {
            format!(" and bias {:?}", bias.shape())
        });
        let message = format!(
            "weight {:?}{bias}; expected [in, out] and [out]",
            weight.shape()
        );
        return Err(Error::shape(op, message));
    }
    let bias = bias.map(Tensor::contiguous);
    product(op, x, weight, bias.as_ref(), function)
}

/// The product with the rules of `matmul`; `bias`, contiguous and as long as a row of the result, is added to each row, and then
/// `function` applied to each element.
fn product<T: Float>(
    op: &str,
    a: &Tensor<T>,
    b: &Tensor<T>,
    bias: Option<&Tensor<T>>,
    function: Option<Unary>,
) -> Result<Tensor<T>> {
    if a.rank() == 0 || b.rank() == 0 {
        return Err(Error::shape(
            op,
            format!(
                "got shapes {:?} and {:?}; expected at least one axis each",
                a.shape(),
                b.shape()
            ),
        ));
    }
    let (a_is_row, b_is_column) = (a.rank() == 1, b.rank() == 1);
    let left = if a_is_row {
        widen(a.layout(), 0)
    } else {
        a.layout().clone()
    };
    let right = if b_is_column {
        widen(b.layout(), 1)
    } else {
        b.layout().clone()
    };
    let ([a_batch @ .., m, k], [b_batch @ .., inner, n]) = (&left.shape()[..], &right.shape()[..])
    else {
        unreachable!("both have at least two axes by now")
    };
    let (m, k, n) = (*m, *k, *n);
    if k != *inner {
        return Err(Error::shape(
            op,
            format!(
                "shapes {:?} and {:?} differ in their inner size; expected {k} on axis {} of the right operand, got {inner}",
                a.shape(),
                b.shape(),
                if b_is_column { "-1" } else { "-2" },
            ),
        ));
    }
    let batch = Shape::broadcast(op, a_batch, b_batch)?;
    let mut sizes = batch.to_vec();
    if !a_is_row {
        sizes.push(m);
    }
    if !b_is_column {
        sizes.push(n);
    }
    Shape::from(&sizes).check_fits(op, size_of::<T>())?;
    if sizes.contains(&0) {
        // Not even one matrix has to be there for a kernel to look at.
        return Ok(Tensor::zeros(sizes));
    }
    let bias = bias.and_then(Tensor::as_slice);

    // One matrix on the right serves every row on the left: where those lie evenly spaced, it is a single product.
    let rows = batch.elements() * m;
    if b_batch.is_empty()
        && let Some(flat) = left.reshape(&Shape::from([rows, k]))
    {
        let (a, b) = (matrix(a.buffer(), &flat), matrix(b.buffer(), &right));
        return Ok(Tensor::build(Shape::from(sizes), |y| {
            with_ending(Product::new(a, b), bias, function).write(y)
        }));
    }
    let spread = |layout: &Layout| {
        let [.., rows, cols] = layout.shape()[..] else {
            unreachable!("at least two axes")
        };
        let whole = [&batch[..], &[rows, cols]].concat();
        layout.broadcast_to(op, &Shape::from(whole))
    };
    let (left, right) = (spread(&left)?, spread(&right)?);
    let (a_strides, b_strides) = (left.strides(), right.strides());
    let axes = batch.rank();
    let (a, b) = (matrix(a.buffer(), &left), matrix(b.buffer(), &right));
    let product = Product::new(a, b).batched(&batch, &a_strides[..axes], &b_strides[..axes]);
    Ok(Tensor::build(Shape::from(sizes), |y| {
        with_ending(product, bias, function).write(y)
    }))
}

fn with_ending<'a, T>(
    mut product: Product<'a, T>,
    bias: Option<&'a [T]>,
    function: Option<Unary>,
) -> Product<'a, T> {
    if let Some(bias) = bias {
        product = product.bias(bias);
    }
    match function {
        Some(function) => product.then(function),
        None => product,
    }
}

/// A vector as a matrix: with an axis of size 1 put in at `axis`.
fn widen(vector: &Layout, axis: usize) -> Layout {
    let (mut sizes, mut strides) = (vector.shape().to_vec(), vector.strides());
    sizes.insert(axis, 1);
    strides.insert(axis, 0);
    Layout::strided(Shape::from(sizes), strides, vector.offset())
}

/// The matrix in the last two axes of a layout, at the first index of the others.
fn matrix<'a, T>(buffer: &'a [T], layout: &Layout) -> MatRef<'a, T> {
    let ([.., rows, cols], [.., row_stride, col_stride]) =
        (&layout.shape()[..], &layout.strides()[..])
    else {
        unreachable!("at least two axes")
    };
    MatRef::new(
        buffer,
        layout.offset(),
        [*rows, *cols],
        [*row_stride, *col_stride],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    /// The sum, written out, for operands of rank 3 that broadcast over the first axis.
    fn naive(a: &Tensor<f64>, b: &Tensor<f64>) -> Vec<f64> {
        let ([p, m, k], [q, _, n]) = (a.shape(), b.shape()) else {
            panic!("rank 3")
        };
        let mut y = Vec::new();
        for z in 0..*p.max(q) {
            for i in 0..*m {
                for j in 0..*n {
                    let term = |l| {
                        let x = a.at(&[(z % p) as isize, i as isize, l as isize]).unwrap();
                        x * b.at(&[(z % q) as isize, l as isize, j as isize]).unwrap()
                    };
                    y.push((0..*k).map(term).sum());
                }
            }
        }
        y
    }

    #[test]
    fn batches_broadcast() {
        for (p, q) in [(1, 1), (3, 3), (3, 1), (1, 3)] {
            let (a, b) = (numbers(&[p, 4, 5]), numbers(&[q, 5, 2]));
            let y = a.matmul(&b).unwrap();
            assert_eq!(
                (y.shape(), y.to_vec()),
                (&[p.max(q), 4, 2][..], naive(&a, &b))
            );
        }
    }

    #[test]
    fn products_that_no_memory_holds_are_errors() {
        let (a, b) = (numbers(&[1 << 22, 0]), numbers(&[0, 1 << 22]));
        assert_eq!(
            a.matmul(&b).unwrap_err().to_string(),
            "matmul: a tensor of shape [4194304, 4194304] doesn't fit into memory"
        );
    }

    #[test]
    fn no_matrices_at_all() {
        let none = numbers(&[0, 2, 2]);
        assert_eq!(none.matmul(&none).unwrap().shape(), [0, 2, 2]);
        assert_eq!(none.matmul(&numbers(&[2, 3])).unwrap().shape(), [0, 2, 3]);
    }

    #[test]
    fn transposed_operands_are_used_as_they_are() {
        let (a, b) = (numbers(&[1, 4, 5]), numbers(&[1, 5, 2]));
        let swapped = |x: &Tensor<f64>| x.view(x.layout().permute(&[0, 2, 1])).copied();
        let back = |x: &Tensor<f64>| x.view(x.layout().permute(&[0, 2, 1]));
        let y = back(&swapped(&a)).matmul(&back(&swapped(&b))).unwrap();
        assert_eq!(y.to_vec(), naive(&a, &b));
    }

    #[test]
    fn vectors_lose_their_axis() {
        let (m, v, w) = (numbers(&[3, 4]), numbers(&[4]), numbers(&[3]));
        assert_eq!(m.matmul(&v).unwrap().shape(), [3]);
        assert_eq!(w.matmul(&m).unwrap().shape(), [4]);
        assert_eq!(numbers(&[2, 3, 4]).matmul(&v).unwrap().shape(), [2, 3]);
        assert_eq!(v.matmul(&v).unwrap().shape(), [] as [usize; 0]);
    }

    #[test]
    fn an_inner_size_of_zero_sums_nothing() {
        let y = numbers(&[2, 0])
            .affine(&numbers(&[0, 3]), &numbers(&[3]))
            .unwrap();
        assert_eq!(y.to_vec(), [-2.0, 5.0, 1.0, -2.0, 5.0, 1.0]);
        assert_eq!(
            numbers(&[0, 2]).matmul(&numbers(&[2, 3])).unwrap().shape(),
            [0, 3]
        );
    }

    #[test]
    fn shapes_that_do_not_fit_are_named() {
        let message = numbers(&[2, 3])
            .matmul(&numbers(&[4, 5]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "matmul: shapes [2, 3] and [4, 5] differ in their inner size; expected 3 on axis -2 of the right operand, got 4"
        );
        let message = Tensor::scalar(1.0)
            .matmul(&numbers(&[2]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "matmul: got shapes [] and [2]; expected at least one axis each"
        );
        let message = numbers(&[2, 3])
            .affine(&numbers(&[3, 4]), &numbers(&[3]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "affine: weight [3, 4] and bias [3]; expected [in, out] and [out]"
        );
    }
}
