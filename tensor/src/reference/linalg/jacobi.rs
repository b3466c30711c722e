//! The rotation that both of Jacobi's methods turn by: the one that diagonalises `[[a, c], [c, b]]`.

use crate::Float;

/// Sweeps after which the methods give up; a few suffice.
pub(super) const SWEEPS: usize = 60;

/// Cosine and sine of the rotation, `c` being what it takes to 0 and `difference` being `b − a`. `None` if there is nothing
/// to turn.
pub(super) fn rotation<T: Float>(difference: T, c: T) -> Option<(T, T)> {
    if c.vanishes() || c == T::ZERO && difference == T::ZERO {
        return None;
    }
    let twice = c + c;
    // Without squares, of which the one that decides might underflow.
    let root = difference.hypot(twice);
    let root = if difference < T::ZERO { -root } else { root };
    let tangent = twice / (difference + root);
    let cosine = (T::one() + tangent * tangent).sqrt().recip();
    Some((cosine, tangent * cosine))
}

/// Sweeps to go after values have converged: tangents of dual numbers follow one step later, those of tangents two.
pub(super) fn more_sweeps<T: Float>() -> usize {
    if T::NAME == "dual" { 3 } else { 0 }
}

/// Turns two rows: `(x, y) ← (c·x − s·y, s·x + c·y)`.
pub(super) fn turn<T: Float>(rows: &mut [T], width: usize, (p, q): (usize, usize), (c, s): (T, T)) {
    let (before, behind) = rows.split_at_mut(q * width);
    let (x, y) = (
        &mut before[p * width..(p + 1) * width],
        &mut behind[..width],
    );
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}
