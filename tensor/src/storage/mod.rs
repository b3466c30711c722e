//! The memory behind tensors: reference-counted, 64-byte aligned blocks from a pool, and the adopted buffers of vectors.
//!
//! A [`Storage`] is one pointer to a block that holds a header and, 64 bytes behind it, the elements. The shape stands in
//! the header, so that a tensor which is the whole of its storage, as most are, is little more than that pointer. Clones share the
//! block; whoever is alone with it may write. This room and `kernels` are the only ones with `unsafe`.
//!
//! The elements of a large `Vec` stay where they are: its buffer is adopted, and behind the header stands where it lies. The last owner gives it
//! back to the vector's allocator, never to the pool, or makes it a vector again. Such elements are aligned as their type asks, and no
//! kernel asks for more.

mod block;
pub mod pool;

use crate::layout::Layout;
use crate::{Element, Shape};
use block::Block;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::atomic::{Ordering, fence};

/// The buffers of vectors are adopted from so many bytes on; smaller vectors are copied into blocks of the pool.
///
/// To copy less takes hardly longer than to ask for a header around it. And small operands stay in the first level of cache, where a pass takes
/// longer if each load of 64 bytes touches two lines, as it does in a buffer that is aligned to 16 bytes; larger ones come from farther away, which
/// hides that.
///
/// There is no upper end, although a vector of many megabytes lies on small pages, and a block on large ones, over which a pass is faster: a copy
/// costs more than that saves in a pass, and for a while twice the memory.
const ADOPTED_FROM: usize = 16 << 10;

/// A shared buffer of elements.
///
/// Memory is never uninitialised: a fresh block is zeroed, a recycled one holds the bytes of its former owner (cleared
/// for `bool`, the one element type of which not every byte is a value), an adopted one the elements of its vector.
pub(crate) struct Storage<T: Element> {
    block: Block,
    elements: PhantomData<T>,
}

// SAFETY: a block is reached through shared references only, or through a unique one while its count is 1; the count
// is atomic, and elements are `Send + Sync` by `Element`'s supertraits. That goes for an adopted buffer as well: as a `Vec` it was `Send`, too.
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
        unsafe { block.own(shape) };
        if !T::ANY_BITS {
            // SAFETY: the block has room for `len` elements.
            unsafe { std::ptr::write_bytes(block.behind().cast::<T>(), 0, len) };
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
        // SAFETY: as in `slice`, for as many elements as `scratch` has made room for, behind the header; nobody else has seen this storage yet.
        write(unsafe {
            std::slice::from_raw_parts_mut(storage.block.behind().cast::<T>(), shape.elements())
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

    /// A buffer with these values, as many as the shape has elements: the vector's own if [it is adopted](Self::adopts), else a copy.
    pub(crate) fn from_vec(shape: &Shape, values: Vec<T>) -> Self {
        if !Self::adopts(values.len(), values.capacity()) {
            return Self::copied(shape, &values);
        }
        assert_eq!(values.len(), shape.elements(), "one value an element");
        let block = Block::around(values);
        // SAFETY: the block is new, so nobody owns it.
        unsafe { block.own(shape) };
        Storage {
            block,
            elements: PhantomData,
        }
    }

    /// Whether a vector with room for `capacity` elements keeps its buffer as the storage of `len` of them: if it is large enough, and at most half of
    /// it is empty (as after `push`, which doubles it). More would be memory that a tensor holds and nobody uses.
    pub(crate) fn adopts(len: usize, capacity: usize) -> bool {
        len * size_of::<T>() >= ADOPTED_FROM && len >= capacity / 2
    }

    /// All elements as a vector: without a copy, if their buffer was adopted from one and nobody shares it.
    pub(crate) fn into_vec(self) -> Vec<T> {
        if !self.block.is_adopted() || !self.is_unique() {
            return self.slice().to_vec();
        }
        let len = self.len();
        let block = ManuallyDrop::new(self).block;
        // SAFETY: the count is 1 and the one owner is `self`, which nobody will use or drop any more.
        unsafe { block.disown() };
        // SAFETY: `from_vec` made the block around a `Vec<T>` of `len` elements, as the type of a storage never changes. It has no owner any more.
        unsafe { block.into_vec(len) }
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
        // SAFETY: the block was made for `len` elements of `T`, or around a vector of them (the shape never changes while it is
        // owned). They are aligned: to 64 bytes (no element needs more), or as a `Vec<T>` aligns them. Their bytes are initialised and valid for `T`
        // (see the type's documentation). While this reference lives, a clone keeps the count above 1 or `&mut self` is borrowed, so
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

    /// A vector that is adopted.
    fn large_vector() -> Vec<i64> {
        (0..5000).collect()
    }

    #[test]
    fn a_large_vector_becomes_a_storage_and_a_vector_again_where_it_lies() {
        let mut values = large_vector();
        values.reserve_exact(1000);
        let (place, capacity) = (values.as_ptr(), values.capacity());
        let storage = Storage::from_vec(&Shape::from([50, 100]), values);
        assert_eq!(storage.slice().as_ptr(), place);
        assert_eq!(storage.address(), place.addr());
        let values = storage.into_vec();
        assert_eq!((values.as_ptr(), values.capacity()), (place, capacity));
        assert!(values.into_iter().eq(0..5000));
    }

    #[test]
    fn vectors_that_are_small_or_mostly_empty_are_copied() {
        let least = ADOPTED_FROM / size_of::<f32>();
        let with_room = |len: usize, capacity: usize| {
            let mut values = Vec::with_capacity(capacity);
            values.resize(len, 0.5_f32);
            values
        };
        for (len, capacity, stays) in [
            (least, least, true),
            (least - 1, least - 1, false),
            (least, 2 * least, true),
            (least, 3 * least, false),
            (0, 0, false),
            (0, least, false),
        ] {
            let values = with_room(len, capacity);
            let place = values.as_ptr();
            let storage = Storage::from_vec(&Shape::from([len]), values);
            assert_eq!(storage.slice().as_ptr() == place, stays, "{len} {capacity}");
            assert_eq!(storage.into_vec(), vec![0.5; len]);
        }
    }

    #[test]
    #[should_panic(expected = "one value an element")]
    fn an_adopted_vector_has_one_value_an_element() {
        Storage::from_vec(&Shape::from([5001]), large_vector());
    }

    #[test]
    fn a_shared_buffer_is_not_given_away() {
        let values = large_vector();
        let place = values.as_ptr();
        let a = Storage::from_vec(&Shape::from([5000]), values);
        let b = a.clone();
        let copy = a.into_vec();
        assert_ne!(copy.as_ptr(), place);
        assert_eq!(copy, b.slice());
        let values = b.into_vec();
        assert_eq!(values.as_ptr(), place, "alone again");
    }

    #[test]
    fn a_buffer_of_the_pool_is_not_given_away() {
        let storage = Storage::filled(&Shape::from([5000]), true);
        let place = storage.slice().as_ptr();
        let values = storage.into_vec();
        assert_ne!(values.as_ptr(), place);
    }

    #[test]
    fn adopted_elements_are_written_in_place_by_who_is_alone() {
        let values = large_vector();
        let place = values.as_ptr();
        let shape = Shape::from([5000]);
        let mut a = Storage::from_vec(&shape, values);
        a.slice_mut()[1] = 7;
        assert!(a.write_beside(&Storage::filled(&shape, 3), |a, b| a[2] += b[2]));
        assert_eq!(
            (a.slice().as_ptr(), &a.slice()[..4]),
            (place, &[0, 7, 5, 3][..])
        );
        let b = a.clone();
        assert!(!a.is_unique());
        assert!(!a.write_beside(&b, |_, _| ()));
    }

    #[test]
    fn adopted_buffers_are_not_kept_by_the_pool() {
        // In a thread of its own, whose lists are empty: of the sizes that threads keep, and of those that are kept for all.
        let kept = std::thread::spawn(|| {
            for elements in [2048, 5000, 1 << 20] {
                let values = vec![1_i64; elements];
                drop(Storage::from_vec(&Shape::from([elements]), values));
            }
            pool::kept_bytes().0
        });
        assert_eq!(kept.join().unwrap(), 0);
    }

    #[test]
    fn the_last_owner_of_an_adopted_buffer_frees_it_whatever_the_thread_and_the_rank() {
        // An address sanitizer would see the buffer, the header or the sizes leak, or freed twice or as of another type.
        for round in 0..3 {
            let shape = Shape::from([1, 50, 1, 10, 1, 10]);
            let a = Storage::from_vec(&shape, large_vector());
            let flags = Storage::from_vec(&Shape::from([20_000]), vec![true; 20_000]);
            let b = a.clone();
            drop(a);
            let last = std::thread::spawn(move || {
                assert!(b.whole().shape() == &shape && flags.slice().iter().all(|&flag| flag));
                (round == 1).then_some(b)
            });
            if let Some(b) = last.join().unwrap() {
                assert!(b.into_vec().into_iter().eq(0..5000));
            }
        }
    }

    #[test]
    fn storage_is_one_pointer() {
        assert_eq!(size_of::<Storage<f32>>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Storage<f32>>>(), size_of::<usize>());
    }
}
