//! The other options of a layer: keys that are put on one of its cases, so that each key of each layer is tried.

use crate::testing::Case;
use serde_json::{Value, json};

/// The cases of a layer, with those that its options give.
pub(super) fn with_options(name: &str, mut cases: Vec<Case>) -> Vec<Case> {
    let options = options(name).into_iter();
    let more: Vec<Case> = options
        .map(|(place, keys)| cases[place].but(&keys))
        .collect();
    cases.extend(more);
    cases
}

/// Keys for this case, counted from 0.
fn options(name: &str) -> Vec<(usize, Value)> {
    let first = |keys: &[Value]| keys.iter().map(|keys| (0, keys.clone())).collect();
    match name {
        "AntiAliasDownsample" => first(&[json!({"strides": 1})]),
        "AvgPool1d" => first(&[json!({"data_format": "NCW", "count_include_pad": true})]),
        "AvgPool2d" => first(&[json!({"count_include_pad": true})]),
        "BatchNorm" => first(&[json!({"scale": false}), json!({"synchronized": true})]),
        "BinaryCrossEntropy" => first(&[json!({"class_weights": [2.0, 0.5]})]),
        "Conv1d" => first(&[
            json!({"strides": 1, "dilations": 2, "use_bias": false}),
            json!({"groups": 2}),
            json!({"data_format": "NCW"}),
        ]),
        "Conv1dTranspose" => first(&[
            json!({"padding": "VALID", "dilations": 2, "use_bias": false}),
            json!({"padding": "VALID", "output_padding": 1}),
            json!({"data_format": "NCW"}),
        ]),
        "Conv2d" => vec![(1, json!({"strides": [2, 1], "activation": "tanh"}))],
        "Conv2dTranspose" => first(&[json!({"padding": [[0, 1], 0], "activation": "tanh"})]),
        "Conv3d" => first(&[
            json!({"padding": "SAME", "activation": "tanh", "use_bias": false}),
            json!({"strides": 1, "dilations": [2, 1, 1]}),
            json!({"data_format": "NCDHW", "filters": 3, "groups": 3, "kernel_size": [2, 1, 1]}),
        ]),
        "Conv3dTranspose" => first(&[
            json!({"padding": "VALID", "strides": [2, 1, 1], "output_padding": [1, 0, 0], "activation": "tanh"}),
            json!({"padding": "VALID", "data_format": "NCDHW", "dilations": [1, 1, 2], "use_bias": false}),
        ]),
        "DepthwiseConv1d" => first(&[
            json!({"strides": 1, "dilations": 2, "activation": "tanh", "use_bias": false}),
            json!({"data_format": "NCW"}),
        ]),
        "DepthwiseConv2d" => vec![
            (1, json!({"strides": 2})),
            (1, json!({"dilations": [1, 2]})),
        ],
        "FavorAttention" => first(&[json!({"eps": 0.1, "kernel_eps": 0.01})]),
        "GroupNorm" => first(&[json!({"epsilon": 0.1, "scale": false})]),
        "Gru" => first(&[
            json!({"activation": "softplus", "recurrent_activation": "tanh", "use_bias": false}),
        ]),
        "GruCell" => first(&[
            json!({"activation": "softplus", "recurrent_activation": "tanh", "use_bias": false}),
        ]),
        "HaloAttention" | "MhsaWithPositionEmbedding" => first(&[
            json!({"out_weight": false, "out_bias": false, "out_shape": null, "attn_dropout": 0.3}),
            json!({"out_shape": 3}),
        ]),
        "KlDivergence" => first(&[json!({"epsilon": 0.01, "class_weights": [2.0, 0.5, 1.0]})]),
        "LayerNorm" => first(&[json!({"epsilon": 0.1, "center": false})]),
        "Linformer" => first(&[
            json!({"kernel_function": "elu", "kernel_approximation": "exact", "epsilon": 0.1}),
            json!({"kernel_approximation": "random_features", "sigma": 1.5, "epsilon": 0.1}),
        ]),
        "LinformerSelfAttention" => first(&[json!({"dim_head": 3})]),
        "Longformer" => first(&[json!({"activation": "tanh", "epsilon": 0.2})]),
        "Lstm" => first(&[json!({"recurrent_activation": "tanh", "use_bias": false})]),
        "LstmCell" => first(&[
            json!({"activation": "softplus", "recurrent_activation": "tanh", "use_bias": false}),
        ]),
        "MaxPool1d" => first(&[json!({"data_format": "NCW"})]),
        "MeanAbsoluteError" => first(&[json!({"reduction": "none"})]),
        "MixerBlock" => first(&[json!({"activation": "tanh"})]),
        "OutlookAttention" => first(&[json!({"attn_dropout": 0.3, "output_dropout": 0.2})]),
        "OutlookAttentionSimple" => first(&[json!({"attn_dropout": 0.3})]),
        "RippleAttention" => first(&[json!({"epsilon": 0.1})]),
        "Rnn" => first(&[json!({"activation": "softplus"})]),
        "RnnCell" => first(&[json!({"use_bias": false})]),
        "SeparableConv1d" => first(&[
            json!({"strides": 2, "padding": "SAME", "use_bias": false}),
            json!({"dilations": 2, "padding": "SAME", "data_format": "NCW"}),
        ]),
        "SeparableConv2d" => first(&[
            json!({"depth_multiplier": 2, "dilations": 2, "strides": 1, "activation": "tanh", "use_bias": false}),
        ]),
        "SinusoidalPositionalEncoding" => first(&[json!({"base": 100.0})]),
        "SoftmaxCrossEntropy" => first(&[json!({"class_weights": [1.0, 2.0, 0.5, 1.5]})]),
        "SqueezeExcite" => first(&[json!({"use_bias": false})]),
        "StochasticDepth" => first(&[json!({"noise_shape": [4, 1]})]),
        "TalkingHeadsAttention" => {
            first(&[json!({"qkv_rank": 4, "attention_axes": [1], "num_heads": 2})])
        }
        "Transformer" => first(&[json!({"dropout": 0.2, "norm_first": true})]),
        "TransformerDecoder" => first(&[json!({"dropout": 0.2})]),
        "TransformerDecoderLayer" => first(&[json!({"norm_first": true})]),
        "TransformerEncoder" => first(&[json!({"dropout": 0.2, "norm_first": true})]),
        "ZeroPadding1d" => first(&[json!({"data_format": "NCW"})]),
        "ZeroPadding3d" => first(&[json!({"data_format": "NCDHW"})]),
        _ => Vec::new(),
    }
}
