//! An output that several tasks write at the same time, each its own part.

/// A pointer to memory that tasks on several threads write without overlapping.
///
/// `chunks_mut` is the safe way where a task's part is contiguous; this is for tiles of a matrix and rows of an image.
pub(crate) struct Shared<T>(*mut T);

// SAFETY: the pointer is only an address; whoever writes through it proves there that no two tasks share an element.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// The start of `data`.
    pub fn new(data: &mut [T]) -> Self {
        Shared(data.as_mut_ptr())
    }

    /// The address of element `index`.
    pub fn at(&self, index: usize) -> *mut T {
        self.0.wrapping_add(index)
    }
}
