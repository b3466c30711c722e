//! Freed blocks, kept by size for the next tensor that needs one.
//!
//! Training repeats itself: each step asks for the same buffers as the one before. Fresh memory is expensive (4 MiB cost
//! nearly a millisecond in page faults, against 0.14 ms for a reused block), so freed blocks are kept: small ones in
//! capped lists of the thread, where taking one is a few nanoseconds; large ones in one list that all threads share and
//! that is bounded in bytes. A thread that frees what another allocated fills its own lists only up to their cap.
//!
//! `ETUDE_POOL=off` (or [`set_enabled`]) turns the pool off, so that AddressSanitizer and valgrind see every block. A value that
//! isn't `on` or `off` is reported on standard error and ignored.

use super::block::{Block, LINE};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Blocks up to this many bytes are kept by the thread.
const SMALL: usize = 64 << 10;
/// A thread keeps at most this many bytes in each size class …
const THREAD_CLASS_BYTES: usize = 256 << 10;
/// … and always at least this many blocks.
const THREAD_CLASS_BLOCKS: usize = 8;
/// The shared list keeps at most this many bytes.
const SHARED_BYTES: usize = 2 << 30;
/// Size classes between one power of two and the next: at most a quarter of a block is waste.
const STEPS: usize = 4;
/// Classes up to `isize::MAX` bytes.
const CLASSES: usize = STEPS * 60;
const SMALL_CLASSES: usize = class_of(SMALL) + 1;

/// The smallest class whose blocks hold `bytes`.
pub(super) const fn class_of(bytes: usize) -> usize {
    let lines = if bytes <= LINE {
        1
    } else {
        bytes.div_ceil(LINE)
    };
    if lines <= STEPS {
        return lines - 1;
    }
    // lines − 1 = 1 s s …: the leading bit gives the power, the next two the step.
    let last = lines - 1;
    let power = last.ilog2() as usize;
    (power - 1) * STEPS + (last >> (power - 2)) % STEPS
}

/// The bytes that blocks of a class hold.
pub(super) const fn capacity_of(class: usize) -> usize {
    if class < STEPS {
        return (class + 1) * LINE;
    }
    let power = class / STEPS + 1;
    ((STEPS + class % STEPS + 1) << (power - 2)) * LINE
}

/// How many blocks of a small class a thread keeps.
static THREAD_BLOCKS: [usize; SMALL_CLASSES] = {
    let (mut most, mut class) = ([0; SMALL_CLASSES], 0);
    while class < SMALL_CLASSES {
        let blocks = THREAD_CLASS_BYTES / capacity_of(class);
        most[class] = if blocks > THREAD_CLASS_BLOCKS {
            blocks
        } else {
            THREAD_CLASS_BLOCKS
        };
        class += 1;
    }
    most
};

/// Lists of free blocks by class. Dropped (at the end of a thread), it gives everything back to the system.
struct Lists<const N: usize> {
    free: [Vec<Block>; N],
    bytes: usize,
}

impl<const N: usize> Lists<N> {
    const fn new() -> Self {
        Lists {
            free: [const { Vec::new() }; N],
            bytes: 0,
        }
    }

    fn pop(&mut self, class: usize) -> Option<Block> {
        let block = self.free[class].pop()?;
        self.bytes -= capacity_of(class);
        Some(block)
    }

    fn push(&mut self, class: usize, block: Block) {
        self.bytes += capacity_of(class);
        self.free[class].push(block);
    }

    fn clear(&mut self) {
        for block in self.free.iter_mut().flat_map(|list| list.drain(..)) {
            // SAFETY: a block in a free list has no owner, and it has just left the list.
            unsafe { block.free() };
        }
        self.bytes = 0;
    }
}

impl<const N: usize> Drop for Lists<N> {
    fn drop(&mut self) {
        self.clear();
    }
}

thread_local! {
    static THREAD: RefCell<Lists<SMALL_CLASSES>> = const { RefCell::new(Lists::new()) };
}

static SHARED: Mutex<Lists<CLASSES>> = Mutex::new(Lists::new());

/// 0: not asked yet, 1: on, 2: off.
static SWITCH: AtomicU8 = AtomicU8::new(0);

/// Whether freed blocks are kept.
#[inline]
pub fn enabled() -> bool {
    match SWITCH.load(Ordering::Relaxed) {
        0 => ask_environment(),
        state => state == 1,
    }
}

#[cold]
fn ask_environment() -> bool {
    let asked = std::env::var("ETUDE_POOL").ok();
    let on = asked.as_deref().is_none_or(|value| {
        switched(value).unwrap_or_else(|| {
            eprintln!("etude: ETUDE_POOL is '{value}', expected on or off: using on");
            true
        })
    });
    set_enabled(on);
    on
}

/// What a value of `ETUDE_POOL` says, if it is one.
fn switched(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// Turns the pool on or off for the whole process; blocks that are kept already stay until [`clear`].
pub fn set_enabled(on: bool) {
    SWITCH.store(if on { 1 } else { 2 }, Ordering::Relaxed);
}

/// Gives the blocks that the calling thread and the shared list keep back to the system.
pub fn clear() {
    let _ = THREAD.try_with(|lists| lists.borrow_mut().clear());
    SHARED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
}

/// The bytes in free blocks: of the calling thread, and of the list that all share.
pub fn kept_bytes() -> (usize, usize) {
    let thread = THREAD.try_with(|lists| lists.borrow().bytes).unwrap_or(0);
    (
        thread,
        SHARED.lock().unwrap_or_else(PoisonError::into_inner).bytes,
    )
}

/// How many blocks have been asked of the system since the process began: in a steady state, none is.
pub fn misses() -> u64 {
    MISSES.load(Ordering::Relaxed)
}

static MISSES: AtomicU64 = AtomicU64::new(0);

/// A block with room for `bytes`, without an owner.
pub(super) fn take(bytes: usize) -> Block {
    let class = class_of(bytes);
    if class < SMALL_CLASSES
        && enabled()
        && let Ok(Some(block)) = THREAD.try_with(|lists| lists.borrow_mut().pop(class))
    {
        return block;
    }
    take_elsewhere(class)
}

/// A block from the list that all threads share, or from the system.
#[inline(never)] // so that the way through the thread's own lists stays short
fn take_elsewhere(class: usize) -> Block {
    let recycled = if class < SMALL_CLASSES || !enabled() {
        None
    } else {
        SHARED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop(class)
    };
    recycled.unwrap_or_else(|| {
        MISSES.fetch_add(1, Ordering::Relaxed);
        Block::allocate(class)
    })
}

/// Takes back a block without an owner. An adopted buffer is none of the pool's, neither aligned nor of a class's size: it goes back
/// to the vector's allocator.
pub(super) fn give(block: Block) {
    let class = block.class();
    if !(class < SMALL_CLASSES && enabled() && keep_in_thread(block, class)) {
        give_elsewhere(block, class);
    }
}

/// Puts a block into the thread's own list, if there is room. At the end of a thread its lists are gone.
#[inline]
fn keep_in_thread(block: Block, class: usize) -> bool {
    let put = |lists: &RefCell<Lists<SMALL_CLASSES>>| {
        let mut lists = lists.borrow_mut();
        let room = lists.free[class].len() < THREAD_BLOCKS[class];
        if room {
            lists.push(class, block);
        }
        room
    };
    THREAD.try_with(put).unwrap_or(false)
}

/// Gives a block to the list that all threads share, if that is for its size and has room, or else to the system.
#[inline(never)] // so that the way through the thread's own lists stays short
fn give_elsewhere(block: Block, class: usize) {
    if class >= SMALL_CLASSES && !block.is_adopted() && enabled() {
        let mut lists = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.bytes + capacity_of(class) <= SHARED_BYTES {
            return lists.push(class, block);
        }
    }
    // SAFETY: the block has no owner, and no list took it.
    unsafe { block.free() };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use crate::storage::Storage;

    #[test]
    fn the_switch_knows_two_words() {
        let words = ["on", "off", "OFF", "of", "1", ""];
        let expected = [Some(true), Some(false), Some(false), None, None, None];
        assert_eq!(words.map(switched), expected);
    }

    #[test]
    fn a_class_holds_what_is_asked_and_wastes_at_most_a_fifth() {
        for bytes in (0..300_000)
            .step_by(13)
            .chain([1 << 20, (1 << 20) + 1, 1 << 30])
        {
            let class = class_of(bytes);
            let capacity = capacity_of(class);
            assert!(
                capacity >= bytes,
                "{bytes} bytes in class {class} of {capacity}"
            );
            assert!(
                class == 0 || capacity_of(class - 1) < bytes.max(1),
                "{bytes} fits class {} already",
                class - 1
            );
            assert!(
                bytes <= 4 * LINE || (capacity - bytes) * 5 <= capacity,
                "{bytes} bytes waste too much in {capacity}"
            );
            assert_eq!(class_of(capacity), class);
        }
    }

    #[test]
    fn a_freed_block_serves_the_next_storage_of_its_class() {
        if !enabled() {
            return;
        }
        let first = Storage::<f32>::scratch(&Shape::from([1000]));
        let at = first.slice().as_ptr();
        drop(first);
        assert_eq!(
            Storage::<f64>::scratch(&Shape::from([500]))
                .slice()
                .as_ptr()
                .cast(),
            at
        );
    }

    #[test]
    fn a_thread_that_frees_what_others_made_does_not_hoard() {
        let blocks: Vec<_> = (0..10_000)
            .map(|_| Storage::<f32>::scratch(&Shape::from([16])))
            .collect();
        let kept = std::thread::spawn(move || {
            drop(blocks);
            kept_bytes().0
        });
        assert!(kept.join().unwrap() <= THREAD_CLASS_BYTES);
    }
}
