//! Convolutions.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use serde_json::json;

pub(super) fn conv1d() -> Vec<Case> {
    let same = json!({"filters": 2, "kernel_size": 3, "strides": 2, "padding": "SAME", "activation": "tanh"});
    vec![case(same).float("x", normal([2, 5, 2]))]
}

pub(super) fn conv2d() -> Vec<Case> {
    let grouped = json!({"filters": 4, "kernel_size": [2, 1], "groups": 2, "dilations": [2, 1], "padding": [[1, 0], 1]});
    let first = json!({"filters": 2, "kernel_size": 2, "data_format": "NCHW", "use_bias": false});
    vec![
        case(grouped).float("x", normal([1, 3, 2, 4])),
        case(first).float("x", normal([2, 2, 3, 2])),
    ]
}

pub(super) fn conv3d() -> Vec<Case> {
    let config = json!({"filters": 2, "kernel_size": [2, 1, 2], "strides": [1, 2, 1]});
    vec![case(config).float("x", normal([1, 3, 2, 3, 1]))]
}

pub(super) fn conv1d_transpose() -> Vec<Case> {
    let same = json!({"filters": 2, "kernel_size": 3, "strides": 2, "padding": "SAME", "activation": "tanh"});
    vec![case(same).float("x", normal([2, 3, 2]))]
}

pub(super) fn conv2d_transpose() -> Vec<Case> {
    let valid =
        json!({"filters": 1, "kernel_size": [2, 1], "strides": [2, 1], "output_padding": [1, 0]});
    let first = json!({"filters": 2, "kernel_size": 2, "data_format": "NCHW", "use_bias": false, "dilations": 2});
    vec![
        case(valid).float("x", normal([1, 2, 2, 2])),
        case(first).float("x", normal([1, 2, 2, 2])),
    ]
}

pub(super) fn conv3d_transpose() -> Vec<Case> {
    let config = json!({"filters": 1, "kernel_size": [2, 1, 2], "padding": [[0, 1], 0, 0]});
    vec![case(config).float("x", normal([1, 2, 1, 2, 2]))]
}

pub(super) fn depthwise_conv1d() -> Vec<Case> {
    let config = json!({"kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "SAME"});
    vec![case(config).float("x", normal([2, 4, 2]))]
}

pub(super) fn depthwise_conv2d() -> Vec<Case> {
    let softmax = json!({"kernel_size": 2, "depth_multiplier": 2, "activation": "softmax"});
    let first =
        json!({"kernel_size": [1, 2], "data_format": "NCHW", "padding": 1, "use_bias": false});
    vec![
        case(softmax).float("x", normal([1, 3, 2, 2])),
        case(first).float("x", normal([1, 2, 2, 2])),
    ]
}

pub(super) fn separable_conv1d() -> Vec<Case> {
    let config =
        json!({"filters": 2, "kernel_size": 2, "depth_multiplier": 2, "activation": "tanh"});
    vec![case(config).float("x", normal([1, 4, 2]))]
}

pub(super) fn separable_conv2d() -> Vec<Case> {
    let config = json!({"filters": 2, "kernel_size": 2, "strides": 2, "padding": "SAME", "data_format": "NCHW"});
    vec![case(config).float("x", normal([1, 2, 3, 2]))]
}

pub(super) fn zero_padding1d() -> Vec<Case> {
    vec![case(json!({"padding": [1, 2]})).float("x", normal([2, 2, 2]))]
}

pub(super) fn zero_padding2d() -> Vec<Case> {
    let config = json!({"padding": [[1, 0], 2], "data_format": "NCHW"});
    vec![case(config).float("x", normal([1, 2, 2, 1]))]
}

pub(super) fn zero_padding3d() -> Vec<Case> {
    vec![case(json!({"padding": 1})).float("x", normal([1, 1, 2, 1, 2]))]
}
