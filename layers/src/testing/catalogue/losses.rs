//! Losses.

use crate::testing::{Case, case};
use etude_autograd::check::input::{between, grid, normal};
use etude_tensor::Tensor;
use serde_json::json;

pub(super) fn mean_squared_error() -> Vec<Case> {
    let of = |reduction: &str| {
        case(json!({"reduction": reduction}))
            .float("prediction", normal([3, 2]))
            .float("target", normal([3, 2]))
    };
    vec![of("mean"), of("sum"), of("none")]
}

pub(super) fn softmax_cross_entropy() -> Vec<Case> {
    let of = |config| {
        case(config)
            .float("logits", normal([3, 4]))
            .ints("target", Tensor::from([2_i64, 0, 3]))
    };
    vec![
        of(json!({})),
        of(json!({"label_smoothing": 0.2, "ignore_index": 0})),
        of(json!({"reduction": "none"})),
    ]
}

pub(super) fn binary_cross_entropy() -> Vec<Case> {
    let of = |config| {
        case(config)
            .float("logits", normal([2, 2]))
            .constant("target", Tensor::from([[0.0, 1.0], [0.3, 0.8]]))
    };
    vec![
        of(json!({})),
        of(json!({"label_smoothing": 0.2, "pos_weight": 3.0, "reduction": "none"})),
    ]
}

// The kinks are where an error is 0 or ±delta: prediction and target stand on grids that never meet.

pub(super) fn mean_absolute_error() -> Vec<Case> {
    vec![
        case(json!({}))
            .float("prediction", grid(0.0, [3, 2]))
            .float("target", grid(0.2, [3, 2])),
    ]
}

pub(super) fn huber() -> Vec<Case> {
    let of = |config| {
        case(config)
            .float("prediction", grid(0.0, [3, 2]))
            .float("target", grid(0.2, [3, 2]))
    };
    vec![
        of(json!({"delta": 0.8})),
        of(json!({"delta": 1.2, "reduction": "sum"})),
    ]
}

pub(super) fn kl_divergence() -> Vec<Case> {
    let target = || Tensor::from([[0.2, 0.3, 0.5], [0.1, 0.7, 0.2]]);
    vec![
        case(json!({}))
            .float("prediction", between(0.2, 0.8, [2, 3]))
            .constant("target", target()),
        case(json!({"from_log": true, "reduction": "sum"}))
            .float("prediction", normal([2, 3]))
            .constant("target", target()),
    ]
}
