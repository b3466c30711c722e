//! Arithmetic with one plain number.

use crate::program;
use crate::testing::{Entry, clear_of, normal};

pub(super) fn add_scalar() -> Entry {
    Entry::new("x + c")
        .large(program!(|x| x.add_scalar(0.7)), [normal([80, 3001])])
        .case("", program!(|x| x.add_scalar(0.7)), [normal([2, 1])])
        .options(r#"{"scalar": 0.7}"#)
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0])])
        .never_refuses("every number goes with every other")
}

pub(super) fn sub_scalar() -> Entry {
    Entry::new("x − c")
        .large(program!(|x| x.sub_scalar(0.7)), [normal([80, 3001])])
        .case("", program!(|x| x.sub_scalar(0.7)), [normal([2, 1])])
        .options(r#"{"scalar": 0.7}"#)
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0])])
        .never_refuses("every number goes with every other")
}

pub(super) fn mul_scalar() -> Entry {
    Entry::new("x · c")
        .large(program!(|x| x.mul_scalar(0.7)), [normal([80, 3001])])
        .case("", program!(|x| x.mul_scalar(0.7)), [normal([2, 1])])
        .options(r#"{"scalar": 0.7}"#)
        .case("by 0", program!(|x| x.mul_scalar(0.0)), [normal([2])])
        .options(r#"{"scalar": 0}"#)
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0])])
        .never_refuses("every number goes with every other")
}

pub(super) fn div_scalar() -> Entry {
    Entry::new("x / c")
        .large(program!(|x| x.div_scalar(0.7)), [normal([80, 3001])])
        .case("", program!(|x| x.div_scalar(0.7)), [normal([2, 1])])
        .options(r#"{"scalar": 0.7}"#)
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0])])
        .never_refuses("every number goes with every other")
}

pub(super) fn pow_scalar() -> Entry {
    let base = |shape: &[usize]| clear_of(&[0.0], shape);
    Entry::new("xᵖ for one number p: an integer p suits negative x too")
        .large(program!(|x| x.pow_scalar(3.0)), [base(&[80, 3001])])
        .case("cube", program!(|x| x.pow_scalar(3.0)), [base(&[2, 1])])
        .options(r#"{"exponent": 3}"#)
        .also("rank 0", [base(&[])])
        .also("nothing", [base(&[0])])
        .case(
            "inverse square",
            program!(|x| x.pow_scalar(-2.0)),
            [base(&[3])],
        )
        .options(r#"{"exponent": -2}"#)
        .case("power 0", program!(|x| x.pow_scalar(0.0)), [base(&[3])])
        .options(r#"{"exponent": 0}"#)
        .case("power 1", program!(|x| x.pow_scalar(1.0)), [base(&[3])])
        .options(r#"{"exponent": 1}"#)
        .never_refuses("every number goes with every other")
}
