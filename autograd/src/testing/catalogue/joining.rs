//! Tensors joined, repeated and given borders.

use super::matrix;
use crate::testing::{Entry, normal};
use crate::{Var, program};
use etude_tensor::{PadMode, Tensor};

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
        .refuses(
            |_| Var::<f64>::stack(&[] as &[Var<f64>], 0),
            "stack: no tensors; expected at least one",
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
        .refuses(
            |tape| matrix(tape).pad([(0, 0), (0, usize::MAX >> 5)], 0.0),
            "pad: a tensor of shape [2, 576460752303423490] doesn't fit into memory",
        )
}

pub(super) fn pad_with() -> Entry {
    let pad = |border: Vec<(usize, usize)>, mode: PadMode| program!([border: Vec<(usize, usize)>, mode: PadMode] |x| x.pad_with(border, *mode));
    Entry::new("with a border that continues the tensor")
        .large(pad(vec![(1, 2), (3, 0)], PadMode::Edge), [normal([80, 3001])])
        .case("reflected", pad(vec![(1, 0), (2, 1)], PadMode::Reflect), [normal([2, 3])]).options(r#"{"border": [[1, 0], [2, 1]], "mode": "reflect"}"#)
        .also("more than once", [normal([1, 2])])
        .case("the edge", pad(vec![(1, 2)], PadMode::Edge), [normal([2])]).options(r#"{"border": [[1, 2]], "mode": "edge"}"#)
        .case("circular", pad(vec![(0, 0), (1, 3)], PadMode::Circular), [normal([2, 2])]).options(r#"{"border": [[0, 0], [1, 3]], "mode": "circular"}"#)
        .also("nothing", [normal([0, 2])])
        .case("one value", pad(vec![(1, 1)], PadMode::Constant(2.0)), [normal([2])]).options(r#"{"border": [[1, 1]], "mode": "constant", "value": 2}"#)
        .case("rank 0", pad(vec![], PadMode::Edge), [normal(())]).options(r#"{"border": [], "mode": "edge"}"#)
        .refuses(
            |tape| matrix(tape).pad_with([(1, 1)], PadMode::Edge),
            "pad_with: 1 pairs (before, behind) for shape [2, 3]; expected one for each axis",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([0])).pad_with([(1, 1)], PadMode::Edge),
            "pad_with: a border of 1 and 1 along axis 0 of shape [0]; expected an axis with elements",
        )
        .refuses(
            |tape| matrix(tape).pad_with([(0, 0), (0, usize::MAX >> 5)], PadMode::Edge),
            "pad_with: a tensor of shape [2, 576460752303423490] doesn't fit into memory",
        )
}

pub(super) fn repeat() -> Entry {
    Entry::new("each position of an axis several times in a row")
        .needs_an_axis()
        .large(program!(|x| x.repeat(3, 0)), [normal([80, 1001])])
        .case("first axis", program!(|x| x.repeat(2, 0)), [normal([3, 2])])
        .options(r#"{"times": 2, "axis": 0}"#)
        .also("one", [normal([1])])
        .also("nothing", [normal([0, 2])])
        .case("last axis", program!(|x| x.repeat(3, -1)), [normal([2, 2])])
        .options(r#"{"times": 3, "axis": -1}"#)
        .case("no times", program!(|x| x.repeat(0, 1)), [normal([2, 2])])
        .options(r#"{"times": 0, "axis": 1}"#)
        .refuses(
            |tape| matrix(tape).repeat(2, 2),
            "repeat: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).repeat(usize::MAX, 0),
            "repeat: a tensor of shape [18446744073709551615, 3] doesn't fit into memory",
        )
}

pub(super) fn tile() -> Entry {
    Entry::new("the whole several times along each axis")
        .large(program!(|x| x.tile([2, 2])), [normal([80, 1001])])
        .case("both axes", program!(|x| x.tile([2, 3])), [normal([2, 2])])
        .options(r#"{"times": [2, 3]}"#)
        .also("new axes", [normal([1])])
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0, 2])])
        .case("the last axis", program!(|x| x.tile([2])), [normal([2, 3])])
        .options(r#"{"times": [2]}"#)
        .refuses(
            |tape| matrix(tape).tile([usize::MAX]),
            "tile: a tensor of shape [2, 18446744073709551615] doesn't fit into memory",
        )
}
