//! `docs/gradient-matrix.md`: operation × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-autograd --test matrix` writes the figures; without the variable the
//! page must have every operation and every check. The layers' part is written by `layers/tests/matrix.rs`.

use etude_autograd::testing::page::Section;
use etude_autograd::testing::{Check, check};
use etude_autograd::{Kind, Op};

/// The operations that have a derivative.
fn differentiable() -> impl Iterator<Item = Op> {
    let ops = Op::ALL.iter().copied();
    ops.filter(|op| op.kind() != Kind::Plain)
}

/// A row: for each check the largest error it saw, `✓` where it measures none, `·` where it had nothing to compare.
fn row(op: Op) -> String {
    let cells = Check::ALL.iter().map(|&which| match check(op, which, 0) {
        Ok(finding) if finding.compared == 0 => "·".to_string(),
        Ok(finding) if finding.largest_error == 0.0 => "✓".to_string(),
        Ok(finding) => format!("{:.0e}", finding.largest_error),
        Err(failure) => panic!("{failure}"),
    });
    format!(
        "| `{}` | {} |",
        op.name(),
        cells.collect::<Vec<_>>().join(" | ")
    )
}

#[test]
fn the_matrix_has_every_operation_and_every_check() {
    let columns: Vec<String> = ["operation".to_string()]
        .into_iter()
        .chain(Check::ALL.iter().map(|check| format!("{check:?}")))
        .collect();
    let starts: Vec<String> = differentiable()
        .map(|op| format!("| `{}` |", op.name()))
        .collect();
    Section::new("gradient-matrix.md", "operations").holds_table(
        &columns,
        &starts,
        || differentiable().map(row).collect(),
        "cargo test -p etude-autograd --test matrix",
    );
}
