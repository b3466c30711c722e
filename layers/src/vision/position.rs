//! What a query says of a key's position: a term of the logits, from learned tables of rows and of columns.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result, Window};

/// Which column of a table belongs to a query and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The one of the distance between them: tables `[d, 2·keys − 1]`.
    Relative,
    /// The one of the key: tables `[d, keys]`.
    Absolute,
}

impl Position {
    /// The table's columns for so many rows or columns of keys.
    pub fn table(self, keys: usize) -> usize {
        match self {
            Position::Relative => keys.saturating_mul(2).saturating_sub(1),
            Position::Absolute => keys,
        }
    }

    /// The rows or columns of keys that a table of so many columns is for.
    pub fn keys(self, table: usize) -> usize {
        match self {
            Position::Relative => table / 2 + 1,
            Position::Absolute => table,
        }
    }

    /// `q·height[:, row] + q·width[:, column]` for every query of a rectangle, `[…, rows, columns, d]`, and every key of one:
    /// `[…, rows·columns, key rows·key columns]`. The tables (Srinivas et al., *Bottleneck Transformers*, 2021) are shared by all leading axes.
    pub fn logits<T: Float>(
        self,
        query: &Var<T>,
        height: &Var<T>,
        width: &Var<T>,
    ) -> Result<Var<T>> {
        let (leading, [rows, columns, _]) = last(query)?;
        let by_column = self.along(query, width)?;
        let by_row = self
            .along(&query.transpose(-3, -2)?, height)?
            .transpose(-3, -2)?;
        let keys = by_row.shape()[by_row.rank() - 1] * by_column.shape()[by_column.rank() - 1];
        let both = by_row.unsqueeze(-1)?.try_add(&by_column.unsqueeze(-2)?)?;
        both.reshape([leading, &[rows * columns, keys]].concat())
    }

    /// `[…, queries, d]`, the queries along one axis → `[…, queries, keys]`, the keys along the same axis.
    fn along<T: Float>(self, query: &Var<T>, table: &Var<T>) -> Result<Var<T>> {
        let logits = query.matmul(table)?;
        match self {
            Position::Relative => relative_shift(&logits),
            Position::Absolute => Ok(logits),
        }
    }
}

/// From logits by distance to logits by key, `y[…, i, j] = x[…, i, j − i + keys − 1]`: `[…, queries, 2·keys − 1]` → `[…, queries, keys]`, with no more queries
/// than keys. (The relative shift of Transformer-XL, Dai et al., 2019.)
///
/// In a row that is written out, the keys of query `i` are `keys` neighbours; those of the next query start one row further, less one. So they
/// are windows over all rows laid end to end: a view, which copies nothing.
fn relative_shift<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    let (leading, [queries, distances]) = last(x)?;
    let keys = distances / 2 + 1;
    let rows = x.reshape([leading, &[queries * distances]].concat())?;
    let first = keys - 1;
    let rows = rows.narrow(-1, first, (queries * distances).saturating_sub(first))?;
    // A single key has the distance 0 alone, and no next query.
    let step = Ord::max(distances - 1, 1);
    rows.windows([Window::new(-1, keys).step(step)])
}

/// The sizes of the last `N` axes, and of those before them.
fn last<T: Float, const N: usize>(x: &Var<T>) -> Result<(&[usize], [usize; N])> {
    let split = x.shape().split_last_chunk::<N>();
    split
        .map(|(leading, last)| (leading, *last))
        .ok_or_else(|| {
            let message = format!("expects at least {N} axes, got {:?}", x.shape());
            Error::shape("position", message)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::{Rng, Tensor};

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        Tensor::randn(shape, &mut Rng::seed(3))
    }

    fn at(x: &Tensor<f64>, index: &[usize]) -> f64 {
        let index: Vec<isize> = index.iter().map(|&i| i as isize).collect();
        x.at(&index).unwrap()
    }

    #[test]
    fn the_shift_takes_the_column_of_the_distance() -> Result<()> {
        for (queries, keys) in [(1, 1), (1, 4), (2, 2), (2, 4), (3, 3), (3, 7)] {
            let x = numbers(&[2, queries, 2 * keys - 1]);
            let y = relative_shift(&Tape::inference().input(x.clone()))?;
            assert_eq!(y.shape(), [2, queries, keys]);
            for b in 0..2 {
                for i in 0..queries {
                    for j in 0..keys {
                        let expected = at(&x, &[b, i, j + keys - 1 - i]);
                        assert_eq!(at(y.tensor(), &[b, i, j]), expected);
                    }
                }
            }
        }
        Ok(())
    }

    #[test]
    fn logits_by_the_definition() -> Result<()> {
        let (rows, columns, d) = (2, 3, 2);
        for position in [Position::Relative, Position::Absolute] {
            let q = numbers(&[1, rows, columns, d]);
            let height = numbers(&[d, position.table(rows)]);
            let width = numbers(&[d, position.table(columns)]);
            let tape = Tape::inference();
            let leaves = [&q, &height, &width].map(|x| tape.input(x.clone()));
            let y = position.logits(&leaves[0], &leaves[1], &leaves[2])?;
            assert_eq!(y.shape(), [1, rows * columns, rows * columns]);
            for query in 0..rows * columns {
                for key in 0..rows * columns {
                    let (a, b) = (query / columns, query % columns);
                    let (p, r) = (key / columns, key % columns);
                    let (row, column) = match position {
                        Position::Relative => (p + rows - 1 - a, r + columns - 1 - b),
                        Position::Absolute => (p, r),
                    };
                    let mut expected = 0.0;
                    for c in 0..d {
                        let table = at(&height, &[c, row]) + at(&width, &[c, column]);
                        expected += at(&q, &[0, a, b, c]) * table;
                    }
                    let got = at(y.tensor(), &[0, query, key]);
                    assert!((got - expected).abs() < 1e-14);
                }
            }
        }
        Ok(())
    }
}
