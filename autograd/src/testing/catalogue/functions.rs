//! The functions of calculus beyond the everyday ones: powers and logarithms to other bases, angles, hyperbolic functions, the gamma function.

use super::maps::{map, map_with_arguments};
use crate::program;
use crate::testing::{Entry, between, normal};
use etude_tensor::Tensor;

pub(super) fn exp2() -> Entry {
    map("2ˣ", program!(|x| x.exp2()), normal)
}

pub(super) fn log2() -> Entry {
    map(
        "log₂ x; −∞ at 0, NaN below",
        program!(|x| x.log2()),
        |shape| between(0.2, 3.0, shape),
    )
}

pub(super) fn log10() -> Entry {
    map(
        "log₁₀ x; −∞ at 0, NaN below",
        program!(|x| x.log10()),
        |shape| between(0.2, 3.0, shape),
    )
}

pub(super) fn rsqrt() -> Entry {
    map(
        "1/√x; ∞ at 0, NaN below",
        program!(|x| x.rsqrt()),
        |shape| between(0.3, 3.0, shape),
    )
}

pub(super) fn tan() -> Entry {
    map("tan x", program!(|x| x.tan()), |shape| {
        between(-1.1, 1.1, shape)
    })
}

pub(super) fn asin() -> Entry {
    map(
        "arcsin x; NaN outside [−1, 1]",
        program!(|x| x.asin()),
        |shape| between(-0.8, 0.8, shape),
    )
}

pub(super) fn acos() -> Entry {
    map(
        "arccos x; NaN outside [−1, 1]",
        program!(|x| x.acos()),
        |shape| between(-0.8, 0.8, shape),
    )
}

pub(super) fn atan() -> Entry {
    map("arctan x", program!(|x| x.atan()), normal)
}

pub(super) fn sinh() -> Entry {
    map("sinh x", program!(|x| x.sinh()), normal)
}

pub(super) fn cosh() -> Entry {
    map("cosh x", program!(|x| x.cosh()), normal)
}

pub(super) fn asinh() -> Entry {
    map("arsinh x", program!(|x| x.asinh()), normal)
}

pub(super) fn acosh() -> Entry {
    map("arcosh x; NaN below 1", program!(|x| x.acosh()), |shape| {
        between(1.4, 4.0, shape)
    })
}

pub(super) fn atanh() -> Entry {
    map(
        "artanh x; NaN outside [−1, 1]",
        program!(|x| x.atanh()),
        |shape| between(-0.8, 0.8, shape),
    )
}

pub(super) fn erfc() -> Entry {
    map(
        "1 − erf x, without cancellation",
        program!(|x| x.erfc()),
        normal,
    )
}

pub(super) fn lgamma() -> Entry {
    map("ln |Γ(x)|", program!(|x| x.lgamma()), |shape| {
        between(0.5, 4.0, shape)
    })
    .also("below 0", [between(-1.8, -1.2, [3])])
}

pub(super) fn polygamma() -> Entry {
    let domain = |shape| between(1.0, 4.0, shape);
    map_with_arguments(
        "ψ⁽ⁿ⁾(x), the derivative of order n + 1 of ln Γ",
        program!(|x| x.polygamma(0)),
        domain,
    )
    .also("below 0", [between(-1.8, -1.2, [3])])
    .options_of_all(r#"{"order": 0}"#)
    .case(
        "order 1",
        program!(|x| x.polygamma(1)),
        [domain([2, 3].into())],
    )
    .options(r#"{"order": 1}"#)
    .also("order 1 below 0", [between(-0.8, -0.2, [3])])
    .case(
        "order 3",
        program!(|x| x.polygamma(3)),
        [domain([3].into())],
    )
    .options(r#"{"order": 3}"#)
    .refuses(
        |tape| tape.var(Tensor::ones([2])).polygamma(171),
        "polygamma: order 171; expected at most 170, above which n! overflows",
    )
}
