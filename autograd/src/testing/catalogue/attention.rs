//! Attention, and the softmax with a mask.

use crate::testing::{Entry, Input, normal};
use crate::{AttentionOptions, DrawKey, program};
use etude_tensor::Tensor;

/// A mask in which the first row is hidden as a whole, and of the others every third key.
fn mask(shape: &[usize]) -> Tensor<bool> {
    let width = shape[shape.len() - 1];
    let count: usize = shape.iter().product();
    let values: Vec<bool> = (0..count).map(|i| i >= width && i % 3 != 1).collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

/// `[queries, d]`, `[keys, d]` and `[keys, e]` with the same leading axes.
fn qkv(leading: &[usize], [queries, keys, d, e]: [usize; 4]) -> Vec<Input> {
    let shape = |rows, width| normal([leading, &[rows, width]].concat());
    vec![shape(queries, d), shape(keys, d), shape(keys, e)]
}

const KEY: DrawKey = DrawKey {
    seed: 3,
    step: 1,
    number: 2,
};

pub(super) fn masked_softmax() -> Entry {
    let masked = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |x| x.masked_softmax(mask, -1));
    Entry::new("the softmax over what a mask lets through, 0 elsewhere")
        .needs_an_axis()
        .case(
            "a row that sees nothing",
            masked(mask(&[3, 4])),
            [normal([3, 4])],
        ).options(r#"{"axis": -1}"#).given("mask", mask(&[3, 4]))
        .case(
            "one mask for all",
            masked(mask(&[2, 3])),
            [normal([2, 2, 3])],
        ).options(r#"{"axis": -1}"#).given("mask", mask(&[2, 3]))
        .case("no rows", masked(mask(&[0, 3])), [normal([0, 3])]).options(r#"{"axis": -1}"#).given("mask", mask(&[0, 3]))
        .case("no columns", masked(mask(&[2, 0])), [normal([2, 0])]).options(r#"{"axis": -1}"#).given("mask", mask(&[2, 0]))
        .case("one column", masked(mask(&[3, 1])), [normal([3, 1])]).options(r#"{"axis": -1}"#).given("mask", mask(&[3, 1]))
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([2, 3]))
                    .masked_softmax(&mask(&[2]), -1)
            },
            "masked_softmax: a mask of shape [2] for logits [2, 3]; expected one that broadcasts to the logits",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([2, 3])).masked_softmax(&mask(&[2, 3]), 2),
            "masked_softmax: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn scaled_dot_product_attention() -> Entry {
    Entry::new("softmax(scale·Q·Kᵀ + mask)·V: for each query, the values weighted by how well their keys fit it")
        .needs_an_axis()
        .large(
            program!(|q, k, v| q.scaled_dot_product_attention(k, v, &AttentionOptions::new().causal(true))),
            qkv(&[4, 2], [100, 90, 16, 24]),
        )
        .case(
            "plain",
            program!(|q, k, v| q.scaled_dot_product_attention(k, v, &AttentionOptions::new())),
            qkv(&[], [3, 4, 2, 3]),
        ).options("{}")
        .also("batch and heads", qkv(&[2, 2], [2, 3, 2, 2]))
        .also("one key and value head for all", [normal([2, 2, 2]), normal([1, 3, 2]), normal([3, 2])])
        .also("no queries", qkv(&[2], [0, 3, 2, 2]))
        .also("no keys", qkv(&[2], [3, 0, 2, 2]))
        .also("no features", qkv(&[2], [3, 2, 0, 0]))
        .case(
            "another scale",
            program!(|q, k, v| q.scaled_dot_product_attention(k, v, &AttentionOptions::new().scale(1.5))),
            qkv(&[], [3, 4, 2, 2]),
        ).options(r#"{"scale": 1.5}"#)
        .case(
            "causal, fewer queries than keys",
            program!(|q, k, v| q.scaled_dot_product_attention(k, v, &AttentionOptions::new().causal(true))),
            qkv(&[2], [3, 4, 2, 2]),
        ).options(r#"{"causal": true}"#)
        .also("causal, more queries than keys", qkv(&[], [4, 2, 2, 2]))
        .case(
            "a boolean mask, a query that sees nothing",
            program!(|q, k, v| {
                q.scaled_dot_product_attention(k, v, &AttentionOptions::new().mask(mask(&[3, 4])))
            }),
            qkv(&[2], [3, 4, 2, 2]),
        ).options("{}").given("mask", mask(&[3, 4]))
        .case(
            "a float mask for all heads",
            program!(|q, k, v, m| q.scaled_dot_product_attention(k, v, &AttentionOptions::new().mask(m.clone()))),
            [qkv(&[2, 2], [2, 3, 2, 2]), vec![normal([2, 1, 2, 3])]].concat(),
        ).options("{}")
        .also("a float mask for all queries", [qkv(&[2], [2, 3, 2, 2]), vec![normal([3])]].concat())
        .case(
            "all masks and dropout",
            program!(|q, k, v, m| {
                let options = AttentionOptions::new().mask(mask(&[3, 4])).mask(m.clone()).causal(true).dropout(0.4, KEY);
                q.scaled_dot_product_attention(k, v, &options)
            }),
            [qkv(&[2], [3, 4, 2, 2]), vec![normal([2, 3, 4])]].concat(),
        )
        .refuses(
            |tape| {
                let [q, k, v] = [[2, 3, 4], [2, 5, 3], [2, 5, 4]].map(|shape| tape.var(Tensor::zeros(shape)));
                q.scaled_dot_product_attention(&k, &v, &AttentionOptions::new())
            },
            "scaled_dot_product_attention: query [2, 3, 4], key [2, 5, 3] and value [2, 5, 4]; expected […, queries, d], […, keys, d] and […, keys, e]",
        )
        .refuses(
            |tape| {
                let x = tape.var(Tensor::zeros([2, 3, 4]));
                x.scaled_dot_product_attention(&x, &x, &AttentionOptions::new().mask(mask(&[5, 3, 3])))
            },
            "scaled_dot_product_attention: a mask of shape [5, 3, 3] for scores [2, 3, 3]; expected one that broadcasts to the scores",
        )
        .refuses(
            |tape| {
                let x = tape.var(Tensor::zeros([3, 4]));
                x.scaled_dot_product_attention(&x, &x, &AttentionOptions::new().dropout(1.0, KEY))
            },
            "scaled_dot_product_attention: dropout of 1; expected a rate from 0 to below 1",
        )
}

pub(super) fn attention_with_weights() -> Entry {
    Entry::new("attention that gives its scores and weights too")
        .needs_an_axis()
        .case(
            "the scores, with a mask",
            program!(|q, k, m| {
                let visible = mask(&[3, 4]);
                let options = AttentionOptions::new()
                    .mask(visible.clone())
                    .mask(m.clone());
                let scores = q.attention_with_weights(k, k, &options)?.scores;
                // What hides a key is too large beside a score to see its last digits.
                scores.where_(&visible, &scores.tape().scalar(0.0))
            }),
            [normal([2, 3, 2]), normal([2, 4, 2]), normal([3, 4])],
        )
        .case(
            "the weights, with a mask",
            program!(|q, k, m| {
                let options = AttentionOptions::new().mask(mask(&[3, 4])).mask(m.clone());
                Ok(q.attention_with_weights(k, k, &options)?.weights)
            }),
            [normal([2, 3, 2]), normal([2, 4, 2]), normal([3, 4])],
        )
        .case(
            "the output, causal, with dropout",
            program!(|q, k, v| {
                let options = AttentionOptions::new().causal(true).dropout(0.4, KEY);
                Ok(q.attention_with_weights(k, v, &options)?.output)
            }),
            qkv(&[2, 2], [3, 4, 2, 2]),
        )
        .also("one query", qkv(&[1], [1, 2, 2, 2]))
        .also("no keys", qkv(&[2], [3, 0, 2, 2]))
        .refuses(
            |tape| {
                let x = tape.var(Tensor::zeros([3]));
                x.attention_with_weights(&x, &x, &AttentionOptions::new())
            },
            "attention_with_weights: query [3], key [3] and value [3]; expected",
        )
        .refuses(
            |tape| { let x = tape.var(Tensor::zeros([2, 3, 4])); x.attention_with_weights(&x, &x, &AttentionOptions::new().mask(mask(&[5, 3, 3]))) },
            "attention_with_weights: a mask of shape [5, 3, 3] for scores [2, 3, 3]; expected one that broadcasts to the scores",
        )
        .refuses(
            |tape| { let x = tape.var(Tensor::zeros([3, 4])); x.attention_with_weights(&x, &x, &AttentionOptions::new().dropout(1.0, KEY)) },
            "attention_with_weights: dropout of 1; expected a rate from 0 to below 1",
        )
}
