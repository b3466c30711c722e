//! Fully connected, lookup, reshaping, and the container.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use etude_tensor::Tensor;
use serde_json::json;

pub(super) fn dense() -> Vec<Case> {
    vec![
        case(json!({"output_size": 2, "activation": "tanh"})).float("x", normal([3, 4])),
        case(json!({"output_size": 3, "use_bias": false})).float("x", normal([2, 1, 2])),
    ]
}

pub(super) fn embedding() -> Vec<Case> {
    let repeated = Tensor::from([[1_i64, 3, 1], [0, 1, 3]]);
    vec![case(json!({"output_size": 2, "input_size": 4})).ints("x", repeated)]
}

pub(super) fn flatten() -> Vec<Case> {
    vec![case(json!({})).float("x", normal([2, 3, 2]))]
}

pub(super) fn identity() -> Vec<Case> {
    vec![case(json!({})).float("x", normal([2, 3]))]
}

pub(super) fn sequential() -> Vec<Case> {
    let layers = json!([
        {"layer": "Dense", "config": {"output_size": 3, "activation": "gelu"}},
        {"layer": "LayerNorm", "config": {}},
    ]);
    vec![case(json!({"layers": layers})).float("x", normal([2, 4]))]
}
