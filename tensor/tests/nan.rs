//! What operations do with NaN, as their documentation says.

use etude_tensor::{ConvGeometry, Interpolation, PoolGeometry, Result, Scatter, Tensor};

const NAN: f64 = f64::NAN;

/// Where there is NaN, in row-major order.
fn nans(x: &Tensor<f64>) -> Vec<bool> {
    x.to_vec().iter().map(|x| x.is_nan()).collect()
}

/// A sequence `[1, n, 1]`, an image with one spatial axis.
fn sequence(x: &[f64]) -> Tensor<f64> {
    Tensor::from_slice([1, x.len(), 1], x).unwrap()
}

#[test]
fn comparisons_with_nan_are_false_but_for_unequal() -> Result<()> {
    let (a, b) = (Tensor::from([NAN, 1.0, NAN]), Tensor::from([1.0, NAN, NAN]));
    for holds in [
        a.equal(&b)?,
        a.less(&b)?,
        a.less_equal(&b)?,
        a.greater(&b)?,
        a.greater_equal(&b)?,
    ] {
        assert_eq!(holds.to_vec(), [false; 3]);
    }
    assert_eq!(a.not_equal(&b)?.to_vec(), [true; 3]);
    Ok(())
}

#[test]
fn arithmetic_spreads_it() -> Result<()> {
    let x = Tensor::from([NAN, f64::INFINITY, 0.0]);
    assert_eq!(
        nans(&x.try_add(&Tensor::scalar(f64::NEG_INFINITY))?),
        [true, true, false]
    );
    assert_eq!(
        nans(&x.try_sub(&Tensor::scalar(f64::INFINITY))?),
        [true, true, false]
    );
    assert_eq!(nans(&x.mul_scalar(0.0)?), [true, true, false]);
    for y in [x.neg(), x.square(), x.recip(), x.exp_m1()] {
        assert_eq!(nans(&y), [true, false, false]);
    }
    let mut y = Tensor::from([1.0, 1.0, 1.0]);
    y.scaled_add(0.0, &x)?;
    assert_eq!(nans(&y), [true, true, false]);
    Ok(())
}

#[test]
fn a_loss_or_norm_of_a_row_with_nan_is_nan() -> Result<()> {
    let x = Tensor::from([[1.0, NAN, 2.0], [1.0, 2.0, 3.0]]);
    let target = Tensor::from([0, 0]);
    assert_eq!(nans(&x.cross_entropy(&target)?.loss), [true, false]);
    let y = x.layer_norm(None, None, 1e-5)?.y;
    assert_eq!(nans(&y), [true, true, true, false, false, false]);
    assert_eq!(nans(&x.mean(1)?), [true, false]);
    let weights = Tensor::from([1.0, 0.0, 1.0]);
    assert_eq!(nans(&x.weighted_mean(&weights, 1)?), [true, false]);
    Ok(())
}

#[test]
fn a_window_with_nan_gives_nan() -> Result<()> {
    let x = sequence(&[NAN, 1.0, 2.0, 3.0]);
    let pairs = PoolGeometry::new(&[2]);
    let halves = [true, false];
    assert_eq!(nans(&x.avg_pool(&pairs, true)?), halves);
    assert_eq!(nans(&x.max_pool(&pairs)?.y), halves);
    assert_eq!(nans(&x.lp_pool(&pairs, 2.0)?), halves);
    assert_eq!(nans(&x.adaptive_avg_pool([2])?), halves);
    assert_eq!(nans(&x.adaptive_max_pool([2])?.y), halves);
    assert_eq!(nans(&x.adaptive_lp_pool([2], 2.0)?), halves);
    assert_eq!(nans(&x.global_avg_pool()?), [true]);
    // Through a weight of 0 too.
    let (weight, geometry) = (
        sequence(&[1.0, 0.0]).reshape([2, 1, 1])?,
        ConvGeometry::new(1),
    );
    let last = sequence(&[1.0, 2.0, NAN]);
    assert_eq!(nans(&last.conv(&weight, None, &geometry)?), [false, true]);
    let y = last.conv_transpose(&weight, &geometry, &[4])?;
    assert_eq!(nans(&y), [false, false, true, true]);
    let patches = sequence(&[1.0, NAN, 2.0]).unfold([2], &geometry)?;
    assert_eq!(nans(&patches.fold([3], &geometry)?), [false, true, false]);
    Ok(())
}

#[test]
fn interpolation_with_nan_gives_nan_also_with_a_weight_of_0() -> Result<()> {
    let x = Tensor::from([1.0, 2.0, NAN]);
    let y = x.resize([(0, 5)], Interpolation::LinearAlignCorners)?; // at 0, ½, 1, 1½, 2
    assert_eq!(nans(&y), [false, false, true, true, true]);
    let y = x.resize([(0, 6)], Interpolation::Nearest)?;
    assert_eq!(nans(&y), [false, false, false, false, true, true]);
    Ok(())
}

#[test]
fn sums_of_products_spread_it_times_0_too() -> Result<()> {
    let a = Tensor::from([[NAN, 1.0], [1.0, 1.0]]);
    let v = Tensor::from([0.0, 1.0]);
    assert_eq!(nans(&Tensor::einsum("ij,j->i", &[&a, &v])?), [true, false]);
    assert_eq!(nans(&a.tensordot(&v, [1], [0])?), [true, false]);
    assert_eq!(
        nans(&v.outer(&a.select(0, 0)?)?),
        [true, false, true, false]
    );
    assert_eq!(nans(&v.kron(&a.select(0, 0)?)?), [true, false, true, false]);
    Ok(())
}

#[test]
fn what_is_added_or_combined_in_a_place_makes_it_nan() -> Result<()> {
    let (x, at, source) = (
        Tensor::from([1.0, 2.0]),
        Tensor::from([1, 1]),
        Tensor::from([NAN, 5.0]),
    );
    assert_eq!(nans(&x.scatter_add(0, &at, &source)?), [false, true]);
    assert_eq!(nans(&x.index_add(0, &at, &source)?), [false, true]);
    for by in [Scatter::Sum, Scatter::Product, Scatter::Max, Scatter::Min] {
        assert_eq!(
            nans(&x.scatter(0, &at, &source, by)?),
            [false, true],
            "{by:?}"
        );
    }
    Ok(())
}

#[test]
fn linear_algebra_refuses_it_or_spreads_it() -> Result<()> {
    let good = Tensor::from([[4.0, 2.0], [2.0, 10.0]]);
    for place in 0..4 {
        let mut entries = good.to_vec();
        entries[place] = NAN;
        let bad = Tensor::from_slice([2, 2], &entries)?;
        assert!(bad.cholesky().is_err(), "not positive definite");
        assert!(nans(&bad.determinant()?)[0]);
        assert!(nans(&bad.solve(&Tensor::from([1.0, 2.0]))?).contains(&true));
        assert!(nans(&bad.inverse()?).contains(&true));
        let (q, r) = bad.qr()?;
        assert!(nans(&q).contains(&true) || nans(&r).contains(&true));
        let x = bad.triangular_solve(&Tensor::from([1.0, 2.0]), false)?;
        assert_eq!(
            nans(&x).contains(&true),
            place != 1,
            "that above isn't looked at"
        );
    }
    Ok(())
}
