//! Attention layers of the core, and the Transformer.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use etude_tensor::Tensor;
use serde_json::json;

pub(super) fn attention() -> Vec<Case> {
    vec![
        case(json!({"use_scale": true}))
            .float("query", normal([1, 2, 2]))
            .float("value", normal([1, 3, 2])),
        case(json!({"score_mode": "concat"}))
            .float("query", normal([1, 2, 2]))
            .float("value", normal([1, 2, 1]))
            .float("key", normal([1, 2, 2])),
    ]
}

pub(super) fn multi_head_attention() -> Vec<Case> {
    let visible = Tensor::from([[true, false, true], [false, false, false]]);
    vec![
        case(json!({"n_head": 2, "n_state": 2, "dropout": 0.3}))
            .float("x", normal([1, 2, 2]))
            .float("mask", normal([2, 2]))
            .results(&["output", "qk"]),
        case(json!({"n_head": 1, "use_bias": false}))
            .float("x", normal([1, 2, 2]))
            .float("xa", normal([1, 3, 2]))
            .bools("mask", visible),
        // Without the mask: next to scores of −1e9 no difference would be seen.
        case(json!({"n_head": 1}))
            .float("x", normal([1, 2, 2]))
            .float("xa", normal([1, 3, 2]))
            .results(&["attention_weights"]),
    ]
}

pub(super) fn talking_heads_attention() -> Vec<Case> {
    let visible = Tensor::from([[true, false], [true, true]]);
    vec![
        case(json!({"dropout_rate": 0.3}))
            .float("query_tensor", normal([1, 2, 2, 2]))
            .float("key_tensor", normal([1, 2, 2, 2]))
            .float("value_tensor", normal([1, 2, 2, 1]))
            .bools("attention_mask", visible)
            .results(&["attention_output", "attention_scores"]),
    ]
}

pub(super) fn linformer_self_attention() -> Vec<Case> {
    vec![
        case(json!({"dim": 2, "seq_len": 3, "k": 2, "heads": 2, "dropout": 0.3})).float("x", normal([1, 3, 2])),
        case(json!({"dim": 2, "seq_len": 3, "k": 1, "heads": 2, "one_kv_head": true, "share_kv": true}))
            .float("x", normal([1, 2, 2]))
            .float("context", normal([1, 3, 2])),
    ]
}

pub(super) fn favor_attention() -> Vec<Case> {
    let of = |config| {
        case(config)
            .float("keys", normal([1, 2, 3]))
            .float("values", normal([1, 2, 3]))
            .float("queries", normal([1, 2, 3]))
    };
    vec![
        of(json!({"key_dim": 2, "m": 3, "f": ["exponential"], "h": "exp_neg_half_square"})),
        of(json!({"key_dim": 2, "m": 2, "causal": true, "f": ["softplus"], "redraw": false})),
    ]
}

/// What keeps a Transformer small, and without kinks.
fn small(mut config: serde_json::Value) -> serde_json::Value {
    config["d_model"] = json!(2);
    config["nhead"] = json!(1);
    config["dim_feedforward"] = json!(2);
    config["activation"] = json!("gelu");
    config["layer_norm_eps"] = json!(0.1); // two features: their variance may be small
    config
}

fn causal() -> Tensor<f64> {
    Tensor::from([[0.0, -1e9], [0.0, 0.0]])
}

pub(super) fn transformer_encoder_layer() -> Vec<Case> {
    vec![
        case(small(json!({"dropout": 0.2}))).float("src", normal([1, 2, 2])),
        case(small(json!({"norm_first": true, "bias": false})))
            .float("src", normal([1, 2, 2]))
            .constant("src_mask", causal()),
    ]
}

pub(super) fn transformer_decoder_layer() -> Vec<Case> {
    vec![
        case(small(json!({"dropout": 0.2, "bias": false})))
            .float("tgt", normal([1, 2, 2]))
            .float("memory", normal([1, 2, 2]))
            .constant("tgt_mask", causal())
            .constant("memory_mask", Tensor::from([[0.0, 0.5], [-0.5, 0.0]])),
    ]
}

pub(super) fn transformer_encoder() -> Vec<Case> {
    vec![
        case(small(json!({"num_layers": 2, "norm": true, "bias": false})))
            .float("src", normal([1, 2, 2])),
    ]
}

pub(super) fn transformer_decoder() -> Vec<Case> {
    vec![
        case(small(
            json!({"num_layers": 1, "norm": true, "norm_first": true, "bias": false}),
        ))
        .float("tgt", normal([1, 2, 2]))
        .float("memory", normal([1, 2, 2])),
    ]
}

pub(super) fn transformer() -> Vec<Case> {
    vec![
        case(small(
            json!({"num_encoder_layers": 1, "num_decoder_layers": 1, "bias": false}),
        ))
        .float("src", normal([1, 2, 2]))
        .float("tgt", normal([1, 2, 2]))
        .constant("tgt_mask", causal()),
    ]
}
