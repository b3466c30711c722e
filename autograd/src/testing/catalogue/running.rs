//! Running results along an axis.

use crate::testing::{Entry, normal};
use crate::{Tape, Var, program};
use etude_tensor::Tensor;

fn matrix(tape: &Tape<f64>) -> Var<f64> {
    tape.var(Tensor::ones([2, 3]))
}

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

pub(super) fn cumprod() -> Entry {
    Entry::new("yᵢ = x₀ · … · xᵢ along an axis")
        .needs_an_axis()
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
