//! Extreme values: where a formula taken literally gives 0 · ∞, gradients stay finite.

use etude_autograd::{AttentionOptions, Tape, Var};
use etude_tensor::{Float, Result, Tensor};

/// The value of `f` and the gradient of its sum.
fn both<T: Float>(
    x: &Tensor<T>,
    f: impl Fn(&Var<T>) -> Result<Var<T>>,
) -> Result<(Vec<T>, Vec<T>)> {
    let tape = Tape::new();
    let x = tape.var(x.clone());
    let y = f(&x)?;
    let value = y.tensor().to_vec();
    Ok((value, y.sum(..)?.backward()?.get(&x)?.to_vec()))
}

/// Large logits: as finite as small ones, in both precisions.
fn large_logits<T: Float>() -> Result<()> {
    let number = T::from_f64;
    let logits = [1e4, -1e4, 0.0, -1e4, -1e4, -1e4].map(number);
    let x = Tensor::from_slice([2, 3], &logits)?;
    let (y, gradient) = both(&x, |x| x.softmax(1))?;
    assert!(
        y.iter().chain(&gradient).all(|v| v.is_finite()),
        "{y:?} {gradient:?}"
    );
    assert_eq!(y[..3], [1.0, 0.0, 0.0].map(number));
    let (y, gradient) = both(&x, |x| x.logsumexp(1))?;
    assert_eq!(y[0], number(1e4));
    assert!(y.iter().chain(&gradient).all(|v| v.is_finite()));
    let (y, gradient) = both(&x, |x| x.log_softmax(1))?;
    assert!(y.iter().chain(&gradient).all(|v| v.is_finite()));
    let target = Tensor::from([1_i64, 0]);
    let (y, gradient) = both(&x, |x| x.cross_entropy(&target))?;
    assert_eq!(y[0], number(2e4));
    assert!(gradient.iter().all(|v| v.is_finite()), "{gradient:?}");
    for map in [
        Var::sigmoid,
        Var::softplus,
        Var::tanh,
        Var::gelu,
        Var::swish,
        Var::elu,
    ] {
        let (y, gradient) = both(&x, map)?;
        assert!(
            y.iter().chain(&gradient).all(|v| v.is_finite()),
            "{y:?} {gradient:?}"
        );
    }
    Ok(())
}

#[test]
fn logits_of_ten_thousand() -> Result<()> {
    large_logits::<f32>()?;
    large_logits::<f64>()
}

/// Rows with −∞ in them, and of nothing else: what is −∞ has no weight, and x − max x, which is NaN there, is in no gradient.
fn rows_of_minus_infinity<T: Float>() -> Result<()> {
    let (number, low) = (T::from_f64, f64::NEG_INFINITY);
    let x = Tensor::from_slice([2, 3], &[low, 1.0, 1.0, low, low, low].map(number))?;
    let holds = |f: &dyn Fn(&Var<T>) -> Result<Var<T>>, value: &[f64], slope: [f64; 6]| {
        let (y, gradient) = both(&x, f)?;
        for (got, expected) in y.iter().zip(value).chain(gradient.iter().zip(&slope)) {
            let close = (got.primal() - expected).abs() <= 4.0 * T::EPSILON;
            let as_expected = got.primal() == *expected || close;
            assert!(
                as_expected,
                "{y:?} {gradient:?}, expected {value:?} {slope:?}"
            );
        }
        assert_eq!(y.len(), value.len());
        Ok::<(), etude_tensor::Error>(())
    };
    let sum = 1.0 + std::f64::consts::LN_2;
    let softmax = [0.0, 0.5, 0.5, 0.0, 0.0, 0.0];
    holds(&|x| x.logsumexp(1), &[sum, low], softmax)?;
    // Of the last class, since the sum of a softmax is 1 whatever x is.
    holds(
        &|x| x.softmax(1)?.narrow(1, 2, 1),
        &[0.5, 0.0],
        [0.0, -0.25, 0.25, 0.0, 0.0, 0.0],
    )?;
    holds(
        &|x| x.log_softmax(1)?.narrow(1, 2, 1),
        &[1.0 - sum, low],
        [0.0, -0.5, 0.5, 0.0, 0.0, 1.0],
    )
}

#[test]
fn a_row_of_minus_infinity_has_no_weight_and_no_nan() -> Result<()> {
    rows_of_minus_infinity::<f32>()?;
    rows_of_minus_infinity::<f64>()
}

#[test]
fn the_side_that_where_does_not_take_is_not_seen() -> Result<()> {
    let x = Tensor::from([-1.0, 0.0, 4.0]);
    let positive = Tensor::from([false, false, true]);
    // √ has no finite slope at 0 and none below, but nobody asks for it there.
    let root = |x: &Var<f64>| x.sqrt()?.where_(&positive, &x.tape().scalar(7.0));
    let (y, gradient) = both(&x, root)?;
    assert_eq!((y, gradient), (vec![7.0, 7.0, 2.0], vec![0.0, 0.0, 0.25]));
    // The logarithm's gradient there is 0/0, as PyTorch's is; for it the argument is chosen as well: the usual double `where_`.
    let safe = |x: &Var<f64>| {
        let inside = x.where_(&positive, &x.tape().scalar(1.0))?;
        inside.ln()?.where_(&positive, &x.tape().scalar(7.0))
    };
    assert_eq!(both(&x, safe)?.1, [0.0, 0.0, 0.25]);
    Ok(())
}

#[test]
fn the_variance_of_equal_numbers_has_slope_zero() -> Result<()> {
    let (y, gradient) = both(&Tensor::from([3.0, 3.0, 3.0]), |x| x.var(.., 0))?;
    assert_eq!((y, gradient), (vec![0.0], vec![0.0; 3]));
    Ok(())
}

#[test]
fn powers_at_zero() -> Result<()> {
    let zero = Tensor::from([0.0]);
    assert_eq!(both(&zero, |x| x.pow_scalar(2.0))?.1, [0.0]);
    assert_eq!(both(&zero, |x| x.pow_scalar(1.0))?.1, [1.0]);
    assert_eq!(both(&zero, |x| x.pow_scalar(0.0))?.1, [0.0]);
    assert_eq!(both(&zero, |x| x.sqrt())?.1, [f64::INFINITY]); // PyTorch's choice: the slope it has
    Ok(())
}

/// `√(x² + y²)` at 0 and any p-norm of zeros: a kink, of which every slope between −1 and 1 would do, and 0 is taken.
#[test]
fn norms_of_zeros_have_slope_zero() -> Result<()> {
    let zeros = Tensor::<f64>::zeros([3]);
    for p in [0.0, 1.0, 2.0, 3.0, f64::INFINITY] {
        assert_eq!(both(&zeros, |x| x.norm(p, ..))?.1, [0.0; 3], "p = {p}");
    }
    let hypot = |x: &Var<f64>| x.hypot(&x.mul_scalar(2.0)?);
    assert_eq!(both(&zeros, hypot)?, (vec![0.0; 3], vec![0.0; 3]));
    assert_eq!(both(&Tensor::full([3], 2.0), |x| x.std(.., 0))?.1, [0.0; 3]);
    Ok(())
}

/// The NaN that `where_` doesn't take is not in the value, and its side gets a gradient of exact zeros.
#[test]
fn a_nan_that_where_does_not_take_is_not_seen() -> Result<()> {
    let x = Tensor::from([f64::NAN, 3.0]);
    let taken = Tensor::from([false, true]);
    let (y, gradient) = both(&x, |x| x.where_(&taken, &x.tape().scalar(1.0)))?;
    assert_eq!((y, gradient), (vec![1.0, 3.0], vec![0.0, 1.0]));
    Ok(())
}

/// A query that may see nothing: weights, output and gradients are 0, not NaN, even between huge scores.
fn masked_rows<T: Float>() -> Result<()> {
    let number = T::from_f64;
    let visible = Tensor::from([[false, false], [true, false]]);
    let logits = Tensor::from_slice([2, 2], &[1e4, -1e4, 1e4, -1e4].map(number))?;
    let (y, gradient) = both(&logits, |x| x.masked_softmax(&visible, -1))?;
    assert_eq!(y, [0.0, 0.0, 1.0, 0.0].map(number));
    assert_eq!(gradient, [T::ZERO; 4]);
    let options = AttentionOptions::new().mask(visible).scale(1e4);
    let attention = |x: &Var<T>| x.scaled_dot_product_attention(x, x, &options);
    let (y, gradient) = both(&logits, attention)?;
    assert_eq!(y[..2], [T::ZERO; 2]);
    assert!(gradient.iter().all(|v| v.is_finite()), "{gradient:?}");
    Ok(())
}

#[test]
fn a_row_that_sees_nothing_has_no_gradient() -> Result<()> {
    masked_rows::<f32>()?;
    masked_rows::<f64>()
}
