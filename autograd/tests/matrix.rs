//! `docs/gradient-matrix.md`: operation × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-autograd --test matrix` writes the figures; without the variable the
//! page must have every operation and every check. The layers' part is written by `layers/tests/matrix.rs`.

use etude_autograd::testing::page::Section;
use etude_autograd::testing::{Check, check};
use etude_autograd::{Kind, Op};

fn section() -> Section {
    Section::new("gradient-matrix.md", "operations")
}

/// The operations that have a derivative.
fn differentiable() -> impl Iterator<Item = Op> {
    let ops = Op::ALL.iter().copied();
    ops.filter(|op| op.kind() != Kind::Plain)
}

fn heading() -> String {
    let checks: Vec<String> = Check::ALL
        .iter()
        .map(|check| format!("{check:?}"))
        .collect();
    format!("| operation | {} |", checks.join(" | "))
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
    if Section::is_written() {
        let rows: Vec<String> = differentiable().map(row).collect();
        let rule = "|---".repeat(Check::ALL.len() + 1);
        let text = format!("{}\n{rule}|\n{}", heading(), rows.join("\n"));
        section().write(&text);
    }
    let text = section().text();
    let again = "of docs/gradient-matrix.md is out of date; write it anew: \
                 ETUDE_WRITE_MATRIX=1 cargo test -p etude-autograd --test matrix";
    assert_eq!(
        text.lines().next(),
        Some(&heading()[..]),
        "the heading {again}"
    );
    let named: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let expected: Vec<&str> = differentiable().map(Op::name).collect();
    assert_eq!(named, expected, "the list of operations {again}");
}
