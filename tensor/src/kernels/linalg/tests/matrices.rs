//! The matrices that every function is tried on.

use crate::kernels::linalg::faer::Plain;
use crate::{Rng, Tensor};

/// Rows and columns: one, a few, around the widths of vectors and blocks, tall and wide, and from where spectra are divided.
const SIZES: [[usize; 2]; 17] = [
    [5, 5],
    [1, 1],
    [2, 2],
    [3, 3],
    [8, 8],
    [17, 17],
    [33, 33],
    [64, 64],
    [130, 130],
    [2, 1],
    [40, 7],
    [130, 16],
    [129, 128],
    [1, 2],
    [7, 40],
    [16, 130],
    [100, 101],
];

/// A row-major matrix.
pub(super) struct Matrix<T> {
    pub(super) name: String,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) values: Vec<T>,
}

impl<T: Plain> Matrix<T> {
    pub(super) fn new(
        name: &str,
        [rows, columns]: [usize; 2],
        value: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let at = |i| value(i / columns, i % columns);
        Matrix {
            name: format!("{name} {rows}×{columns} of {}", T::NAME),
            rows,
            columns,
            values: (0..rows * columns).map(|i| T::from_f64(at(i))).collect(),
        }
    }

    pub(super) fn random(size: [usize; 2], seed: u64) -> Self {
        let x = Tensor::<f64>::randn(size, &mut Rng::seed(seed)).to_vec();
        Matrix::new("random", size, |i, j| x[i * size[1] + j])
    }

    pub(super) fn at(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.columns + j].primal()
    }

    /// The largest magnitude of a column.
    pub(super) fn column_size(&self, j: usize) -> f64 {
        (0..self.rows).fold(0.0, |most, i| self.at(i, j).abs().max(most))
    }

    pub(super) fn size(&self) -> f64 {
        (0..self.columns).fold(0.0, |most, j| self.column_size(j).max(most))
    }

    /// What rounding may amount to, beside a result of size 1.
    pub(super) fn tolerance(&self) -> f64 {
        20.0 * T::EPSILON * (self.rows + self.columns) as f64
    }
}

/// Every kind of matrix that has been trouble somewhere.
fn matrices<T: Plain>(size: [usize; 2]) -> Vec<Matrix<T>> {
    let [m, n] = size;
    let random = Matrix::<f64>::random(size, 3);
    let (left, right) = (
        Matrix::<f64>::random([m, 2], 4),
        Matrix::<f64>::random([2, n], 5),
    );
    let named = |name: &str, value: &dyn Fn(usize, usize) -> f64| Matrix::new(name, size, value);
    let power = |exponent: i32| 10.0_f64.powi(exponent);
    vec![
        named("random", &|i, j| random.at(i, j)),
        named("zeros", &|_, _| 0.0),
        named("ones", &|_, _| 1.0),
        named("identity", &|i, j| (i == j) as u8 as f64),
        named("two columns", &|i, j| random.at(i, j % 2)),
        named("of rank 2", &|i, j| {
            left.at(i, 0) * right.at(0, j) + left.at(i, 1) * right.at(1, j)
        }),
        named("with columns of zeros", &|i, j| {
            random.at(i, j) * (j % 3 == 0) as u8 as f64
        }),
        named("two values", &|i, j| {
            ((i == j) as usize * (i % 2 + 1)) as f64
        }),
        named("differences", &|i, j| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        }),
        named("Hilbert", &|i, j| 1.0 / (i + j + 1) as f64),
        named("large", &|i, j| random.at(i, j) * 1e20),
        named("near the limit", &|i, j| random.at(i, j) * 1e36),
        named("small", &|i, j| random.at(i, j) * 1e-25),
        named("subnormal", &|i, j| random.at(i, j) * 1e-39),
        named("columns of many sizes", &|i, j| {
            random.at(i, j) * power((j % 7) as i32 * 8 - 24)
        }),
        named("rows of many sizes", &|i, j| {
            random.at(i, j) * power((i % 7) as i32 * 8 - 24)
        }),
        named("graded", &|i, j| {
            random.at(i, j) * power(-((i + j) as i32 / 8))
        }),
        named("a small block", &|i, j| match (i.min(j), i, j) {
            (0, 0, 0) => 1.0,
            (0, ..) => 0.0,
            _ => random.at(i, j) * 1e-25,
        }),
    ]
}

/// Both checks of every matrix, at the sizes above and at drawn ones.
pub(super) fn all(
    check: impl Fn(&Matrix<f32>),
    and: impl Fn(&Matrix<f64>),
    fits: impl Fn([usize; 2]) -> bool,
) {
    let mut rng = Rng::seed(2);
    let mut draw = || 1 + (rng.next_u64() % 130) as usize;
    let drawn = (0..3).flat_map(|_| {
        let (a, b) = (draw(), draw());
        [[a, a], [a.max(b), a.min(b)], [a.min(b), a.max(b)]]
    });
    for size in SIZES.into_iter().chain(drawn).filter(|&size| fits(size)) {
        matrices(size).iter().for_each(&check);
        matrices(size).iter().for_each(&and);
    }
}
