//! Layers for sequences beyond the core: efficient attentions, their blocks, capsules, adaptive convolution.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use etude_tensor::Tensor;
use serde_json::json;

pub(super) fn adaptive_conv2d() -> Vec<Case> {
    let config =
        json!({"filters": 1, "kernel_size": [2, 2], "padding": "SAME", "activation": "tanh"});
    let valid = json!({"filters": 2, "kernel_size": [2, 1], "strides": [1, 2], "use_bias": false});
    vec![
        case(config).float("x", normal([1, 2, 2, 1])),
        case(valid).float("x", normal([1, 3, 3, 1])),
    ]
}

pub(super) fn additive_attention() -> Vec<Case> {
    let of = |config| {
        case(config)
            .float("de_h", normal([2, 2]))
            .float("en_h", normal([2, 2, 2]))
            .results(&["attention_weights", "context_vector", "score_en_h"])
    };
    vec![
        of(json!({"output_size": 2})),
        of(json!({"output_size": 2, "context": "encoder"})),
        of(json!({"output_size": 2})).float("score_en_h", normal([2, 2, 2])),
    ]
}

pub(super) fn capsule() -> Vec<Case> {
    let config = json!({"num_capsules": 2, "dim_capsules": 2, "routings": 2});
    let of_image = json!({"num_capsules": 2, "dim_capsules": 1, "input_size": 2});
    vec![
        case(config).float("x", normal([1, 2, 2])),
        case(of_image).float("x", normal([1, 1, 2, 3])),
    ]
}

pub(super) fn linear_attention() -> Vec<Case> {
    let exact = json!({"dim": 2, "num_heads": 1, "kernel_function": "gaussian", "kernel_approximation": "exact"});
    let kernel = |function: &str, approximation: &str| {
        let config = json!({"dim": 2, "num_heads": 1, "rank": 2, "kernel_function": function, "kernel_approximation": approximation});
        case(config).float("data1", normal([1, 2, 2]))
    };
    let features = json!({"dim": 2, "num_heads": 2, "kernel_approximation": "random_features", "rank": 4, "sigma": 1.5});
    vec![
        case(exact)
            .float("data1", normal([1, 2, 2]))
            .float("data2", normal([1, 3, 2])),
        case(json!({"dim": 2, "num_heads": 2, "rank": 3})).float("data1", normal([1, 3, 2])),
        case(features).float("data1", normal([1, 2, 2])),
        kernel("softmax", "low_rank"),
        kernel("softmax", "exact"),
        kernel("elu", "low_rank"),
        kernel("elu", "exact"),
    ]
}

pub(super) fn linformer() -> Vec<Case> {
    vec![case(json!({"dim": 2, "num_heads": 1, "rank": 2})).float("x", normal([1, 3, 2]))]
}

pub(super) fn longformer() -> Vec<Case> {
    // As for `performer`.
    let config =
        json!({"dim": 2, "num_heads": 1, "window_size": 1, "global_tokens": [0], "epsilon": 0.1});
    vec![case(config).float("x", normal([1, 4, 2]))]
}

pub(super) fn multi_head_favor_attention() -> Vec<Case> {
    vec![
        case(json!({"dim": 2, "nb_heads": 2, "nb_random_features": 2}))
            .float("data1", normal([1, 2, 2]))
            .float("data2", normal([1, 3, 2])),
    ]
}

pub(super) fn performer() -> Vec<Case> {
    // Two features: their variance may be small, and an epsilon keeps the normalization's second derivatives so as well.
    let config = json!({"dim": 2, "nb_heads": 1, "nb_random_features": 2, "use_bias": false, "activation": "gelu", "epsilon": 0.1});
    vec![case(config).float("x", normal([1, 2, 2]))]
}

pub(super) fn ripple_attention() -> Vec<Case> {
    vec![
        case(json!({"dim": 2, "num_heads": 1}))
            .float("data1", normal([1, 2, 2]))
            .float("data2", normal([1, 3, 2])),
    ]
}

pub(super) fn self_attention() -> Vec<Case> {
    vec![
        case(json!({"output_size": 2, "num_heads": 2}))
            .float("x", normal([1, 2, 2]))
            .bools(
                "mask",
                Tensor::from([[[[true, false], [true, true]], [[true, true], [true, true]]]]),
            )
            .results(&["output", "attention_weights"]),
    ]
}

pub(super) fn sparse_attention() -> Vec<Case> {
    let of = |mode: &str, parameters: serde_json::Value| {
        let config =
            json!({"output_size": 2, "num_heads": 2, "mask_mode": mode, "mask_params": parameters});
        case(config).float("data1", normal([1, 4, 2]))
    };
    let everything = json!({"output_size": 2, "num_heads": 1});
    // Longer than the shortest chunk that a window is computed in.
    let long = json!({"output_size": 1, "num_heads": 1, "mask_mode": "local_window", "mask_params": {"window_size": 1}});
    let both = &["output", "attention_weights"];
    vec![
        case(everything)
            .float("data1", normal([1, 2, 2]))
            .float("data2", normal([1, 3, 2]))
            .results(both),
        case(long).float("data1", normal([1, 18, 1])),
        of("routing", json!({"top_k": 1})).results(both),
        of("block", json!({"block_size": 2})),
        of("local_window", json!({"window_size": 1})),
        of("routing", json!({"top_k": 2})),
    ]
}

pub(super) fn transformer_block() -> Vec<Case> {
    let wider = json!({"output_size": 2, "num_heads": 2, "use_bias": false, "epsilon": 0.1});
    vec![
        case(json!({"output_size": 2, "num_heads": 1})).float("x", normal([1, 2, 2])),
        case(wider).float("x", normal([1, 2, 3])),
    ]
}
