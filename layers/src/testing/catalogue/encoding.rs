//! Positions, added to a sequence.

use crate::testing::{Case, case};
use etude_autograd::check::input::normal;
use serde_json::json;

pub(super) fn learned_positional_encoding() -> Vec<Case> {
    vec![case(json!({"max_length": 4})).float("x", normal([2, 3, 2]))]
}

pub(super) fn sinusoidal_positional_encoding() -> Vec<Case> {
    vec![case(json!({})).float("x", normal([2, 3, 4]))]
}
