//! An output that several tasks write at the same time, each its own part.

use std::marker::PhantomData;

/// A pointer to memory that tasks on several threads write without overlapping.
///
/// `chunks_mut` is the safe way where a task's part is contiguous; this is for tiles of a matrix and rows of an image.
#[derive(Debug)]
pub(crate) struct Shared<T>(*mut T);

// SAFETY: the pointer is only an address; whoever writes through it proves there that no two tasks share an element.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// The start of `data`.
    pub fn new(data: &mut [T]) -> Self {
        Shared(data.as_mut_ptr())
    }

    /// What starts at an address.
    pub fn from(start: *mut T) -> Self {
        Shared(start)
    }

    /// The address of element `index`.
    pub fn at(&self, index: usize) -> *mut T {
        self.0.wrapping_add(index)
    }
}

/// A slice cut into chunks of one length (the last may be shorter), which several threads write at the same time, each its own.
pub(crate) struct Chunks<'a, T> {
    start: Shared<T>,
    len: usize,
    chunk: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: `get`, the only way to the elements, hands each chunk to one caller: its own promise.
unsafe impl<T: Send> Sync for Chunks<'_, T> {}

impl<'a, T> Chunks<'a, T> {
    /// The chunks of `slice`.
    ///
    /// # Panics
    /// If `chunk` is 0.
    pub fn new(slice: &'a mut [T], chunk: usize) -> Self {
        assert!(chunk > 0, "chunks of at least one element");
        Chunks {
            start: Shared::new(slice),
            len: slice.len(),
            chunk,
            slice: PhantomData,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.len.div_ceil(self.chunk)
    }

    /// Chunk `index`.
    ///
    /// # Panics
    /// If there is none.
    ///
    /// # Safety
    /// No two calls have the same index.
    #[allow(clippy::mut_from_ref)] // that each chunk is handed out once is the caller's promise
    pub unsafe fn get(&self, index: usize) -> &'a mut [T] {
        assert!(index < self.count(), "chunk {index} of {}", self.count());
        let from = index * self.chunk;
        let len = self.chunk.min(self.len - from);
        // SAFETY: `from..from + len` lies in the slice, which is borrowed mutably for 'a; chunks of different indices don't
        // overlap, and the caller asks for each index once.
        unsafe { std::slice::from_raw_parts_mut(self.start.at(from), len) }
    }
}
