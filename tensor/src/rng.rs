//! Random numbers that repeat: a keyed generator whose numbers don't depend on threads, vector width or call order.
//!
//! The generator is ChaCha with 8 rounds (Bernstein, 2008), a function of a 256-bit key, a stream number and a position:
//! no state is carried from one number to the next. The key comes from the seed, each draw of a tensor takes a stream of
//! its own, and a tensor's chunks begin at fixed positions in the stream. So any thread can compute any chunk.

use crate::kernels::parallel::{Work, for_each_chunk};
use crate::{Element, Result, Shape, Tensor};
use chacha20::ChaCha8Rng;
use rand::{Rng as _, SeedableRng};

/// Elements that are drawn one after the other. A part of what a seed means: another chunk gives other numbers.
const CHUNK: usize = 1 << 13;

/// Words of the keystream from one chunk to the next: more than a chunk ever draws, redrawn numbers included.
const CHUNK_WORDS: u128 = 1 << 32;

/// A seeded generator of random tensors.
///
/// The same seed gives the same tensors in the same order of calls, on any number of threads and at any level of
/// instruction set. A clone repeats what the original draws from then on.
///
/// ```
/// use etude_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(42);
/// let a = Tensor::<f32>::normal([2, 3], 0.0, 1.0, &mut rng)?;
/// let b = Tensor::<f32>::normal([2, 3], 0.0, 1.0, &mut rng)?;
/// assert_ne!(a, b);
/// assert_eq!(a, Tensor::normal([2, 3], 0.0, 1.0, &mut Rng::seed(42))?);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    key: [u64; 4],
    /// The number of draws so far: the stream of the next.
    draws: u64,
}

impl Rng {
    /// The generator of this seed.
    pub fn seed(seed: u64) -> Self {
        Rng {
            key: [seed, 0, 0, 0],
            draws: 0,
        }
    }

    /// The generator of a draw that is named by three numbers, for instance a seed, a training step, and the number of
    /// the draw in that step. Different names give unrelated numbers, and none are those of [`Rng::seed`].
    ///
    /// ```
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let mask = |step| Tensor::bernoulli([100], 0.5, &mut Rng::from_key(42, step, 0));
    /// assert_eq!(mask(7)?, mask(7)?);
    /// assert_ne!(mask(7)?, mask(8)?);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn from_key(seed: u64, step: u64, number: u64) -> Self {
        Rng {
            key: [seed, step, number, 1],
            draws: 0,
        }
    }

    /// An independent generator, determined by this one; one draw here.
    ///
    /// ```
    /// use etude_tensor::Rng;
    ///
    /// let mut rng = Rng::seed(42);
    /// let (mut a, mut b) = (rng.split(), rng.split());
    /// assert_ne!(a.next_u64(), b.next_u64());
    /// ```
    #[must_use]
    pub fn split(&mut self) -> Self {
        let mut words = self.stream();
        Rng {
            key: std::array::from_fn(|_| words.next_u64()),
            draws: 0,
        }
    }

    /// Five numbers that [`Rng::from_state`] makes the same generator of, to be kept in a checkpoint.
    pub fn state(&self) -> [u64; 5] {
        let [a, b, c, d] = self.key;
        [a, b, c, d, self.draws]
    }

    /// The generator that [`Rng::state`] was asked of.
    ///
    /// ```
    /// use etude_tensor::Rng;
    ///
    /// let mut rng = Rng::seed(42);
    /// rng.next_u64();
    /// let mut later = Rng::from_state(rng.state());
    /// assert_eq!(later.next_u64(), rng.next_u64());
    /// ```
    pub fn from_state([a, b, c, d, draws]: [u64; 5]) -> Self {
        Rng {
            key: [a, b, c, d],
            draws,
        }
    }

    /// 64 random bits; one draw.
    pub fn next_u64(&mut self) -> u64 {
        self.stream().next_u64()
    }

    /// A serial generator of the `rand` family on a stream of its own, for what isn't a tensor: choices, shuffles, the
    /// distributions of `rand_distr`. One draw, however many numbers are taken from it.
    pub fn stream(&mut self) -> impl rand::Rng + Send + use<> {
        self.draws += 1;
        Keystream {
            key: self.key,
            stream: self.draws - 1,
        }
        .at(0)
    }

    /// A tensor of `shape`, whose chunks `fill` draws one after the other, each from its own part of one stream.
    ///
    /// # Errors
    /// If the shape is larger than memory.
    pub(crate) fn draw<T: Element>(
        &mut self,
        op: &str,
        shape: impl Into<Shape>,
        nanoseconds: f64,
        fill: impl Fn(&mut ChaCha8Rng, &mut [T]) + Sync,
    ) -> Result<Tensor<T>> {
        let shape = shape.into();
        shape.check_fits(op, size_of::<T>())?;
        let keystream = Keystream {
            key: self.key,
            stream: self.draws,
        };
        self.draws += 1;
        Ok(Tensor::build(shape, |out| {
            let work = Work::per_element(out.len(), nanoseconds);
            for_each_chunk(out, CHUNK, work, |index, chunk| {
                fill(&mut keystream.at(index), chunk)
            });
        }))
    }
}

/// A draw of [`Tensor::bernoulli`], from which any part can be computed by itself: what a kernel draws that never holds the whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bernoulli {
    keystream: Keystream,
    threshold: u64,
}

impl Bernoulli {
    /// The next draw of `rng`, in which an element is true with probability `p`.
    pub(crate) fn new(p: f64, rng: &mut Rng) -> Self {
        rng.draws += 1;
        Bernoulli {
            keystream: Keystream {
                key: rng.key,
                stream: rng.draws - 1,
            },
            threshold: threshold(p),
        }
    }

    /// Writes what `value` makes of the elements from number `from` on.
    pub(crate) fn fill<T>(&self, from: usize, to: &mut [T], value: impl Fn(bool) -> T) {
        let (mut from, mut rest) = (from, to);
        while !rest.is_empty() {
            let within = from % CHUNK;
            let (part, behind) = rest.split_at_mut(rest.len().min(CHUNK - within));
            let mut words = self.keystream.at(from / CHUNK);
            let position = words.get_word_pos() + within as u128;
            words.set_word_pos(position);
            for to in part.iter_mut() {
                *to = value(u64::from(words.next_u32()) < self.threshold);
            }
            from += part.len();
            rest = behind;
        }
    }
}

/// A 32-bit word lies below it with probability `p`; 2³² is reached by `p` = 1 alone.
pub(crate) fn threshold(p: f64) -> u64 {
    (p * 4_294_967_296.0).round() as u64
}

/// One stream of one key.
#[derive(Clone, Copy, Debug)]
struct Keystream {
    key: [u64; 4],
    stream: u64,
}

impl Keystream {
    /// The words from where chunk `index` begins.
    fn at(self, index: usize) -> ChaCha8Rng {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip(self.key) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(self.stream);
        words.set_word_pos(index as u128 * CHUNK_WORDS);
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_keys_splits_and_draws_are_all_different() {
        let mut rng = Rng::seed(1);
        let mut seen = vec![rng.next_u64(), rng.next_u64()];
        seen.extend([rng.split().next_u64(), rng.split().next_u64()]);
        for name in [(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 0, 0)] {
            seen.push(Rng::from_key(name.0, name.1, name.2).next_u64());
        }
        seen.push(Rng::seed(0).next_u64());
        for (i, a) in seen.iter().enumerate() {
            assert!(!seen[..i].contains(a));
        }
    }

    #[test]
    fn a_stream_is_chacha8() {
        // The first words of ChaCha8 under an all-zero key, stream and position, as published by Strombergson.
        assert_eq!(
            Rng::seed(0).next_u64().to_le_bytes(),
            [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]
        );
    }

    #[test]
    fn any_part_of_a_draw_is_that_part_of_the_whole() {
        let whole = Tensor::bernoulli([20_000], 0.3, &mut Rng::seed(4))
            .unwrap()
            .to_vec();
        let draw = Bernoulli::new(0.3, &mut Rng::seed(4));
        for (from, count) in [
            (0, 5),
            (3, 200),
            (8_000, 9_000),
            (8_192, 1),
            (19_999, 1),
            (7, 0),
        ] {
            let mut part = vec![false; count];
            draw.fill(from, &mut part, |kept| kept);
            assert_eq!(part, whole[from..from + count], "from {from}");
        }
    }

    #[test]
    fn a_shape_beyond_memory_is_an_error() {
        let err = Rng::seed(0)
            .draw::<f32>("rand", [usize::MAX, 2], 1.0, |_, _| ())
            .unwrap_err();
        assert!(
            err.to_string().starts_with("rand: a tensor of shape"),
            "{err}"
        );
    }
}
