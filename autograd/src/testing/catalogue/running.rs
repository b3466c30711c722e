//! Running results along an axis.

use super::matrix;
use crate::program;
use crate::testing::{Entry, between, normal};
use etude_tensor::Tensor;

pub(super) fn cumsum() -> Entry {
    Entry::new("yᵢ = x₀ + … + xᵢ along an axis")
        .needs_an_axis()
        .large(program!(|x| x.cumsum(1)), [normal([80, 3001])])
        .case("first axis", program!(|x| x.cumsum(0)), [normal([3, 2])])
        .options(r#"{"axis": 0}"#)
        .also("one", [normal([1])])
        .also("nothing", [normal([0, 2])])
        .case("last axis", program!(|x| x.cumsum(-1)), [normal([2, 4])])
        .options(r#"{"axis": -1}"#)
        .refuses(
            |tape| matrix(tape).cumsum(2),
            "cumsum: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn linear_recurrence() -> Entry {
    let along = |axis: isize| program!([axis: isize] |x, a| x.linear_recurrence(a, *axis));
    Entry::new("yᵢ = aᵢ·yᵢ₋₁ + xᵢ along an axis")
        .needs_an_axis()
        .large(
            along(1),
            [normal([80, 3001]), between(-0.9, 0.9, [80, 3001])],
        )
        .case("first axis", along(0), [normal([3, 2]), normal([3, 2])])
        .options(r#"{"axis": 0}"#)
        .also("one", [normal([1]), normal([1])])
        .also("nothing", [normal([0, 2]), normal([0, 2])])
        .case("last axis", along(-1), [normal([2, 4]), normal([2, 4])])
        .options(r#"{"axis": -1}"#)
        .case(
            "starting anew",
            program!(|x, a| {
                let anew = Tensor::from([[false, false, true, false]]);
                x.linear_recurrence(&a.masked_fill(&anew, 0.0)?, 1)
            }),
            [normal([2, 4]), normal([2, 4])],
        )
        .refuses(
            |tape| matrix(tape).linear_recurrence(&matrix(tape), 2),
            "linear_recurrence: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).linear_recurrence(&tape.var(Tensor::ones([3])), 0),
            "linear_recurrence: shapes [2, 3] and [3]; expected the same twice",
        )
}

pub(super) fn cumprod() -> Entry {
    Entry::new("yᵢ = x₀ · … · xᵢ along an axis")
        .needs_an_axis()
        .large(
            program!(|x| x.cumprod(1)),
            [between(0.999, 1.001, [80, 3001])],
        )
        .case("first axis", program!(|x| x.cumprod(0)), [normal([3, 2])])
        .options(r#"{"axis": 0}"#)
        .also("one", [normal([1])])
        .also("nothing", [normal([0, 2])])
        .case(
            "last axis, with a zero",
            program!(|x| x
                .mul_scalar(0.0)?
                .try_add(&x.pad([(0, 0), (1, 0)], 0.0)?.narrow(1, 0, 5)?)?
                .cumprod(-1)),
            [normal([2, 5])],
        )
        .refuses(
            |tape| matrix(tape).cumprod(2),
            "cumprod: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn logcumsumexp() -> Entry {
    Entry::new("yᵢ = ln (e^x₀ + … + e^xᵢ) along an axis")
        .needs_an_axis()
        .large(program!(|x| x.logcumsumexp(1)), [normal([80, 3001])])
        .case(
            "beginning with −∞",
            program!(|x| x
                .pad([(0, 0), (2, 0)], f64::NEG_INFINITY)?
                .logcumsumexp(1)?
                .narrow(1, 2, 3)),
            [normal([2, 3])],
        )
        .case(
            "first axis",
            program!(|x| x.logcumsumexp(0)),
            [normal([3, 2])],
        )
        .options(r#"{"axis": 0}"#)
        .also("one", [normal([1])])
        .also("nothing", [normal([0, 2])])
        .case(
            "last axis",
            program!(|x| x.logcumsumexp(-1)),
            [normal([2, 5])],
        )
        .options(r#"{"axis": -1}"#)
        .refuses(
            |tape| matrix(tape).logcumsumexp(2),
            "logcumsumexp: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}
