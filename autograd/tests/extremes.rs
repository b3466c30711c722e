//! Extreme values: where a formula taken literally gives 0 · ∞, gradients stay finite.

use etude_autograd::{Tape, Var};
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

#[test]
fn a_row_of_minus_infinity_has_no_weight_and_no_nan() -> Result<()> {
    let low = f64::NEG_INFINITY;
    let x = Tensor::from([[low, 1.0, 1.0], [low, low, low]]);
    let (y, _) = both(&x, |x| x.logsumexp(1))?;
    assert_eq!(y[1], low);
    let (y, gradient) = both(&x, |x| x.narrow(0, 0, 1)?.softmax(1))?;
    assert_eq!(y, [0.0, 0.5, 0.5]);
    assert!(gradient.iter().all(|v| v.is_finite()), "{gradient:?}");
    Ok(())
}

#[test]
fn the_side_that_where_does_not_take_is_not_seen() -> Result<()> {
    let x = Tensor::from([-1.0, 0.0, 4.0]);
    let positive = Tensor::from([false, false, true]);
    let (y, gradient) = both(&x, |x| x.sqrt()?.where_(&positive, &x.tape().scalar(7.0)))?;
    assert_eq!(y, [7.0, 7.0, 2.0]);
    // √ itself has no finite slope at 0 and none below, so its argument is chosen as well: the usual double `where_`.
    let safe = |x: &Var<f64>| {
        let one = x.tape().scalar(1.0);
        let inside = x.where_(&positive, &one)?;
        inside.sqrt()?.where_(&positive, &x.tape().scalar(7.0))
    };
    let (_, safe) = both(&x, safe)?;
    assert_eq!(safe, [0.0, 0.0, 0.25]);
    assert_eq!(gradient[2], 0.25);
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
