//! Walking several strided views in step.
//!
//! Elementwise operations write a fresh row-major output and read operands of any strides. [`Walk`] first merges axes
//! that lie behind each other in memory for every operand, so that contiguous tensors become one long row whatever
//! their rank; then it hands out *segments*: stretches of the output along which each operand moves by a fixed step.

use crate::layout::Layout;
use smallvec::SmallVec;

/// The merged loops over the index space of an output and `N` operands of the same shape.
pub(crate) struct Walk<const N: usize> {
    /// Sizes of the merged axes, slowest first; never empty.
    sizes: SmallVec<[usize; 6]>,
    /// Step of each operand along each merged axis.
    steps: SmallVec<[[isize; N]; 6]>,
    /// Where each operand begins.
    start: [usize; N],
}

impl<const N: usize> Walk<N> {
    /// The walk over operands of one shape.
    pub(crate) fn new(operands: [&Layout; N]) -> Self {
        let shape = operands[0].shape();
        debug_assert!(operands.iter().all(|layout| layout.shape() == shape));
        let start = operands.map(Layout::offset);
        if operands.iter().all(|layout| layout.is_contiguous()) {
            let (sizes, steps) = (
                SmallVec::from_slice(&[shape.elements()]),
                SmallVec::from_slice(&[[1; N]]),
            );
            return Walk {
                sizes,
                steps,
                start,
            };
        }
        let strides = operands.map(Layout::strides);
        let mut sizes: SmallVec<[usize; 6]> = SmallVec::new();
        let mut steps: SmallVec<[[isize; N]; 6]> = SmallVec::new();
        for (axis, &size) in shape.iter().enumerate().filter(|&(_, &size)| size != 1) {
            let step: [isize; N] = std::array::from_fn(|k| strides[k][axis]);
            match (sizes.last_mut(), steps.last_mut()) {
                // The slower axis steps over exactly one run of this one, for every operand: they are one axis.
                (Some(len), Some(slow)) if (0..N).all(|k| slow[k] == size as isize * step[k]) => {
                    *len *= size;
                    *slow = step;
                }
                _ => {
                    sizes.push(size);
                    steps.push(step);
                }
            }
        }
        if sizes.is_empty() {
            sizes.push(1);
            steps.push([1; N]);
        }
        Walk {
            sizes,
            steps,
            start,
        }
    }

    /// Sizes and steps of the merged axes, slowest first, and where each operand begins.
    pub(crate) fn axes(&self) -> (&[usize], &[[isize; N]], [usize; N]) {
        (&self.sizes, &self.steps, self.start)
    }

    /// How far each operand moves from one element of a segment to the next.
    pub(crate) fn inner_steps(&self) -> [isize; N] {
        self.steps[self.steps.len() - 1]
    }

    /// The length of a whole innermost row.
    pub(crate) fn row_len(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// The segments of the output's elements `from..to` in order: `visit(places, output_start, len)`, where `places`
    /// says where each operand's first element lies and `output_start` counts from `from`.
    pub(crate) fn segments(
        &self,
        from: usize,
        to: usize,
        mut visit: impl FnMut([usize; N], usize, usize),
    ) {
        let row = self.row_len();
        if from >= to || row == 0 {
            return;
        }
        let inner = self.inner_steps();
        let outer = self.sizes.len() - 1;
        let (mut index, mut rest) = (SmallVec::<[usize; 6]>::from_elem(0, outer), from / row);
        let mut base = self.start;
        let advance = |base: &mut [usize; N], axis: usize, by: isize| {
            for (place, step) in base.iter_mut().zip(self.steps[axis]) {
                *place = place.wrapping_add_signed(by * step);
            }
        };
        for axis in (0..outer).rev() {
            index[axis] = rest % self.sizes[axis];
            rest /= self.sizes[axis];
            advance(&mut base, axis, index[axis] as isize);
        }
        let (mut at, mut column) = (from, from % row);
        loop {
            let len = (row - column).min(to - at);
            let places =
                std::array::from_fn(|k| base[k].wrapping_add_signed(column as isize * inner[k]));
            visit(places, at - from, len);
            at += len;
            if at == to {
                return;
            }
            column = 0;
            // The odometer: the last outer axis that still has room moves on, those behind it return to 0.
            for axis in (0..outer).rev() {
                index[axis] += 1;
                advance(&mut base, axis, 1);
                if index[axis] < self.sizes[axis] {
                    break;
                }
                advance(&mut base, axis, -(self.sizes[axis] as isize));
                index[axis] = 0;
            }
        }
    }
}

/// Reads `out.len()` elements from `place` on, each `step` after the one before.
pub(crate) fn gather<T: Copy>(buffer: &[T], place: usize, step: isize, out: &mut [T]) {
    match step {
        1 => out.copy_from_slice(&buffer[place..place + out.len()]),
        0 => out.fill(buffer[place]),
        _ => {
            let mut at = place;
            for value in out {
                *value = buffer[at];
                at = at.wrapping_add_signed(step);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    fn places(layout: &Layout, from: usize, to: usize) -> Vec<usize> {
        let walk = Walk::new([layout]);
        let [step] = walk.inner_steps();
        let mut seen = Vec::new();
        walk.segments(from, to, |[place], at, len| {
            assert_eq!(at, seen.len());
            seen.extend((0..len as isize).map(|i| place.wrapping_add_signed(i * step)));
        });
        seen
    }

    #[test]
    fn contiguous_axes_become_one_row() {
        let walk = Walk::new([&Layout::contiguous(Shape::from([2, 3, 4, 5, 6]))]);
        assert_eq!(walk.row_len(), 720);
    }

    #[test]
    fn any_part_of_any_view_is_walked_in_row_major_order() {
        let base = Layout::contiguous(Shape::from([3, 4, 5]));
        for layout in [
            base.permute(&[2, 0, 1]),
            base.range(1, 3, 4, -1),
            base.select(1, 2),
            base,
        ] {
            let strides = layout.strides();
            let shape = layout.shape().clone();
            let all: Vec<usize> = (0..shape.elements())
                .map(|flat| {
                    let mut rest = flat;
                    let mut place = layout.offset();
                    for axis in (0..shape.rank()).rev() {
                        place = place
                            .wrapping_add_signed((rest % shape[axis]) as isize * strides[axis]);
                        rest /= shape[axis];
                    }
                    place
                })
                .collect();
            for from in 0..all.len() {
                for to in from..=all.len() {
                    assert_eq!(
                        places(&layout, from, to),
                        all[from..to],
                        "{layout:?} {from}..{to}"
                    );
                }
            }
        }
    }
}
