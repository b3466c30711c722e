//! Instruction-set levels: detected once, chosen at run time, forced for a thread by tests.
//!
//! A plain `cargo build --release` must run at full speed on a machine with AVX-512 and still run on one without AVX.
//! So each kernel is compiled several times, and [`level()`] says which of the copies to call.

use std::cell::Cell;
use std::sync::OnceLock;

/// An instruction set that kernels are compiled for. Ordered: a machine that has a level has all below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What the program was compiled for: SSE2 on x86-64, NEON on AArch64.
    Baseline,
    /// 256-bit vectors with fused multiply-add: AVX2 and FMA.
    Avx2,
    /// 512-bit vectors: AVX-512 F, DQ, VL and BW.
    Avx512,
}

impl Level {
    /// The name that the environment variable `ETUDE_SIMD` knows: `baseline`, `avx2`, `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    fn from_name(name: &str) -> Option<Level> {
        [Level::Baseline, Level::Avx2, Level::Avx512]
            .into_iter()
            .find(|level| level.name() == name)
    }
}

/// The best level of the machine, not above what `ETUDE_SIMD` allows.
fn detected() -> Level {
    static DETECTED: OnceLock<Level> = OnceLock::new();
    *DETECTED.get_or_init(|| {
        let machine = machine_level();
        let Ok(name) = std::env::var("ETUDE_SIMD") else {
            return machine;
        };
        match Level::from_name(&name) {
            Some(cap) => cap.min(machine),
            None => {
                eprintln!(
                    "etude: ETUDE_SIMD is '{name}', expected baseline, avx2 or avx512: using {}",
                    machine.name()
                );
                machine
            }
        }
    })
}

#[cfg(target_arch = "x86_64")]
fn machine_level() -> Level {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = avx2
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw");
    match (avx512, avx2) {
        (true, _) => Level::Avx512,
        (false, true) => Level::Avx2,
        (false, false) => Level::Baseline,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn machine_level() -> Level {
    Level::Baseline
}

thread_local! {
    /// The level that [`with_level`] has put in force on this thread; never above the detected one.
    static FORCED: Cell<Option<Level>> = const { Cell::new(None) };
}

/// The level that kernels called on this thread use: the one in force through [`with_level`], or else the best of the
/// machine, capped by the environment variable `ETUDE_SIMD` (`baseline`, `avx2` or `avx512`; read once per process,
/// another value is reported on standard error and ignored).
///
/// Never a level that the machine lacks.
#[inline]
pub fn level() -> Level {
    FORCED.get().unwrap_or_else(detected)
}

/// Every level that can run here, lowest first: what a test goes through with [`with_level`].
///
/// ```
/// use etude_tensor::kernels::{Level, available_levels, level, with_level};
///
/// for forced in available_levels() {
///     assert_eq!(with_level(forced, level), forced);
/// }
/// assert_eq!(available_levels()[0], Level::Baseline);
/// ```
pub fn available_levels() -> Vec<Level> {
    [Level::Baseline, Level::Avx2, Level::Avx512]
        .into_iter()
        .filter(|&level| level <= detected())
        .collect()
}

/// Runs `body` with `level` in force on this thread and on the pool threads that [`parallel`](super::parallel) uses
/// inside it. What was in force before is so again afterwards, also when `body` panics.
///
/// A level above what the machine (or `ETUDE_SIMD`) allows is lowered to the best there is; to be sure of running one,
/// choose it from [`available_levels`].
pub fn with_level<R>(level: Level, body: impl FnOnce() -> R) -> R {
    with_forced(Some(level.min(detected())), body)
}

/// What is forced on this thread, to be handed on to another by [`with_forced`].
pub(super) fn forced() -> Option<Level> {
    FORCED.get()
}

/// Runs `body` under what [`forced`] returned elsewhere, `None` included: a thread that waits in the pool may pick up
/// work of a caller that forced nothing.
pub(super) fn with_forced<R>(forced: Option<Level>, body: impl FnOnce() -> R) -> R {
    struct Restore(Option<Level>);
    impl Drop for Restore {
        fn drop(&mut self) {
            FORCED.set(self.0);
        }
    }
    let _restore = Restore(FORCED.replace(forced));
    body()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forced_level_nests_and_is_restored_after_a_panic() {
        let outside = level();
        with_level(Level::Baseline, || {
            assert_eq!(level(), Level::Baseline);
            let caught = std::panic::catch_unwind(|| with_level(outside, || panic!("on purpose")));
            assert!(caught.is_err());
            assert_eq!(level(), Level::Baseline);
        });
        assert_eq!(level(), outside);
    }

    #[test]
    fn a_level_above_the_machine_is_lowered() {
        let best = *available_levels().last().unwrap();
        assert_eq!(with_level(Level::Avx512, level), best);
    }

    #[test]
    fn names_are_read_back() {
        for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
            assert_eq!(Level::from_name(level.name()), Some(level));
        }
        assert_eq!(Level::from_name("AVX2"), None);
    }
}
