//! Attention to what is near: queries are cut into chunks, and each chunk is given the keys around it, so that scores of what is far
//! are never computed.

use etude_autograd::{AttentionOptions, Var};
use etude_tensor::{Error, Float, Result, Tensor, Window};
use std::ops::Range;

/// Queries that a chunk has at least, where the window would allow fewer: products of smaller matrices don't fill a vector unit.
const SMALLEST_CHUNK: usize = 16;

/// Which keys a query sees, by their positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    /// Those at most so many positions away, on either side.
    Within(usize),
    /// Those of its block, of so many positions; the last may be short.
    Block(usize),
}

impl Neighbours {
    /// The keys that query `i` sees, of so many.
    fn of(self, i: usize, keys: usize) -> Range<usize> {
        let (from, to) = match self {
            Neighbours::Within(reach) => (
                i.saturating_sub(reach),
                i.saturating_add(reach).saturating_add(1),
            ),
            Neighbours::Block(size) => {
                let from = i / size * size;
                (from, from.saturating_add(size))
            }
        };
        from.min(keys)..to.min(keys)
    }

    /// `true` where query `i` sees key `j`: `[queries, keys]`.
    pub fn mask(self, queries: usize, keys: usize) -> Result<Tensor<bool>> {
        let mut seen = vec![false; queries * keys];
        for i in 0..queries {
            seen[i * keys..][self.of(i, keys)].fill(true);
        }
        Tensor::from_slice([queries, keys], &seen)
    }
}

/// Attention of `query [.., S1, d]` to those of `key [.., S2, d]` and `value [.., S2, e]` that are its neighbours, with equal leading axes →
/// `[.., S1, e]`. Time and memory are in proportion to the queries times the neighbours.
///
/// Keys that all queries see come on top: `everywhere` names their positions, in ascending order. They are counted once, also where they
/// are neighbours.
pub(super) fn attend<T: Float>(
    query: &Var<T>,
    key: &Var<T>,
    value: &Var<T>,
    neighbours: Neighbours,
    everywhere: &[usize],
) -> Result<Var<T>> {
    let chunks = Chunks::new(query.shape(), key.shape(), neighbours)?;
    if chunks.count == 0 {
        // No query, no result: but one with the right shape.
        return query.matmul(&key.transpose(-2, -1)?)?.matmul(value);
    }
    let mut key_chunks = chunks.around(key)?;
    let mut value_chunks = chunks.around(value)?;
    let mut visible = chunks.visible(neighbours, everywhere)?;
    if !everywhere.is_empty() {
        key_chunks = chunks.with_rows(&key_chunks, key, everywhere)?;
        value_chunks = chunks.with_rows(&value_chunks, value, everywhere)?;
        let seen = Tensor::full([chunks.count, chunks.size, everywhere.len()], true);
        visible = Tensor::concat(&[visible, seen], -1)?;
    }
    let options = AttentionOptions::new().mask(visible);
    let attended =
        chunks
            .cut(query)?
            .scaled_dot_product_attention(&key_chunks, &value_chunks, &options)?;
    chunks.join(&attended)
}

/// `true` where `sees(i, j)`: `[queries, keys]`. What masks are held against.
#[cfg(test)]
pub(super) fn mask(
    queries: usize,
    keys: usize,
    sees: impl Fn(usize, usize) -> bool,
) -> Result<Tensor<bool>> {
    let sees = &sees;
    let seen: Vec<bool> = (0..queries)
        .flat_map(|i| (0..keys).map(move |j| sees(i, j)))
        .collect();
    Tensor::from_slice([queries, keys], &seen)
}

/// The rows of the second to last axis with these numbers.
pub(super) fn rows<T: Float>(x: &Var<T>, numbers: &[usize]) -> Result<Var<T>> {
    let numbers: Vec<i64> = numbers.iter().map(|&number| number as i64).collect();
    x.index_select(-2, &Tensor::from_slice([numbers.len()], &numbers)?)
}

/// How positions are cut: of `count` chunks, number `n` has the queries `n·size ..`, and is given the `window` keys `n·size − before ..`.
struct Chunks {
    queries: usize,
    keys: usize,
    size: usize,
    count: usize,
    before: usize,
    window: usize,
}

impl Chunks {
    fn new(query: &[usize], key: &[usize], neighbours: Neighbours) -> Result<Self> {
        let (&[.., queries, _], &[.., keys, _]) = (query, key) else {
            let message = format!("query {query:?} and key {key:?}; expected […, positions, d]");
            return Err(Error::shape("windowed_attention", message));
        };
        let (size, reach) = match neighbours {
            Neighbours::Within(reach) => (reach.max(SMALLEST_CHUNK), reach),
            Neighbours::Block(size) => (size, 0),
        };
        let count = queries.div_ceil(size);
        // One chunk begins where the keys begin; of several, none is shorter than the reach.
        let (size, before, window) = match count {
            0 | 1 => (queries, 0, keys.min(size.saturating_add(reach))),
            _ => (size, reach, size + 2 * reach),
        };
        Ok(Chunks {
            queries,
            keys,
            size,
            count,
            before,
            window,
        })
    }

    /// `[.., S1, d]` → `[.., count, size, d]`, with zeros behind the last query.
    fn cut<T: Float>(&self, query: &Var<T>) -> Result<Var<T>> {
        let padded = positions(query, 0, self.count * self.size - self.queries)?;
        let [leading @ .., _, width] = padded.shape() else {
            unreachable!("checked by new")
        };
        let shape = [leading, &[self.count, self.size, *width]].concat();
        padded.reshape(shape)
    }

    /// `[.., S2, d]` → `[.., count, window, d]`: the keys around each chunk, zeros where there are none.
    fn around<T: Float>(&self, keys: &Var<T>) -> Result<Var<T>> {
        if self.count == 1 {
            return keys.narrow(-2, 0, self.window)?.unsqueeze(-3);
        }
        let end = (self.count - 1) * self.size + self.window - self.before;
        let seen = keys.narrow(-2, 0, self.keys.min(end))?;
        let padded = positions(&seen, self.before, end.saturating_sub(self.keys))?;
        padded
            .windows([Window::new(-2, self.window).step(self.size)])?
            .transpose(-2, -1)
    }

    /// Chunks of keys, each with these rows of all keys behind it.
    fn with_rows<T: Float>(
        &self,
        chunks: &Var<T>,
        keys: &Var<T>,
        numbers: &[usize],
    ) -> Result<Var<T>> {
        let chosen = rows(keys, numbers)?.unsqueeze(-3)?;
        let mut shape = chunks.shape().to_vec();
        let axis = shape.len() - 2;
        shape[axis] = numbers.len();
        Var::concat(&[chunks.clone(), chosen.broadcast_to(shape)?], -2)
    }

    /// Which keys of its window a query sees, `[count, size, window]`: its neighbours, but for those that are seen `everywhere`.
    fn visible(&self, neighbours: Neighbours, everywhere: &[usize]) -> Result<Tensor<bool>> {
        let mut seen = vec![false; self.count * self.size * self.window];
        for (i, seen) in seen.chunks_mut(self.window.max(1)).enumerate() {
            // Key `j` has the place `j + before − first` in the window of the chunk that begins at `first`. Those of a query with neighbours are
            // all in its window.
            let first = i / self.size * self.size;
            let place = |j: usize| j + self.before - first;
            let near = neighbours.of(i, self.keys);
            if near.is_empty() {
                continue;
            }
            seen[place(near.start)..place(near.end)].fill(true);
            let from = everywhere.partition_point(|&j| j < near.start);
            for &j in everywhere[from..].iter().take_while(|&&j| j < near.end) {
                seen[place(j)] = false;
            }
        }
        Tensor::from_slice([self.count, self.size, self.window], &seen)
    }

    /// `[.., count, size, e]` → `[.., S1, e]`.
    fn join<T: Float>(&self, chunks: &Var<T>) -> Result<Var<T>> {
        let [leading @ .., count, size, width] = chunks.shape() else {
            unreachable!("as cut")
        };
        let shape = [leading, &[count * size, *width]].concat();
        let joined = chunks.reshape(shape)?;
        if count * size == self.queries {
            return Ok(joined);
        }
        joined.narrow(-2, 0, self.queries)
    }
}

/// With so many zeros before and after along the second to last axis.
fn positions<T: Float>(x: &Var<T>, before: usize, after: usize) -> Result<Var<T>> {
    if before + after == 0 {
        return Ok(x.clone());
    }
    let mut border = vec![(0, 0); x.rank()];
    border[x.rank() - 2] = (before, after);
    x.pad(border, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;
    use etude_tensor::Rng;

    fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
        Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(seed)).unwrap()
    }

    #[test]
    fn the_mask_of_the_weights_is_that_of_the_definition() -> Result<()> {
        for (queries, keys) in [(7, 7), (9, 4), (4, 9), (3, 0)] {
            let near = Neighbours::Within(2).mask(queries, keys)?;
            assert_eq!(near, mask(queries, keys, |i, j| i.abs_diff(j) <= 2)?);
            let block = Neighbours::Block(3).mask(queries, keys)?;
            assert_eq!(block, mask(queries, keys, |i, j| i / 3 == j / 3)?);
        }
        Ok(())
    }

    /// The largest difference between the windowed attention and the dense masked one, in values and gradients.
    fn apart(queries: usize, keys: usize, neighbours: Neighbours, everywhere: &[usize]) -> f64 {
        let run = |windowed: bool| -> Result<Vec<Tensor<f64>>> {
            let tape = Tape::new();
            let (q, k, v) = (
                tape.var(numbers(&[2, 3, queries, 4], 1)),
                tape.var(numbers(&[2, 3, keys, 4], 2)),
                tape.var(numbers(&[2, 3, keys, 5], 3)),
            );
            let y = if windowed {
                attend(&q, &k, &v, neighbours, everywhere)?
            } else {
                let sees = |i: usize, j: usize| {
                    everywhere.contains(&j)
                        || match neighbours {
                            Neighbours::Within(reach) => i.abs_diff(j) <= reach,
                            Neighbours::Block(size) => i / size == j / size,
                        }
                };
                let options = AttentionOptions::new().mask(mask(queries, keys, sees)?);
                q.attention_with_weights(&k, &v, &options)?.output
            };
            let cotangent = tape.input(numbers(y.shape(), 4));
            let value = y.tensor().clone();
            let gradients = y.try_mul(&cotangent)?.sum(..)?.backward()?;
            let [q, k, v] = [q, k, v].map(|x| gradients.get(&x).unwrap());
            Ok(vec![value, q, k, v])
        };
        let (near, dense) = (run(true).unwrap(), run(false).unwrap());
        let apart = near.iter().zip(&dense).map(|(a, b)| {
            assert_eq!(a.shape(), b.shape());
            let apart = a.try_sub(b).unwrap().abs().to_vec();
            apart.into_iter().fold(0.0, f64::max)
        });
        apart.fold(0.0, f64::max)
    }

    #[test]
    fn windows_and_blocks_agree_with_the_dense_mask() {
        for (queries, keys) in [(70, 70), (37, 37), (40, 90), (90, 40), (1, 1), (3, 0)] {
            for neighbours in [
                Neighbours::Within(0),
                Neighbours::Within(1),
                Neighbours::Within(19),
                Neighbours::Within(usize::MAX),
                Neighbours::Block(1),
                Neighbours::Block(16),
                Neighbours::Block(23),
                Neighbours::Block(usize::MAX),
            ] {
                let apart = apart(queries, keys, neighbours, &[]);
                assert!(apart < 1e-12, "{queries} {keys} {neighbours:?}: {apart}");
            }
        }
    }

    #[test]
    fn keys_that_everybody_sees_count_once() {
        for everywhere in [&[0][..], &[3, 4, 69], &[17]] {
            for reach in [1, 20, 100] {
                let apart = apart(70, 70, Neighbours::Within(reach), everywhere);
                assert!(apart < 1e-12, "{everywhere:?} {reach}: {apart}");
            }
        }
    }

    #[test]
    fn no_query_has_no_result() -> Result<()> {
        let tape = Tape::<f64>::inference();
        let x = |shape: &[usize]| tape.input(Tensor::zeros(shape));
        let y = attend(
            &x(&[2, 0, 3]),
            &x(&[2, 5, 3]),
            &x(&[2, 5, 3]),
            Neighbours::Within(2),
            &[],
        )?;
        assert_eq!(y.shape(), [2, 0, 3]);
        Ok(())
    }
}
