//! Parts of a tensor: positions, ranges, pieces, diagonals and windows.

use super::matrix;
use crate::program;
use crate::testing::{Entry, normal};
use etude_tensor::{Slice, Window};

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
        .refuses(
            |tape| matrix(tape).narrow(2, 0, 1),
            "narrow: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).slice(2, ..),
            "slice: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).slice(0, Slice::from(..).step(0)),
            "slice: ..;0 of axis 0, which has size 2; expected a step other than 0",
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
        .refuses(
            |tape| matrix(tape).slices([Slice::from(..); 3]),
            "slices: 3 slices for shape [2, 3]; expected at most 2",
        )
        .refuses(
            |tape| matrix(tape).slices([Slice::from(..).step(0)]),
            "slices: ..;0 of axis 0, which has size 2; expected a step other than 0",
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
        .refuses(
            |tape| matrix(tape).split(2, &[1]),
            "split: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).chunk(1, 0),
            "chunk: 0 pieces of axis 1 in shape [2, 3]; expected at least 1 and at most 3",
        )
        .refuses(
            |tape| matrix(tape).chunk(1, 4),
            "chunk: 4 pieces of axis 1 in shape [2, 3]; expected at least 1 and at most 3",
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
        .refuses(
            |tape| matrix(tape).diagonal(0, 0, 2),
            "diagonal: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).windows([Window::new(2, 1)]),
            "windows: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).windows([Window::new(1, 0)]),
            "windows: size 0, step 1, dilation 1 along axis 1; expected each at least 1",
        )
        .refuses(
            |tape| matrix(tape).windows([Window::new(1, 2).step(0)]),
            "windows: size 2, step 0, dilation 1 along axis 1; expected each at least 1",
        )
        .refuses(
            |tape| matrix(tape).windows([Window::new(1, 2).dilation(0)]),
            "windows: size 2, step 1, dilation 0 along axis 1; expected each at least 1",
        )
        .refuses(
            |tape| tape.scalar(1.0).broadcast_to([1 << 24])?.windows([Window::new(0, 1 << 23)]),
            "windows: a tensor of shape [8388609, 8388608] doesn't fit into memory",
        )
}
