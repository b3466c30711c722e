//! Layers of image backbones.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use serde_json::json;

pub(super) fn anti_alias_downsample() -> Vec<Case> {
    vec![case(json!({"kernel_size": 2, "trainable": true})).float("x", normal([1, 3, 3, 1]))]
}

pub(super) fn batch_norm_activation() -> Vec<Case> {
    vec![case(json!({"activation": "swish"})).float("x", normal([2, 2, 1, 2]))]
}

pub(super) fn bias_layer() -> Vec<Case> {
    vec![case(json!({})).float("x", normal([2, 2, 2]))]
}

pub(super) fn channel_affine() -> Vec<Case> {
    vec![
        case(json!({})).float("x", normal([2, 2, 2])),
        case(json!({"use_bias": false})).float("x", normal([2, 2])),
    ]
}

pub(super) fn class_token() -> Vec<Case> {
    vec![case(json!({})).float("x", normal([2, 2, 2]))]
}

pub(super) fn conv_positional_encoding() -> Vec<Case> {
    vec![case(json!({"kernel_size": 3})).float("x", normal([1, 5, 1]))]
}

pub(super) fn conv_relative_positional_encoding() -> Vec<Case> {
    vec![
        case(json!({"head_kernel_size": [3, 1], "head_splits": [1, 1]}))
            .float("query", normal([1, 2, 5, 1]))
            .float("value", normal([1, 2, 5, 1])),
    ]
}

pub(super) fn cot_attention() -> Vec<Case> {
    vec![case(json!({"activation": "swish", "kernel_size": 1})).float("x", normal([2, 1, 1, 8]))]
}

pub(super) fn halo_attention() -> Vec<Case> {
    let config = json!({"block_size": 2, "halo_size": 1, "key_dim": 1, "num_heads": 2, "out_bias": true, "out_shape": 2});
    let scores = json!({"block_size": 1, "halo_size": 1, "key_dim": 1, "num_heads": 1, "out_weight": false, "return_attention_scores": true});
    vec![
        case(config).float("x", normal([1, 2, 2, 2])),
        case(scores)
            .float("x", normal([1, 1, 2, 1]))
            .results(&["output", "attention_scores"]),
    ]
}

pub(super) fn mhsa_with_position_embedding() -> Vec<Case> {
    let of = |relative: bool| {
        let config = json!({"key_dim": 1, "num_heads": 2, "relative": relative, "out_bias": true});
        case(config).float("x", normal([1, 2, 2, 2]))
    };
    let scores = json!({"key_dim": 2, "num_heads": 1, "out_weight": false, "return_attention_scores": true, "attn_dropout": 0.3});
    let scores = case(scores)
        .float("x", normal([1, 1, 3, 1]))
        .results(&["output", "attention_scores"]);
    vec![of(true), of(false), scores]
}

pub(super) fn mixer_block() -> Vec<Case> {
    let config = json!({"tokens_mlp_dim": 2, "channels_mlp_dim": 2, "drop_rate": 0.3});
    vec![case(config).float("x", normal([2, 2, 3]))]
}

pub(super) fn mlp_block() -> Vec<Case> {
    vec![case(json!({"hidden_dim": 2, "activation": "tanh"})).float("x", normal([2, 1, 2]))]
}

pub(super) fn outlook_attention() -> Vec<Case> {
    let config = json!({"embed_dim": 2, "kernel_size": 2, "num_head": 2, "padding": 0});
    let overlapping = json!({"embed_dim": 2, "num_head": 1, "strides": 1});
    vec![
        case(config).float("x", normal([1, 2, 2, 2])),
        case(overlapping).float("x", normal([1, 2, 2, 1])),
    ]
}

pub(super) fn outlook_attention_simple() -> Vec<Case> {
    vec![
        case(json!({"embed_dim": 2, "kernel_size": 2, "num_head": 1}))
            .float("x", normal([1, 3, 2, 2])),
    ]
}

pub(super) fn positional_embedding() -> Vec<Case> {
    vec![case(json!({})).float("x", normal([2, 2, 2, 1]))]
}

pub(super) fn rsoftmax() -> Vec<Case> {
    vec![
        case(json!({"groups": 1})).float("x", normal([2, 1, 1, 4])),
        case(json!({"groups": 2})).float("x", normal([2, 1, 1, 8])),
    ]
}

pub(super) fn spatial_gating_block() -> Vec<Case> {
    // Half of the features are normalized: four, whose variance isn't small as that of two may be.
    vec![case(json!({})).float("x", normal([2, 2, 8]))]
}

pub(super) fn split_attention_conv2d() -> Vec<Case> {
    let gate =
        json!({"filters": 1, "groups": 1, "kernel_size": 2, "strides": 2, "activation": "tanh"});
    // The gate normalizes the samples' means: those of two would always be 1 and −1, with gradients of nothing but rounding.
    vec![
        case(json!({"filters": 2, "activation": "swish"})).float("x", normal([4, 2, 2, 2])),
        case(gate).float("x", normal([3, 2, 2, 1])),
    ]
}

pub(super) fn squeeze_excite() -> Vec<Case> {
    vec![case(json!({"se_ratio": 0.5, "activation": "swish"})).float("x", normal([2, 2, 1, 4]))]
}
