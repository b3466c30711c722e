//! One allocation: a header of 64 bytes, then the data.

use super::pool::{capacity_of, class_of};
use crate::layout::Layout as View;
use crate::shape::Shape;
use std::alloc::{Layout, alloc, dealloc};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;

/// Size of the header and alignment of the whole: a cache line, and the widest vector.
pub(super) const LINE: usize = 64;
/// A large page of x86-64. Blocks of at least as many bytes begin at one: through pages of 4 KiB, a processor spends a good
/// part of a pass over many megabytes on finding out where each page lies.
const HUGE_PAGE: usize = 2 << 20;

#[repr(C, align(64))]
struct Header {
    /// How many storages share the block.
    references: AtomicU32,
    /// The size class, which says how much room there is; fixed for the block's life.
    class: u32,
    /// All elements of the present owner, in row-major order; initialised from `adopt` to `disown`.
    whole: MaybeUninit<View>,
}

/// A pointer to a header with the data behind it. Copies are plain copies: counting is `Storage`'s work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(NonNull<Header>);

// SAFETY: a block is a plain pointer; who may read or write behind it is `Storage`'s and the pool's affair, and both
// hand it from thread to thread only through a lock or an atomic count.
unsafe impl Send for Block {}

impl Block {
    fn layout(class: usize) -> Layout {
        let bytes = LINE + capacity_of(class);
        let align = if bytes < HUGE_PAGE { LINE } else { HUGE_PAGE };
        Layout::from_size_align(bytes, align)
            .expect("sizes were checked before a block is asked for")
    }

    /// A block of this size class from the system, with zeroed data and without an owner.
    pub(super) fn allocate(class: usize) -> Block {
        let layout = Self::layout(class);
        // SAFETY: the layout has a size of at least one line.
        let memory = unsafe { alloc(layout) };
        let Some(header) = NonNull::new(memory.cast::<Header>()) else {
            // Operations that can fail ask first whether there is room; these can't.
            panic!("no memory for a tensor of {} bytes", layout.size());
        };
        if layout.align() == HUGE_PAGE {
            ask_for_huge_pages(memory, layout.size());
        }
        // SAFETY: `alloc` gave that many bytes.
        unsafe { memory.write_bytes(0, layout.size()) };
        // SAFETY: the memory is fresh, aligned to a line, and has room for a header.
        unsafe {
            header.write(Header {
                references: AtomicU32::new(0),
                class: class as u32,
                whole: MaybeUninit::uninit(),
            })
        };
        Block(header)
    }

    /// Gives the memory back to the system.
    ///
    /// # Safety
    /// The block has no owner, and nobody uses it, or a copy of it, afterwards.
    pub(super) unsafe fn free(self) {
        let layout = Self::layout(self.class());
        // SAFETY: `allocate` made the block with this very layout; the caller promises that it is the last user.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) };
    }

    /// Makes a block that has no owner the property of one storage with elements of this shape.
    ///
    /// # Safety
    /// No storage owns the block.
    #[inline]
    pub(super) unsafe fn adopt(self, shape: &Shape) {
        // SAFETY: the header is valid from `allocate` to `free`, and without an owner nobody else looks at it.
        let header = unsafe { &mut *self.0.as_ptr() };
        *header.references.get_mut() = 1;
        header.whole.write(View::contiguous(shape.clone()));
    }

    /// The end of `adopt`: the block has no owner any more.
    ///
    /// # Safety
    /// The last owner calls it, once, and doesn't use the block afterwards.
    #[inline]
    pub(super) unsafe fn disown(self) {
        // SAFETY: the header is valid from `allocate` to `free`; the last owner is alone with it, and `adopt` wrote the layout.
        unsafe { (*self.0.as_ptr()).whole.assume_init_drop() };
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the header is valid from `allocate` to `free`; it is written only by `adopt` and `disown`, when nobody looks.
        unsafe { self.0.as_ref() }
    }

    #[inline]
    pub(super) fn references(&self) -> &AtomicU32 {
        &self.header().references
    }

    /// The whole of the elements in row-major order.
    ///
    /// # Safety
    /// The block has an owner.
    #[inline]
    pub(super) unsafe fn whole(&self) -> &View {
        // SAFETY: written by `adopt`, and the caller promises that the block is owned.
        unsafe { self.header().whole.assume_init_ref() }
    }

    #[inline]
    pub(super) fn class(&self) -> usize {
        self.header().class as usize
    }

    /// Where the data begins.
    #[inline]
    pub(super) fn data(&self) -> *mut u8 {
        // SAFETY: `allocate` asked for `LINE` bytes of header and the data behind them.
        unsafe { self.0.as_ptr().cast::<u8>().add(LINE) }
    }
}

/// Asks Linux to lay fresh memory on large pages. Where it can't, everything works as before, slower.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages(memory: *mut u8, bytes: usize) {
    // SAFETY: the range is one allocation of ours that begins at a page; the advice changes no byte of it.
    unsafe { libc::madvise(memory.cast(), bytes, libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages(_: *mut u8, _: usize) {}

const _: () = assert!(size_of::<Header>() == LINE);
// The highest class fits its field.
const _: () = assert!(class_of(isize::MAX as usize) < u32::MAX as usize);
