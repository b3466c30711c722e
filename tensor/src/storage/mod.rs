//! The memory behind tensors: reference-counted, 64-byte aligned blocks from a pool.
//!
//! A [`Storage`] is one pointer to a block that holds a header and, 64 bytes behind it, the elements. The shape stands in
//! the header, so that a tensor which is the whole of its storage, as most are, is little more than that pointer. Clones share the
//! block; whoever is alone with it may write. This room and `kernels` are the only ones with `unsafe`.

mod block;
pub mod pool;

use crate::layout::Layout;
use crate::{Element, Shape};
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
    /// A buffer for elements of this shape, with arbitrary values, to be written before it is read.
    ///
    /// # Panics
    /// If the size in bytes overflows `isize`.
    #[inline]
    pub(crate) fn scratch(shape: &Shape) -> Self {
        let len = shape.elements();
        let block = Self::block(len);
        // SAFETY: the pool has just given the block, so nobody owns it.
        unsafe { block.adopt(shape) };
        if !T::ANY_BITS {
            // SAFETY: the block has room for `len` elements.
            unsafe { std::ptr::write_bytes(block.data().cast::<T>(), 0, len) };
        }
        Storage {
            block,
            elements: PhantomData,
        }
    }

    /// A buffer for elements of this shape, which `write` sets, given arbitrary values.
    ///
    /// # Panics
    /// If the size in bytes overflows `isize`.
    #[inline]
    pub(crate) fn build(shape: &Shape, write: impl FnOnce(&mut [T])) -> Self {
        let storage = Self::scratch(shape);
        // SAFETY: as in `slice`, for as many elements as `scratch` has made room for; nobody else has seen this storage yet.
        write(unsafe {
            std::slice::from_raw_parts_mut(storage.block.data().cast::<T>(), shape.elements())
        });
        storage
    }

    /// Calls `write(own, others)` with the elements of both, if they have one shape and nobody else shares this buffer. Says whether.
    #[inline]
    pub(crate) fn write_beside(
        &mut self,
        other: &Self,
        write: impl FnOnce(&mut [T], &[T]),
    ) -> bool {
        if !self.is_unique() || self.whole().shape() != other.whole().shape() {
            return false;
        }
        let len = self.len();
        // SAFETY: as in `slice_mut`: the count is 1 and this is the one owner, borrowed mutably.
        let own = unsafe { std::slice::from_raw_parts_mut(self.block.data().cast::<T>(), len) };
        // SAFETY: as in `slice`, for another buffer (this one has a single owner) of the same shape, hence as many elements.
        let others = unsafe { std::slice::from_raw_parts(other.block.data().cast::<T>(), len) };
        write(own, others);
        true
    }

    #[inline]
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
        pool::take(bytes)
    }

    /// A buffer with every element `value`.
    pub(crate) fn filled(shape: &Shape, value: T) -> Self {
        Self::build(shape, |elements| elements.fill(value))
    }

    /// A buffer with a copy of `values`, as many as the shape has elements.
    pub(crate) fn copied(shape: &Shape, values: &[T]) -> Self {
        Self::build(shape, |elements| elements.copy_from_slice(values))
    }

    /// Where the elements lie: different for all storages that live at the same time.
    pub(crate) fn address(&self) -> usize {
        self.block.data().addr()
    }

    /// All elements in row-major order.
    #[inline]
    pub(crate) fn whole(&self) -> &Layout {
        // SAFETY: this storage owns the block.
        unsafe { self.block.whole() }
    }

    #[inline]
    fn len(&self) -> usize {
        self.whole().shape().elements()
    }

    /// The elements.
    #[inline]
    pub(crate) fn slice(&self) -> &[T] {
        // SAFETY: the block was made for `len` elements of `T` (the shape never changes while it is owned), is aligned to
        // 64 bytes (no element needs more), and its bytes are initialised and valid for `T` (see the type's
        // documentation). While this reference lives, a clone keeps the count above 1 or `&mut self` is borrowed, so
        // nobody writes.
        unsafe { std::slice::from_raw_parts(self.block.data().cast::<T>(), self.len()) }
    }

    /// Whether no other storage shares the buffer.
    #[inline]
    pub(crate) fn is_unique(&self) -> bool {
        let alone = self.block.references().load(Ordering::Relaxed) == 1;
        if alone {
            // What the former owners wrote happened before they let go: the other half of `drop`'s Release.
            fence(Ordering::Acquire);
        }
        alone
    }

    /// Whether both are the same buffer.
    #[inline]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.block == other.block
    }

    /// The elements, to be written.
    ///
    /// # Panics
    /// If the buffer is shared.
    #[inline]
    pub(crate) fn slice_mut(&mut self) -> &mut [T] {
        assert!(self.is_unique(), "a shared buffer is never written");
        // SAFETY: as in `slice`; the count is 1 and this is the one owner, borrowed mutably, so no other reference to
        // the elements exists.
        unsafe { std::slice::from_raw_parts_mut(self.block.data().cast::<T>(), self.len()) }
    }
}

impl<T: Element> Clone for Storage<T> {
    #[inline]
    fn clone(&self) -> Self {
        let before = self.block.references().fetch_add(1, Ordering::Relaxed);
        if before > MOST_REFERENCES {
            too_many_references();
        }
        Storage {
            block: self.block,
            elements: PhantomData,
        }
    }
}

/// Far more than there is memory for, and far from where the count would start again at 0: between the two there is room
/// for every thread to notice.
const MOST_REFERENCES: u32 = u32::MAX / 2;

#[cold]
fn too_many_references() -> ! {
    // As `Arc` does: a count that wraps around would free what is still in use.
    std::process::abort()
}

impl<T: Element> Drop for Storage<T> {
    #[inline]
    fn drop(&mut self) {
        // Elements are `Copy`: there is nothing to drop but the block. Who is alone stays alone, and needs no atomic
        // subtraction to know it.
        if !self.is_unique() {
            if self.block.references().fetch_sub(1, Ordering::Release) != 1 {
                return;
            }
            fence(Ordering::Acquire);
        }
        // SAFETY: this was the last owner.
        unsafe { self.block.disown() };
        pool::give(self.block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_and_the_last_owner_may_write() {
        let mut a = Storage::copied(&Shape::from([3]), &[1.0_f32, 2.0, 3.0]);
        let b = a.clone();
        assert!(a.is_same(&b) && !a.is_unique());
        drop(b);
        a.slice_mut()[1] = 5.0;
        assert_eq!(a.slice(), [1.0, 5.0, 3.0]);
    }

    #[test]
    #[should_panic(expected = "a shared buffer is never written")]
    fn a_shared_buffer_is_not_written() {
        let mut a = Storage::filled(&Shape::from([3]), 0_i64);
        let _b = a.clone();
        a.slice_mut();
    }

    #[test]
    fn recycled_booleans_are_valid() {
        for _ in 0..4 {
            drop(Storage::filled(&Shape::from([100]), 0xA5_u8));
            let flags = Storage::<bool>::scratch(&Shape::from([100]));
            assert!(flags.slice().iter().all(|&flag| !flag));
        }
    }

    #[test]
    fn an_empty_buffer_has_no_elements_and_is_aligned() {
        let empty = Storage::<f64>::scratch(&Shape::from([0]));
        assert!(empty.slice().is_empty());
        assert_eq!(
            Storage::<f32>::scratch(&Shape::from([5])).slice().as_ptr() as usize % 64,
            0
        );
    }

    #[test]
    fn a_shape_of_many_axes_is_freed_with_its_owner() {
        // Above rank 4 the sizes lie on the heap: an address sanitizer would see them leak, or freed twice.
        for round in 1..4 {
            let shape = Shape::from([1, 2, 1, 3, 1, round]);
            let a = Storage::<f32>::scratch(&shape);
            let b = a.clone();
            drop(a);
            assert_eq!(b.whole().shape(), &shape);
            assert_eq!(b.slice().len(), 6 * round);
        }
    }

    #[test]
    fn storage_is_one_pointer() {
        assert_eq!(size_of::<Storage<f32>>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Storage<f32>>>(), size_of::<usize>());
    }
}
