//! Elements in order.

use super::matrix;
use crate::program;
use crate::testing::{Entry, distinct};
use etude_tensor::{Axes, Tensor};

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
        .options(r#"{"axis": 0, "descending": false}"#)
        .also("one", [distinct([1])])
        .also("nothing", [distinct([0, 2])])
        .case(
            "descending",
            program!(|x| Ok(x.sort(-1, true)?.0)),
            [distinct([2, 4])],
        )
        .options(r#"{"axis": -1, "descending": true}"#)
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
        .options(r#"{"k": 2, "axis": 1, "largest": true}"#)
        .also("of as many", [distinct([1, 2])])
        .case(
            "smallest",
            program!(|x| Ok(x.topk(1, 0, false)?.0)),
            [distinct([3, 2])],
        )
        .options(r#"{"k": 1, "axis": 0, "largest": false}"#)
        .case(
            "nothing",
            program!(|x| Ok(x.topk(0, 0, false)?.0)),
            [distinct([0, 2])],
        )
        .options(r#"{"k": 0, "axis": 0, "largest": false}"#)
        .refuses(
            |tape| matrix(tape).topk(4, 1, true),
            "topk: k = 4 along axis 1, which has size 3; expected at most 3",
        )
        .refuses(
            |tape| matrix(tape).topk(1, 2, true),
            "topk: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn quantile() -> Entry {
    Entry::new("what a share of the elements over axes lies below, interpolated linearly")
        .case(
            "between two",
            program!(|x| x.quantile(0.3, 1)),
            [distinct([2, 4])],
        )
        .options(r#"{"q": 0.3, "axes": [1]}"#)
        .also("one", [distinct([2, 1])])
        .case(
            "exactly one",
            program!(|x| x.quantile(0.5, [0, -1])),
            [distinct([3, 2, 3])],
        )
        .options(r#"{"q": 0.5, "axes": [0, -1]}"#)
        .case(
            "kept",
            program!(|x| x.quantile(0.9, Axes::from(0).keepdims())),
            [distinct([3, 2])],
        )
        .options(r#"{"q": 0.9, "axes": [0], "keepdims": true}"#)
        .also("nothing", [distinct([2, 0])])
        .case(
            "all axes",
            program!(|x| x.quantile(0.25, ..)),
            [distinct(())],
        )
        .options(r#"{"q": 0.25}"#)
        .refuses(
            |tape| matrix(tape).quantile(-0.1, 0),
            "quantile: q = -0.1; expected a number from 0 to 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([2, 0])).quantile(0.1, 1),
            "quantile: no elements along the axes of shape [2, 0]; expected at least one",
        )
        .refuses(
            |tape| matrix(tape).quantile(0.1, 2),
            "quantile: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).quantile(0.1, [0, -2]),
            "quantile: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn quantiles() -> Entry {
    Entry::new("several quantiles, along a new first axis")
        .case(
            "three",
            program!(|x| x.quantiles([0.3, 0.9, 0.0], 1)),
            [distinct([2, 4])],
        )
        .options(r#"{"q": [0.3, 0.9, 0], "axes": [1]}"#)
        .also("of one element", [distinct([2, 1])])
        .case(
            "kept",
            program!(|x| x.quantiles([0.6, 0.6], Axes::from(0).keepdims())),
            [distinct([3, 2])],
        )
        .options(r#"{"q": [0.6, 0.6], "axes": [0], "keepdims": true}"#)
        .also("nothing", [distinct([2, 0])])
        .case(
            "all axes",
            program!(|x| x.quantiles([0.25], ..)),
            [distinct(())],
        )
        .options(r#"{"q": [0.25]}"#)
        .refuses(
            |tape| matrix(tape).quantiles([], 0),
            "quantiles: no q given; expected at least one",
        )
        .refuses(
            |tape| matrix(tape).quantiles([0.5, -0.1], 0),
            "quantiles: q = -0.1; expected a number from 0 to 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([2, 0])).quantiles([0.1], 1),
            "quantiles: no elements along the axes of shape [2, 0]; expected at least one",
        )
        .refuses(
            |tape| matrix(tape).quantiles([0.1], 2),
            "quantiles: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).quantiles([0.1], [0, -2]),
            "quantiles: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn median() -> Entry {
    Entry::new("the element in the middle, or the mean of the two there")
        .case("of four", program!(|x| x.median(-1)), [distinct([2, 4])])
        .options(r#"{"axes": [-1]}"#)
        .also("of three", [distinct([1, 3])])
        .also("nothing", [distinct([0, 2])])
        .case("all axes", program!(|x| x.median(..)), [distinct(())])
        .options("{}")
        .refuses(
            |tape| matrix(tape).median(2),
            "median: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([2, 0])).median(1),
            "median: no elements along the axes of shape [2, 0]; expected at least one",
        )
        .refuses(
            |tape| matrix(tape).median([0, -2]),
            "median: axis -2 is named twice in [0, -2]",
        )
}
