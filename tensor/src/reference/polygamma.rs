//! The derivatives of ln Γ.
//!
//! ```text
//! ψ⁽ⁿ⁾(x) = dⁿ⁺¹/dxⁿ⁺¹ ln Γ(x)
//! ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σ_{k ≥ 0} 1/(x + k)ⁿ⁺¹            for n ≥ 1
//! ```
//!
//! The first terms are added one by one, up to where Euler and Maclaurin's formula gives the rest of the sum to the last digit. A negative x is mirrored:
//!
//! ```text
//! ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − π·dⁿ/dxⁿ cot πx
//! ```

use std::f64::consts::PI;

/// The Bernoulli numbers B₂, B₄, …, B₂₄.
const BERNOULLI: [f64; 12] = [
    0.166_666_666_666_666_66,
    -0.033_333_333_333_333_33,
    0.023_809_523_809_523_808,
    -0.033_333_333_333_333_33,
    0.075_757_575_757_575_76,
    -0.253_113_553_113_553_1,
    1.166_666_666_666_666_7,
    -7.092_156_862_745_098,
    54.971_177_944_862_156,
    -529.124_242_424_242_4,
    6_192.123_188_405_797,
    -86_580.253_113_553_12,
];

/// ψ⁽ⁿ⁾(x): the digamma function for n = 0. At 0 −∞ (∞ at −0) for n = 0; at the negative integers NaN for n = 0. For n ≥ 1, at 0 and below, ∞ where both
/// sides of the pole agree (odd n), else NaN.
///
/// Over 64 bits good to some 1e−15 of the larger of the result and 1, so not relatively near the zeros of the digamma function.
pub fn polygamma(n: u32, x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x <= 0.0 && x == x.floor() {
        return match n {
            0 if x == 0.0 => -x.recip(),
            n if n % 2 == 1 => f64::INFINITY,
            _ => f64::NAN,
        };
    }
    if x < 0.0 {
        let mirrored = polygamma(n, 1.0 - x);
        let mirrored = if n.is_multiple_of(2) {
            mirrored
        } else {
            -mirrored
        };
        return mirrored - PI * cotangent_derivative(n, x);
    }
    match n {
        0 => digamma(x),
        _ => {
            let sum = power_sum(n + 1, x);
            let factorial: f64 = (1..=n).map(f64::from).product();
            if n % 2 == 1 {
                factorial * sum
            } else {
                -factorial * sum
            }
        }
    }
}

/// ψ(x) for x > 0: the recurrence ψ(x) = ψ(x + 1) − 1/x up to 10, then ln x − 1/2x − Σ B₂ₖ/(2k·x²ᵏ).
fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum -= x.recip();
        x += 1.0;
    }
    if x == f64::INFINITY {
        return x;
    }
    let inverse_square = (x * x).recip();
    let (mut tail, mut power) = (0.0, 1.0);
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        power *= inverse_square;
        tail += bernoulli * power / f64::from(2 * k);
    }
    sum + (x.ln() - 0.5 / x - tail)
}

/// Σ_{k ≥ 0} 1/(x + k)ˢ for s ≥ 2 and x > 0: Hurwitz's ζ(s, x).
fn power_sum(s: u32, mut x: f64) -> f64 {
    let exponent = -(s as i32);
    let order = f64::from(s);
    let mut sum = 0.0;
    while x < 10.0 + order {
        sum += x.powi(exponent);
        x += 1.0;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    // ∫ₓ^∞ + ½ f(x) + Σ B₂ₖ/(2k)! · s(s + 1)…(s + 2k − 2) / xˢ⁺²ᵏ⁻¹
    let first = x.powi(exponent);
    let inverse_square = (x * x).recip();
    let mut tail = 0.0;
    let mut factor = order / (2.0 * x);
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        tail += bernoulli * factor;
        let next = f64::from(2 * k);
        factor *=
            (order + next - 1.0) * (order + next) * inverse_square / ((next + 1.0) * (next + 2.0));
    }
    sum + first * (x / (order - 1.0) + 0.5 + tail)
}

/// dⁿ/dxⁿ cot πx. With c = cot πx it is πⁿ·Pₙ(c), where P₀ = c and Pₙ₊₁ = −(1 + c²)·Pₙ′.
fn cotangent_derivative(n: u32, x: f64) -> f64 {
    // cot has period 1, and the distance to the nearest integer is exact.
    let angle = PI * (x - x.round());
    let c = angle.cos() / angle.sin();
    let mut p = vec![0.0, 1.0];
    for _ in 0..n {
        let mut next = vec![0.0; p.len() + 1];
        for (power, coefficient) in p.iter().enumerate().skip(1) {
            let slope = power as f64 * coefficient;
            next[power - 1] -= slope;
            next[power + 1] -= slope;
        }
        p = next;
    }
    PI.powi(n as i32) * p.iter().rev().fold(0.0, |sum, a| sum * c + a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let values = [
            (0, 1.0, -0.577_215_664_901_532_9),
            (0, 0.5, -1.963_510_026_021_423_5),
            (0, 100.0, 4.600_161_852_738_087),
            (1, 1.0, PI * PI / 6.0),
            (1, 0.5, PI * PI / 2.0),
            (2, 1.0, -2.404_113_806_319_188_6),
            (3, 1.0, PI.powi(4) / 15.0),
            (0, -0.5, 0.036_489_973_978_576_52),
            (0, -2.3, 3.317_323_157_561_822_7),
            (1, -1.7, 14.632_201_633_884_014),
            (2, -0.4, 21.287_168_462_856_535),
            (3, -3.2, 3_768.577_761_093_734_4),
            (2, 12.5, -0.006_932_436_585_788_241),
            (5, 0.7, 1_025.328_354_143_471_9),
        ];
        for (n, x, expected) in values {
            let got = polygamma(n, x);
            assert!(
                (got - expected).abs() <= 2e-15 * expected.abs().max(1.0),
                "order {n} at {x}: {got}, expected {expected}"
            );
        }
    }

    #[test]
    fn each_order_is_the_slope_of_the_one_before() {
        for n in 0..4 {
            for x in [-2.3, -0.6, 0.4, 1.7, 9.99, 31.0] {
                let h = 1e-5;
                let slope = (polygamma(n, x + h) - polygamma(n, x - h)) / (2.0 * h);
                let got = polygamma(n + 1, x);
                assert!(
                    (got - slope).abs() < 1e-6 * slope.abs().max(1.0),
                    "order {n} at {x}: {got}, {slope}"
                );
            }
        }
    }

    #[test]
    fn poles_and_ends() {
        assert_eq!(polygamma(0, 0.0), f64::NEG_INFINITY);
        assert_eq!(polygamma(0, -0.0), f64::INFINITY);
        assert!(polygamma(0, -1.0).is_nan());
        assert_eq!(polygamma(1, -2.0), f64::INFINITY);
        assert!(polygamma(2, 0.0).is_nan());
        assert_eq!(polygamma(0, f64::INFINITY), f64::INFINITY);
        assert_eq!(polygamma(3, f64::INFINITY), 0.0);
        assert!(polygamma(0, f64::NAN).is_nan());
    }
}
