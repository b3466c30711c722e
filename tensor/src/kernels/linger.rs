//! Threads that stay awake from one parallel stretch of a program to the next.
//!
//! A thread of rayon's pool that finds nothing to do looks around some 30 times more and then sleeps, and waking it takes longer
//! than many a chunk: milliseconds where the system has given its processor away meanwhile. A training
//! step is dozens of parallel stretches with a few microseconds of bookkeeping in between, and some chunks always take longer than
//! others, so that threads would fall asleep all the time. So whoever hands out chunks
//! asks the others to linger: to look around for longer, and only then to sleep.

use rayon::Yield;
use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

/// How long a thread looks around after the last thing it did.
const LINGER: Duration = Duration::from_millis(1);

thread_local! {
    /// Whether this thread is at it already: it lingers, or hands out chunks and waits for them.
    static ENGAGED: Cell<bool> = const { Cell::new(false) };
    /// When this thread last asked the others to linger.
    static ASKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Runs `work`, which hands chunks to the other threads of the pool, and asks those to linger.
pub(super) fn with_helpers<R>(work: impl FnOnce() -> R) -> R {
    // Who is asked while lingering starts anew, so half the time is soon enough, and asking costs next to nothing.
    let now = Instant::now();
    if ASKED
        .get()
        .is_none_or(|asked| now.duration_since(asked) > LINGER / 2)
    {
        ASKED.set(Some(now));
        rayon::spawn_broadcast(|_| linger());
    }
    let _engaged = Engaged::new();
    work()
}

/// Does what there is to do in the pool, until there has been nothing for a while.
fn linger() {
    if ENGAGED.get() {
        return;
    }
    let _engaged = Engaged::new();
    let mut last = Instant::now();
    while last.elapsed() < LINGER {
        match rayon::yield_now() {
            Some(Yield::Executed) => last = Instant::now(),
            _ => thread::yield_now(),
        }
    }
}

/// Sets [`ENGAGED`] for as long as it lives, also if it ends by a panic.
struct Engaged {
    before: bool,
}

impl Engaged {
    fn new() -> Engaged {
        Engaged {
            before: ENGAGED.replace(true),
        }
    }
}

impl Drop for Engaged {
    fn drop(&mut self) {
        ENGAGED.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Runs `test` on the only thread of a pool, with the flag that a job behind it in the pool will set.
    fn with_a_job_behind(test: impl FnOnce(&AtomicBool) + Send) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
        pool.build().unwrap().install(|| {
            let done = Arc::new(AtomicBool::new(false));
            let job = done.clone();
            rayon::spawn(move || job.store(true, Ordering::Relaxed));
            test(&done);
        });
    }

    #[test]
    fn a_thread_that_lingers_does_what_there_is_to_do_and_comes_to_an_end() {
        with_a_job_behind(|done| {
            let start = Instant::now();
            linger();
            assert!(done.load(Ordering::Relaxed));
            assert!(start.elapsed() >= LINGER);
        });
    }

    #[test]
    fn a_thread_that_waits_for_its_own_chunks_does_not_linger() {
        with_a_job_behind(|done| {
            with_helpers(linger);
            assert!(!done.load(Ordering::Relaxed));
        });
    }

    #[test]
    fn a_panic_leaves_the_thread_free_to_linger() {
        with_a_job_behind(|done| {
            catch_unwind(AssertUnwindSafe(|| with_helpers(|| panic!("planted")))).unwrap_err();
            linger();
            assert!(done.load(Ordering::Relaxed));
        });
    }
}
