//! The arithmetic of windows along one spatial axis.

use etude_tensor::{Error, Result};

/// A window that slides along one axis of an input. Kernel, stride and dilation are 1 or more. Sizes beyond what a machine
/// word counts saturate, and so are errors of size like other large ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The input's size, `n`.
    pub input: usize,
    /// The kernel's size, `k`.
    pub kernel: usize,
    /// From one window to the next, `s`.
    pub stride: usize,
    /// From one element of a window to the next, `d`.
    pub dilation: usize,
}

impl Window {
    /// How far the kernel reaches: `ke = (k − 1)·d + 1`.
    pub fn reach(&self) -> usize {
        (self.kernel - 1)
            .saturating_mul(self.dilation)
            .saturating_add(1)
    }

    /// `[before, after]` of `SAME` padding: `total = max((⌈n/s⌉ − 1)·s + ke − n, 0)`, the odd element after.
    pub fn same_padding(&self) -> [usize; 2] {
        let needed = match self.input.div_ceil(self.stride) {
            0 => 0,
            windows => ((windows - 1) * self.stride).saturating_add(self.reach()),
        };
        let total = needed.saturating_sub(self.input);
        [total / 2, total - total / 2]
    }

    /// How many windows there are: `⌊(n + before + after − ke)/s⌋ + 1`.
    ///
    /// # Errors
    /// If not even one fits; the error names the layer `who`.
    pub fn count(&self, who: &str, [before, after]: [usize; 2]) -> Result<usize> {
        let padded = self.input.saturating_add(before).saturating_add(after);
        let Some(room) = padded.checked_sub(self.reach()) else {
            return Err(Error::shape(
                who,
                format!(
                    "a kernel of size {} with dilation {} reaches over {} elements, but the padded input has {before} + {} + {after}; \
                     expected at least {}",
                    self.kernel,
                    self.dilation,
                    self.reach(),
                    self.input,
                    self.reach()
                ),
            ));
        };
        Ok(room / self.stride + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_gives_a_window_for_every_stride() {
        for input in 1..12 {
            for (kernel, stride, dilation) in [
                (1, 1, 1),
                (2, 1, 1),
                (3, 2, 1),
                (3, 2, 2),
                (2, 3, 1),
                (5, 4, 3),
            ] {
                let window = Window {
                    input,
                    kernel,
                    stride,
                    dilation,
                };
                let [before, after] = window.same_padding();
                assert!(after == before || after == before + 1, "{window:?}");
                let count = window.count("conv", [before, after]).unwrap();
                assert_eq!(count, input.div_ceil(stride), "{window:?}");
            }
        }
    }

    #[test]
    fn a_kernel_that_reaches_too_far_is_an_error() {
        let window = Window {
            input: 4,
            kernel: 3,
            stride: 1,
            dilation: 3,
        };
        let message = window.count("conv1d", [1, 1]).unwrap_err().to_string();
        assert!(
            message.starts_with("conv1d: a kernel of size 3 with dilation 3 reaches over 7"),
            "{message}"
        );
        assert_eq!(window.count("conv1d", [2, 1]).unwrap(), 1);
    }
}
