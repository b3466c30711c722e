//! Layers that leave things out at random: in training mode each run of a check draws the same numbers.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use serde_json::json;

pub(super) fn dropout() -> Vec<Case> {
    vec![
        case(json!({"rate": 0.4})).float("x", normal([3, 4])),
        case(json!({"rate": 0.5, "noise_shape": [3, 1], "seed": 4})).float("x", normal([3, 4])),
    ]
}

pub(super) fn stochastic_depth() -> Vec<Case> {
    vec![case(json!({"drop_path_rate": 0.5})).float("x", normal([4, 3]))]
}
