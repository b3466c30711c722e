//! Reading and adding at indices, joining, and borders.

use crate::testing::{Entry, distinct, grid, normal};
use crate::{Tape, Var, program};
use etude_tensor::{Scatter, Slice, Tensor, s};

fn matrix(tape: &Tape<f64>) -> Var<f64> {
    tape.var(Tensor::ones([2, 3]))
}

/// Indices below `bound`, in an order in which some come several times and some never.
fn indices(shape: &[usize], bound: i64) -> Tensor<i64> {
    let count = shape.iter().product::<usize>() as i64;
    let values: Vec<i64> = (0..count).map(|i| i * i % bound).collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

/// [`indices`], of which every second is counted from the end.
fn from_both_ends(shape: &[usize], bound: i64) -> Tensor<i64> {
    let mut values = indices(shape, bound).to_vec();
    values.iter_mut().step_by(2).for_each(|i| *i -= bound);
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

/// A mask of this shape.
fn every_third(shape: &[usize]) -> Tensor<bool> {
    let values: Vec<bool> = (0..shape.iter().product())
        .map(|i: usize| i.is_multiple_of(3))
        .collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

pub(super) fn gather() -> Entry {
    let read = |axis: isize, at: Tensor<i64>| program!([axis: isize, at: Tensor<i64>] |x| x.gather(*axis, at));
    Entry::new("for axis 0 of rank 2, y[i, j] = x[indices[i, j], j]")
        .needs_an_axis()
        .large(read(1, indices(&[80, 3001], 3001)), [normal([80, 3001])])
        .case("first axis", read(0, indices(&[4, 2], 3)), [normal([3, 2])]).options(r#"{"axis": 0}"#).given("indices", indices(&[4, 2], 3))
        .case("last axis", read(-1, indices(&[2, 4], 3)), [normal([2, 3])]).options(r#"{"axis": -1}"#).given("indices", indices(&[2, 4], 3))
        .case("counted from the end", read(1, from_both_ends(&[2, 4], 3)), [normal([2, 3])]).options(r#"{"axis": 1}"#).given("indices", from_both_ends(&[2, 4], 3))
        .case("one column", read(0, indices(&[2, 1], 3)), [normal([3, 1])]).options(r#"{"axis": 0}"#).given("indices", indices(&[2, 1], 3))
        .case("nothing", read(0, indices(&[0, 2], 1)), [normal([0, 2])]).options(r#"{"axis": 0}"#).given("indices", indices(&[0, 2], 1))
        .refuses(
            |tape| matrix(tape).gather(0, &Tensor::from([[2, 0, 0]])),
            "gather: index 2 (number 0 of 3) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).gather(0, &Tensor::from([0, 1])),
            "gather: indices of shape [2] for shape [2, 3] along axis 0; expected the same rank, and no larger size but for that axis",
        )
}

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
}

pub(super) fn index_select() -> Entry {
    let read = |axis: isize, at: Tensor<i64>| program!([axis: isize, at: Tensor<i64>] |x| x.index_select(*axis, at));
    Entry::new("the slices of an axis that the indices name, in their order and shape")
        .needs_an_axis()
        .large(read(0, indices(&[300], 80)), [normal([80, 1000])])
        .case("first axis", read(0, indices(&[4], 3)), [normal([3, 2])]).options(r#"{"axis": 0}"#).given("indices", indices(&[4], 3))
        .case("last axis", read(-1, indices(&[4], 3)), [normal([2, 3])]).options(r#"{"axis": -1}"#).given("indices", indices(&[4], 3))
        .case("counted from the end", read(0, from_both_ends(&[4], 3)), [normal([3, 2])]).options(r#"{"axis": 0}"#).given("indices", from_both_ends(&[4], 3))
        .case(
            "a table of indices",
            read(0, indices(&[2, 2], 3)),
            [normal([3, 2])],
        ).options(r#"{"axis": 0}"#).given("indices", indices(&[2, 2], 3))
        .case(
            "one index, no axis",
            read(0, indices(&[], 1)),
            [normal([1, 2])],
        ).options(r#"{"axis": 0}"#).given("indices", indices(&[], 1))
        .case("nothing", read(1, indices(&[2], 2)), [normal([0, 3])]).options(r#"{"axis": 1}"#).given("indices", indices(&[2], 2))
        .refuses(
            |tape| matrix(tape).index_select(0, &Tensor::from([2])),
            "index_select: index 2 (number 0 of 1) is out of range for axis 0, which has size 2; expected -2 to below 2",
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
}

pub(super) fn concat() -> Entry {
    let first = program!(|a, b| Var::concat(&[a, b], 0));
    Entry::new("tensors one behind the other along an axis")
        .needs_an_axis()
        .large(first.clone(), [normal([80, 1500]), normal([80, 1500])])
        .case("first axis", first, [normal([2, 3]), normal([1, 3])]).options(r#"{"axis": 0}"#)
        .also("of one shape", [normal([2, 1]), normal([2, 1])])
        .also("nothing", [normal([0, 2]), normal([1, 2])])
        .case(
            "three, last axis",
            program!(|a, b, c| Var::concat(&[a, b, c], -1)),
            [normal([2, 1]), normal([2, 2]), normal([2, 3])],
        ).options(r#"{"axis": -1}"#)
        .refuses(|_| Var::<f64>::concat(&[] as &[Var<f64>], 0), "concat: no tensors; expected at least one")
        .refuses(
            |tape| Var::concat(&[matrix(tape), matrix(tape)], 2),
            "concat: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| Var::concat(&[matrix(tape), tape.var(Tensor::ones([2, 2]))], 0),
            "concat: tensor 1 has shape [2, 2], tensor 0 [2, 3]; expected the same sizes but for axis 0",
        )
}

pub(super) fn stack() -> Entry {
    Entry::new("tensors of one shape side by side along a new axis")
        .case(
            "in front",
            program!(|a, b| Var::stack(&[a, b], 0)),
            [normal([2, 1]), normal([2, 1])],
        )
        .options(r#"{"axis": 0}"#)
        .also("rank 0", [normal(()), normal(())])
        .also("nothing", [normal([0]), normal([0])])
        .case(
            "at the end",
            program!(|a, b| Var::stack(&[a, b], -1)),
            [normal([2, 3]), normal([2, 3])],
        )
        .options(r#"{"axis": -1}"#)
        .refuses(
            |tape| Var::stack(&[matrix(tape), tape.var(Tensor::ones([2, 2]))], 0),
            "stack: shapes [2, 3] and [2, 2]; expected one shape for all",
        )
        .refuses(
            |tape| Var::stack(&[matrix(tape)], 4),
            "stack: axis 4 is out of range for rank 3; expected -3 to 2",
        )
}

pub(super) fn pad() -> Entry {
    Entry::new("with a border of one value")
        .large(
            program!(|x| x.pad([(1, 2), (3, 0)], 0.5)),
            [normal([80, 3001])],
        )
        .case(
            "uneven",
            program!(|x| x.pad([(1, 0), (2, 1)], 0.5)),
            [normal([2, 3])],
        )
        .options(r#"{"border": [[1, 0], [2, 1]], "value": 0.5}"#)
        .also("one element", [normal([1, 1])])
        .also("nothing", [normal([0, 2])])
        .case("rank 0", program!(|x| x.pad([], 0.5)), [normal(())])
        .options(r#"{"border": [], "value": 0.5}"#)
        .refuses(
            |tape| matrix(tape).pad([(1, 1)], 0.0),
            "pad: 1 pairs (before, behind) for shape [2, 3]; expected one for each axis",
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

pub(super) fn masked_select() -> Entry {
    let select = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |x| x.masked_select(mask));
    Entry::new("the elements that a mask lets through, in row-major order")
        .case(
            "a whole mask",
            select(Tensor::from([[true, false], [false, true]])),
            [normal([2, 2])],
        )
        .options("{}")
        .given("mask", Tensor::from([[true, false], [false, true]]))
        .also("of one", [normal([1, 2])])
        .case(
            "a row for all",
            select(Tensor::from([true, false, true])),
            [normal([2, 3])],
        )
        .options("{}")
        .given("mask", Tensor::from([true, false, true]))
        .also("nothing", [normal([0, 3])])
        .case("rank 0", select(Tensor::from([true, true])), [normal(())])
        .options("{}")
        .given("mask", Tensor::from([true, true]))
        .case("none", select(Tensor::scalar(false)), [normal([2])])
        .options("{}")
        .given("mask", Tensor::scalar(false))
        .refuses(
            |tape| matrix(tape).masked_select(&Tensor::full([2], true)),
            "masked_select: shapes [2, 3] and [2] don't broadcast",
        )
}

pub(super) fn take_along_axis() -> Entry {
    let take = |at: Tensor<i64>, axis: isize| program!([at: Tensor<i64>, axis: isize] |x| x.take_along_axis(at, *axis));
    Entry::new("what positions along an axis name, the other axes broadcasting")
        .needs_an_axis()
        .case("first axis", take(indices(&[4, 2], 3), 0), [normal([3, 2])])
        .options(r#"{"axis": 0}"#)
        .given("indices", indices(&[4, 2], 3))
        .also("the tensor broadcasts", [normal([3, 1])])
        .case(
            "the indices broadcast",
            take(indices(&[1, 2], 3), -1),
            [normal([2, 3])],
        )
        .options(r#"{"axis": -1}"#)
        .given("indices", indices(&[1, 2], 3))
        .also("nothing", [normal([0, 3])])
        .case(
            "counted from the end",
            take(Tensor::from([[-1, 0], [-3, -1]]), 1),
            [normal([2, 3])],
        )
        .options(r#"{"axis": 1}"#)
        .given("indices", Tensor::from([[-1_i64, 0], [-3, -1]]))
        .refuses(
            |tape| matrix(tape).take_along_axis(&Tensor::from([[-3]]), 0),
            "take_along_axis: index -3 (number 0 of 1) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).take_along_axis(&Tensor::from([0]), 0),
            "take_along_axis: indices of shape [1] for shape [2, 3]; expected the same rank",
        )
        .refuses(
            |tape| matrix(tape).take_along_axis(&Tensor::zeros([2, 2]), 0),
            "take_along_axis: shapes [1, 3] and [1, 2] don't broadcast",
        )
}

pub(super) fn index() -> Entry {
    let index = |at: Vec<Tensor<i64>>| program!([at: Vec<Tensor<i64>>] |x| x.index(at));
    let some =
        |at: Vec<Option<Tensor<i64>>>| program!([at: Vec<Option<Tensor<i64>>>] |x| x.index(at));
    Entry::new("the elements at several indices at once")
        .needs_an_axis()
        .case(
            "two axes",
            index(vec![Tensor::from([[0], [-1]]), Tensor::from([1, 0, 1])]),
            [normal([3, 2])],
        )
        .options("{}")
        .given("at.0", Tensor::from([[0_i64], [-1]]))
        .given("at.1", Tensor::from([1_i64, 0, 1]))
        .also("of three", [normal([1, 2, 2])])
        .case(
            "one axis",
            index(vec![Tensor::from([1, -1, 1])]),
            [normal([2, 2])],
        )
        .options("{}")
        .given("at.0", Tensor::from([1_i64, -1, 1]))
        .case("nothing", index(vec![Tensor::from([1])]), [normal([2, 0])])
        .options("{}")
        .given("at.0", Tensor::from([1_i64]))
        .case(
            "a whole axis in front",
            some(vec![None, Some(Tensor::from([[0], [-1]])), Some(Tensor::from([1, 0, 1]))]),
            [normal([2, 2, 3])],
        )
        .options(r#"{"axes": [1, 2]}"#)
        .given("at.0", Tensor::from([[0_i64], [-1]]))
        .given("at.1", Tensor::from([1_i64, 0, 1]))
        .case(
            "a whole axis between",
            some(vec![Some(Tensor::from([1, -1])), None, Some(Tensor::from([0, 1]))]),
            [normal([2, 3, 2])],
        )
        .options(r#"{"axes": [0, 2]}"#)
        .given("at.0", Tensor::from([1_i64, -1]))
        .given("at.1", Tensor::from([0_i64, 1]))
        .refuses(
            |tape| matrix(tape).index(&[Tensor::from([-3])]),
            "index: index -3 (number 0 of 1) is out of range for axis 0, which has size 2; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).index(&[] as &[Tensor<i64>]),
            "index: 0 tensors of indices for shape [2, 3]; expected 1 to 2",
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

pub(super) fn take() -> Entry {
    let take = |at: Tensor<i64>| program!([at: Tensor<i64>] |x| x.take(at));
    Entry::new("the elements of these row-major numbers, in the shape of the numbers")
        .case("a table", take(indices(&[2, 3], 6)), [normal([2, 3])])
        .options("{}")
        .given("indices", indices(&[2, 3], 6))
        .also("of more", [normal([6, 1])])
        .case("counted from the end", take(from_both_ends(&[4], 6)), [normal([2, 3])])
        .options("{}")
        .given("indices", from_both_ends(&[4], 6))
        .case("none", take(Tensor::zeros([0])), [normal([2])])
        .options("{}")
        .given("indices", Tensor::<i64>::zeros([0]))
        .case("of nothing", take(Tensor::zeros([0])), [normal([0, 2])])
        .options("{}")
        .given("indices", Tensor::<i64>::zeros([0]))
        .case("rank 0", take(Tensor::from([0, 0])), [normal(())])
        .options("{}")
        .given("indices", Tensor::from([0_i64, 0]))
        .refuses(
            |tape| matrix(tape).take(&Tensor::from([6])),
            "take: index 6 (number 0 of 1) is out of range for axis 0, which has size 6; expected -6 to below 6",
        )
}

pub(super) fn boolean_index() -> Entry {
    let index = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |x| x.boolean_index(mask));
    let (rows, none) = (Tensor::from([true, false, true]), Tensor::full([2], false));
    Entry::new("what stands where a mask of the first axes is true")
        .case("rows", index(rows.clone()), [normal([3, 2])])
        .options("{}")
        .given("mask", rows)
        .also("a square", [normal([3, 3])])
        .also("nothing", [normal([3, 0])])
        .case("elements", index(every_third(&[2, 2])), [normal([2, 2])])
        .options("{}")
        .given("mask", every_third(&[2, 2]))
        .case("rank 0", index(Tensor::scalar(true)), [normal(())])
        .options("{}")
        .given("mask", Tensor::scalar(true))
        .case("none", index(none.clone()), [normal([2, 1])])
        .options("{}")
        .given("mask", none)
        .refuses(
            |tape| matrix(tape).boolean_index(&Tensor::full([3], true)),
            "boolean_index: a mask of shape [3] for shape [2, 3]; expected the sizes of its first axes, here [2]",
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
            "slice: ..3 of axis 0, which has size 2; expected bounds from -2 to 2",
        )
        .refuses(
            |tape| matrix(tape).slice_assign(s![0], &matrix(tape)),
            "slice_assign: can't broadcast shape [2, 3] to [3]: expected at least rank 2",
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
}
