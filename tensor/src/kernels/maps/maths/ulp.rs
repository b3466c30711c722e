//! Errors in units in the last place.

/// How far `got` is from `exact`, in units in the last place of an `f32` of the size of `exact`. 0 where both are NaN;
/// ∞ where one is, or where they are infinities of different signs.
pub(in crate::kernels) fn of_f32(got: f32, exact: f64) -> f64 {
    // An overflow to ∞ is as far off as 2¹²⁸ is, the number that it stands for.
    let beyond = 2.0_f64.powi(128);
    let bounded = |x: f64| x.clamp(-beyond, beyond);
    distance(bounded(f64::from(got)), bounded(exact), -126, 23)
}

/// How far `got` is from `reference`, in units in the last place of an `f64` of the size of `reference`.
pub(in crate::kernels) fn of_f64(got: f64, reference: f64) -> f64 {
    if got == reference {
        return 0.0;
    }
    distance(got, reference, -1022, 52)
}

fn distance(got: f64, exact: f64, least_exponent: i32, fraction_bits: i32) -> f64 {
    if got.is_nan() && exact.is_nan() {
        return 0.0;
    }
    // The exponent field; of a subnormal f64 it reads −1023, and `least_exponent` takes over.
    let exponent = (exact.abs().to_bits() >> 52) as i32 - 1023;
    let unit = exponent.max(least_exponent) - fraction_bits;
    // Divided by the unit in two steps, since 2⁻ᵘⁿⁱᵗ may itself overflow.
    let power = |n: i32| f64::from_bits(((1023 + n) as u64) << 52);
    let scaled = (got - exact).abs() * power(-unit / 2) * power(-unit + unit / 2);
    if scaled.is_nan() {
        f64::INFINITY
    } else {
        scaled
    }
}

#[test]
fn units_are_those_of_the_exact_value() {
    assert_eq!(of_f32(1.0, 1.0), 0.0);
    assert_eq!(of_f32(1.0 + f32::EPSILON, 1.0), 1.0);
    assert_eq!(of_f32(0.0, 2.0_f64.powi(-149)), 1.0);
    assert_eq!(of_f32(f32::INFINITY, 1e300), 0.0);
    assert_eq!(of_f32(f32::INFINITY, f64::from(f32::MAX)), 1.0);
    assert_eq!(of_f32(f32::NAN, 1.0), f64::INFINITY);
    assert_eq!(of_f32(f32::NAN, f64::NAN), 0.0);
    assert_eq!(of_f64(5e-324, 0.0), 1.0);
    assert_eq!(of_f64(1.0 - f64::EPSILON, 1.0), 1.0);
}
