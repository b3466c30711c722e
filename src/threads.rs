//! On which threads a program runs.

use crate::{Error, Result};

/// Runs `work` inside the pool of threads that the kernels use, and returns what it returns.
///
/// Put a whole training loop into one call. Handing work to a pool costs about a microsecond from inside and many times
/// that from outside, where the threads first have to be woken: small models train markedly faster inside. For a millisecond after
/// each parallel stretch the threads look around for the next one before they sleep. Results
/// are the same bits either way, and on any number of threads.
///
/// ```
/// let sum: f32 = etude::install(|| etude::ones([3]).to_vec().iter().sum());
/// assert_eq!(sum, 3.0);
/// ```
pub fn install<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    // A scope runs its body on a thread of the global pool, starting the pool if need be.
    rayon::scope(|_| work())
}

/// Runs `work` inside a pool of its own with `threads` threads, for comparing figures or sharing a machine.
///
/// # Errors
/// If `threads` is 0, or the system doesn't grant them.
///
/// ```
/// let one = etude::install_on(1, || etude::ones([3]).to_vec())?;
/// assert_eq!(one, etude::install_on(2, || etude::ones([3]).to_vec())?);
/// # Ok::<(), etude::Error>(())
/// ```
pub fn install_on<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> Result<R> {
    if threads == 0 {
        return Err(Error::value("install_on", "0 threads; expected at least 1"));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|err| Error::state("install_on", format!("{threads} threads: {err}")))?;
    Ok(pool.install(work))
}
