//! Elements in order.

use crate::testing::{Entry, distinct};
use crate::{Tape, Var, program};
use etude_tensor::Tensor;

fn matrix(tape: &Tape<f64>) -> Var<f64> {
    tape.var(Tensor::ones([2, 3]))
}

pub(super) fn argsort() -> Entry {
    Entry::new("the positions that put the elements along an axis in order; equal ones keep theirs")
        .refuses(
            |tape| matrix(tape).tensor().argsort(2, false),
            "argsort: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn sort() -> Entry {
    Entry::new("the elements along an axis in order")
        .needs_an_axis()
        .large(
            program!(|x| Ok(x.sort(1, false)?.0)),
            [distinct([30, 1001])],
        )
        .case(
            "first axis",
            program!(|x| Ok(x.sort(0, false)?.0)),
            [distinct([4, 2])],
        )
        .also("one", [distinct([1])])
        .also("nothing", [distinct([0, 2])])
        .case(
            "descending",
            program!(|x| Ok(x.sort(-1, true)?.0)),
            [distinct([2, 4])],
        )
        .refuses(
            |tape| matrix(tape).sort(2, false),
            "sort: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn topk() -> Entry {
    Entry::new("the k largest or smallest elements along an axis, the most extreme first")
        .needs_an_axis()
        .large(
            program!(|x| Ok(x.topk(7, 1, true)?.0)),
            [distinct([30, 1001])],
        )
        .case(
            "largest",
            program!(|x| Ok(x.topk(2, 1, true)?.0)),
            [distinct([2, 4])],
        )
        .also("of as many", [distinct([1, 2])])
        .case(
            "smallest",
            program!(|x| Ok(x.topk(1, 0, false)?.0)),
            [distinct([3, 2])],
        )
        .case(
            "nothing",
            program!(|x| Ok(x.topk(0, 0, false)?.0)),
            [distinct([0, 2])],
        )
        .refuses(
            |tape| matrix(tape).topk(4, 1, true),
            "topk: k = 4 along axis 1, which has size 3; expected at most 3",
        )
        .refuses(
            |tape| matrix(tape).topk(1, 2, true),
            "topk: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}
