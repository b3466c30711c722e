//! The arithmetic of a transposed convolution along one spatial axis.

use etude_tensor::{Error, Result};

/// What determines the size of a transposed convolution along one axis. Kernel, stride and dilation are 1 or more.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransposedSize {
    /// The input's size, `n`.
    pub(super) input: usize,
    /// The kernel's size, `k`.
    pub(super) kernel: usize,
    /// From where one element is spread to where the next is, `s`.
    pub(super) stride: usize,
    /// From one element of a window to the next, `d`.
    pub(super) dilation: usize,
    /// What is cut off before and after; absent for `SAME`.
    pub(super) padding: Option<(usize, usize)>,
    /// How much longer the result is.
    pub(super) output_padding: Option<usize>,
}

impl TransposedSize {
    /// How much is cut off before the result, and the result's size.
    ///
    /// # Errors
    /// If the input is empty, nothing is left of the result, a result of `SAME` lies outside of `(n − 1)·s + 1` to `n·s`, or
    /// otherwise `output_padding` isn't below the larger of stride and dilation.
    pub(super) fn before_and_output(&self, who: &str) -> Result<(usize, usize)> {
        let refuse = |message: String| Err(Error::config(who, message));
        if self.input == 0 {
            let message = "an axis of the input has no element; expected 1 or more on each";
            return Err(Error::shape(who, message));
        }
        // In wide integers, so that sizes which no memory holds are large rather than wrong.
        let wide = |size: usize| size as i128;
        let (n, s, d) = (wide(self.input), wide(self.stride), wide(self.dilation));
        let reach = (wide(self.kernel) - 1).saturating_mul(d).saturating_add(1);
        let full = ((n - 1) * s).saturating_add(reach);
        let p = self.output_padding.map(wide);
        let (before, output) = match self.padding {
            Some((before, after)) => {
                let p = p.unwrap_or(0);
                if p >= s.max(d) {
                    let most = s.max(d) - 1;
                    return refuse(format!(
                        "output_padding {p} with stride {s} and dilation {d}; expected 0 to {most}"
                    ));
                }
                let output = full.saturating_add(p - wide(before) - wide(after));
                (wide(before), output)
            }
            None => {
                let output = p.map_or(n * s, |p| full.saturating_add(p - reach / 2 * 2));
                let (least, most) = ((n - 1) * s + 1, n * s);
                if !(least..=most).contains(&output) {
                    return refuse(format!(
                        "padding 'SAME' with output_padding {} gives {output} of {n} elements, kernel {}, stride {s} and dilation {d}; \
                         expected {least} to {most}",
                        p.unwrap_or(0),
                        self.kernel
                    ));
                }
                ((full - output).max(0) / 2, output)
            }
        };
        if output < 1 {
            return refuse(format!(
                "padding cuts {n} elements down to {output}; expected 1 or more to be left"
            ));
        }
        match (usize::try_from(before), usize::try_from(output)) {
            (Ok(before), Ok(output)) => Ok((before, output)),
            _ => refuse(format!(
                "a result of {output} elements is too large to count"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n, k, s, d`, padding, output padding.
    fn size(
        [input, kernel, stride, dilation]: [usize; 4],
        padding: Option<(usize, usize)>,
        output_padding: Option<usize>,
    ) -> Result<(usize, usize)> {
        let size = TransposedSize {
            input,
            kernel,
            stride,
            dilation,
            padding,
            output_padding,
        };
        size.before_and_output("conv1d_transpose")
    }

    #[test]
    fn the_table_of_sizes() -> Result<()> {
        let valid = Some((0, 0));
        assert_eq!(size([24, 5, 1, 1], valid, None)?, (0, 28));
        assert_eq!(size([4, 3, 2, 1], valid, Some(1))?, (0, 10));
        assert_eq!(size([4, 1, 3, 1], valid, None)?, (0, 10), "k below s");
        assert_eq!(size([64, 3, 2, 1], None, None)?, (0, 128));
        assert_eq!(size([100, 3, 1, 1], None, None)?, (1, 100));
        assert_eq!(size([4, 5, 2, 1], None, None)?, (1, 8), "L is 11");
        assert_eq!(size([4, 5, 2, 1], None, Some(0))?, (2, 7));
        assert_eq!(size([4, 5, 2, 1], None, Some(1))?, (1, 8));
        assert_eq!(size([4, 3, 2, 2], Some((1, 2)), Some(1))?, (1, 9));
        Ok(())
    }

    #[test]
    fn what_has_no_result_is_told_what_has() {
        let message = |sizes, padding, output_padding| {
            let refused = size(sizes, padding, output_padding).unwrap_err();
            refused.to_string()
        };
        assert_eq!(
            message([4, 3, 2, 1], Some((0, 0)), Some(2)),
            "conv1d_transpose: output_padding 2 with stride 2 and dilation 1; expected 0 to 1"
        );
        assert_eq!(
            message([4, 5, 2, 1], None, Some(2)),
            "conv1d_transpose: padding 'SAME' with output_padding 2 gives 9 of 4 elements, kernel 5, stride 2 and dilation 1; \
             expected 7 to 8"
        );
        assert!(message([4, 2, 2, 1], None, Some(0)).contains("gives 6 of 4"));
        assert!(message([2, 3, 1, 1], Some((2, 2)), None).contains("down to 0"));
        assert!(message([0, 3, 1, 1], None, None).contains("no element"));
        let huge = usize::MAX;
        assert!(message([2, 3, huge, huge], Some((0, 0)), None).contains("too large to count"));
        assert!(message([2, huge, 1, huge], Some((0, 0)), None).contains("too large to count"));
    }
}
