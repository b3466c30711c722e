//! The matrix product by its definition.

use crate::Float;
use crate::kernels::product::Product;
use crate::reference::maps;

/// `C[i, j] = f(Σ_p A[i, p]·B[p, j])`, where the bias of column j is added before f, and what was in C if the product accumulates; for each
/// product of the batch.
pub fn product<T: Float>(product: &Product<'_, T>, c: &mut [T]) {
    let (rows, depth, cols) = (product.a.rows(), product.a.cols(), product.b.cols());
    for index in 0..product.batch_size() {
        let Product {
            a,
            b,
            bias,
            accumulate,
            then,
            ..
        } = product.single(index);
        for i in 0..rows {
            for j in 0..cols {
                let c = &mut c[(index * rows + i) * cols + j];
                let mut sum = if accumulate { *c } else { T::ZERO };
                if let Some(bias) = bias {
                    sum += bias[j];
                }
                for p in 0..depth {
                    sum += a.get(i, p) * b.get(p, j);
                }
                *c = then.map_or(sum, |function| maps::unary(function, sum));
            }
        }
    }
}
