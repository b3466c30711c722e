//! Functions of whole rows: softmax and its relatives, and layer normalisation.

use crate::program;
use crate::testing::{Entry, normal};
use etude_tensor::Tensor;

pub(super) fn softmax() -> Entry {
    Entry::new("e^xᵢ / Σ e^x along an axis: positive numbers that add up to 1")
        .needs_an_axis()
        .large(program!(|x| x.softmax(-1)), [normal([400, 300])])
        .case("last axis", program!(|x| x.softmax(-1)), [normal([2, 4])])
        .options(r#"{"axis": -1}"#)
        .also("one class", [normal([2, 1])])
        .also("no rows", [normal([0, 3])])
        .also("no classes", [normal([2, 0])])
        .case("first axis", program!(|x| x.softmax(0)), [normal([3, 2])])
        .options(r#"{"axis": 0}"#)
        .refuses(
            |tape| tape.var(Tensor::zeros([2, 3])).softmax(2),
            "softmax: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn log_softmax() -> Entry {
    Entry::new("xᵢ − ln Σ e^x along an axis")
        .needs_an_axis()
        .large(program!(|x| x.log_softmax(-1)), [normal([400, 300])])
        .case(
            "last axis",
            program!(|x| x.log_softmax(-1)),
            [normal([2, 4])],
        )
        .options(r#"{"axis": -1}"#)
        .also("one class", [normal([2, 1])])
        .also("no rows", [normal([0, 3])])
        .also("no classes", [normal([2, 0])])
        .case(
            "first axis",
            program!(|x| x.log_softmax(0)),
            [normal([3, 2])],
        )
        .options(r#"{"axis": 0}"#)
        .refuses(
            |tape| tape.var(Tensor::zeros([2, 3])).log_softmax(2),
            "log_softmax: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

/// Target classes, `0, 1, …, classes − 1, 0, …`.
fn targets(shape: &[usize], classes: i64) -> Tensor<i64> {
    let count = shape.iter().product::<usize>() as i64;
    let values: Vec<i64> = (0..count).map(|i| i % classes).collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

pub(super) fn cross_entropy() -> Entry {
    let against = |target: Tensor<i64>| program!([target: Tensor<i64>] |x| x.cross_entropy(target));
    Entry::new("ln Σ e^x − x[target] for each row of logits")
        .needs_an_axis()
        .large(against(targets(&[400], 300)), [normal([400, 300])])
        .case("rows", against(targets(&[3], 4)), [normal([3, 4])])
        .options("{}")
        .given("target", targets(&[3], 4))
        .case(
            "several axes",
            against(targets(&[2, 2], 3)),
            [normal([2, 2, 3])],
        )
        .options("{}")
        .given("target", targets(&[2, 2], 3))
        .case("one row, no axis", against(targets(&[], 3)), [normal([3])])
        .options("{}")
        .given("target", targets(&[], 3))
        .case("one class", against(targets(&[2], 1)), [normal([2, 1])])
        .options("{}")
        .given("target", targets(&[2], 1))
        .case("no rows", against(targets(&[0], 3)), [normal([0, 3])])
        .options("{}")
        .given("target", targets(&[0], 3))
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([2, 3]))
                    .cross_entropy(&targets(&[3], 3))
            },
            "cross_entropy: logits [2, 3] and target [3]; expected a target of shape [2]",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([2, 3]))
                    .cross_entropy(&Tensor::from([0, 3]))
            },
            "cross_entropy: target 3 is no class; expected 0 to 2",
        )
}

pub(super) fn layer_norm() -> Entry {
    let norm = program!(|x, gamma, beta| x.layer_norm(gamma, beta, 1e-3));
    Entry::new("each row to mean 0 and variance 1, then scaled by gamma and shifted by beta")
        .needs_an_axis()
        .large(
            norm.clone(),
            [normal([400, 300]), normal([300]), normal([300])],
        )
        .case("rows", norm, [normal([3, 4]), normal([4]), normal([4])])
        .options(r#"{"epsilon": 1e-3}"#)
        .also(
            "one row, no other axis",
            [normal([4]), normal([4]), normal([4])],
        )
        .also(
            "several axes",
            [normal([2, 2, 3]), normal([3]), normal([3])],
        )
        .also("width 1", [normal([2, 1]), normal([1]), normal([1])])
        .also("no rows", [normal([0, 3]), normal([3]), normal([3])])
        .refuses(
            |tape| {
                let (x, short) = (tape.var(Tensor::zeros([2, 3])), tape.var(Tensor::ones([2])));
                x.layer_norm(&short, &short, 1e-3)
            },
            "layer_norm: gamma has shape [2] and x [2, 3]; expected gamma of shape [3]",
        )
}

pub(super) fn batch_norm() -> Entry {
    let norm = program!(|x, gamma, beta| Ok(x.batch_norm(gamma, beta, 1e-3)?.y));
    Entry::new("each channel to mean 0 and variance 1 over the batch, then scaled by gamma and shifted by beta")
        .needs_an_axis()
        .large(
            norm.clone(),
            [normal([4000, 24]), normal([24]), normal([24])],
        )
        .case("rows", norm, [normal([4, 3]), normal([3]), normal([3])]).options(r#"{"epsilon": 1e-3}"#)
        .also(
            "several axes",
            [normal([2, 3, 2]), normal([2]), normal([2])],
        )
        .also("one channel", [normal([3, 1]), normal([1]), normal([1])])
        .also("one row", [normal([1, 2]), normal([2]), normal([2])])
        .also("no channels", [normal([3, 0]), normal([0]), normal([0])])
        .refuses(
            |tape| {
                let (x, short) = (tape.var(Tensor::zeros([2, 3])), tape.var(Tensor::ones([2])));
                Ok(x.batch_norm(&short, &short, 1e-3)?.y)
            },
            "batch_norm: gamma has shape [2] and x [2, 3]; expected gamma of shape [3]",
        )
        .refuses(
            |tape| {
                let (x, one) = (tape.var(Tensor::zeros([0, 3])), tape.var(Tensor::ones([3])));
                Ok(x.batch_norm(&one, &one, 1e-3)?.y)
            },
            "batch_norm: x [0, 3] has no element to take moments of",
        )
}
