//! The arithmetic of `SAME` padding along one spatial axis.

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

    /// `(before, after)` of `SAME` padding: `total = max((⌈n/s⌉ − 1)·s + ke − n, 0)`, the odd element after.
    pub fn same_padding(&self) -> (usize, usize) {
        let needed = match self.input.div_ceil(self.stride) {
            0 => 0,
            windows => ((windows - 1) * self.stride).saturating_add(self.reach()),
        };
        let total = needed.saturating_sub(self.input);
        (total / 2, total - total / 2)
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
                let (before, after) = window.same_padding();
                assert!(after == before || after == before + 1, "{window:?}");
                let room = input + before + after - window.reach();
                assert_eq!(room / stride + 1, input.div_ceil(stride), "{window:?}");
            }
        }
    }
}
