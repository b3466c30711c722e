//! Matrix products and convolutions.

use crate::testing::{Entry, between, normal};
use crate::{Epilogue, Tape, Var, program, vjp};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Result, Tensor};

pub(super) fn matmul() -> Entry {
    let product = program!(|a, b| a.matmul(b));
    Entry::new(
        "[…, m, k]·[…, k, n] → […, m, n]; a vector is a row on the left, a column on the right",
    )
    .needs_an_axis()
    .large(product.clone(), [normal([170, 130]), normal([130, 190])])
    .case("matrices", product, [normal([2, 3]), normal([3, 4])])
    .also("square", [normal([2, 2]), normal([2, 2])])
    .also("sizes 1", [normal([1, 2]), normal([2, 1])])
    .also("vectors", [normal([3]), normal([3])])
    .also("row", [normal([3]), normal([3, 2])])
    .also("column", [normal([2, 3]), normal([3])])
    .also("batches", [normal([2, 2, 3]), normal([2, 3, 2])])
    .also("one matrix for all", [normal([2, 2, 3]), normal([3, 2])])
    .also(
        "one matrix on the left",
        [normal([2, 3]), normal([2, 3, 2])],
    )
    .also(
        "broadcast batches",
        [normal([2, 1, 2, 3]), normal([1, 2, 3, 1])],
    )
    .also("vector and batches", [normal([3]), normal([2, 3, 2])])
    .also("nothing inside", [normal([2, 0]), normal([0, 3])])
    .also("no rows", [normal([0, 2]), normal([2, 3])])
    .refuses(
        |tape| {
            tape.var(Tensor::zeros([2, 3]))
                .matmul(&tape.var(Tensor::zeros([2, 3])))
        },
        "matmul: expects […, m, k]·[…, k, n], got [2, 3]·[2, 3]; transpose one of them?",
    )
    .refuses(
        |tape| tape.var(Tensor::zeros([3])).matmul(&tape.scalar(1.0)),
        "matmul: expects […, m, k]·[…, k, n], got [3]·[]; transpose one of them?",
    )
    .refuses(
        |tape| {
            tape.var(Tensor::zeros([2, 2, 3]))
                .matmul(&tape.var(Tensor::zeros([3, 3, 2])))
        },
        "matmul: shapes [2] and [3] don't broadcast: axis 1 from the end has sizes 2 and 3; expected equal sizes or a 1",
    )
}

pub(super) fn affine() -> Entry {
    let dense = program!(|x, w, b| x.affine(w, b));
    Entry::new("x·w + b: what a dense layer computes")
        .needs_an_axis()
        .large(
            dense.clone(),
            [normal([170, 130]), normal([130, 190]), normal([190])],
        )
        .case("rows", dense, [normal([3, 2]), normal([2, 4]), normal([4])])
        .also("sizes 1", [normal([1, 2]), normal([2, 1]), normal([1])])
        .also(
            "one row, no other axis",
            [normal([3]), normal([3, 2]), normal([2])],
        )
        .also(
            "several axes",
            [normal([2, 2, 3]), normal([3, 2]), normal([2])],
        )
        .also("no rows", [normal([0, 3]), normal([3, 2]), normal([2])])
        .also(
            "nothing inside",
            [normal([2, 0]), normal([0, 3]), normal([3])],
        )
        .refuses(
            |tape| {
                let (x, b) = (
                    tape.var(Tensor::zeros([2, 3])),
                    tape.var(Tensor::zeros([3])),
                );
                x.affine(&tape.var(Tensor::zeros([2, 3])), &b)
            },
            "affine: shapes [2, 3] and [2, 3] differ in their inner size; expected 3 on axis -2 of the right operand, got 2",
        )
        .refuses(
            |tape| {
                let (x, b) = (
                    tape.var(Tensor::zeros([2, 3])),
                    tape.var(Tensor::zeros([2])),
                );
                x.affine(&tape.var(Tensor::zeros([3, 4])), &b)
            },
            "affine: weight [3, 4] and bias [2]; expected [in, out] and [out]",
        )
}

pub(super) fn affine_then() -> Entry {
    let with =
        |epilogue| program!([epilogue: Epilogue] |x, w, b| x.affine_then(w, Some(b), *epilogue));
    let inputs = || [normal([3, 2]), normal([2, 4]), normal([4])];
    Entry::new("f(x·w + b): what a dense layer with an activation computes")
        .needs_an_axis()
        .large(
            with(Epilogue::Tanh),
            [normal([170, 130]), normal([130, 190]), normal([190])],
        )
        .case("tanh", with(Epilogue::Tanh), inputs())
        .case("sigmoid", with(Epilogue::Sigmoid), inputs())
        .also(
            "several axes",
            [normal([2, 2, 3]), normal([3, 2]), normal([2])],
        )
        .also("no rows", [normal([0, 3]), normal([3, 2]), normal([2])])
        .also(
            "nothing inside",
            [normal([2, 0]), normal([0, 3]), normal([3])],
        )
        // Sums of at least 0.5 and of at most −0.5, clear of the kink on both of its sides.
        .case(
            "relu",
            program!(|x, w, b| {
                let w = Var::concat(&[w, &w.try_neg()?], 1)?;
                x.affine_then(&w, Some(b), Epilogue::Relu)
            }),
            [
                between(0.5, 1.5, [3, 2]),
                between(0.5, 1.5, [2, 1]),
                between(-0.3, 0.3, [2]),
            ],
        )
        .case(
            "no bias",
            program!(|x, w| x.affine_then(w, None, Epilogue::Sigmoid)),
            [normal([3, 2]), normal([2, 4])],
        )
        .refuses(
            |tape| {
                let x = tape.var(Tensor::zeros([2, 3]));
                x.affine_then(&tape.var(Tensor::zeros([2, 3])), None, Epilogue::Relu)
            },
            "affine_then: shapes [2, 3] and [2, 3] differ in their inner size; expected 3 on axis -2 of the right operand, got 2",
        )
        .refuses(
            |tape| {
                let (x, b) = (
                    tape.var(Tensor::zeros([2, 3])),
                    tape.var(Tensor::zeros([2])),
                );
                x.affine_then(&tape.var(Tensor::zeros([3, 4])), Some(&b), Epilogue::Relu)
            },
            "affine_then: weight [3, 4] and bias [2]; expected [in, out] and [out]",
        )
}

/// Strides, dilations and paddings that differ between the axes and between the ends.
fn uneven() -> ConvGeometry {
    ConvGeometry {
        stride: [2, 1][..].into(),
        dilation: [1, 2][..].into(),
        padding: [(1, 0), (2, 1)][..].into(),
        groups: 1,
    }
}

fn grouped(groups: usize) -> ConvGeometry {
    ConvGeometry {
        padding: [(1, 1)][..].into(),
        groups,
        ..ConvGeometry::new(1)
    }
}

/// The convolution of zeros of these shapes, on one axis.
fn conv_of(
    tape: &Tape<f64>,
    [x, w]: [&[usize]; 2],
    bias: Option<usize>,
    groups: usize,
) -> Result<Var<f64>> {
    let bias = bias.map(|filters| tape.var(Tensor::zeros([filters])));
    tape.var(Tensor::zeros(x))
        .conv(&tape.var(Tensor::zeros(w)), bias.as_ref(), &grouped(groups))
}

/// The transposed convolution of zeros of these shapes, on one axis.
fn spread(
    tape: &Tape<f64>,
    [x, w]: [&[usize]; 2],
    groups: usize,
    output: &[usize],
) -> Result<Var<f64>> {
    tape.var(Tensor::zeros(x)).conv_transpose(
        &tape.var(Tensor::zeros(w)),
        None,
        &grouped(groups),
        output,
    )
}

pub(super) fn conv() -> Entry {
    let conv = |geometry: ConvGeometry| program!([geometry: ConvGeometry] |x, w, b| x.conv(w, Some(b), geometry));
    let plain = |geometry: ConvGeometry| program!([geometry: ConvGeometry] |x, w| x.conv(w, None, geometry));
    Entry::new("x [batch, spatial…, channels] ∗ w [kernel…, channels/groups, filters] + b, on any number of spatial axes")
        .needs_an_axis()
        .large(
            conv(ConvGeometry::new(2)),
            [normal([4, 20, 20, 8]), normal([3, 3, 8, 16]), normal([16])],
        )
        .case("one axis", conv(ConvGeometry::new(1)), [normal([2, 4, 2]), normal([3, 2, 2]), normal([2])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[0, 0]], "groups": 1}"#)
        .case("without bias", plain(ConvGeometry::new(1)), [normal([1, 4, 2]), normal([2, 2, 3])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[0, 0]], "groups": 1}"#)
        .case("two axes, uneven", conv(uneven()), [normal([1, 4, 4, 2]), normal([2, 3, 2, 2]), normal([2])]).options(r#"{"stride": [2, 1], "dilation": [1, 2], "padding": [[1, 0], [2, 1]], "groups": 1}"#)
        .case("kernel of size 1", plain(ConvGeometry::new(2)), [normal([2, 2, 2, 2]), normal([1, 1, 2, 3])]).options(r#"{"stride": [1, 1], "dilation": [1, 1], "padding": [[0, 0], [0, 0]], "groups": 1}"#)
        .case("three axes", plain(ConvGeometry::new(3)), [normal([1, 2, 3, 2, 1]), normal([2, 2, 2, 1, 2])]).options(r#"{"stride": [1, 1, 1], "dilation": [1, 1, 1], "padding": [[0, 0], [0, 0], [0, 0]], "groups": 1}"#)
        .case("groups", conv(grouped(2)), [normal([1, 4, 4]), normal([3, 2, 4]), normal([4])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[1, 1]], "groups": 2}"#)
        .case("depthwise", conv(grouped(3)), [normal([2, 4, 3]), normal([3, 1, 3]), normal([3])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[1, 1]], "groups": 3}"#)
        .case("depthwise, two filters each", plain(grouped(2)), [normal([1, 4, 2]), normal([3, 1, 4])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[1, 1]], "groups": 2}"#)
        .case("no batch", conv(ConvGeometry::new(1)), [normal([0, 4, 2]), normal([3, 2, 2]), normal([2])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[0, 0]], "groups": 1}"#)
        .refuses(
            |tape| {
                let (x, w) = (tape.var(Tensor::zeros([1, 4, 2])), tape.var(Tensor::zeros([3, 3, 2])));
                x.conv(&w, None, &ConvGeometry::new(1))
            },
            "conv: the weight [3, 3, 2] with 1 groups expects 3 channels in the last axis of the input, got input [1, 4, 2]",
        )
        .refuses(
            |tape| {
                let (x, w) = (tape.var(Tensor::zeros([1, 2, 2])), tape.var(Tensor::zeros([3, 2, 2])));
                x.conv(&w, None, &ConvGeometry::new(1))
            },
            "conv: a kernel of 3 with dilation 1 covers 3 elements, but the input axis has 2 and the padding (0, 0): give at least 3 together",
        )
        .refuses(
            |tape| conv_of(tape, [&[4, 2], &[3, 2, 2]], None, 1),
            "conv: 1 spatial axes need an input [batch, 1 sizes, channels] and a weight [1 sizes, channels/groups, filters], got input [4, 2] and weight [3, 2, 2]",
        )
        .refuses(
            |tape| conv_of(tape, [&[1, 4, 3], &[3, 1, 2]], None, 3),
            "conv: 2 filters of the weight [3, 1, 2] can't be cut into 3 equal groups",
        )
        .refuses(
            |tape| conv_of(tape, [&[1, 4, 2], &[3, 2, 2]], None, 0),
            "conv: 0 groups given, there is at least 1",
        )
        .refuses(
            |tape| conv_of(tape, [&[1, 4, 2], &[3, 2, 2]], Some(3), 1),
            "conv: bias [3] for weight [3, 2, 2]; expected a bias of shape [2]",
        )
}

pub(super) fn conv_input_grad() -> Entry {
    let gradient = |geometry: ConvGeometry, shape: Vec<usize>| {
        program!([geometry: ConvGeometry, shape: Vec<usize>] |gy, w| {
            let x = gy.tape().var(Tensor::zeros(&shape[..]));
            Ok(vjp(&x.conv(w, None, geometry)?, &[&x], gy)?.remove(0))
        })
    };
    Entry::new("the gradient of conv for x, from the output's and w")
        .needs_an_axis()
        .large(
            gradient(ConvGeometry::new(2), vec![4, 20, 20, 8]),
            [normal([4, 18, 18, 16]), normal([3, 3, 8, 16])],
        )
        .case(
            "one axis",
            gradient(ConvGeometry::new(1), vec![1, 4, 2]),
            [normal([1, 2, 3]), normal([3, 2, 3])],
        )
        .case(
            "groups",
            gradient(grouped(2), vec![1, 4, 4]),
            [normal([1, 4, 2]), normal([3, 2, 2])],
        )
        .case(
            "two axes, uneven",
            gradient(uneven(), vec![1, 4, 4, 2]),
            [normal([1, 2, 3, 1]), normal([2, 3, 2, 1])],
        )
        .case(
            "no batch",
            gradient(ConvGeometry::new(1), vec![0, 4, 2]),
            [normal([0, 2, 3]), normal([3, 2, 3])],
        )
        .never_refuses("only rules call it, with what conv has accepted")
}

pub(super) fn conv_weight_grad() -> Entry {
    let gradient = |geometry: ConvGeometry, shape: Vec<usize>| {
        program!([geometry: ConvGeometry, shape: Vec<usize>] |x, gy| {
            let w = gy.tape().var(Tensor::zeros(&shape[..]));
            Ok(vjp(&x.conv(&w, None, geometry)?, &[&w], gy)?.remove(0))
        })
    };
    Entry::new("the gradient of conv for w, from x and the output's")
        .needs_an_axis()
        .large(
            gradient(ConvGeometry::new(2), vec![3, 3, 8, 16]),
            [normal([4, 20, 20, 8]), normal([4, 18, 18, 16])],
        )
        .case(
            "one axis",
            gradient(ConvGeometry::new(1), vec![3, 2, 3]),
            [normal([1, 4, 2]), normal([1, 2, 3])],
        )
        .case(
            "groups",
            gradient(grouped(2), vec![3, 2, 2]),
            [normal([1, 4, 4]), normal([1, 4, 2])],
        )
        .case(
            "two axes, uneven",
            gradient(uneven(), vec![2, 3, 2, 1]),
            [normal([1, 4, 4, 2]), normal([1, 2, 3, 1])],
        )
        .case(
            "no batch",
            gradient(ConvGeometry::new(1), vec![3, 2, 3]),
            [normal([0, 4, 2]), normal([0, 2, 3])],
        )
        .never_refuses("only rules call it, with what conv has accepted")
}

pub(super) fn conv_transpose() -> Entry {
    let conv = |geometry: ConvGeometry, output: Vec<usize>| {
        program!([geometry: ConvGeometry, output: Vec<usize>] |x, w, b| {
            x.conv_transpose(w, Some(b), geometry, output)
        })
    };
    let plain = |geometry: ConvGeometry, output: Vec<usize>| program!([geometry: ConvGeometry, output: Vec<usize>] |x, w| x.conv_transpose(w, None, geometry, output));
    let line = |stride: usize, dilation: usize, before: usize| ConvGeometry {
        stride: [stride][..].into(),
        dilation: [dilation][..].into(),
        padding: [(before, 0)][..].into(),
        groups: 1,
    };
    Entry::new("x [batch, spatial…, filters] spread by w [kernel…, channels/groups, filters], + b: the adjoint of conv")
        .needs_an_axis()
        .large(
            conv(ConvGeometry::new(2), vec![20, 20]),
            [normal([4, 18, 18, 16]), normal([3, 3, 8, 16]), normal([8])],
        )
        .case("one axis", conv(line(1, 1, 0), vec![5]), [normal([2, 3, 2]), normal([3, 2, 2]), normal([2])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[0, 0]], "groups": 1, "output": [5]}"#)
        .case("without bias", plain(line(1, 1, 1), vec![2]), [normal([1, 3, 2]), normal([2, 3, 2])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[1, 0]], "groups": 1, "output": [2]}"#)
        .case("a stride, and a rest below it", conv(line(3, 1, 1), vec![8]), [normal([1, 3, 1]), normal([2, 2, 1]), normal([2])]).options(r#"{"stride": [3], "dilation": [1], "padding": [[1, 0]], "groups": 1, "output": [8]}"#)
        .case("longer than the taps reach", plain(line(1, 3, 0), vec![7]), [normal([1, 2, 2]), normal([2, 1, 2])]).options(r#"{"stride": [1], "dilation": [3], "padding": [[0, 0]], "groups": 1, "output": [7]}"#)
        .case("cut behind everything", plain(line(2, 1, 1), vec![1]), [normal([1, 1, 2]), normal([1, 1, 2])]).options(r#"{"stride": [2], "dilation": [1], "padding": [[1, 0]], "groups": 1, "output": [1]}"#)
        .case("two axes, uneven", plain(uneven(), vec![4, 3]), [normal([1, 2, 2, 2]), normal([2, 3, 1, 2])]).options(r#"{"stride": [2, 1], "dilation": [1, 2], "padding": [[1, 0], [2, 1]], "groups": 1, "output": [4, 3]}"#)
        .case("groups", plain(grouped(2), vec![4]), [normal([1, 4, 4]), normal([3, 2, 4])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[1, 1]], "groups": 2, "output": [4]}"#)
        .case("no batch", plain(line(1, 1, 0), vec![5]), [normal([0, 3, 2]), normal([3, 2, 2])]).options(r#"{"stride": [1], "dilation": [1], "padding": [[0, 0]], "groups": 1, "output": [5]}"#)
        .refuses(
            |tape| {
                let (x, w) = (tape.var(Tensor::zeros([1, 4, 2])), tape.var(Tensor::zeros([3, 2, 3])));
                x.conv_transpose(&w, None, &ConvGeometry::new(1), &[6])
            },
            "conv_transpose: the weight [3, 2, 3] with 1 groups expects 3 channels in the last axis of the input, got input [1, 4, 2]",
        )
        .refuses(
            |tape| {
                let (x, w) = (tape.var(Tensor::zeros([1, 4, 2])), tape.var(Tensor::zeros([3, 3, 2])));
                x.conv_transpose(&w, Some(&tape.var(Tensor::zeros([2]))), &ConvGeometry::new(1), &[6])
            },
            "conv_transpose: bias [2] for weight [3, 3, 2]; expected a bias of shape [3]",
        )
        .refuses(
            |tape| {
                let (x, w) = (tape.var(Tensor::zeros([1, 0, 2])), tape.var(Tensor::zeros([3, 3, 2])));
                x.conv_transpose(&w, None, &ConvGeometry::new(1), &[6])
            },
            "conv_transpose: input [1, 0, 2] has an axis without elements",
        )
        .refuses(
            |tape| spread(tape, [&[4, 2], &[3, 2, 2]], 1, &[6]),
            "conv_transpose: 1 spatial axes need an input [batch, 1 sizes, channels] and a weight [1 sizes, channels/groups, filters], got input [4, 2] and weight [3, 2, 2]",
        )
        .refuses(
            |tape| spread(tape, [&[1, 4, 3], &[3, 1, 3]], 2, &[6]),
            "conv_transpose: 3 filters of the weight [3, 1, 3] can't be cut into 2 equal groups",
        )
        .refuses(
            |tape| spread(tape, [&[1, 4, 2], &[3, 2, 2]], 1, &[6, 6]),
            "conv_transpose: an output of at least 1 for each of 1 spatial axes is needed, [6, 6] given",
        )
}
