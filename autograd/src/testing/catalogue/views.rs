//! Other looks at the same elements.

use super::matrix;
use crate::program;
use crate::testing::{Entry, normal};
use etude_tensor::Tensor;

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
        .refuses(
            |tape| tape.scalar(1.0).broadcast_to([1 << 45, 2]),
            "broadcast_to: a tensor of shape [35184372088832, 2] doesn't fit into memory",
        )
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
        .refuses(
            |tape| matrix(tape).flatten(1, 0),
            "flatten: axes 1 to 0 of shape [2, 3]; expected the first not behind the last",
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
        .refuses(
            |tape| matrix(tape).squeeze(2),
            "squeeze: axis 2 is out of range for rank 2; expected -2 to 1",
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
        .refuses(
            |tape| matrix(tape).flip([0, -2]),
            "flip: axis -2 is named twice in [0, -2]",
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
