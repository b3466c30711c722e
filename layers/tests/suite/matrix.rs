//! The layers' part of `docs/gradient-matrix.md`: layer × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-layers --test suite matrix` writes the figures; without the variable the page must have
//! every layer and every check.

use etude_autograd::testing::matrix::Matrix;
use etude_layers::testing::{catalogue, check};

#[test]
fn the_matrix_has_every_layer_and_every_check() {
    let matrix = Matrix {
        section: "layers",
        columns: &["layer", "cases"],
        again: "cargo test -p etude-layers --test suite matrix",
    };
    let first = |name: &&str| {
        let cases = catalogue::cases(name).len();
        vec![format!("`{name}`"), cases.to_string()]
    };
    let rows: Vec<Vec<String>> = catalogue::NAMES.iter().map(first).collect();
    matrix.holds(&rows, |place, which| {
        check(catalogue::NAMES[place], which, 0)
    });
}
