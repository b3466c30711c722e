//! The same numbers elsewhere in memory.

use etude_tensor::{Element, Result, Slice, Tensor};

/// How a tensor lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row-major, from the beginning to the end of its storage.
    Plain,
    /// Axes in reverse order in memory.
    Transposed,
    /// A slice from the middle of something wider.
    Offset,
    /// Every second element.
    Stepped,
    /// Backwards in memory: negative strides.
    Reversed,
    /// One slice, seen many times: stride 0. The only one that changes the numbers.
    Repeated,
}

impl Layout {
    /// Every layout, the plain one first.
    pub const ALL: [Layout; 6] = [
        Layout::Plain,
        Layout::Transposed,
        Layout::Offset,
        Layout::Stepped,
        Layout::Reversed,
        Layout::Repeated,
    ];

    /// A tensor of this layout with the shape and, [`Repeated`](Layout::Repeated) aside, the numbers of `x`. What lies between them is NaN.
    ///
    /// # Errors
    /// None: every shape has every layout.
    pub fn of(self, x: &Tensor<f64>) -> Result<Tensor<f64>> {
        self.with_gap(x, f64::NAN)
    }

    /// The same for any elements, with `gap` between them.
    pub(super) fn with_gap<E: Element>(self, x: &Tensor<E>, gap: E) -> Result<Tensor<E>> {
        let rank = x.rank() as isize;
        let Some(&size) = x.shape().last() else {
            // All there is: an element from the middle of a vector.
            return match self {
                Layout::Plain => Ok(x.contiguous()),
                _ => Tensor::from([gap, x.to_vec()[0], gap]).select(0, 1),
            };
        };
        match self {
            Layout::Plain => Ok(x.contiguous()),
            Layout::Transposed => {
                let reverse: Vec<isize> = (0..rank).rev().collect();
                x.permute(&reverse)?.contiguous().permute(&reverse)
            }
            Layout::Offset => {
                let mut border = vec![(0, 0); x.rank()];
                border[x.rank() - 1] = (1, 2);
                x.pad(&border, gap)?.narrow(-1, 1, size)
            }
            Layout::Stepped => {
                let gaps = x.unsqueeze(-1)?;
                let mut border = vec![(0, 0); x.rank() + 1];
                border[x.rank()] = (0, 1);
                let mut wide = x.shape().to_vec();
                wide[x.rank() - 1] *= 2;
                gaps.pad(&border, gap)?
                    .reshape(wide)?
                    .slice(-1, Slice::from(..).step(2))
            }
            Layout::Reversed => x.flip(..)?.contiguous().flip(..),
            Layout::Repeated if x.shape()[0] == 0 => Ok(x.clone()),
            Layout::Repeated => x.narrow(0, 0, 1)?.broadcast_to(x.shape()),
        }
    }
}
