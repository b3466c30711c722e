//! Reductions over any axes.

use super::matrix;
use crate::testing::{Entry, between, clear_of, distinct, normal};
use crate::{AllReduce, Tape, ThreadGroup, program};
use etude_tensor::{Axes, Tensor};
use std::rc::Rc;

pub(super) fn all_reduce_sum() -> Entry {
    Entry::new(
        "the sum over a group that works on one batch together; without a group, as here, x itself",
    )
    .never_large("without a group it is x itself")
    .case("alone", program!(|x| x.all_reduce_sum()), [normal([2, 3])])
    .also("rank 0", [normal(())])
    .also("size 1", [normal([1])])
    .also("nothing", [normal([0, 2])])
    .refuses(
        |_| {
            let member = ThreadGroup::new(2).swap_remove(0); // the other leaves at once
            let tape = Tape::new().with_group(Rc::new(member));
            matrix(&tape).all_reduce_sum()
        },
        "all_reduce: member 1 has left while member 0 waits for a sum: it failed, or didn't ask for as many sums as the others",
    )
    .refuses(
        |_| {
            let mut members = ThreadGroup::new(2);
            let other = members.pop().expect("two members");
            std::thread::scope(|scope| {
                scope.spawn(move || other.sum(&Tensor::zeros([2])));
                let member = members.pop().expect("two members");
                matrix(&Tape::new().with_group(Rc::new(member))).all_reduce_sum()
            })
        },
        "all_reduce: member 0 gives shape [2, 3] and member 1 [2]; expected one shape: the members run the same layers",
    )
}

pub(super) fn sum() -> Entry {
    Entry::new("Σ x over axes; 0 over nothing")
        .large(program!(|x| x.sum([0, 2])), [normal([90, 50, 90])])
        .case("all axes", program!(|x| x.sum(..)), [normal([2, 3])])
        .options("{}")
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0, 2])])
        .case("first axis", program!(|x| x.sum(0)), [normal([2, 1, 3])])
        .options(r#"{"axes": [0]}"#)
        .also("over nothing", [normal([0, 2])])
        .case(
            "last axis kept",
            program!(|x| x.sum(Axes::from(-1).keepdims())),
            [normal([2, 3])],
        )
        .options(r#"{"axes": [-1], "keepdims": true}"#)
        .case(
            "outer axes",
            program!(|x| x.sum([0, -1])),
            [normal([2, 3, 2])],
        )
        .options(r#"{"axes": [0, -1]}"#)
        .refuses(
            |tape| matrix(tape).sum(2),
            "sum: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).sum([0, -2]),
            "sum: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn mean() -> Entry {
    Entry::new("Σ x / n over axes; NaN over nothing")
        .large(program!(|x| x.mean([0, 2])), [normal([90, 50, 90])])
        .case("all axes", program!(|x| x.mean(..)), [normal([2, 3])])
        .options("{}")
        .also("rank 0", [normal(())])
        .case("first axis", program!(|x| x.mean(0)), [normal([2, 1, 3])])
        .options(r#"{"axes": [0]}"#)
        .also("nothing", [normal([2, 0])])
        .case(
            "last axis kept",
            program!(|x| x.mean(Axes::from(-1).keepdims())),
            [normal([2, 3])],
        )
        .options(r#"{"axes": [-1], "keepdims": true}"#)
        .refuses(
            |tape| matrix(tape).mean(2),
            "mean: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).mean([0, -2]),
            "mean: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn var() -> Entry {
    Entry::new("Σ (x − mean)² / (n − correction) over axes; NaN where n ≤ correction")
        .large(program!(|x| x.var([0, 2], 1)), [normal([90, 50, 90])])
        .case("biased", program!(|x| x.var(.., 0)), [normal([2, 3])])
        .options(r#"{"correction": 0}"#)
        .also("rank 0", [normal(())])
        .case("unbiased", program!(|x| x.var(0, 1)), [normal([3, 1, 2])])
        .options(r#"{"axes": [0], "correction": 1}"#)
        .also("nothing", [normal([2, 0])])
        .case(
            "last axis kept",
            program!(|x| x.var(Axes::from(-1).keepdims(), 1)),
            [normal([2, 3])],
        )
        .options(r#"{"axes": [-1], "keepdims": true, "correction": 1}"#)
        .refuses(
            |tape| matrix(tape).var(-3, 0),
            "var: axis -3 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).var([0, -2], 0),
            "var: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn max() -> Entry {
    Entry::new("the largest element over axes; equal ones share the gradient")
        .large(program!(|x| x.max([0, 2])), [distinct([90, 50, 90])])
        .case("all axes", program!(|x| x.max(..)), [distinct([2, 3])])
        .options("{}")
        .also("rank 0", [distinct(())])
        .case("first axis", program!(|x| x.max(0)), [distinct([3, 1, 2])])
        .options(r#"{"axes": [0]}"#)
        .also("nothing", [distinct([2, 0])])
        .case(
            "last axis kept",
            program!(|x| x.max(Axes::from(-1).keepdims())),
            [distinct([2, 3])],
        )
        .options(r#"{"axes": [-1], "keepdims": true}"#)
        .refuses(
            |tape| matrix(tape).max(2),
            "max: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([0, 2])).max(0),
            "max: no elements along the axes of shape [0, 2]; expected at least one",
        )
        .refuses(
            |tape| matrix(tape).max([0, -2]),
            "max: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn min() -> Entry {
    Entry::new("the smallest element over axes; equal ones share the gradient")
        .large(program!(|x| x.min([0, 2])), [distinct([90, 50, 90])])
        .case("all axes", program!(|x| x.min(..)), [distinct([2, 3])])
        .options("{}")
        .also("rank 0", [distinct(())])
        .case("first axis", program!(|x| x.min(0)), [distinct([3, 1, 2])])
        .options(r#"{"axes": [0]}"#)
        .also("nothing", [distinct([2, 0])])
        .case(
            "last axis kept",
            program!(|x| x.min(Axes::from(-1).keepdims())),
            [distinct([2, 3])],
        )
        .options(r#"{"axes": [-1], "keepdims": true}"#)
        .refuses(
            |tape| matrix(tape).min(2),
            "min: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([0, 2])).min(0),
            "min: no elements along the axes of shape [0, 2]; expected at least one",
        )
        .refuses(
            |tape| matrix(tape).min([0, -2]),
            "min: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn logsumexp() -> Entry {
    Entry::new("ln Σ eˣ over axes, without overflow; −∞ over nothing")
        .large(program!(|x| x.logsumexp([0, 2])), [normal([90, 50, 90])])
        .case("all axes", program!(|x| x.logsumexp(..)), [normal([2, 3])])
        .options("{}")
        .also("rank 0", [normal(())])
        .case(
            "first axis",
            program!(|x| x.logsumexp(0)),
            [normal([3, 1, 2])],
        )
        .options(r#"{"axes": [0]}"#)
        .also("nothing", [normal([2, 0])])
        .case(
            "last axis kept",
            program!(|x| x.logsumexp(Axes::from(-1).keepdims())),
            [normal([2, 3])],
        )
        .options(r#"{"axes": [-1], "keepdims": true}"#)
        .refuses(
            |tape| matrix(tape).logsumexp(2),
            "logsumexp: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).logsumexp([0, -2]),
            "logsumexp: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn std() -> Entry {
    Entry::new("the root of the variance over axes; its gradient is 0 where it is 0")
        .large(program!(|x| x.std([0, 2], 1)), [normal([90, 50, 90])])
        .case("biased", program!(|x| x.std(.., 0)), [distinct([2, 3])])
        .options(r#"{"correction": 0}"#)
        .case("of one", program!(|x| x.std(.., 0)), [normal(())])
        .options(r#"{"correction": 0}"#)
        .case("unbiased", program!(|x| x.std(0, 1)), [distinct([3, 1, 2])])
        .options(r#"{"axes": [0], "correction": 1}"#)
        .also("nothing", [normal([2, 0])])
        .refuses(
            |tape| matrix(tape).std(-3, 0),
            "std: axis -3 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).std([0, -2], 0),
            "std: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn prod() -> Entry {
    Entry::new("Π x over axes; 1 over nothing")
        .large(program!(|x| x.prod(1)), [between(0.999, 1.001, [80, 3001])])
        .case("all axes", program!(|x| x.prod(..)), [normal([2, 3])])
        .options("{}")
        .also("rank 0", [normal(())])
        .also("over nothing", [normal([0, 2])])
        .case(
            "with two zeros",
            program!(|x| x.pad([(1, 0), (0, 1)], 0.0)?.prod(1)),
            [normal([2, 1])],
        )
        .case(
            "outer axes kept",
            program!(|x| x.prod(Axes::from([0, -1]).keepdims())),
            [normal([2, 1, 3])],
        )
        .options(r#"{"axes": [0, -1], "keepdims": true}"#)
        .refuses(
            |tape| matrix(tape).prod(2),
            "prod: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).prod([0, -2]),
            "prod: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn norm() -> Entry {
    let norm = |p: f64| program!([p: f64] |x| x.norm(*p, -1));
    Entry::new("(Σ |x|ᵖ)^(1/p) over axes")
        .large(program!(|x| x.norm(2.0, 1)), [clear_of(&[0.0], [80, 3001])])
        .case("p = 2", norm(2.0), [clear_of(&[0.0], [2, 3])])
        .options(r#"{"p": 2, "axes": [-1]}"#)
        .also("of one", [clear_of(&[0.0], [2, 1])])
        .also("over nothing", [normal([2, 0])])
        .case("p = 1", norm(1.0), [clear_of(&[0.0], [2, 3])])
        .options(r#"{"p": 1, "axes": [-1]}"#)
        .case("p = 3", norm(3.0), [clear_of(&[0.0], [2, 3])])
        .options(r#"{"p": 3, "axes": [-1]}"#)
        .case("p = 0.5", norm(0.5), [clear_of(&[0.0], [3])])
        .options(r#"{"p": 0.5, "axes": [-1]}"#)
        .case("p = −1", norm(-1.0), [clear_of(&[0.0], [3])])
        .options(r#"{"p": -1, "axes": [-1]}"#)
        .case("p = 0", norm(0.0), [clear_of(&[0.0], [3])])
        .options(r#"{"p": 0, "axes": [-1]}"#)
        .case(
            "p = ∞",
            program!(|x| x.exp()?.norm(f64::INFINITY, ..)),
            [distinct([2, 3])],
        )
        .case(
            "p = −∞",
            program!(|x| x.exp()?.norm(f64::NEG_INFINITY, ..)),
            [distinct([2, 2])],
        )
        .case(
            "rank 0",
            program!(|x| x.norm(2.0, ..)),
            [clear_of(&[0.0], ())],
        )
        .options(r#"{"p": 2}"#)
        .refuses(
            |tape| matrix(tape).norm(2.0, 2),
            "norm: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).norm(f64::NAN, 0),
            "norm: p is NaN; expected a number or ±∞",
        )
        .refuses(
            |tape| matrix(tape).norm(2.0, [0, -2]),
            "norm: axis -2 is named twice in [0, -2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([0, 2])).norm(f64::INFINITY, 0),
            "norm: no elements along the axes of shape [0, 2]; expected at least one",
        )
}

pub(super) fn weighted_mean() -> Entry {
    Entry::new("Σ w·x / Σ w over axes")
        .case(
            "of one shape",
            program!(|x, w| x.weighted_mean(w, 1)),
            [normal([2, 3]), between(0.5, 2.0, [2, 3])],
        )
        .options(r#"{"axes": [1]}"#)
        .also("weights of a row", [normal([2, 3]), between(0.5, 2.0, [3])])
        .also("one", [normal([1, 1]), between(0.5, 2.0, [1])])
        .also("nothing", [normal([0, 2]), between(0.5, 2.0, [2])])
        .case(
            "all axes",
            program!(|x, w| x.weighted_mean(w, ..)),
            [normal(()), between(0.5, 2.0, ())],
        )
        .options("{}")
        .refuses(
            |tape| matrix(tape).weighted_mean(&tape.scalar(1.0), 2),
            "weighted_mean: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).weighted_mean(&tape.scalar(1.0), [0, -2]),
            "weighted_mean: axis -2 is named twice in [0, -2]",
        )
        .refuses(
            |tape| matrix(tape).weighted_mean(&tape.var(Tensor::ones([2])), 1),
            "weighted_mean: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
        )
}
