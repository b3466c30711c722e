//! Is a tensor what was expected?

use crate::case::Bounds;
use etude_tensor::file::AnyTensor;
use etude_tensor::{Float, Result, Tensor};

/// How far an element may be from what was expected.
#[derive(Clone, Copy)]
pub(crate) enum Tolerance {
    /// In 64 bits: `atol + rtol·|expected|`.
    Double { rtol: f64, atol: f64 },
    /// In 32 bits: `rtol · max(1, max|expected|)`, the maximum over elements below [`HUGE`]; a huge element by itself, `rtol·|expected|`.
    Single { rtol: f64 },
}

/// From here on an element isn't a size that the others are measured by: scores of masked keys hold −1e9.
const HUGE: f64 = 1e8;

impl Tolerance {
    pub(crate) fn of<T: Float>(bounds: &Bounds) -> Self {
        if T::EPSILON < 1e-10 {
            Tolerance::Double {
                rtol: bounds.rtol,
                atol: bounds.atol,
            }
        } else {
            Tolerance::Single {
                rtol: bounds.rtol_f32,
            }
        }
    }

    /// The bound for each element.
    fn bounds(self, expected: &[f64]) -> Vec<f64> {
        match self {
            Tolerance::Double { rtol, atol } => {
                expected.iter().map(|e| atol + rtol * e.abs()).collect()
            }
            Tolerance::Single { rtol } => {
                let sizes = expected.iter().map(|e| e.abs()).filter(|&e| e < HUGE);
                let size = sizes.fold(1.0, f64::max);
                let scale = |e: &f64| if e.abs() < HUGE { size } else { e.abs() };
                expected.iter().map(|e| rtol * scale(e)).collect()
            }
        }
    }
}

/// What is wrong with the tensor called `name`, if anything: its shape, or the element that is the furthest beyond its bound.
pub(crate) fn compare<T: Float>(
    name: &str,
    got: &Tensor<T>,
    expected: &AnyTensor,
    tolerance: Tolerance,
) -> Result<Option<String>> {
    if got.shape() != expected.shape() {
        let message = format!(
            "{name} has shape {:?}, expected {:?}",
            got.shape(),
            expected.shape()
        );
        return Ok(Some(message));
    }
    let shape = expected.shape();
    let expected = expected.cast::<f64>()?.to_vec();
    let got: Vec<f64> = got.to_vec().into_iter().map(T::primal).collect();
    let bounds = tolerance.bounds(&expected);
    let mut worst: Option<(usize, f64)> = None;
    let mut beyond = 0;
    for (index, ((&got, &expected), &bound)) in got.iter().zip(&expected).zip(&bounds).enumerate() {
        let error = (got - expected).abs();
        // What is not finite has to be met exactly: an infinity's bound would be infinite, and hold for anything.
        let holds = match expected.is_finite() {
            true => error <= bound,
            false => got == expected || (got.is_nan() && expected.is_nan()),
        };
        if holds {
            continue;
        }
        beyond += 1;
        let excess = if error.is_nan() || !expected.is_finite() {
            f64::INFINITY
        } else {
            error / bound
        };
        if worst.is_none_or(|(_, largest)| excess > largest) {
            worst = Some((index, excess));
        }
    }
    Ok(worst.map(|(index, _)| {
        format!(
            "{name} is {:e} at {:?}, expected {:e}: an error of {:.1e} where {:.1e} is allowed ({beyond} of {} elements are beyond)",
            got[index],
            place(index, shape),
            expected[index],
            (got[index] - expected[index]).abs(),
            bounds[index],
            got.len(),
        )
    }))
}

/// The index on each axis of the element at `index` in row-major order.
fn place(mut index: usize, shape: &[usize]) -> Vec<usize> {
    let mut place = vec![0; shape.len()];
    for (at, &size) in place.iter_mut().zip(shape).rev() {
        *at = index % size;
        index /= size;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBLE: Tolerance = Tolerance::Double {
        rtol: 1e-8,
        atol: 1e-10,
    };
    const SINGLE: Tolerance = Tolerance::Single { rtol: 1e-4 };

    fn holds(got: &[f64], expected: &[f64], tolerance: Tolerance) -> bool {
        let tensor = |values: &[f64]| Tensor::from_slice([values.len()], values).unwrap();
        compare("x", &tensor(got), &tensor(expected).into(), tolerance)
            .unwrap()
            .is_none()
    }

    #[test]
    fn each_element_has_its_bound_in_64_bits() {
        assert!(holds(&[100.0 + 9e-7, 0.0], &[100.0, 9e-11], DOUBLE));
        assert!(!holds(&[100.0 + 2e-6, 0.0], &[100.0, 0.0], DOUBLE));
        assert!(!holds(&[100.0, 2e-10], &[100.0, 0.0], DOUBLE));
    }

    #[test]
    fn the_largest_element_sets_the_bound_in_32_bits_but_huge_ones_do_not() {
        assert!(holds(&[50.0, 0.004], &[50.0, 0.0], SINGLE));
        assert!(!holds(&[50.0, 0.006], &[50.0, 0.0], SINGLE));
        assert!(holds(&[0.5, 0.00009], &[0.5, 0.0], SINGLE));
        assert!(!holds(&[-1e9, 0.001], &[-1e9, 0.0], SINGLE));
        assert!(holds(&[-1e9 + 5e4, 0.0], &[-1e9, 0.0], SINGLE));
    }

    #[test]
    fn what_is_not_finite_has_to_be_met_exactly() {
        assert!(holds(
            &[f64::INFINITY, f64::NAN],
            &[f64::INFINITY, f64::NAN],
            DOUBLE
        ));
        assert!(!holds(&[f64::NEG_INFINITY], &[f64::INFINITY], DOUBLE));
        assert!(!holds(&[f64::NAN], &[1.0], SINGLE));
        assert!(!holds(&[1.0], &[f64::NAN], SINGLE));
    }

    #[test]
    fn the_worst_element_is_named_with_its_place() {
        let got = Tensor::from([[1.0, 2.0], [3.0, 5.0]]);
        let expected = Tensor::from([[1.0, 2.1], [3.0, 4.0]]);
        let message = compare("out.y", &got, &expected.into(), DOUBLE)
            .unwrap()
            .unwrap();
        assert!(
            message.starts_with("out.y is 5e0 at [1, 1], expected 4e0: an error of 1.0e0"),
            "{message}"
        );
        assert!(
            message.ends_with("(2 of 4 elements are beyond)"),
            "{message}"
        );
    }
}
