//! Normalizations.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use etude_tensor::Tensor;
use serde_json::json;

pub(super) fn batch_norm() -> Vec<Case> {
    let mask = Tensor::from([[true, true, false], [true, false, true]]);
    vec![
        case(json!({})).float("x", normal([4, 3])),
        case(json!({"axis": 1, "center": false})).float("x", normal([3, 2, 2])),
        case(json!({"epsilon": 0.1}))
            .float("x", normal([2, 3, 2]))
            .bools("mask", mask),
    ]
}

pub(super) fn layer_norm() -> Vec<Case> {
    vec![
        case(json!({})).float("x", normal([2, 4])),
        case(json!({"axis": [1, 2], "scale": false})).float("x", normal([2, 2, 3])),
    ]
}

pub(super) fn group_norm() -> Vec<Case> {
    vec![
        case(json!({"groups": 2, "axis": 1})).float("x", normal([2, 4, 2])),
        case(json!({"groups": 1, "center": false})).float("x", normal([2, 3])),
    ]
}

pub(super) fn rms_norm() -> Vec<Case> {
    vec![case(json!({"epsilon": 0.01})).float("x", normal([2, 2, 3]))]
}
