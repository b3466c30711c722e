//! A tensor with some of its elements set, or combined with others.

use super::indexing::{every_third, from_both_ends, indices};
use super::matrix;
use crate::program;
use crate::testing::{Entry, distinct, grid, normal};
use etude_tensor::{Scatter, Slice, Tensor, s};

pub(super) fn scatter_add() -> Entry {
    let add = |axis: isize, at: Tensor<i64>| program!([axis: isize, at: Tensor<i64>] |x, source| x.scatter_add(*axis, at, source));
    Entry::new("x, with source added at the indices: for axis 0 of rank 2, y[indices[i, j], j] += source[i, j]")
        .needs_an_axis()
        .large(add(1, indices(&[80, 3001], 3001)), [normal([80, 3001]), normal([80, 3001])])
        .case("first axis", add(0, indices(&[4, 2], 3)), [normal([3, 2]), normal([4, 2])]).options(r#"{"axis": 0}"#).given("indices", indices(&[4, 2], 3))
        .case("last axis", add(-1, indices(&[2, 3], 3)), [normal([2, 3]), normal([2, 3])]).options(r#"{"axis": -1}"#).given("indices", indices(&[2, 3], 3))
        .case("counted from the end", add(1, from_both_ends(&[2, 4], 3)), [normal([2, 3]), normal([2, 4])]).options(r#"{"axis": 1}"#).given("indices", from_both_ends(&[2, 4], 3))
        .case("one element", add(0, indices(&[2], 1)), [normal([1]), normal([2])]).options(r#"{"axis": 0}"#).given("indices", indices(&[2], 1))
        .case("nothing to add", add(0, indices(&[0, 2], 1)), [normal([3, 2]), normal([0, 2])]).options(r#"{"axis": 0}"#).given("indices", indices(&[0, 2], 1))
        .refuses(
            |tape| matrix(tape).scatter_add(0, &Tensor::from([[2, 0, 0]]), &tape.var(Tensor::ones([1, 3]))),
            "scatter_add: index 2 (number 0 of 3) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).scatter_add(0, &Tensor::from([[1, 0, 0]]), &matrix(tape)),
            "scatter_add: indices of shape [1, 3] for a source of shape [2, 3]; expected the same",
        )
        .refuses(
            |tape| matrix(tape).scatter_add(2, &Tensor::from([[0]]), &tape.var(Tensor::ones([1, 1]))),
            "scatter_add: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).scatter_add(0, &Tensor::zeros([1, 4]), &tape.var(Tensor::ones([1, 4]))),
            "scatter_add: indices of shape [1, 4] for shape [2, 3] along axis 0; expected the same rank, and no larger size but for that axis",
        )
}

pub(super) fn index_add() -> Entry {
    let add = |axis: isize, at: Tensor<i64>| program!([axis: isize, at: Tensor<i64>] |x, source| x.index_add(*axis, at, source));
    Entry::new("x, with the slices of source added at the indices")
        .needs_an_axis()
        .large(
            add(0, indices(&[300], 80)),
            [normal([80, 1000]), normal([300, 1000])],
        )
        .case(
            "first axis",
            add(0, indices(&[4], 3)),
            [normal([3, 2]), normal([4, 2])],
        ).options(r#"{"axis": 0}"#).given("indices", indices(&[4], 3))
        .case(
            "last axis",
            add(-1, indices(&[3], 3)),
            [normal([2, 3]), normal([2, 3])],
        ).options(r#"{"axis": -1}"#).given("indices", indices(&[3], 3))
        .case(
            "counted from the end",
            add(0, from_both_ends(&[4], 3)),
            [normal([3, 2]), normal([4, 2])],
        ).options(r#"{"axis": 0}"#).given("indices", from_both_ends(&[4], 3))
        .case(
            "a table of indices",
            add(0, indices(&[2, 2], 3)),
            [normal([3, 1]), normal([2, 2, 1])],
        ).options(r#"{"axis": 0}"#).given("indices", indices(&[2, 2], 3))
        .case(
            "nothing to add",
            add(0, indices(&[0], 1)),
            [normal([3, 2]), normal([0, 2])],
        ).options(r#"{"axis": 0}"#).given("indices", indices(&[0], 1))
        .refuses(
            |tape| matrix(tape).index_add(0, &Tensor::from([2]), &tape.var(Tensor::ones([1, 3]))),
            "index_add: index 2 (number 0 of 1) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).index_add(0, &Tensor::from([1]), &matrix(tape)),
            "index_add: source of shape [2, 3] for [2, 3] with indices [1] along axis 0; expected [1, 3]",
        )
        .refuses(
            |tape| matrix(tape).index_add(2, &Tensor::from([0]), &matrix(tape)),
            "index_add: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn scatter() -> Entry {
    let scatter = |by: Scatter, axis: isize, at: Tensor<i64>| program!([by: Scatter, axis: isize, at: Tensor<i64>] |x, source| x.scatter(*axis, at, source, *by));
    let two = || [distinct([3, 2]), grid(0.05, [4, 2])];
    Entry::new("x, combined with the source at the indices: by sum, product, the largest or the smallest")
        .large(
            scatter(Scatter::Sum, 0, indices(&[300, 500], 80)),
            [normal([80, 500]), normal([300, 500])],
        )
        .needs_an_axis()
        .case("the largest", scatter(Scatter::Max, 0, indices(&[4, 2], 3)), two()).options(r#"{"axis": 0, "by": "max"}"#).given("indices", indices(&[4, 2], 3))
        .case("the smallest", scatter(Scatter::Min, 0, indices(&[4, 2], 3)), two()).options(r#"{"axis": 0, "by": "min"}"#).given("indices", indices(&[4, 2], 3))
        .case("product", scatter(Scatter::Product, 0, indices(&[4, 2], 3)), [normal([3, 2]), normal([4, 2])]).options(r#"{"axis": 0, "by": "product"}"#).given("indices", indices(&[4, 2], 3))
        .case("product, counted from the end", scatter(Scatter::Product, 0, from_both_ends(&[4, 2], 3)), [normal([3, 2]), normal([4, 2])]).options(r#"{"axis": 0, "by": "product"}"#).given("indices", from_both_ends(&[4, 2], 3))
        .case("the largest, counted from the end", scatter(Scatter::Max, 0, from_both_ends(&[4, 2], 3)), two()).options(r#"{"axis": 0, "by": "max"}"#).given("indices", from_both_ends(&[4, 2], 3))
        .case("sum", scatter(Scatter::Sum, -1, indices(&[2, 3], 3)), [normal([2, 3]), normal([2, 3])]).options(r#"{"axis": -1, "by": "sum"}"#).given("indices", indices(&[2, 3], 3))
        .case("one place", scatter(Scatter::Product, 0, indices(&[3], 1)), [normal([1]), normal([3])]).options(r#"{"axis": 0, "by": "product"}"#).given("indices", indices(&[3], 1))
        .case("nothing to combine", scatter(Scatter::Max, 0, indices(&[0, 2], 1)), [normal([3, 2]), normal([0, 2])]).options(r#"{"axis": 0, "by": "max"}"#).given("indices", indices(&[0, 2], 1))
        .refuses(
            |tape| matrix(tape).scatter(0, &Tensor::from([[2, 0, 0]]), &tape.var(Tensor::ones([1, 3])), Scatter::Max),
            "scatter: index 2 (number 0 of 3) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).scatter(0, &Tensor::from([[1, 0, 0]]), &matrix(tape), Scatter::Sum),
            "scatter: indices of shape [1, 3] for a source of shape [2, 3]; expected the same",
        )
        .refuses(
            |tape| matrix(tape).scatter(2, &Tensor::from([[0]]), &tape.var(Tensor::ones([1, 1])), Scatter::Max),
            "scatter: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).scatter(0, &Tensor::zeros([1, 4]), &tape.var(Tensor::ones([1, 4])), Scatter::Sum),
            "scatter: indices of shape [1, 4] for shape [2, 3] along axis 0; expected the same rank, and no larger size but for that axis",
        )
}

pub(super) fn index_assign() -> Entry {
    let assign = |at: Vec<Tensor<i64>>| program!([at: Vec<Tensor<i64>>] |x, source| x.index_assign(at, source));
    let some = |at: Vec<Option<Tensor<i64>>>| program!([at: Vec<Option<Tensor<i64>>>] |x, source| x.index_assign(at, source));
    Entry::new("x, with the elements at several indices set; of several in one place the last counts")
        .large(
            assign(vec![indices(&[300], 80)]),
            [normal([80, 1000]), normal([300, 1000])],
        )
        .needs_an_axis()
        .case(
            "two axes",
            assign(vec![Tensor::from([0, -1]), Tensor::from([1, 0])]),
            [normal([3, 2]), normal([2])],
        ).options("{}").given("at.0", Tensor::from([0_i64, -1])).given("at.1", Tensor::from([1_i64, 0]))
        .also("one for all", [normal([3, 2]), normal([1])])
        .case("rows, one of them twice", assign(vec![Tensor::from([1, 0, 1])]), [normal([2, 2]), normal([3, 2])]).options("{}").given("at.0", Tensor::from([1_i64, 0, 1]))
        .case(
            "a whole axis in front, one column twice",
            some(vec![None, Some(Tensor::from([-1, 0, 1]))]),
            [normal([2, 2, 2]), normal([2, 3, 2])],
        ).options(r#"{"axes": [1]}"#).given("at.0", Tensor::from([-1_i64, 0, 1]))
        .case(
            "a whole axis between",
            some(vec![Some(Tensor::from([1, -2])), None, Some(Tensor::from([0, 1]))]),
            [normal([2, 3, 2]), normal([2, 3])],
        ).options(r#"{"axes": [0, 2]}"#).given("at.0", Tensor::from([1_i64, -2])).given("at.1", Tensor::from([0_i64, 1]))
        .case("nothing", assign(vec![Tensor::from([1])]), [normal([2, 0]), normal([1, 0])]).options("{}").given("at.0", Tensor::from([1_i64]))
        .refuses(
            |tape| matrix(tape).index_assign(&[Tensor::from([2])], &matrix(tape)),
            "index_assign: index 2 (number 0 of 1) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).index_assign(&[Tensor::from([1])], &tape.var(Tensor::zeros([2]))),
            "index_assign: can't broadcast shape [2] to [1, 3]: axis 0 has size 2; expected 3 or 1",
        )
        .refuses(
            |tape| matrix(tape).index_assign(&[Tensor::from([0]), Tensor::from([0]), Tensor::from([0])], &matrix(tape)),
            "index_assign: 3 tensors of indices for shape [2, 3]; expected 1 to 2",
        )
        .refuses(
            |tape| matrix(tape).index_assign(&[Tensor::from([0, 1]), Tensor::from([0, 1, 2])], &matrix(tape)),
            "index_assign: shapes [2] and [3] don't broadcast: axis 1 from the end has sizes 2 and 3; expected equal sizes or a 1",
        )
}

pub(super) fn masked_fill() -> Entry {
    let fill = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |x| x.masked_fill(mask, 0.5));
    Entry::new("one value wherever a mask holds")
        .large(fill(every_third(&[80, 3001])), [normal([80, 3001])])
        .case("a whole mask", fill(Tensor::from([[true, false], [false, true]])), [normal([2, 2])]).options(r#"{"value": 0.5}"#).given("mask", Tensor::from([[true, false], [false, true]]))
        .case("a row for all", fill(Tensor::from([true, false, false])), [normal([2, 3])]).options(r#"{"value": 0.5}"#).given("mask", Tensor::from([true, false, false]))
        .also("one", [normal([1, 3])])
        .also("nothing", [normal([0, 3])])
        .case("rank 0", fill(Tensor::scalar(false)), [normal(())]).options(r#"{"value": 0.5}"#).given("mask", Tensor::scalar(false))
        .case("everything", fill(Tensor::scalar(true)), [normal([2])]).options(r#"{"value": 0.5}"#).given("mask", Tensor::scalar(true))
        .refuses(
            |tape| matrix(tape).masked_fill(&Tensor::full([3, 3], true), 0.0),
            "masked_fill: can't broadcast shape [3, 3] to [2, 3]: axis 0 has size 3; expected 2 or 1",
        )
}

pub(super) fn masked_assign() -> Entry {
    let assign = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |x, source| x.masked_assign(mask, source));
    Entry::new("x, with the elements where a mask holds set, in row-major order")
        .case(
            "two of four",
            assign(Tensor::from([[true, false], [false, true]])),
            [normal([2, 2]), normal([2])],
        )
        .options("{}")
        .given("mask", Tensor::from([[true, false], [false, true]]))
        .also("one for all", [normal([2, 2]), normal(())])
        .case(
            "none",
            assign(Tensor::scalar(false)),
            [normal([1]), normal([0])],
        )
        .options("{}")
        .given("mask", Tensor::scalar(false))
        .refuses(
            |tape| matrix(tape).masked_assign(&Tensor::full([3], true), &matrix(tape)),
            "masked_assign: a mask of shape [3] for shape [2, 3]; expected one of as many axes (for the first axes, as x[mask] = y, boolean_index_assign; for the last, mask.broadcast_to)",
        )
        .refuses(
            |tape| matrix(tape).masked_assign(&Tensor::full([2, 3], true), &matrix(tape)),
            "masked_assign: can't broadcast shape [2, 3] to [6]: expected at least rank 2",
        )
        .refuses(
            |tape| matrix(tape).masked_assign(&Tensor::full([3, 3], true), &matrix(tape)),
            "masked_assign: can't broadcast shape [3, 3] to [2, 3]: axis 0 has size 3; expected 2 or 1",
        )
}

pub(super) fn boolean_index_assign() -> Entry {
    let assign = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |x, source| x.boolean_index_assign(mask, source));
    let (rows, none) = (Tensor::from([true, false, true]), Tensor::full([2], false));
    Entry::new("x, with what stands where a mask of the first axes is true set")
        .case("rows", assign(rows.clone()), [normal([3, 2]), normal([2, 2])])
        .options("{}")
        .given("mask", rows)
        .also("one row for all", [normal([3, 2]), normal([2])])
        .also("one for all", [normal([3, 1]), normal(())])
        .case("none", assign(none.clone()), [normal([2, 1]), normal([0, 1])])
        .options("{}")
        .given("mask", none)
        .case("nothing", assign(Tensor::from([true])), [normal([1, 0]), normal([1, 0])])
        .options("{}")
        .given("mask", Tensor::from([true]))
        .case("rank 0", assign(Tensor::scalar(true)), [normal(()), normal([1])])
        .options("{}")
        .given("mask", Tensor::scalar(true))
        .refuses(
            |tape| {
                let rows = Tensor::full([3], true);
                matrix(tape).boolean_index_assign(&rows, &matrix(tape))
            },
            "boolean_index_assign: a mask of shape [3] for shape [2, 3]; expected the sizes of its first axes, here [2]",
        )
        .refuses(
            |tape| {
                let rows = Tensor::from([true, false]);
                matrix(tape).boolean_index_assign(&rows, &matrix(tape))
            },
            "boolean_index_assign: can't broadcast shape [2, 3] to [1, 3]: axis 0 has size 2; expected 1",
        )
}

pub(super) fn slice_assign() -> Entry {
    let assign = |slices: Vec<Slice>| program!([slices: Vec<Slice>] |x, source| x.slice_assign(slices, source));
    Entry::new("x, with the part that slices name set")
        .case(
            "a block",
            assign(s![1.., ..2].to_vec()),
            [normal([3, 3]), normal([2, 2])],
        )
        .options(r#"{"slices": [[1, null, 1], [null, 2, 1]]}"#)
        .also("one row for all", [normal([3, 3]), normal([2])])
        .case(
            "a column, backwards",
            assign(s![..;-1, 0].to_vec()),
            [normal([2, 2]), normal([2])],
        )
        .options(r#"{"slices": [[null, null, -1], 0]}"#)
        .case(
            "nothing",
            assign(s![..].to_vec()),
            [normal([0, 1]), normal([0, 1])],
        )
        .options(r#"{"slices": [[null, null, 1]]}"#)
        .case("rank 0", assign(Vec::new()), [normal(()), normal(())])
        .options(r#"{"slices": []}"#)
        .refuses(
            |tape| matrix(tape).slice_assign(s![0..3], &matrix(tape)),
            "slice_assign: ..3 of axis 0, which has size 2; expected bounds from -2 to 2",
        )
        .refuses(
            |tape| matrix(tape).slice_assign(s![0], &matrix(tape)),
            "slice_assign: can't broadcast shape [2, 3] to [3]: expected at least rank 2",
        )
        .refuses(
            |tape| matrix(tape).slice_assign(s![.., .., ..], &matrix(tape)),
            "slice_assign: 3 slices for shape [2, 3]; expected at most 2",
        )
}
