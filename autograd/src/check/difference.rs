//! Derivatives by central differences.
//!
//! With `odd(h) = f(x + h) − f(x − h)`, the five-point formula `D(h) = (8·odd(h) − odd(2h)) / 12h` is off by
//! about `h⁴·f⁽⁵⁾/30`, and by rounding, about `ε·|f|/h`. The first error shrinks with the step and the second grows, and which step is best
//! depends on the function. So we halve the step, and keep for each output the estimate where two successive ones agree best. What they
//! differ by is an upper bound on the error of the finer one, and a fifteenth of it, added, cancels the leading term (Richardson, 1911).

use etude_tensor::Result;

/// A derivative, and how far off it may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) uncertainty: f64,
}

/// How often the step is halved at most: over these the two errors meet for any function that is smooth around `x`.
const HALVINGS: usize = 9;

/// The derivatives at `x` of all outputs of `f`, from steps of `largest_step · max(1, |x|)` and less. Ends early once
/// every estimate is `good_enough`. Where `f` isn't finite nearby, the uncertainty is infinite.
pub(super) fn derivatives(
    mut f: impl FnMut(f64) -> Result<Vec<f64>>,
    x: f64,
    largest_step: f64,
    good_enough: impl Fn(Estimate) -> bool,
) -> Result<Vec<Estimate>> {
    let mut odd = |h: f64| -> Result<Vec<f64>> {
        let (right, left) = (f(x + h)?, f(x - h)?);
        Ok(right.iter().zip(&left).map(|(r, l)| r - l).collect())
    };
    let mut h = largest_step * x.abs().max(1.0);
    let mut outer = odd(2.0 * h)?;
    let mut inner = odd(h)?;
    let mut coarse = five_point(&inner, &outer, h);
    let unknown = Estimate {
        value: f64::NAN,
        uncertainty: f64::INFINITY,
    };
    let mut best = vec![unknown; coarse.len()];
    for _ in 0..HALVINGS {
        h /= 2.0;
        outer = inner;
        inner = odd(h)?;
        let fine = five_point(&inner, &outer, h);
        for ((best, &fine), &coarse) in best.iter_mut().zip(&fine).zip(&coarse) {
            let uncertainty = (fine - coarse).abs();
            if uncertainty < best.uncertainty {
                let value = fine + (fine - coarse) / 15.0;
                *best = Estimate { value, uncertainty };
            }
        }
        if best.iter().all(|&estimate| good_enough(estimate)) {
            break;
        }
        coarse = fine;
    }
    Ok(best)
}

fn five_point(inner: &[f64], outer: &[f64], h: f64) -> Vec<f64> {
    let pairs = inner.iter().zip(outer);
    pairs.map(|(i, o)| (8.0 * i - o) / (12.0 * h)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derivative(f: impl Fn(f64) -> f64, x: f64) -> Estimate {
        derivatives(|x| Ok(vec![f(x)]), x, 1.0 / 64.0, |e| e.uncertainty < 1e-13).unwrap()[0]
    }

    #[test]
    fn is_good_to_eleven_digits_and_knows_it() {
        type Case = (&'static str, fn(f64) -> f64, f64, f64);
        let cases: [Case; 6] = [
            ("exp", f64::exp, 0.7, 0.7_f64.exp()),
            ("ln", f64::ln, 0.05, 20.0),
            ("sqrt", f64::sqrt, 0.1, 0.5 / 0.1_f64.sqrt()),
            ("sin", f64::sin, 3.0, 3.0_f64.cos()),
            ("sin 20x", |x| (20.0 * x).sin(), 0.3, 20.0 * 6.0_f64.cos()),
            ("square", |x| x * x, 1000.0, 2000.0),
        ];
        for (name, f, x, expected) in cases {
            let got = derivative(f, x);
            let error = (got.value - expected).abs() / expected.abs();
            assert!(error < 1e-11, "{name}: relative error {error:e}");
            assert!(got.uncertainty < 1e-7 * expected.abs(), "{name}: {got:?}");
        }
    }

    #[test]
    fn steps_shrink_until_they_stay_clear_of_a_kink_or_an_edge() {
        let relu = derivative(|x| x.max(0.0), 0.01);
        assert!((relu.value - 1.0).abs() < 1e-11, "{relu:?}");
        let edge = derivative(f64::sqrt, 0.001);
        assert!(
            (edge.value * 2.0 * 0.001_f64.sqrt() - 1.0).abs() < 1e-8,
            "{edge:?}"
        );
    }

    #[test]
    fn where_there_is_no_derivative_the_uncertainty_says_so() {
        assert_eq!(derivative(|_| f64::NAN, 1.0).uncertainty, f64::INFINITY);
    }
}
