//! Elements moved, repeated and cut out.

use super::matrix;
use crate::testing::{Entry, normal};
use crate::{Var, program};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Interpolation, Tensor};

pub(super) fn roll() -> Entry {
    Entry::new("moved on along an axis; what leaves at the end comes in at the beginning")
        .needs_an_axis()
        .large(program!(|x| x.roll(7, 1)), [normal([80, 3001])])
        .case("on", program!(|x| x.roll(1, 0)), [normal([3, 2])])
        .options(r#"{"shift": 1, "axis": 0}"#)
        .also("one", [normal([1])])
        .also("nothing", [normal([0, 2])])
        .case(
            "back, more than once around",
            program!(|x| x.roll(-6, -1)),
            [normal([2, 4])],
        )
        .options(r#"{"shift": -6, "axis": -1}"#)
        .case(
            "two axes",
            program!(|x| x.roll([1, -1], [0, 2])),
            [normal([2, 2, 3])],
        )
        .options(r#"{"shift": [1, -1], "axis": [0, 2]}"#)
        .refuses(
            |tape| matrix(tape).roll(1, 2),
            "roll: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).roll([1, 2], 0),
            "roll: shifts [1, 2] for axes [0]; expected one for each, or one for all",
        )
}

pub(super) fn tril() -> Entry {
    Entry::new("0 above a diagonal of the last two axes")
        .needs_an_axis()
        .large(program!(|x| x.tril(0)), [normal([500, 480])])
        .case("main diagonal", program!(|x| x.tril(0)), [normal([2, 3])])
        .options(r#"{"diagonal": 0}"#)
        .also("one", [normal([1, 1])])
        .also("nothing", [normal([0, 2])])
        .case(
            "below it, of several",
            program!(|x| x.tril(-1)),
            [normal([2, 3, 2])],
        )
        .options(r#"{"diagonal": -1}"#)
        .refuses(
            |tape| tape.var(Tensor::ones([3])).tril(0),
            "tril: shape [3]; expected at least two axes, [..., rows, columns]",
        )
}

pub(super) fn triu() -> Entry {
    Entry::new("0 below a diagonal of the last two axes")
        .needs_an_axis()
        .large(program!(|x| x.triu(0)), [normal([500, 480])])
        .case("main diagonal", program!(|x| x.triu(0)), [normal([2, 3])])
        .options(r#"{"diagonal": 0}"#)
        .also("one", [normal([1, 1])])
        .also("nothing", [normal([0, 2])])
        .case(
            "above it, of several",
            program!(|x| x.triu(1)),
            [normal([2, 3, 2])],
        )
        .options(r#"{"diagonal": 1}"#)
        .refuses(
            |tape| tape.var(Tensor::ones([3])).triu(0),
            "triu: shape [3]; expected at least two axes, [..., rows, columns]",
        )
}

/// A geometry with something of everything, on the first `axes` of three axes.
fn geometry(axes: usize) -> ConvGeometry {
    ConvGeometry {
        stride: [2, 1, 1].into_iter().take(axes).collect(),
        dilation: [1, 2, 1].into_iter().take(axes).collect(),
        padding: [(1, 0), (0, 2), (1, 1)].into_iter().take(axes).collect(),
        groups: 1,
    }
}

/// A geometry on one axis that takes no step, or reaches no further.
fn still(what: &str) -> ConvGeometry {
    let number = |name| [usize::from(name != what)][..].into();
    ConvGeometry {
        stride: number("stride"),
        dilation: number("dilation"),
        ..ConvGeometry::new(1)
    }
}

pub(super) fn unfold() -> Entry {
    let unfold = |kernel: Vec<usize>, geometry: ConvGeometry| program!([kernel: Vec<usize>, geometry: ConvGeometry] |x| x.unfold(kernel, geometry));
    Entry::new("the patches under a kernel: [batch, spatial…, channels] → [batch, output…, kernel…, channels]")
        .needs_an_axis()
        .large(unfold(vec![3, 2], geometry(2)), [normal([2, 60, 50, 8])])
        .case("one axis", unfold(vec![2], geometry(1)), [normal([2, 4, 2])]).options(r#"{"kernel": [2], "stride": [2], "dilation": [1], "padding": [[1, 0]]}"#)
        .also("of one", [normal([1, 1, 1])])
        .also("no images", [normal([0, 4, 2])])
        .case("two axes", unfold(vec![2, 2], geometry(2)), [normal([1, 3, 3, 2])]).options(r#"{"kernel": [2, 2], "stride": [2, 1], "dilation": [1, 2], "padding": [[1, 0], [0, 2]]}"#)
        .case("three axes", unfold(vec![2, 1, 2], geometry(3)), [normal([1, 2, 2, 2, 1])]).options(r#"{"kernel": [2, 1, 2], "stride": [2, 1, 1], "dilation": [1, 2, 1], "padding": [[1, 0], [0, 2], [1, 1]]}"#)
        .case("a view", unfold(vec![2], ConvGeometry::new(1)), [normal([1, 4, 1])]).options(r#"{"kernel": [2], "stride": [1], "dilation": [1], "padding": [[0, 0]]}"#)
        .case("no axes", unfold(vec![], ConvGeometry::new(0)), [normal([2, 3])]).options(r#"{"kernel": [], "stride": [], "dilation": [], "padding": []}"#)
        .refuses(
            |tape| matrix(tape).unfold([2], &ConvGeometry::new(1)),
            "unfold: a kernel [2] needs an input [batch, 1 sizes, channels], got [2, 3]",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 2, 1])).unfold([3], &ConvGeometry::new(1)),
            "unfold: a kernel of 3 with dilation 1 covers 3 elements, but the input axis has 2",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 2, 1])).unfold([3], &ConvGeometry::new(2)),
            "unfold: kernel [3] with strides, dilations and padding of [2, 2, 2] axes; expected as many each",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 2, 1])).unfold([0], &ConvGeometry::new(1)),
            "unfold: kernel 0, stride 1 and dilation 1 given, each has to be at least 1",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 2, 1])).unfold([1], &still("stride")),
            "unfold: kernel 1, stride 0 and dilation 1 given, each has to be at least 1",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 2, 1])).unfold([1], &still("dilation")),
            "unfold: kernel 1, stride 1 and dilation 0 given, each has to be at least 1",
        )
}

pub(super) fn fold() -> Entry {
    let fold = |sizes: Vec<usize>, geometry: ConvGeometry| program!([sizes: Vec<usize>, geometry: ConvGeometry] |x| x.fold(sizes, geometry));
    Entry::new("the sum of overlapping patches: [batch, output…, kernel…, channels] → [batch, spatial…, channels]")
        .needs_an_axis()
        .large(fold(vec![60, 50], geometry(2)), [normal([2, 30, 50, 3, 2, 8])])
        .case("one axis", fold(vec![4], geometry(1)), [normal([2, 2, 2, 2])]).options(r#"{"sizes": [4], "stride": [2], "dilation": [1], "padding": [[1, 0]]}"#)
        .also("no images", [normal([0, 2, 2, 2])])
        .case("two axes", fold(vec![3, 3], geometry(2)), [normal([1, 2, 3, 2, 2, 2])]).options(r#"{"sizes": [3, 3], "stride": [2, 1], "dilation": [1, 2], "padding": [[1, 0], [0, 2]]}"#)
        .case("no axes", fold(vec![], ConvGeometry::new(0)), [normal([2, 3])]).options(r#"{"sizes": [], "stride": [], "dilation": [], "padding": []}"#)
        .refuses(
            |tape| matrix(tape).fold([2], &ConvGeometry::new(1)),
            "fold: patches [2, 3] for images of 1 spatial axes; expected [batch, 1 output sizes, 1 kernel sizes, channels]",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 3, 2, 1])).fold([5], &ConvGeometry::new(1)),
            "fold: patches [1, 3, 2, 1] for images [1, 5, 1]; expected [1, 4, 2, 1]",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([1, 2, 1, 1])).fold([2], &still("stride")),
            "fold: kernel 1, stride 0 and dilation 1 given, each has to be at least 1",
        )
}

pub(super) fn rot90() -> Entry {
    Entry::new("turned by quarters in the plane of two axes")
        .large(program!(|x| x.rot90(-1, 0, -1)), [normal([80, 7, 500])])
        .needs_an_axis()
        .case("one", program!(|x| x.rot90(1, 0, 1)), [normal([2, 3])])
        .options(r#"{"times": 1, "axes": [0, 1]}"#)
        .also("of one", [normal([1, 1])])
        .also("nothing", [normal([0, 2])])
        .case("two", program!(|x| x.rot90(2, 1, 0)), [normal([2, 3])])
        .options(r#"{"times": 2, "axes": [1, 0]}"#)
        .case(
            "back",
            program!(|x| x.rot90(-1, 0, -1)),
            [normal([2, 1, 3])],
        )
        .options(r#"{"times": -1, "axes": [0, -1]}"#)
        .refuses(
            |tape| matrix(tape).rot90(1, 1, -1),
            "rot90: axes 1 and -1 of shape [2, 3] are the same; expected two",
        )
        .refuses(
            |tape| matrix(tape).rot90(1, 0, 2),
            "rot90: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn meshgrid() -> Entry {
    Entry::new("vectors along the axes of a grid")
        .needs_an_axis()
        .case(
            "two",
            program!(|x, y| {
                let grid = Var::meshgrid(&[x, y])?;
                grid[0].try_mul(&grid[1])?.try_add(&grid[1])
            }),
            [normal([2]), normal([3])],
        )
        .also("of one", [normal([1]), normal([2])])
        .also("nothing", [normal([0]), normal([2])])
        .refuses(
            |tape| Var::meshgrid(&[&matrix(tape)]),
            "meshgrid: tensor 0 has shape [2, 3]; expected vectors",
        )
        .refuses(
            |tape| {
                let long = tape.var(Tensor::ones([1])).broadcast_to([1 << 22])?;
                Var::meshgrid(&[&long, &long])
            },
            "meshgrid: a tensor of shape [4194304, 4194304] doesn't fit into memory",
        )
}

pub(super) fn diag_embed() -> Entry {
    Entry::new("each vector on the diagonal of a matrix")
        .large(program!(|x| x.diag_embed(1)), [normal([60, 90])])
        .needs_an_axis()
        .case("main", program!(|x| x.diag_embed(0)), [normal([2, 3])])
        .options(r#"{"offset": 0}"#)
        .also("one", [normal([1])])
        .also("nothing", [normal([0])])
        .case("above", program!(|x| x.diag_embed(1)), [normal([2])])
        .options(r#"{"offset": 1}"#)
        .case("below", program!(|x| x.diag_embed(-2)), [normal([2])])
        .options(r#"{"offset": -2}"#)
        .refuses(
            |tape| tape.scalar(1.0).diag_embed(0),
            "diag_embed: a tensor of rank 0; expected at least one axis",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::ones([1]))
                    .broadcast_to([1 << 22])?
                    .diag_embed(0)
            },
            "diag_embed: a tensor of shape [4194304, 4194304] doesn't fit into memory",
        )
}

pub(super) fn resize() -> Entry {
    let resize = |sizes: Vec<(isize, usize)>, by: Interpolation| program!([sizes: Vec<(isize, usize)>, by: Interpolation] |x| x.resize(sizes, *by));
    Entry::new("another number of positions along axes")
        .large(
            resize(vec![(1, 97), (2, 40)], Interpolation::Linear),
            [normal([2, 50, 60, 3])],
        )
        .case(
            "nearest, up",
            resize(vec![(0, 5)], Interpolation::Nearest),
            [normal([2])],
        )
        .options(r#"{"sizes": [[0, 5]], "by": "nearest"}"#)
        .case(
            "nearest, down",
            resize(vec![(-1, 2)], Interpolation::Nearest),
            [normal([2, 5])],
        )
        .options(r#"{"sizes": [[-1, 2]], "by": "nearest"}"#)
        .case(
            "bilinear, up and down",
            resize(vec![(1, 5), (2, 2)], Interpolation::Linear),
            [normal([1, 3, 3])],
        )
        .options(r#"{"sizes": [[1, 5], [2, 2]], "by": "linear"}"#)
        .also("nothing", [normal([0, 3, 3])])
        .case(
            "corners aligned",
            resize(vec![(0, 4)], Interpolation::LinearAlignCorners),
            [normal([3, 2])],
        )
        .options(r#"{"sizes": [[0, 4]], "by": "linear_align_corners"}"#)
        .case(
            "no axes",
            resize(vec![], Interpolation::Linear),
            [normal(())],
        )
        .options(r#"{"sizes": [], "by": "linear"}"#)
        .refuses(
            |tape| matrix(tape).resize([(0, 0)], Interpolation::Linear),
            "resize: from 2 to 0 positions along axis 0 of shape [2, 3]; expected at least 1 each",
        )
        .refuses(
            |tape| matrix(tape).resize([(2, 1)], Interpolation::Linear),
            "resize: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).resize([(0, 1), (-2, 1)], Interpolation::Linear),
            "resize: axis -2 is named twice in [0, -2]",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([0, 2]))
                    .resize([(0, 1)], Interpolation::Linear)
            },
            "resize: from 0 to 1 positions along axis 0 of shape [0, 2]; expected at least 1 each",
        )
}
