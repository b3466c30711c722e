//! A header of 64 bytes, and behind it, in the same allocation, either the elements or where they lie: in the buffer of a vector.

use super::pool::{capacity_of, class_of};
use crate::Element;
use crate::layout::Layout as View;
use crate::shape::Shape;
use std::alloc::{Layout, alloc, dealloc};
use std::hint::cold_path;
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
    /// The size class, which says how much room there is, or [`ADOPTED`]; fixed for the block's life.
    class: u32,
    /// All elements of the present owner, in row-major order; initialised from `own` to `disown`.
    whole: MaybeUninit<View>,
}

/// In the place of a size class: what lies behind the header is a [`Buffer`], not the elements.
const ADOPTED: u32 = u32::MAX;
/// The size class by which the header of an adopted buffer is allocated: one line, which holds the [`Buffer`].
const AROUND: usize = class_of(LINE);

/// The buffer of a vector that gave it away.
///
/// It doesn't stand in the header, which is full: one more word, and the elements of every small tensor would lie a line further away.
#[derive(Clone, Copy)]
struct Buffer {
    elements: NonNull<u8>,
    /// Of the vector, in elements.
    capacity: usize,
    /// Makes a vector of `elements` and `capacity` again, and drops it. Blocks don't know the type of their elements; this function does.
    free: unsafe fn(NonNull<u8>, usize),
}

/// Gives the buffer of a `Vec<T>` back to the vector's allocator.
///
/// # Safety
/// The two were taken from a `Vec<T>` that has given them away, and nobody uses them afterwards.
unsafe fn free_buffer<T: Element>(elements: NonNull<u8>, capacity: usize) {
    // SAFETY: the caller promises that a vector of this type had them. Length 0 is enough, as elements are `Copy`: there is nothing to drop.
    drop(unsafe { Vec::<T>::from_raw_parts(elements.as_ptr().cast(), 0, capacity) });
}

/// A pointer to a header with the data behind it. Copies are plain copies: counting is `Storage`'s work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(NonNull<Header>);

// SAFETY: a block is a plain pointer; who may read or write behind it is `Storage`'s and the pool's affair, and both
// hand it from thread to thread only through a lock or an atomic count. An adopted buffer may go along, as the `Vec` of elements that it
// was could: they are `Send`.
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

    /// A block, without an owner, whose elements stay where they are: in the buffer of this vector.
    pub(super) fn around<T: Element>(values: Vec<T>) -> Block {
        let block = Self::allocate(AROUND);
        let (elements, _, capacity) = values.into_raw_parts();
        let buffer = Buffer {
            elements: NonNull::new(elements.cast()).expect("a vector's pointer is never null"),
            capacity,
            free: free_buffer::<T>,
        };
        // SAFETY: the block is fresh: nobody else looks at its header or at the line behind, in which a `Buffer` has room (see below).
        unsafe {
            (*block.0.as_ptr()).class = ADOPTED;
            block.behind().cast::<Buffer>().write(buffer);
        }
        block
    }

    /// The vector that [`around`](Block::around) was given, cut to its first `len` elements. The block is no more.
    ///
    /// # Safety
    /// `around` made the block, from a vector of this type with at least `len` elements; it has no owner, and nobody uses it, or a copy
    /// of it, afterwards.
    pub(super) unsafe fn into_vec<T: Element>(self, len: usize) -> Vec<T> {
        // SAFETY: `around` made the block.
        let buffer = unsafe { self.buffer() };
        // SAFETY: `around` got these parts from a `Vec<T>`, of which so many elements are initialised, and nobody else will use them.
        let values =
            unsafe { Vec::from_raw_parts(buffer.elements.as_ptr().cast(), len, buffer.capacity) };
        // SAFETY: `around` allocated the block with this class; the caller promises that it is the last user.
        unsafe { self.deallocate(AROUND) };
        values
    }

    /// Gives the memory back to the system, and an adopted buffer to the vector's allocator.
    ///
    /// # Safety
    /// The block has no owner, and nobody uses it, or a copy of it, afterwards.
    pub(super) unsafe fn free(self) {
        let mut class = self.class();
        if self.is_adopted() {
            // SAFETY: as just seen, `around` made the block.
            let buffer = unsafe { self.buffer() };
            // SAFETY: `around` took both from a vector of the type that `free` is for; the caller promises that this is their last use.
            unsafe { (buffer.free)(buffer.elements, buffer.capacity) };
            class = AROUND;
        }
        // SAFETY: `allocate` was given this very class, by `around` or by the pool; the caller promises that it is the last user.
        unsafe { self.deallocate(class) };
    }

    /// # Safety
    /// `allocate` made the block with this class, and nobody uses it, or a copy of it, afterwards.
    unsafe fn deallocate(self, class: usize) {
        // SAFETY: the same class gives the layout with which the block was allocated.
        unsafe { dealloc(self.0.as_ptr().cast(), Self::layout(class)) };
    }

    /// Makes a block that has no owner the property of one storage with elements of this shape.
    ///
    /// # Safety
    /// No storage owns the block.
    #[inline]
    pub(super) unsafe fn own(self, shape: &Shape) {
        // SAFETY: the header is valid from `allocate` to `free`, and without an owner nobody else looks at it.
        let header = unsafe { &mut *self.0.as_ptr() };
        *header.references.get_mut() = 1;
        header.whole.write(View::contiguous(shape.clone()));
    }

    /// The end of `own`: the block has no owner any more.
    ///
    /// # Safety
    /// The last owner calls it, once, and doesn't use the block afterwards.
    #[inline]
    pub(super) unsafe fn disown(self) {
        // SAFETY: the header is valid from `allocate` to `free`; the last owner is alone with it, and `own` wrote the layout.
        unsafe { (*self.0.as_ptr()).whole.assume_init_drop() };
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the header is valid from `allocate` to `free`; it is written only by `own` and `disown`, when nobody looks.
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
        // SAFETY: written by `own`, and the caller promises that the block is owned.
        unsafe { self.header().whole.assume_init_ref() }
    }

    #[inline]
    pub(super) fn class(&self) -> usize {
        self.header().class as usize
    }

    /// Whether the elements lie in the buffer of a vector.
    #[inline]
    pub(super) fn is_adopted(&self) -> bool {
        self.header().class == ADOPTED
    }

    /// # Safety
    /// [`around`](Block::around) made the block.
    #[inline]
    unsafe fn buffer(&self) -> Buffer {
        // SAFETY: `around` wrote it there, and nobody has written there since.
        unsafe { self.behind().cast::<Buffer>().read() }
    }

    /// Where the elements begin.
    #[inline]
    pub(super) fn data(&self) -> *mut u8 {
        if self.is_adopted() {
            // Few tensors are, and those are large: the way of the others stays straight.
            cold_path();
            // SAFETY: as just seen, `around` made the block.
            return unsafe { self.buffer() }.elements.as_ptr();
        }
        self.behind()
    }

    /// What lies behind the header: the elements, where they aren't adopted.
    #[inline]
    pub(super) fn behind(&self) -> *mut u8 {
        // SAFETY: `allocate` asked for `LINE` bytes of header and at least as many behind them.
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
// The highest class fits its field, and is another value than `ADOPTED`.
const _: () = assert!(class_of(isize::MAX as usize) < ADOPTED as usize);
// What stands behind the header of an adopted buffer has room there, and is aligned as the line is.
const _: () = assert!(size_of::<Buffer>() <= capacity_of(AROUND) && align_of::<Buffer>() <= LINE);
