//! `docs/gradient-matrix.md`: operation × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-autograd --test suite matrix` writes the figures; without the variable the
//! page must have every operation and every check. The layers' part is written by `layers/tests/suite/matrix.rs`.

use etude_autograd::Op;
use etude_autograd::testing::check;
use etude_autograd::testing::matrix::Matrix;

#[test]
fn the_matrix_has_every_operation_and_every_check() {
    let matrix = Matrix {
        section: "operations",
        columns: &["operation"],
        again: "cargo test -p etude-autograd --test suite matrix",
    };
    let name = |op: &Op| vec![format!("`{}`", op.name())];
    let names: Vec<Vec<String>> = Op::ALL.iter().map(name).collect();
    matrix.holds(&names, |place, which| check(Op::ALL[place], which, 0));
}
