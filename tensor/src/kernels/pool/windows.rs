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
            *position = index % axis.output();
            index /= axis.output();
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
            .find(|&axis| self.position[axis] + 1 < self.shape.axes[axis].output())
        else {
            self.position.fill(0);
            self.image += 1;
            if self.image < self.shape.batch {
                self.look();
            }
            return;
        };
        let before = self.shift();
        self.position[axis] += 1;
        self.position[axis + 1..].fill(0);
        match before.zip(self.shift()) {
            Some((shift, _)) if axis == last => {
                self.pixels.iter_mut().for_each(|pixel| *pixel += shift);
            }
            _ => self.look(),
        }
    }

    /// How far the next window is along the last axis, if the current one lies inside x there.
    fn shift(&self) -> Option<usize> {
        let (axis, &o) = self.shape.axes.last().zip(self.position.last())?;
        axis.shift(o)
    }

    /// Finds the pixels of the current window.
    fn look(&mut self) {
        let axes = &self.shape.axes;
        let spans: PerAxis<_> = axes
            .iter()
            .zip(&self.position)
            .map(|(axis, &o)| axis.window(o))
            .collect();
        let sizes: PerAxis<usize> = spans.iter().map(|span| span.count).collect();
        self.pixels.clear();
        for_each_index(&sizes, |t| {
            let places = spans.iter().zip(t).map(|(span, &t)| span.at(t));
            let pixel = axes
                .iter()
                .zip(places)
                .fold(self.image, |pixel, (axis, place)| {
                    pixel * axis.input() + place
                });
            self.pixels.push(pixel);
        });
    }
}
