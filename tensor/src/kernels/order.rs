//! What needs no arithmetic but an order, and so is there for every element type: comparisons, and the extremes of a row.

use super::maps::{Comparison, MapKernels, Operand};
use super::reduce::ReduceKernels;
use crate::Float;

/// Comparisons and extremes of contiguous slices, on the calling thread. Floats hand on to their vectorised kernels, where NaN
/// is unordered and an extreme beside it NaN; integers and booleans (`false` below `true`) have plain loops.
pub trait OrderKernels: Copy + 'static {
    /// y = whether a op b.
    ///
    /// # Panics
    /// If a slice differs in length from `y`.
    fn compare_each(op: Comparison, a: Operand<'_, Self>, b: Operand<'_, Self>, y: &mut [bool]);

    /// The largest of at least one.
    fn largest(x: &[Self]) -> Self;

    /// The smallest of at least one.
    fn smallest(x: &[Self]) -> Self;

    /// The index of the first of the largest; none for none.
    fn first_largest(x: &[Self]) -> Option<usize>;

    /// The index of the first of the smallest; none for none.
    fn first_smallest(x: &[Self]) -> Option<usize>;
}

/// `y = a ? b` for one comparison, which is known while this is compiled, so that the loop has no branch.
fn each<T: Copy>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    y: &mut [bool],
    holds: impl Fn(T, T) -> bool,
) {
    match (a, b) {
        (Operand::Scalar(a), Operand::Scalar(b)) => y.fill(holds(a, b)),
        (Operand::Slice(a), Operand::Scalar(b)) => {
            assert_eq!(a.len(), y.len(), "lengths of an operand and the result");
            for (y, &a) in y.iter_mut().zip(a) {
                *y = holds(a, b);
            }
        }
        (Operand::Scalar(a), Operand::Slice(b)) => {
            assert_eq!(b.len(), y.len(), "lengths of an operand and the result");
            for (y, &b) in y.iter_mut().zip(b) {
                *y = holds(a, b);
            }
        }
        (Operand::Slice(a), Operand::Slice(b)) => {
            assert_eq!(
                (a.len(), b.len()),
                (y.len(), y.len()),
                "lengths of the operands and the result"
            );
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y = holds(a, b);
            }
        }
    }
}

/// The index of the first element that none `beats`.
fn first_winner<T: Copy>(x: &[T], beats: impl Fn(T, T) -> bool) -> Option<usize> {
    let better = |best: usize, at: usize| if beats(x[at], x[best]) { at } else { best };
    (0..x.len()).reduce(better)
}

macro_rules! ordered {
    ($($type:ty),*) => {$(
        impl OrderKernels for $type {
            fn compare_each(op: Comparison, a: Operand<'_, Self>, b: Operand<'_, Self>, y: &mut [bool]) {
                match op {
                    Comparison::Eq => each(a, b, y, |a, b| a == b),
                    Comparison::Ne => each(a, b, y, |a, b| a != b),
                    Comparison::Lt => each(a, b, y, |a, b| a < b),
                    Comparison::Le => each(a, b, y, |a, b| a <= b),
                    Comparison::Gt => each(a, b, y, |a, b| a > b),
                    Comparison::Ge => each(a, b, y, |a, b| a >= b),
                }
            }
            fn largest(x: &[Self]) -> Self {
                x.iter().copied().fold(x[0], Ord::max)
            }
            fn smallest(x: &[Self]) -> Self {
                x.iter().copied().fold(x[0], Ord::min)
            }
            fn first_largest(x: &[Self]) -> Option<usize> {
                first_winner(x, |a, b| a > b)
            }
            fn first_smallest(x: &[Self]) -> Option<usize> {
                first_winner(x, |a, b| a < b)
            }
        }
    )*};
}

ordered!(i64, i32, u8, bool);

/// Floats have these kernels already, each type its own.
macro_rules! handed_on {
    ($($float:ty $(, $inner:ident)?;)*) => {$(
        impl $(<$inner: Float>)? OrderKernels for $float {
            fn compare_each(op: Comparison, a: Operand<'_, Self>, b: Operand<'_, Self>, y: &mut [bool]) {
                <Self as MapKernels>::compare(op, a, b, y);
            }
            fn largest(x: &[Self]) -> Self {
                Self::max_of(x)
            }
            fn smallest(x: &[Self]) -> Self {
                Self::min_of(x)
            }
            fn first_largest(x: &[Self]) -> Option<usize> {
                Self::argmax(x)
            }
            fn first_smallest(x: &[Self]) -> Option<usize> {
                Self::argmin(x)
            }
        }
    )*};
}

handed_on!(f32; f64; crate::Dual<T>, T;);

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Comparison; 6] = [
        Comparison::Eq,
        Comparison::Ne,
        Comparison::Lt,
        Comparison::Le,
        Comparison::Gt,
        Comparison::Ge,
    ];

    #[test]
    fn integers_compare_as_the_reference_does_in_every_form() {
        let a = [i64::MIN, -1, 0, 1, i64::MAX, 7];
        let b = [0, -1, i64::MAX, 0, i64::MAX, i64::MIN];
        for op in ALL {
            let holds = |a, b| crate::reference::maps::compare(op, a, b);
            let forms = [
                (Operand::Slice(&a[..]), Operand::Slice(&b[..])),
                (Operand::Slice(&a[..]), Operand::Scalar(0)),
                (Operand::Scalar(-1), Operand::Slice(&b[..])),
                (Operand::Scalar(3), Operand::Scalar(2)),
            ];
            for (a, b) in forms {
                let mut y = [false; 6];
                i64::compare_each(op, a, b, &mut y);
                let expected: Vec<bool> = (0..6).map(|i| holds(a.at(i), b.at(i))).collect();
                assert_eq!(y[..], expected, "{op:?}");
            }
        }
    }

    #[test]
    fn the_first_of_equal_extremes() {
        let x = [3_u8, 9, 0, 9, 0];
        assert_eq!((u8::largest(&x), u8::smallest(&x)), (9, 0));
        assert_eq!(
            (u8::first_largest(&x), u8::first_smallest(&x)),
            (Some(1), Some(2))
        );
        assert_eq!(i32::first_largest(&[]), None);
        assert_eq!(bool::first_largest(&[false, true, true]), Some(1));
    }
}
