//! Deterministic parallelism: fixed chunks over rayon's threads.
//!
//! How work is split depends on its size alone, never on the number of threads; results are combined in the order of
//! their index. So one thread and sixteen give the same bits. What may depend on the threads is only *where* a chunk
//! runs: little [`Work`], or a pool of one thread, stays on the caller's thread, chunk after chunk.
//!
//! The level in force on the caller (see [`with_level`](super::with_level)) holds in the chunks too.

use rayon::prelude::*;

use super::level::{forced, with_forced};
use super::linger::with_helpers;
use super::shared::Chunks;

/// An estimate of how long something takes on one thread, from which is decided whether to use several.
///
/// It needn't be good to more than a factor of two, and never changes a result.
///
/// ```
/// use etude_tensor::kernels::parallel::{Work, for_each_chunk};
///
/// let mut squares = vec![0.0_f32; 1_000_000];
/// for_each_chunk(&mut squares, 16_384, Work::per_element(1_000_000, 0.5), |index, chunk| {
///     for (offset, y) in chunk.iter_mut().enumerate() {
///         let x = (index * 16_384 + offset) as f32;
///         *y = x * x;
///     }
/// });
/// assert_eq!(squares[300_000], 9e10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Work {
    nanoseconds: f64,
}

impl Work {
    /// Work of so many nanoseconds in total.
    pub const fn nanoseconds(nanoseconds: f64) -> Work {
        Work { nanoseconds }
    }

    /// `count` elements of so many nanoseconds each.
    pub const fn per_element(count: usize, nanoseconds: f64) -> Work {
        Work::nanoseconds(count as f64 * nanoseconds)
    }

    /// Whether a second thread would pay. Inside the pool the other threads are likely awake, and handing work over
    /// costs about a microsecond; from outside, waking them takes 50 to 150.
    fn pays(self) -> bool {
        const INSIDE: f64 = 8_000.0;
        const OUTSIDE: f64 = 100_000.0;
        let least = match rayon::current_thread_index() {
            Some(_) => INSIDE,
            None => OUTSIDE,
        };
        self.nanoseconds >= least && rayon::current_num_threads() > 1
    }
}

/// Rows to a chunk, about `elements` numbers together, at least one row. A function of the row length alone.
pub fn rows_per_chunk(row_length: usize, elements: usize) -> usize {
    (elements / row_length.max(1)).max(1)
}

/// Calls `body(index)` once for each index below `count`, in any order.
pub fn for_each(count: usize, work: Work, body: impl Fn(usize) + Sync) {
    if count < 2 || !work.pays() {
        (0..count).for_each(body);
    } else {
        spread(count, &body);
    }
}

/// [`for_each`] over the threads. It isn't generic, so rayon's machinery is compiled once and not for every kernel: what an
/// indirect call a chunk costs is nothing beside the chunk.
fn spread(count: usize, body: &(dyn Fn(usize) + Sync)) {
    let level = forced();
    with_helpers(|| {
        (0..count)
            .into_par_iter()
            .for_each(|index| with_forced(level, || body(index)));
    });
}

/// Cuts `out` into chunks of `chunk` elements (the last may be shorter) and calls `body(index, chunk)` for each.
///
/// # Panics
/// If `chunk` is 0.
pub fn for_each_chunk<A: Send>(
    out: &mut [A],
    chunk: usize,
    work: Work,
    body: impl Fn(usize, &mut [A]) + Sync,
) {
    let out = Chunks::new(out, chunk);
    for_each(out.count(), work, |index| {
        // SAFETY: `for_each` gives each index once.
        body(index, unsafe { out.get(index) });
    });
}

/// [`for_each_chunk`] over two slices in step: `body(index, a_chunk, b_chunk)`. The slices may differ in type and in
/// chunk length; both must have the same number of chunks.
///
/// # Panics
/// If a chunk length is 0, or the slices differ in their number of chunks.
pub fn for_each_chunk2<A: Send, B: Send>(
    (a, a_chunk): (&mut [A], usize),
    (b, b_chunk): (&mut [B], usize),
    work: Work,
    body: impl Fn(usize, &mut [A], &mut [B]) + Sync,
) {
    let (a, b) = (Chunks::new(a, a_chunk), Chunks::new(b, b_chunk));
    assert_eq!(a.count(), b.count(), "chunks of both slices");
    for_each(a.count(), work, |index| {
        // SAFETY: `for_each` gives each index once.
        let (a, b) = unsafe { (a.get(index), b.get(index)) };
        body(index, a, b);
    });
}

/// [`for_each_chunk2`] with a third slice.
///
/// # Panics
/// If a chunk length is 0, or the slices differ in their number of chunks.
pub fn for_each_chunk3<A: Send, B: Send, C: Send>(
    (a, a_chunk): (&mut [A], usize),
    (b, b_chunk): (&mut [B], usize),
    (c, c_chunk): (&mut [C], usize),
    work: Work,
    body: impl Fn(usize, &mut [A], &mut [B], &mut [C]) + Sync,
) {
    let (a, b) = (Chunks::new(a, a_chunk), Chunks::new(b, b_chunk));
    let c = Chunks::new(c, c_chunk);
    assert_eq!(a.count(), b.count(), "chunks of a and b");
    assert_eq!(a.count(), c.count(), "chunks of a and c");
    for_each(a.count(), work, |index| {
        // SAFETY: `for_each` gives each index once.
        let (a, b, c) = unsafe { (a.get(index), b.get(index), c.get(index)) };
        body(index, a, b, c);
    });
}

/// [`for_each_chunk`] over any number of slices of one length, in step: `body(index, chunks)`.
///
/// # Panics
/// If `chunk` is 0, or the slices differ in length.
pub fn for_each_chunk_of<A: Send, const N: usize>(
    slices: [&mut [A]; N],
    chunk: usize,
    work: Work,
    body: impl Fn(usize, [&mut [A]; N]) + Sync,
) {
    for pair in slices.windows(2) {
        assert_eq!(pair[0].len(), pair[1].len(), "slices of one length");
    }
    let slices = slices.map(|slice| Chunks::new(slice, chunk));
    let count = slices.first().map_or(0, Chunks::count);
    for_each(count, work, |index| {
        // SAFETY: `for_each` gives each index once.
        body(
            index,
            std::array::from_fn(|k| unsafe { slices[k].get(index) }),
        );
    });
}

/// The values of `body(index)` for each index below `count`, in the order of the index, however they were computed.
pub fn map_chunks<R: Send>(
    count: usize,
    work: Work,
    body: impl Fn(usize) -> R + Sync + Send,
) -> Vec<R> {
    let mut values: Vec<Option<R>> = (0..count).map(|_| None).collect();
    for_each_chunk(&mut values, 1, work, |index, value| {
        value[0] = Some(body(index))
    });
    values.into_iter().flatten().collect()
}

/// Runs both closures, at the same time if the `work` of the two together pays, and returns both results.
pub fn join<A: Send, B: Send>(
    work: Work,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    if work.pays() {
        let level = forced();
        with_helpers(|| rayon::join(|| with_forced(level, a), || with_forced(level, b)))
    } else {
        (a(), b())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{Level, level, with_level};

    const MUCH: Work = Work::nanoseconds(1e9);

    fn with_threads<R: Send>(threads: usize, body: impl FnOnce() -> R + Send) -> R {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(body)
    }

    #[test]
    fn the_chunks_are_the_same_on_any_number_of_threads() {
        let run = |threads| {
            with_threads(threads, || {
                let mut out = vec![(0, 0); 1003];
                for_each_chunk(&mut out, 10, MUCH, |index, chunk| {
                    let length = chunk.len();
                    chunk.fill((index, length));
                });
                out
            })
        };
        let alone = run(1);
        assert_eq!(alone[1002], (100, 3));
        assert_eq!(alone[999], (99, 10));
        assert_eq!(run(2), alone);
        assert_eq!(run(5), alone);
    }

    #[test]
    fn chunks_of_several_slices_stay_in_step() {
        with_threads(3, || {
            let (mut a, mut b, mut c) = (vec![0; 50], vec![0_u8; 10], vec![0_i64; 5]);
            for_each_chunk2((&mut a, 10), (&mut b, 2), MUCH, |index, a, b| {
                a.fill(index);
                b.fill(index as u8);
            });
            assert_eq!((a[49], b[9], a[0], b[0], b[2]), (4, 4, 0, 0, 1));
            for_each_chunk3(
                (&mut a, 10),
                (&mut b, 2),
                (&mut c, 1),
                MUCH,
                |index, a, _, c| {
                    c[0] = (a[0] + index) as i64;
                },
            );
            assert_eq!(c, [0, 2, 4, 6, 8]);
        });
    }

    #[test]
    fn any_number_of_slices_go_in_step() {
        for threads in [1, 2, 5] {
            with_threads(threads, || {
                let mut slices = [vec![0; 103], vec![0; 103], vec![0; 103], vec![0; 103]];
                for_each_chunk_of(
                    slices.each_mut().map(Vec::as_mut_slice),
                    10,
                    MUCH,
                    |index, chunks| {
                        let [a, b, c, d] = chunks;
                        assert_eq!(a.len(), d.len());
                        a.fill(index);
                        b.fill(10 * index);
                        c.fill(a.len());
                        d[0] += 1; // each chunk once
                    },
                );
                let [a, b, c, d] = slices;
                assert_eq!(
                    (a[0], a[99], a[102], b[55], c[9], c[102]),
                    (0, 9, 10, 50, 10, 3)
                );
                assert!(
                    d.iter()
                        .enumerate()
                        .all(|(i, &d)| d == usize::from(i % 10 == 0))
                );
            });
        }
        for_each_chunk_of([&mut [0.0; 0][..]], 4, MUCH, |_, _| panic!("no chunk"));
    }

    #[test]
    fn mapped_chunks_come_in_order() {
        for threads in [1, 4] {
            let mapped = with_threads(threads, || map_chunks(1000, MUCH, |index| index * 2));
            assert!(mapped.iter().copied().eq((0..1000).map(|index| index * 2)));
        }
    }

    #[test]
    fn pool_threads_inherit_the_forced_level_and_give_it_back() {
        with_threads(4, || {
            let seen = with_level(Level::Baseline, || map_chunks(200, MUCH, |_| level()));
            assert!(seen.iter().all(|&seen| seen == Level::Baseline));
            let both = with_level(Level::Baseline, || join(MUCH, level, level));
            assert_eq!(both, (Level::Baseline, Level::Baseline));
            let best = level();
            assert!(
                map_chunks(200, MUCH, |_| level())
                    .iter()
                    .all(|&seen| seen == best)
            );
        });
    }

    #[test]
    fn nothing_to_do_is_nothing_done() {
        for_each_chunk(&mut [0.0; 0], 4, MUCH, |_, _| panic!("no chunk"));
        for_each(0, MUCH, |_| panic!("no index"));
        assert!(map_chunks(0, MUCH, |index| index).is_empty());
    }

    #[test]
    fn a_chunk_holds_a_row_at_least() {
        assert_eq!(rows_per_chunk(100, 1000), 10);
        assert_eq!(rows_per_chunk(3000, 1000), 1);
        assert_eq!(rows_per_chunk(0, 1000), 1000);
    }
}
