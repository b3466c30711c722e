//! Tensors as text, after NumPy: aligned columns, and `...` in the middle of large ones.

use crate::element::Number;
use crate::{Element, Tensor};
use std::fmt;

/// Tensors with more elements are shown by their edges.
const WHOLE: usize = 1000;
/// So many at each edge.
const EDGE: usize = 3;
/// Rows are broken at this width.
const LINE: usize = 80;

/// The elements in nested brackets. A number alone for rank 0; floats with 4 digits behind the point, or as many as the
/// format's precision says (`{:.2}`), fewer if all end in zeros; in scientific notation, as NumPy's, if the largest is at least 10⁸, the
/// smallest but 0 below 10⁻⁴, or one more than 1000 times the other, and if all are below 10⁻³. Tensors of more than 1000 elements show the first and last 3 along each axis.
///
/// ```
/// use etude_tensor::Tensor;
///
/// let x = Tensor::from([[1.0, -20.5], [0.125, 4.0]]);
/// assert_eq!(x.to_string(), "[[  1.000 -20.500]\n [  0.125   4.000]]");
/// assert_eq!(Tensor::from([true, false]).to_string(), "[ true false]");
/// assert_eq!(Tensor::scalar(7_i64).to_string(), "7");
/// ```
impl<T: Element> fmt::Display for Tensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.elements() == 0 {
            return match self.rank() {
                1 => f.write_str("[]"),
                _ => write!(f, "[] of shape {:?}", self.shape()),
            };
        }
        let edges = self.elements() > WHOLE;
        let texts = texts(&self.shown(edges), f.precision().unwrap_or(4));
        let width = texts
            .iter()
            .map(|text| text.chars().count())
            .max()
            .unwrap_or(0);
        let mut cells = texts.iter();
        self.brackets(f, 0, edges, width, &mut cells)
    }
}

impl<T: Element> Tensor<T> {
    /// The elements that are shown, in row-major order.
    fn shown(&self, edges: bool) -> Vec<T> {
        let mut parts = vec![self.clone()];
        for (axis, &size) in self.shape().iter().enumerate() {
            if edges && size > 2 * EDGE {
                // Each part is replaced by its two edges; the axes before this one have been cut already.
                let ends: Vec<i64> = (0..EDGE)
                    .chain(size - EDGE..size)
                    .map(|i| i as i64)
                    .collect();
                parts = parts
                    .into_iter()
                    .map(|part| {
                        part.index_select(axis as isize, &Tensor::from(ends.clone()))
                            .unwrap_or(part)
                    })
                    .collect();
            }
        }
        parts.iter().flat_map(Tensor::to_vec).collect()
    }

    /// Axis `axis` in brackets, its cells taken from `cells` in order.
    fn brackets<'a>(
        &self,
        f: &mut fmt::Formatter<'_>,
        axis: usize,
        edges: bool,
        width: usize,
        cells: &mut impl Iterator<Item = &'a String>,
    ) -> fmt::Result {
        let Some(&size) = self.shape().get(axis) else {
            return f.write_str(cells.next().map_or("", String::as_str));
        };
        let innermost = axis + 1 == self.rank();
        let indent = " ".repeat(axis + 1);
        let between = if innermost {
            " ".to_string()
        } else {
            format!("{}{indent}", "\n".repeat(self.rank() - axis - 1))
        };
        let cut = edges && size > 2 * EDGE;
        let mut column = indent.len();
        f.write_str("[")?;
        for i in (0..size).filter(|i| !cut || *i < EDGE || i + EDGE >= size) {
            if i > 0 {
                f.write_str(&between)?;
                column += between.len();
            }
            if cut && i + EDGE == size {
                write!(f, "...{between}")?;
                column += 3 + between.len();
            }
            if !innermost {
                self.brackets(f, axis + 1, edges, width, cells)?;
                continue;
            }
            if i > 0 && column + width > LINE {
                write!(f, "\n{indent}")?;
                column = indent.len();
            }
            write!(f, "{:>width$}", cells.next().map_or("", String::as_str))?;
            column += width;
        }
        f.write_str("]")
    }
}

/// One text a value, floats all with the same number of digits behind the point.
fn texts<T: Element>(values: &[T], precision: usize) -> Vec<String> {
    let reals: Vec<f64> = values
        .iter()
        .filter_map(|value| match value.to_number() {
            Ok(Number::Real(x)) if x.is_finite() => Some(x.abs()),
            _ => None,
        })
        .collect();
    let not_zero = || reals.iter().copied().filter(|&x| x > 0.0);
    let largest = not_zero().fold(0.0, f64::max);
    let smallest = not_zero().fold(f64::INFINITY, f64::min);
    // Each is a way in which digits behind a point that stands still would show nothing of some number.
    let scientific = largest > 0.0
        && (!(1e-3..1e8).contains(&largest) || smallest < 1e-4 || largest / smallest > 1e3);
    let show = |value: &T, digits: usize| match value.to_number() {
        Ok(Number::Real(x)) if scientific && x.is_finite() => format!("{x:.digits$e}"),
        Ok(Number::Real(x)) => format!("{x:.digits$}"),
        Ok(Number::Int(_)) => value.to_string(),
        // A dual number with a tangent.
        Err(_) => format!("{value:.digits$}"),
    };
    // As few digits as show the same as `precision` of them, but at least one.
    let zeros = |x: &f64| {
        let text = if scientific {
            format!("{x:.precision$e}")
        } else {
            format!("{x:.precision$}")
        };
        let mantissa = text.split('e').next().unwrap_or_default();
        mantissa.len() - mantissa.trim_end_matches('0').len()
    };
    let plain = values.iter().all(|value| value.to_number().is_ok());
    let spare = if plain {
        reals.iter().map(zeros).min().unwrap_or(0)
    } else {
        0
    };
    let digits = if spare >= precision {
        precision.min(1)
    } else {
        precision - spare
    };
    values.iter().map(|value| show(value, digits)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    #[test]
    fn columns_are_aligned_and_matrices_apart() {
        let x = Tensor::arange(8_i64, 12, 1)
            .unwrap()
            .reshape([2, 2, 1])
            .unwrap();
        assert_eq!(x.to_string(), "[[[ 8]\n  [ 9]]\n\n [[10]\n  [11]]]");
        assert_eq!(
            x.transpose(0, 1).unwrap().to_string(),
            "[[[ 8]\n  [10]]\n\n [[ 9]\n  [11]]]"
        );
    }

    #[test]
    fn large_tensors_show_their_edges() {
        let x = Tensor::arange(0_i64, 1001, 1).unwrap();
        assert_eq!(x.to_string(), "[   0    1    2 ...  998  999 1000]");
        let x = Tensor::arange(0_i64, 2000, 1)
            .unwrap()
            .reshape([1000, 2])
            .unwrap();
        assert_eq!(
            x.to_string(),
            "[[   0    1]\n [   2    3]\n [   4    5]\n ...\n [1994 1995]\n [1996 1997]\n [1998 1999]]"
        );
        assert_eq!(
            Tensor::<u8>::zeros([20, 20, 20])
                .to_string()
                .matches('0')
                .count(),
            216
        );
    }

    #[test]
    fn digits_are_as_many_as_needed() {
        let text = |values: &[f64]| Tensor::from(values).to_string();
        assert_eq!(text(&[1.0, 2.0]), "[1.0 2.0]");
        assert_eq!(text(&[0.5, 100.25]), "[  0.50 100.25]");
        assert_eq!(text(&[1.0 / 3.0]), "[0.3333]");
        assert_eq!(text(&[1e-5, 2.5e-5]), "[1.0e-5 2.5e-5]");
        assert_eq!(text(&[1e8]), "[1.0e8]");
        // What is small beside the others is shown as well.
        assert_eq!(text(&[1.0, 1e-6]), "[ 1.0e0 1.0e-6]");
        assert_eq!(
            text(&[0.0, 0.5, 1.5e-4, -2.0]),
            "[ 0.0e0 5.0e-1 1.5e-4 -2.0e0]"
        );
        assert_eq!(text(&[0.01, 9e-5]), "[1.0e-2 9.0e-5]");
        assert_eq!(text(&[2000.0, 2.0, 0.0]), "[2000.0    2.0    0.0]");
        assert_eq!(text(&[2001.0, 2.0]), "[2.001e3 2.000e0]");
        assert_eq!(text(&[1e-3, 1e-4]), "[0.0010 0.0001]");
        assert_eq!(
            text(&[f64::NAN, f64::NEG_INFINITY, 1.5]),
            "[ NaN -inf  1.5]"
        );
        assert_eq!(text(&[0.0]), "[0.0]");
        assert_eq!(format!("{:.2}", Tensor::from([1.0 / 3.0])), "[0.33]");
        assert_eq!(format!("{:.0}", Tensor::from([1.6])), "[2]");
    }

    #[test]
    fn numbers_empty_tensors_and_duals() {
        assert_eq!(Tensor::scalar(1.25_f32).to_string(), "1.25");
        assert_eq!(Tensor::<f32>::zeros([0]).to_string(), "[]");
        assert_eq!(
            Tensor::<f32>::zeros([2, 0]).to_string(),
            "[] of shape [2, 0]"
        );
        assert_eq!(
            Tensor::from([Dual::variable(2.0)]).to_string(),
            "[2.0000+1.0000ε]"
        );
    }

    #[test]
    fn long_rows_are_broken() {
        let text = Tensor::<u8>::zeros([100]).to_string();
        assert!(text.lines().all(|line| line.len() <= LINE + 1), "{text}");
        assert_eq!(text.matches('0').count(), 100);
    }
}
