//! Elements read at indices and through masks.

use super::matrix;
use crate::program;
use crate::testing::{Entry, normal};
use etude_tensor::Tensor;

/// Indices below `bound`, in an order in which some come several times and some never.
pub(super) fn indices(shape: &[usize], bound: i64) -> Tensor<i64> {
    let count = shape.iter().product::<usize>() as i64;
    let values: Vec<i64> = (0..count).map(|i| i * i % bound).collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

/// [`indices`], of which every second is counted from the end.
pub(super) fn from_both_ends(shape: &[usize], bound: i64) -> Tensor<i64> {
    let mut values = indices(shape, bound).to_vec();
    values.iter_mut().step_by(2).for_each(|i| *i -= bound);
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

/// A mask of this shape.
pub(super) fn every_third(shape: &[usize]) -> Tensor<bool> {
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
        .refuses(
            |tape| matrix(tape).gather(2, &Tensor::from([[0]])),
            "gather: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).index_select(2, &Tensor::from([0])),
            "index_select: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).take_along_axis(&Tensor::from([[0]]), 2),
            "take_along_axis: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).index(&[Tensor::from([0]), Tensor::from([0]), Tensor::from([0])]),
            "index: 3 tensors of indices for shape [2, 3]; expected 1 to 2",
        )
        .refuses(
            |tape| matrix(tape).index(&[Tensor::from([0, 1]), Tensor::from([0, 1, 2])]),
            "index: shapes [2] and [3] don't broadcast: axis 1 from the end has sizes 2 and 3; expected equal sizes or a 1",
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
