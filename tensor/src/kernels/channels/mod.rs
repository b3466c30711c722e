//! Functions of channels: moments of the columns of a matrix, and normalising by them.
//!
//! A batch whose channels stand last is a matrix with a row for each position and a column for each channel. Channels are few where
//! positions are many, so the loops don't run over the columns of one row: a tile is a row of several rows, long enough for
//! whole vectors, and a vector of channels is repeated to its length once.

mod loops;
#[cfg(test)]
mod tests;

use super::dispatch::at_every_level;
use super::parallel::{self, Work, rows_per_chunk};
use super::scratch::{self, Scratch};
use crate::{Float, reference::channels as reference};

/// Loops over the columns of a matrix, on the calling thread, at the level in force. A row has the length of the vectors; the last
/// row may be shorter.
///
/// The default bodies are the [reference functions](crate::reference::channels); `f32` and `f64` have vectorised ones.
///
/// # Panics
/// Both do if the matrices, or the vectors, differ in length, or a vector is empty.
pub trait ChannelKernels: Copy + 'static {
    /// sumⱼ += Σᵢ (aᵢⱼ − mean_aⱼ)·(bᵢⱼ − mean_bⱼ).
    fn covariances(a: &[Self], mean_a: &[Self], b: &[Self], mean_b: &[Self], sum: &mut [Self])
    where
        Self: Float,
    {
        check(&[a, b], &[mean_a, mean_b, sum]);
        reference::covariances(a, mean_a, b, mean_b, sum);
    }

    /// yᵢⱼ = aᵢⱼ·factorⱼ + (bᵢⱼ − meanⱼ)·slopeⱼ + shiftⱼ.
    fn combine_columns(of: Combination<'_, Self>, y: &mut [Self])
    where
        Self: Float,
    {
        of.check(y);
        reference::combine_columns(&of, y);
    }
}

/// The operands of [`ChannelKernels::combine_columns`].
#[derive(Clone, Copy, Debug)]
pub struct Combination<'a, T> {
    /// The matrix a and the vector of its factors; without it that term is absent.
    pub a: Option<(&'a [T], &'a [T])>,
    /// The matrix b.
    pub b: &'a [T],
    /// What is taken off b.
    pub mean: &'a [T],
    /// What b is multiplied by.
    pub slope: &'a [T],
    /// What is added.
    pub shift: &'a [T],
}

impl<T> Combination<'_, T> {
    fn check(&self, y: &[T]) {
        check(&[self.b, y], &[self.mean, self.slope, self.shift]);
        if let Some((a, factor)) = self.a {
            check(&[a, y], &[factor, self.mean]);
        }
    }
}

impl<T: Float> ChannelKernels for crate::Dual<T> {}

/// The vectorised loops of a type.
macro_rules! vectorised_channels {
    ($type:ident) => {
        impl ChannelKernels for $type {
            fn covariances(
                a: &[$type],
                mean_a: &[$type],
                b: &[$type],
                mean_b: &[$type],
                sum: &mut [$type],
            ) {
                check(&[a, b], &[mean_a, mean_b, sum]);
                covariances_at_level(a, mean_a, b, mean_b, sum);
            }

            fn combine_columns(of: Combination<'_, $type>, y: &mut [$type]) {
                of.check(y);
                combine_columns_at_level(of, y);
            }
        }
    };
}

vectorised_channels!(f32);
vectorised_channels!(f64);

at_every_level!(
    fn covariances_at_level(a: &[T], mean_a: &[T], b: &[T], mean_b: &[T], sum: &mut [T]) =
        loops::covariances
);
at_every_level!(
    fn combine_columns_at_level(of: Combination<'_, T>, y: &mut [T]) = loops::combine_columns
);

fn check<T>(matrices: &[&[T]], vectors: &[&[T]]) {
    let width = vectors[0].len();
    assert!(width > 0, "a column");
    assert!(
        vectors.iter().all(|vector| vector.len() == width),
        "a number for each column in all vectors"
    );
    assert!(
        matrices
            .iter()
            .all(|matrix| matrix.len() == matrices[0].len()),
        "matrices of one size"
    );
}

/// Several rows as one.
#[derive(Clone, Copy)]
struct Tile {
    /// The columns of the matrix.
    width: usize,
    /// The rows in one.
    rows: usize,
}

/// Elements of a parallel chunk: what stays in a core's cache between the passes over it.
const CHUNK: usize = 16 * 1024;
/// Nanoseconds an element takes.
const COST: f64 = 0.3;

impl Tile {
    /// For rows of `width`: a multiple of the block of columns that the loops take at a time, if it isn't long.
    fn new(width: usize) -> Tile {
        let block = loops::COLUMNS;
        let rows = block >> width.trailing_zeros().min(block.trailing_zeros());
        let rows = if rows * width <= 16 * block { rows } else { 1 };
        Tile { width, rows }
    }

    fn len(self) -> usize {
        self.width * self.rows
    }

    /// A vector of channels, repeated.
    fn spread<T: Float>(self, channels: &[T]) -> Scratch<T> {
        let mut rows = scratch::take(self.len());
        for row in rows.chunks_exact_mut(self.width.max(1)) {
            row.copy_from_slice(channels);
        }
        rows
    }

    /// channelsⱼ += the sums over a tile's rows.
    fn fold<T: Float>(self, tile: &[T], channels: &mut [T]) {
        for row in tile.chunks_exact(self.width) {
            for (sum, &x) in channels.iter_mut().zip(row) {
                *sum += x;
            }
        }
    }

    /// sumsⱼ += Σᵢ xᵢⱼ.
    fn sums<T: Float>(self, x: &[T], sums: &mut [T]) {
        let (whole, rest) = x.split_at(x.len() / self.len() * self.len());
        let mut tile = scratch::zeros::<T>(self.len());
        T::add_rows(whole, &mut tile);
        for (sum, &x) in tile.iter_mut().zip(rest) {
            *sum += x;
        }
        self.fold(&tile, sums);
    }

    /// Elements of a chunk, a whole number of tiles.
    fn chunk(self) -> usize {
        rows_per_chunk(self.len(), CHUNK) * self.len()
    }

    /// Gives each chunk of `x` a place for two vectors of channels, over the threads where it pays; the places, chunk after chunk.
    fn two_by_chunks<T: Float>(
        self,
        x: &[T],
        body: impl Fn(std::ops::Range<usize>, &mut [T], &mut [T]) + Sync,
    ) -> Scratch<T> {
        let chunk = self.chunk();
        let mut places = scratch::zeros::<T>(x.len().div_ceil(chunk) * 2 * self.width);
        let work = Work::per_element(x.len(), COST);
        parallel::for_each_chunk(&mut places, 2 * self.width, work, |index, place| {
            let (first, second) = place.split_at_mut(self.width);
            let start = index * chunk;
            body(start..x.len().min(start + chunk), first, second);
        });
        places
    }
}

/// The mean of each column of `x`, and the sum of the squared deviations from it, over the threads where it pays. Each chunk of
/// rows has moments of its own, while it is in the cache; they are merged in their order (Chan, Golub and LeVeque, 1983).
///
/// # Panics
/// If `x` isn't a whole number of rows, at least one, or the vectors differ in length.
pub fn moments<T: Float>(x: &[T], mean: &mut [T], deviations: &mut [T]) {
    let width = mean.len();
    assert!(
        !x.is_empty() && x.len().is_multiple_of(width) && deviations.len() == width,
        "rows of {width} to take moments of"
    );
    let tile = Tile::new(width);
    let parts = tile.two_by_chunks(x, |range, mean, deviations| {
        let x = &x[range];
        tile.sums(x, mean);
        let rows = T::from_f64((x.len() / width) as f64);
        mean.iter_mut().for_each(|mean| *mean /= rows);
        let centre = tile.spread(mean);
        let mut sums = scratch::zeros::<T>(tile.len());
        T::covariances(x, &centre, x, &centre, &mut sums);
        tile.fold(&sums, deviations);
    });
    mean.fill(T::ZERO);
    deviations.fill(T::ZERO);
    let mut seen = 0;
    for (index, part) in parts.chunks_exact(2 * width).enumerate() {
        let start = index * tile.chunk();
        let here = (x.len().min(start + tile.chunk()) - start) / width;
        let share = T::from_f64(here as f64 / (seen + here) as f64);
        let weight = T::from_f64(seen as f64) * share;
        let (part_mean, part_deviations) = part.split_at(width);
        for column in 0..width {
            let delta = part_mean[column] - mean[column];
            mean[column] += delta * share;
            deviations[column] += part_deviations[column] + delta * delta * weight;
        }
        seen += here;
    }
}

/// sumⱼ = Σᵢ gᵢⱼ and dotⱼ = Σᵢ gᵢⱼ·(xᵢⱼ − meanⱼ), over the threads where it pays.
///
/// # Panics
/// If the matrices aren't the same whole number of rows, or the vectors differ in length.
pub fn gradient_sums<T: Float>(x: &[T], g: &[T], mean: &[T], sum: &mut [T], dot: &mut [T]) {
    let width = mean.len();
    assert!(
        x.len() == g.len() && x.len().is_multiple_of(width),
        "two matrices with rows of {width}"
    );
    assert!(
        sum.len() == width && dot.len() == width,
        "a sum for each column"
    );
    let tile = Tile::new(width);
    let centre = tile.spread(mean);
    let nothing = scratch::zeros::<T>(tile.len());
    let parts = tile.two_by_chunks(x, |range, sum, dot| {
        let g = &g[range.clone()];
        tile.sums(g, sum);
        let mut dots = scratch::zeros::<T>(tile.len());
        T::covariances(g, &nothing, &x[range], &centre, &mut dots);
        tile.fold(&dots, dot);
    });
    sum.fill(T::ZERO);
    dot.fill(T::ZERO);
    for part in parts.chunks_exact(2 * width) {
        let sums = sum.iter_mut().chain(dot.iter_mut());
        for (sum, &x) in sums.zip(part) {
            *sum += x;
        }
    }
}

/// [`ChannelKernels::combine_columns`], over the threads where it pays.
///
/// # Panics
/// If the matrices, or the vectors, differ in length.
pub fn combine<T: Float>(of: Combination<'_, T>, y: &mut [T]) {
    if y.is_empty() {
        return;
    }
    of.check(y);
    let tile = Tile::new(of.mean.len());
    let [mean, slope, shift] = [of.mean, of.slope, of.shift].map(|vector| tile.spread(vector));
    let factor = of.a.map(|(_, factor)| tile.spread(factor));
    let chunk = tile.chunk();
    parallel::for_each_chunk(y, chunk, Work::per_element(of.b.len(), COST), |index, y| {
        let range = index * chunk..index * chunk + y.len();
        let a = of.a.zip(factor.as_deref());
        let part = Combination {
            a: a.map(|((a, _), factor)| (&a[range.clone()], factor)),
            b: &of.b[range],
            mean: &mean,
            slope: &slope,
            shift: &shift,
        };
        T::combine_columns(part, y);
    });
}
