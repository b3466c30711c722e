//! Other looks at the same elements.

use crate::testing::{Entry, normal};
use crate::{Tape, Var, program};
use etude_tensor::{Slice, Tensor, Window};

fn matrix(tape: &Tape<f64>) -> Var<f64> {
    tape.var(Tensor::ones([2, 3]))
}

pub(super) fn broadcast_to() -> Entry {
    Entry::new("repeated along axes of size 1 and along new ones in front")
        .large(program!(|x| x.broadcast_to([80, 3001])), [normal([3001])])
        .case(
            "new axis",
            program!(|x| x.broadcast_to([2, 3])),
            [normal([3])],
        ).options(r#"{"shape": [2, 3]}"#)
        .also("axis of size 1", [normal([2, 1])])
        .also("rank 0", [normal(())])
        .also("the shape it has", [normal([2, 3])])
        .case(
            "no times",
            program!(|x| x.broadcast_to([0, 3])),
            [normal([1, 3])],
        ).options(r#"{"shape": [0, 3]}"#)
        .also("nothing", [normal([0, 3])])
        .refuses(|tape| matrix(tape).broadcast_to([3, 2]), "broadcast_to: can't broadcast shape [2, 3] to [3, 2]: axis 0 has size 2; expected 3 or 1")
}

pub(super) fn reshape() -> Entry {
    Entry::new("the same elements, in row-major order, in another shape")
        .large(program!(|x| x.reshape([600, 400])), [normal([80, 3000])])
        .case("", program!(|x| x.reshape([3, 2])), [normal([2, 3])])
        .options(r#"{"shape": [3, 2]}"#)
        .case("rank 0", program!(|x| x.reshape([1, 1])), [normal(())])
        .options(r#"{"shape": [1, 1]}"#)
        .case("to rank 0", program!(|x| x.reshape(())), [normal([1])])
        .options(r#"{"shape": []}"#)
        .case("nothing", program!(|x| x.reshape([0, 5])), [normal([2, 0])])
        .options(r#"{"shape": [0, 5]}"#)
        .refuses(
            |tape| matrix(tape).reshape([4]),
            "reshape: shape [2, 3] has 6 elements, which don't fit [4]",
        )
}

pub(super) fn flatten() -> Entry {
    Entry::new("neighbouring axes as one")
        .case("all", program!(|x| x.flatten(0, -1)), [normal([2, 1, 3])])
        .options(r#"{"first": 0, "last": -1}"#)
        .also("rank 0", [normal(())])
        .also("nothing", [normal([2, 0])])
        .case(
            "the last two",
            program!(|x| x.flatten(1, 2)),
            [normal([2, 2, 2])],
        )
        .options(r#"{"first": 1, "last": 2}"#)
        .refuses(
            |tape| matrix(tape).flatten(0, 2),
            "flatten: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn squeeze() -> Entry {
    Entry::new("without axes of size 1")
        .needs_an_axis()
        .case("one axis", program!(|x| x.squeeze(1)), [normal([2, 1, 3])])
        .options(r#"{"axes": [1]}"#)
        .case(
            "two axes",
            program!(|x| x.squeeze([0, -1])),
            [normal([1, 2, 1])],
        )
        .options(r#"{"axes": [0, -1]}"#)
        .case("nothing", program!(|x| x.squeeze(0)), [normal([1, 0])])
        .options(r#"{"axes": [0]}"#)
        .refuses(
            |tape| matrix(tape).squeeze(0),
            "squeeze: axis 0 of shape [2, 3] has size 2; expected 1",
        )
}

pub(super) fn unsqueeze() -> Entry {
    Entry::new("with a new axis of size 1")
        .case(
            "in the middle",
            program!(|x| x.unsqueeze(1)),
            [normal([2, 1])],
        )
        .options(r#"{"axis": 1}"#)
        .case("at the end", program!(|x| x.unsqueeze(-1)), [normal([2])])
        .options(r#"{"axis": -1}"#)
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0])])
        .refuses(
            |tape| matrix(tape).unsqueeze(3),
            "unsqueeze: axis 3 is out of range for rank 3; expected -3 to 2",
        )
}

pub(super) fn transpose() -> Entry {
    Entry::new("two axes exchanged")
        .needs_an_axis()
        .large(program!(|x| x.transpose(0, 1)), [normal([500, 480])])
        .case(
            "a matrix",
            program!(|x| x.transpose(0, 1)),
            [normal([2, 3])],
        )
        .options(r#"{"first": 0, "second": 1}"#)
        .also("one column", [normal([2, 1])])
        .also("nothing", [normal([2, 0])])
        .case(
            "outer axes",
            program!(|x| x.transpose(0, -1)),
            [normal([2, 2, 3])],
        )
        .options(r#"{"first": 0, "second": -1}"#)
        .refuses(
            |tape| matrix(tape).transpose(0, 2),
            "transpose: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn moveaxis() -> Entry {
    Entry::new("one axis in another place")
        .needs_an_axis()
        .case(
            "to the end",
            program!(|x| x.moveaxis(0, -1)),
            [normal([2, 1, 3])],
        )
        .options(r#"{"from": 0, "to": -1}"#)
        .also("nothing", [normal([2, 0, 3])])
        .case(
            "to the front",
            program!(|x| x.moveaxis(1, 0)),
            [normal([2, 3])],
        )
        .options(r#"{"from": 1, "to": 0}"#)
        .refuses(
            |tape| matrix(tape).moveaxis(2, 0),
            "moveaxis: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).moveaxis(0, -3),
            "moveaxis: axis -3 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn permute() -> Entry {
    Entry::new("axes in another order")
        .large(program!(|x| x.permute([2, 0, 1])), [normal([60, 50, 80])])
        .case(
            "three axes",
            program!(|x| x.permute([2, 0, 1])),
            [normal([2, 1, 3])],
        )
        .options(r#"{"order": [2, 0, 1]}"#)
        .also("nothing", [normal([2, 0, 3])])
        .case("rank 0", program!(|x| x.permute([])), [normal(())])
        .options(r#"{"order": []}"#)
        .refuses(
            |tape| matrix(tape).permute([0, 0]),
            "permute: order [0, 0] for shape [2, 3]; expected each of its 2 axes once",
        )
        .refuses(
            |tape| matrix(tape).permute([0]),
            "permute: order [0] for shape [2, 3]; expected each of its 2 axes once",
        )
}

pub(super) fn flip() -> Entry {
    Entry::new("axes backwards")
        .large(program!(|x| x.flip(..)), [normal([80, 3001])])
        .case("one axis", program!(|x| x.flip(0)), [normal([3, 1])])
        .options(r#"{"axes": [0]}"#)
        .case("all axes", program!(|x| x.flip(..)), [normal([2, 3])])
        .options("{}")
        .also("rank 0", [normal(())])
        .also("nothing", [normal([0, 2])])
        .refuses(
            |tape| matrix(tape).flip(2),
            "flip: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn select() -> Entry {
    Entry::new("one position of an axis, which disappears")
        .needs_an_axis()
        .large(program!(|x| x.select(0, 7)), [normal([80, 3001])])
        .case(
            "from the front",
            program!(|x| x.select(0, 1)),
            [normal([2, 3])],
        )
        .options(r#"{"axis": 0, "index": 1}"#)
        .case(
            "from the end",
            program!(|x| x.select(-1, -1)),
            [normal([2, 3])],
        )
        .options(r#"{"axis": -1, "index": -1}"#)
        .case("a vector", program!(|x| x.select(0, 0)), [normal([1])])
        .options(r#"{"axis": 0, "index": 0}"#)
        .also("nothing", [normal([2, 0])])
        .refuses(
            |tape| matrix(tape).select(0, 2),
            "select: index 2 of axis 0 in shape [2, 3]; expected -2 to below 2",
        )
        .refuses(
            |tape| matrix(tape).select(2, 0),
            "select: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn narrow() -> Entry {
    Entry::new("some neighbouring positions of an axis")
        .needs_an_axis()
        .large(program!(|x| x.narrow(1, 5, 2900)), [normal([80, 3001])])
        .case(
            "the last axis",
            program!(|x| x.narrow(-1, 1, 2)),
            [normal([2, 4])],
        )
        .options(r#"{"axis": -1, "start": 1, "length": 2}"#)
        .case(
            "one position",
            program!(|x| x.narrow(0, 0, 1)),
            [normal([3, 1])],
        )
        .options(r#"{"axis": 0, "start": 0, "length": 1}"#)
        .case("none", program!(|x| x.narrow(0, 1, 0)), [normal([3])])
        .options(r#"{"axis": 0, "start": 1, "length": 0}"#)
        .case("nothing", program!(|x| x.narrow(1, 0, 0)), [normal([2, 0])])
        .options(r#"{"axis": 1, "start": 0, "length": 0}"#)
        .refuses(
            |tape| matrix(tape).narrow(1, 2, 2),
            "narrow: 2 positions from 2 on leave axis 1, which has size 3",
        )
}

pub(super) fn slice() -> Entry {
    Entry::new("a range of positions of an axis, with a step, which may be negative")
        .needs_an_axis()
        .large(
            program!(|x| x.slice(1, Slice::from(..).step(-3))),
            [normal([80, 3001])],
        )
        .case("range", program!(|x| x.slice(0, 1..3)), [normal([4, 1])])
        .options(r#"{"axis": 0, "slice": [1, 3, 1]}"#)
        .case(
            "step",
            program!(|x| x.slice(-1, Slice::from(1..).step(2))),
            [normal([2, 6])],
        )
        .options(r#"{"axis": -1, "slice": [1, null, 2]}"#)
        .case(
            "backwards",
            program!(|x| x.slice(0, Slice::from(..).step(-2))),
            [normal([5])],
        )
        .options(r#"{"axis": 0, "slice": [null, null, -2]}"#)
        .case(
            "one position",
            program!(|x| x.slice(0, -1)),
            [normal([3, 2])],
        )
        .options(r#"{"axis": 0, "slice": -1}"#)
        .case("nothing", program!(|x| x.slice(0, ..)), [normal([0, 2])])
        .options(r#"{"axis": 0, "slice": [null, null, 1]}"#)
        .refuses(
            |tape| matrix(tape).slice(1, 1..5),
            "slice: 1..5 of axis 1, which has size 3; expected bounds from -3 to 3",
        )
}

pub(super) fn slices() -> Entry {
    Entry::new("a slice of each axis")
        .case(
            "two axes",
            program!(|x| x.slices([Slice::from(..).step(-1), Slice::from(1..)])),
            [normal([2, 3])],
        )
        .options(r#"{"slices": [[null, null, -1], [1, null, 1]]}"#)
        .also("size 1", [normal([1, 3])])
        .case(
            "the first axis",
            program!(|x| x.slices([Slice::from(1..2)])),
            [normal([2, 3])],
        )
        .options(r#"{"slices": [[1, 2, 1]]}"#)
        .case("rank 0", program!(|x| x.slices([])), [normal(())])
        .options(r#"{"slices": []}"#)
        .case(
            "nothing",
            program!(|x| x.slices([Slice::from(..)])),
            [normal([0])],
        )
        .options(r#"{"slices": [[null, null, 1]]}"#)
        .refuses(
            |tape| matrix(tape).slices([Slice::from(0..3)]),
            "slices: ..3 of axis 0, which has size 2; expected bounds from -2 to 2",
        )
}

pub(super) fn split() -> Entry {
    Entry::new("an axis cut into pieces of given sizes")
        .needs_an_axis()
        .case(
            "two of three pieces",
            program!(|x| {
                let pieces = x.split(0, &[1, 2, 1])?;
                pieces[2].try_mul(&pieces[1])
            }),
            [normal([4, 1])],
        )
        .case(
            "one piece",
            program!(|x| Ok(x.split(0, &[1, 2, 1])?.remove(1))),
            [normal([4, 3])],
        )
        .options(r#"{"axis": 0, "sizes": [1, 2, 1], "result": 1}"#)
        .case(
            "nothing",
            program!(|x| Ok(x.split(0, &[0, 0])?.remove(1))),
            [normal([0, 2])],
        )
        .options(r#"{"axis": 0, "sizes": [0, 0], "result": 1}"#)
        .refuses(
            |tape| matrix(tape).split(1, &[1, 1]),
            "split: sizes [1, 1] for an axis of size 3; expected them to add up to it",
        )
}

pub(super) fn chunk() -> Entry {
    Entry::new("an axis cut into a number of pieces of about equal size")
        .needs_an_axis()
        .case(
            "two pieces",
            program!(|x| {
                let pieces = x.chunk(1, 2)?;
                pieces[0].try_mul(&pieces[1])
            }),
            [normal([1, 4])],
        )
        .case(
            "one piece",
            program!(|x| Ok(x.chunk(1, 2)?.remove(1))),
            [normal([2, 5])],
        )
        .options(r#"{"axis": 1, "count": 2, "result": 1}"#)
        .case(
            "nothing",
            program!(|x| Ok(x.chunk(1, 2)?.remove(1))),
            [normal([0, 2])],
        )
        .options(r#"{"axis": 1, "count": 2, "result": 1}"#)
        .refuses(
            |tape| matrix(tape).chunk(2, 2),
            "chunk: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn channels_first() -> Entry {
    Entry::new("the channels moved from behind the spatial axes to before them")
        .needs_an_axis()
        .large(program!(|x| x.channels_first()), [normal([8, 40, 40, 16])])
        .case(
            "two axes",
            program!(|x| x.channels_first()),
            [normal([2, 3, 1, 2])],
        )
        .also("no axis", [normal([2, 3])])
        .also("three axes", [normal([1, 2, 1, 3, 2])])
        .also("no batch", [normal([0, 2, 3])])
        .refuses(
            |tape| tape.scalar(1.0).channels_first(),
            "channels_first: expects images [batch, sizes…, channels], got shape []",
        )
}

pub(super) fn channels_last() -> Entry {
    Entry::new("the channels moved from before the spatial axes to behind them")
        .needs_an_axis()
        .large(program!(|x| x.channels_last()), [normal([8, 40, 40, 16])])
        .case(
            "two axes",
            program!(|x| x.channels_last()),
            [normal([2, 3, 1, 2])],
        )
        .also("no axis", [normal([2, 3])])
        .also("three axes", [normal([1, 2, 1, 3, 2])])
        .also("no batch", [normal([0, 2, 3])])
        .refuses(
            |tape| tape.var(Tensor::zeros([3])).channels_last(),
            "channels_last: expects images [batch, channels, sizes…], got shape [3]",
        )
}

pub(super) fn diagonal() -> Entry {
    Entry::new("the diagonal of two axes, which becomes the last axis")
        .large(program!(|x| x.diagonal(-1, 0, 2)), [normal([90, 50, 90])])
        .needs_an_axis()
        .case("main", program!(|x| x.diagonal(0, 0, 1)), [normal([3, 3])])
        .options(r#"{"offset": 0, "first": 0, "second": 1}"#)
        .also("of a row", [normal([1, 3])])
        .also("nothing", [normal([0, 3])])
        .case("above", program!(|x| x.diagonal(1, 0, 1)), [normal([2, 4])])
        .options(r#"{"offset": 1, "first": 0, "second": 1}"#)
        .case(
            "below, of outer axes",
            program!(|x| x.diagonal(-1, 0, 2)),
            [normal([3, 2, 2])],
        )
        .options(r#"{"offset": -1, "first": 0, "second": 2}"#)
        .refuses(
            |tape| matrix(tape).diagonal(0, 1, 1),
            "diagonal: axes 1 and 1 of shape [2, 3] are the same; expected two",
        )
}

pub(super) fn windows() -> Entry {
    Entry::new("every window of neighbours along axes, as new axes: windows may overlap, and their gradients add up")
        .needs_an_axis()
        .large(program!(|x| x.windows([Window::new(1, 3)])), [normal([80, 1000])])
        .case("overlapping", program!(|x| x.windows([Window::new(0, 3)])), [normal([5])]).options(r#"{"windows": [{"axis": 0, "size": 3, "step": 1, "dilation": 1}]}"#)
        .case(
            "steps and gaps",
            program!(|x| x.windows([Window::new(1, 2).step(2).dilation(2)])),
            [normal([1, 6])],
        ).options(r#"{"windows": [{"axis": 1, "size": 2, "step": 2, "dilation": 2}]}"#)
        .case(
            "two axes",
            program!(|x| x.windows([Window::new(0, 2), Window::new(1, 2)])),
            [normal([3, 3])],
        ).options(r#"{"windows": [{"axis": 0, "size": 2, "step": 1, "dilation": 1}, {"axis": 1, "size": 2, "step": 1, "dilation": 1}]}"#)
        .case("nothing", program!(|x| x.windows([Window::new(1, 2)])), [normal([0, 3])]).options(r#"{"windows": [{"axis": 1, "size": 2, "step": 1, "dilation": 1}]}"#)
        .refuses(|tape| matrix(tape).windows([Window::new(1, 4)]), "windows: a window of 4 elements with dilation 1 doesn't fit axis 1 of shape [2, 3]")
}
