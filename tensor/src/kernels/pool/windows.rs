//! The windows of a pooling, one after the other.

use super::PoolShape;
use crate::kernels::window::{PerAxis, for_each_index};
use smallvec::SmallVec;

/// Goes through the windows of all images in the order of y.
pub(super) struct Windows<'a> {
    shape: &'a PoolShape,
    image: usize,
    position: PerAxis<usize>,
    /// The pixels inside x that the current window covers, in row-major order: positions in x, counted in pixels.
    pub pixels: SmallVec<[usize; 32]>,
}

impl<'a> Windows<'a> {
    /// The window of position `index` of y, counted in pixels.
    pub fn starting_at(shape: &'a PoolShape, mut index: usize) -> Self {
        let mut position: PerAxis<usize> = SmallVec::from_elem(0, shape.axes.len());
        for (axis, position) in shape.axes.iter().zip(&mut position).rev() {
            *position = index % axis.output;
            index /= axis.output;
        }
        let mut windows = Windows {
            shape,
            image: index,
            position,
            pixels: SmallVec::new(),
        };
        windows.look();
        windows
    }

    /// Moves on to the next window. Next to each other and away from the edge, windows differ by a shift.
    pub fn advance(&mut self) {
        let last = self.position.len().wrapping_sub(1);
        let Some(axis) = (0..self.position.len())
            .rev()
            .find(|&axis| self.position[axis] + 1 < self.shape.axes[axis].output)
        else {
            self.position.fill(0);
            self.image += 1;
            if self.image < self.shape.batch {
                self.look();
            }
            return;
        };
        let before = self.is_whole();
        self.position[axis] += 1;
        self.position[axis + 1..].fill(0);
        if axis == last && before && self.is_whole() {
            let stride = self.shape.axes[last].stride;
            self.pixels.iter_mut().for_each(|pixel| *pixel += stride);
        } else {
            self.look();
        }
    }

    /// Whether the window lies inside x on the last axis.
    fn is_whole(&self) -> bool {
        let Some((axis, &o)) = self.shape.axes.last().zip(self.position.last()) else {
            return true;
        };
        let start = o * axis.stride;
        start >= axis.before && start + axis.kernel <= axis.before + axis.input
    }

    /// Finds the pixels of the current window.
    fn look(&mut self) {
        let kernel: PerAxis<usize> = self.shape.axes.iter().map(|axis| axis.kernel).collect();
        self.pixels.clear();
        for_each_index(&kernel, |t| {
            let mut axes = self.shape.axes.iter().zip(self.position.iter().zip(t));
            let pixel = axes.try_fold(self.image, |pixel, (axis, (&o, &t))| {
                Some(pixel * axis.input + axis.source(o, t)?)
            });
            self.pixels.extend(pixel);
        });
    }
}
