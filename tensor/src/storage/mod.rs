//! The memory behind tensors: reference-counted, 64-byte aligned blocks from a pool.
//!
//! A [`Storage`] is one pointer to a block that holds a header and, 64 bytes behind it, the elements. Clones share the
//! block; whoever is alone with it may write. This room and `kernels` are the only ones with `unsafe`.

mod block;
pub mod pool;

use crate::Element;
use block::Block;
use std::marker::PhantomData;
use std::sync::atomic::{Ordering, fence};

/// A shared buffer of elements.
///
/// Memory is never uninitialised: a fresh block is zeroed, a recycled one holds the bytes of its former owner (cleared
/// for `bool`, the one element type of which not every byte is a value).
pub(crate) struct Storage<T: Element> {
    block: Block,
    elements: PhantomData<T>,
}

// SAFETY: a block is reached through shared references only, or through a unique one while its count is 1; the count
// is atomic, and elements are `Send + Sync` by `Element`'s supertraits.
unsafe impl<T: Element> Send for Storage<T> {}
// SAFETY: as above; `&Storage` only gives `&[T]`.
unsafe impl<T: Element> Sync for Storage<T> {}

impl<T: Element> Storage<T> {
    /// A buffer of `len` elements with arbitrary values, to be written before it is read.
    ///
    /// # Panics
    /// If the size in bytes overflows `isize`.
    pub(crate) fn scratch(len: usize) -> Self {
        let block = Self::block(len);
        if !T::ANY_BITS {
            // SAFETY: the block has room for `len` elements.
            unsafe { std::ptr::write_bytes(block.data().cast::<T>(), 0, len) };
        }
        Storage {
            block,
            elements: PhantomData,
        }
    }

    fn block(len: usize) -> Block {
        let bytes = len
            .checked_mul(size_of::<T>())
            .filter(|&n| n <= isize::MAX as usize - 4096);
        let Some(bytes) = bytes else {
            panic!(
                "a buffer of {len} elements of type {} is larger than memory can address",
                T::NAME
            );
        };
        pool::take(bytes, len)
    }

    /// A buffer with every element `value`.
    pub(crate) fn filled(len: usize, value: T) -> Self {
        let mut storage = Self::scratch(len);
        storage.slice_mut().fill(value);
        storage
    }

    /// A buffer with a copy of `values`.
    pub(crate) fn copied(values: &[T]) -> Self {
        let mut storage = Self::scratch(values.len());
        storage.slice_mut().copy_from_slice(values);
        storage
    }

    /// How many elements the buffer has.
    pub(crate) fn len(&self) -> usize {
        self.block.len()
    }

    /// The elements.
    pub(crate) fn slice(&self) -> &[T] {
        // SAFETY: the block was made for `len` elements of `T`, is aligned to 64 bytes (no element needs more), and
        // its bytes are initialised and valid for `T` (see the type's documentation). While this reference lives, a
        // clone keeps the count above 1 or `&mut self` is borrowed, so nobody writes.
        unsafe { std::slice::from_raw_parts(self.block.data().cast::<T>(), self.len()) }
    }

    /// Whether no other storage shares the buffer.
    pub(crate) fn is_unique(&self) -> bool {
        let alone = self.block.references().load(Ordering::Relaxed) == 1;
        if alone {
            // What the former owners wrote happened before they let go: the other half of `drop`'s Release.
            fence(Ordering::Acquire);
        }
        alone
    }

    /// Whether both are the same buffer.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.block == other.block
    }

    /// The elements, to be written.
    ///
    /// # Panics
    /// If the buffer is shared.
    pub(crate) fn slice_mut(&mut self) -> &mut [T] {
        assert!(self.is_unique(), "a shared buffer is never written");
        // SAFETY: as in `slice`; the count is 1 and this is the one owner, borrowed mutably, so no other reference to
        // the elements exists.
        unsafe { std::slice::from_raw_parts_mut(self.block.data().cast::<T>(), self.len()) }
    }
}

impl<T: Element> Clone for Storage<T> {
    fn clone(&self) -> Self {
        self.block.references().fetch_add(1, Ordering::Relaxed);
        Storage {
            block: self.block,
            elements: PhantomData,
        }
    }
}

impl<T: Element> Drop for Storage<T> {
    fn drop(&mut self) {
        // Elements are `Copy`: there is nothing to drop but the block. Who is alone stays alone, and needs no atomic
        // subtraction to know it.
        if self.is_unique() {
            pool::give(self.block);
        } else if self.block.references().fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            pool::give(self.block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_and_the_last_owner_may_write() {
        let mut a = Storage::copied(&[1.0_f32, 2.0, 3.0]);
        let b = a.clone();
        assert!(a.is_same(&b) && !a.is_unique());
        drop(b);
        a.slice_mut()[1] = 5.0;
        assert_eq!(a.slice(), [1.0, 5.0, 3.0]);
    }

    #[test]
    #[should_panic(expected = "a shared buffer is never written")]
    fn a_shared_buffer_is_not_written() {
        let mut a = Storage::filled(3, 0_i64);
        let _b = a.clone();
        a.slice_mut();
    }

    #[test]
    fn recycled_booleans_are_valid() {
        for _ in 0..4 {
            drop(Storage::filled(100, 0xA5_u8));
            let flags = Storage::<bool>::scratch(100);
            assert!(flags.slice().iter().all(|&flag| !flag));
        }
    }

    #[test]
    fn an_empty_buffer_has_no_elements_and_is_aligned() {
        let empty = Storage::<f64>::scratch(0);
        assert!(empty.slice().is_empty());
        assert_eq!(Storage::<f32>::scratch(5).slice().as_ptr() as usize % 64, 0);
    }

    #[test]
    fn storage_is_one_pointer() {
        assert_eq!(size_of::<Storage<f32>>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Storage<f32>>>(), size_of::<usize>());
    }
}
