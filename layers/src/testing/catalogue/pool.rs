//! Pooling.

use crate::testing::{Case, case};
use etude_autograd::check::input::{distinct, normal};
use serde_json::json;

pub(super) fn avg_pool1d() -> Vec<Case> {
    vec![
        case(json!({"kernel_size": 3, "strides": 2, "padding": "SAME"}))
            .float("x", normal([2, 4, 2])),
    ]
}

pub(super) fn avg_pool2d() -> Vec<Case> {
    let config = json!({"kernel_size": [2, 3], "strides": 1, "padding": 1, "data_format": "NCHW"});
    vec![case(config).float("x", normal([1, 2, 3, 3]))]
}

pub(super) fn global_avg_pool2d() -> Vec<Case> {
    vec![
        case(json!({})).float("x", normal([2, 2, 3, 2])),
        case(json!({"keepdims": true, "data_format": "NCHW"})).float("x", normal([1, 2, 2, 2])),
    ]
}

// A maximum has a kink where two elements are equal: the elements are distinct.

pub(super) fn max_pool1d() -> Vec<Case> {
    vec![
        case(json!({"kernel_size": 3, "strides": 2, "padding": "SAME"}))
            .float("x", distinct([2, 4, 2])),
    ]
}

pub(super) fn max_pool2d() -> Vec<Case> {
    let config = json!({"kernel_size": [2, 3], "strides": 1, "padding": 1, "data_format": "NCHW"});
    vec![case(config).float("x", distinct([1, 2, 3, 3]))]
}
