//! One allocation: a header of 64 bytes, then the data.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::atomic::AtomicUsize;

/// Size of the header and alignment of the whole: a cache line, and the widest vector.
pub(super) const LINE: usize = 64;

#[repr(C, align(64))]
struct Header {
    /// How many storages share the block.
    references: AtomicUsize,
    /// Elements of the present owner.
    len: usize,
    /// Bytes of data the block has room for; fixed for its life.
    capacity: usize,
}

/// A pointer to a header with `capacity` bytes of data behind it. Copies are plain copies: counting is `Storage`'s work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(NonNull<Header>);

// SAFETY: a block is a plain pointer; who may read or write behind it is `Storage`'s and the pool's affair, and both
// hand it from thread to thread only through a lock or an atomic count.
unsafe impl Send for Block {}

impl Block {
    fn layout(capacity: usize) -> Layout {
        Layout::from_size_align(LINE + capacity, LINE)
            .expect("sizes were checked before a block is asked for")
    }

    /// A zeroed block from the system.
    pub(super) fn allocate(capacity: usize) -> Block {
        let layout = Self::layout(capacity);
        // SAFETY: the layout has a size of at least one line.
        let memory = unsafe { alloc_zeroed(layout) };
        let Some(header) = NonNull::new(memory.cast::<Header>()) else {
            handle_alloc_error(layout);
        };
        // SAFETY: the memory is fresh, aligned to a line, and has room for a header.
        unsafe {
            header.write(Header {
                references: AtomicUsize::new(1),
                len: 0,
                capacity,
            })
        };
        Block(header)
    }

    /// Gives the memory back to the system.
    ///
    /// # Safety
    /// Nobody uses the block, or a copy of it, afterwards.
    pub(super) unsafe fn free(self) {
        let layout = Self::layout(self.capacity());
        // SAFETY: `allocate` made the block with this very layout; the caller promises that it is the last user.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) };
    }

    /// Makes a block that has no owner the property of one storage of `len` elements.
    ///
    /// # Safety
    /// No storage owns the block.
    pub(super) unsafe fn adopt(self, len: usize) {
        // SAFETY: the header is valid from `allocate` to `free`, and without an owner nobody else looks at it.
        let header = unsafe { &mut *self.0.as_ptr() };
        *header.references.get_mut() = 1;
        header.len = len;
    }

    fn header(&self) -> &Header {
        // SAFETY: the header is valid from `allocate` to `free`; it is written only by `adopt`, when nobody looks.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn references(&self) -> &AtomicUsize {
        &self.header().references
    }

    pub(super) fn len(&self) -> usize {
        self.header().len
    }

    pub(super) fn capacity(&self) -> usize {
        self.header().capacity
    }

    /// Where the data begins.
    pub(super) fn data(&self) -> *mut u8 {
        // SAFETY: `allocate` asked for `LINE` bytes of header and the data behind them.
        unsafe { self.0.as_ptr().cast::<u8>().add(LINE) }
    }
}

const _: () = assert!(size_of::<Header>() == LINE);
