//! Scratch memory: packing buffers that each thread keeps, so that a kernel allocates nothing once it has run before.

use crate::{Dual, Float};
use bytemuck::{Pod, Zeroable};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// One cache line. A buffer made of them is aligned for every vector type.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

// SAFETY: 64 bytes of integers, no padding: all zeros is a value.
unsafe impl Zeroable for Line {}
// SAFETY: 64 bytes of integers, no padding: every bit pattern is a value.
unsafe impl Pod for Line {}

// SAFETY: two numbers of one type, for which all zeros is a value.
unsafe impl<T: Float> Zeroable for Dual<T> {}
// SAFETY: two numbers of one type in C's order, so that there is no padding; each takes every bit pattern.
unsafe impl<T: Float> Pod for Dual<T> {}

thread_local! {
    /// The buffers of this thread that nobody uses at the moment.
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Scratch memory on loan from the thread: a slice aligned to 64 bytes. Given back when dropped.
pub(crate) struct Scratch<T> {
    lines: Vec<Line>,
    length: usize,
    element: PhantomData<T>,
}

/// Lends `length` elements, which hold whatever was left in them.
pub(crate) fn take<T: Pod>(length: usize) -> Scratch<T> {
    if length == 0 {
        return Scratch {
            lines: Vec::new(),
            length,
            element: PhantomData,
        };
    }
    let mut lines = FREE.with_borrow_mut(Vec::pop).unwrap_or_default();
    let needed = (length * size_of::<T>()).div_ceil(size_of::<Line>());
    if lines.len() < needed {
        lines.resize(needed, Line([0; 8]));
    }
    Scratch {
        lines,
        length,
        element: PhantomData,
    }
}

/// Lends `length` elements, all bits of which are 0.
pub(crate) fn zeros<T: Pod>(length: usize) -> Scratch<T> {
    let mut scratch = take(length);
    scratch.fill(T::zeroed());
    scratch
}

impl<T: Pod> Deref for Scratch<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &bytemuck::cast_slice(&self.lines)[..self.length]
    }
}

impl<T: Pod> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..self.length]
    }
}

impl<T> Drop for Scratch<T> {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return;
        }
        // When the thread is ending its list may be gone: then the buffer goes too.
        let _ = FREE.try_with(|free| free.borrow_mut().push(lines));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_buffers_are_distinct_and_reused() {
        let mut outer = take::<f32>(100);
        outer.fill(1.0);
        take::<f64>(50).fill(2.0);
        assert!(outer.len() == 100 && outer.iter().all(|&x| x == 1.0));
        let first = outer.as_ptr();
        assert_eq!(first as usize % 64, 0);
        drop(outer);
        assert_eq!(take::<f32>(100).as_ptr(), first);
    }
}
