//! Scalar operands and maps in place, brought to the one form that the loops have.
//!
//! A scalar is spread over a block on the stack, a slice that is about to be overwritten is copied to one; the loop then
//! runs block by block. A block stays in the first-level cache, so this costs little beside what the loop does.

use super::codes::Operand;
use super::maths::Real;

/// Elements of a block: enough that the call of a loop doesn't count.
const BLOCK: usize = 256;
/// Elements of a block for short slices, for which spreading a scalar over a full one would.
pub(super) const SHORT: usize = 16;

/// Calls `body(a, b, y)` with slices of one length, until all of `y` is done.
#[inline]
pub(super) fn with_slices<T: Real, Y>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    y: &mut [Y],
    mut body: impl FnMut(&[T], &[T], &mut [Y]),
) {
    if let (Operand::Slice(a), Operand::Slice(b)) = (a, b) {
        body(a, b, y);
    } else if y.len() <= SHORT {
        by_blocks::<SHORT, T, Y>(a, b, y, body);
    } else {
        by_blocks::<BLOCK, T, Y>(a, b, y, body);
    }
}

fn by_blocks<const N: usize, T: Real, Y>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    y: &mut [Y],
    mut body: impl FnMut(&[T], &[T], &mut [Y]),
) {
    let length = y.len();
    match (a, b) {
        (Operand::Slice(a), Operand::Slice(b)) => body(a, b, y),
        (Operand::Slice(a), Operand::Scalar(b)) => {
            let b = [b; N];
            for (a, y) in a[..length].chunks(N).zip(y.chunks_mut(N)) {
                body(a, &b[..a.len()], y);
            }
        }
        (Operand::Scalar(a), Operand::Slice(b)) => {
            let a = [a; N];
            for (b, y) in b[..length].chunks(N).zip(y.chunks_mut(N)) {
                body(&a[..b.len()], b, y);
            }
        }
        (Operand::Scalar(a), Operand::Scalar(b)) => {
            let (a, b) = ([a; N], [b; N]);
            for y in y.chunks_mut(N) {
                body(&a[..y.len()], &b[..y.len()], y);
            }
        }
    }
}

/// Calls `body(start, x, y)` for each block of `y`, `start` its place in `y` and `x` a copy of what stands in it.
pub(super) fn with_copies<T: Real>(y: &mut [T], body: impl FnMut(usize, &[T], &mut [T])) {
    if y.len() <= SHORT {
        copy_blocks::<SHORT, T>(y, body);
    } else {
        copy_blocks::<BLOCK, T>(y, body);
    }
}

fn copy_blocks<const N: usize, T: Real>(y: &mut [T], mut body: impl FnMut(usize, &[T], &mut [T])) {
    let mut copy = [T::of(0.0); N];
    for (index, y) in y.chunks_mut(N).enumerate() {
        let copy = &mut copy[..y.len()];
        copy.copy_from_slice(y);
        body(index * N, copy, y);
    }
}
