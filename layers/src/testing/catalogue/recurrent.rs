//! Recurrent layers and their cells.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use etude_tensor::Tensor;
use serde_json::json;

/// Three steps, of which two samples skip some.
fn mask() -> Tensor<bool> {
    Tensor::from([[true, false, true], [false, true, true]])
}

pub(super) fn rnn() -> Vec<Case> {
    let sequence = json!({"output_size": 2, "return_sequence": true, "return_state": true});
    vec![
        case(json!({"output_size": 2, "use_bias": false})).float("x", normal([2, 3, 2])),
        case(sequence)
            .float("x", normal([2, 3, 1]))
            .float("state", normal([2, 2]))
            .bools("mask", mask())
            .results(&["output", "state"]),
    ]
}

pub(super) fn rnn_cell() -> Vec<Case> {
    vec![
        case(json!({"weight_shape": [2, 3], "activation": "sigmoid"}))
            .float("data", normal([2, 2]))
            .float("state", normal([2, 3])),
    ]
}

pub(super) fn gru() -> Vec<Case> {
    let after = json!({"output_size": 2, "reset_after": true, "return_sequence": true, "return_state": true});
    vec![
        case(json!({"output_size": 2})).float("x", normal([2, 3, 1])),
        case(after)
            .float("x", normal([2, 3, 1]))
            .float("state", normal([2, 2]))
            .bools("mask", mask())
            .results(&["output", "state"]),
    ]
}

pub(super) fn gru_cell() -> Vec<Case> {
    let of = |reset_after: bool| {
        case(json!({"weight_shape": [1, 2], "reset_after": reset_after}))
            .float("data", normal([2, 1]))
            .float("state", normal([2, 2]))
            .results(&["output", "new_state"])
    };
    vec![of(false), of(true)]
}

pub(super) fn lstm() -> Vec<Case> {
    let softsign = json!({"output_size": 2, "activation": "softplus", "return_sequence": true, "return_state": true});
    vec![
        case(json!({"output_size": 2})).float("x", normal([2, 3, 1])),
        case(json!({"output_size": 1, "return_sequence": true, "return_state": true}))
            .float("x", normal([2, 3, 2]))
            .float("state", normal([2, 1]))
            .float("cell", normal([2, 1]))
            .results(&["output", "state", "cell"]),
        case(softsign)
            .float("x", normal([2, 3, 1]))
            .float("state", normal([2, 2]))
            .float("cell", normal([2, 2]))
            .bools("mask", mask())
            .results(&["output", "state", "cell"]),
    ]
}

pub(super) fn lstm_cell() -> Vec<Case> {
    let cell = || {
        case(json!({"weight_shape": [1, 2]}))
            .float("data", normal([2, 1]))
            .float("state", normal([2, 2]))
            .results(&["output", "new_state"])
    };
    vec![cell(), cell().float("hidden", normal([2, 2]))]
}
