//! `docs/gradient-matrix.md`: operation × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-autograd --test matrix` writes it; without the variable the page must have every operation and
//! every check.

use etude_autograd::testing::{Check, check};
use etude_autograd::{Kind, Op};
use std::path::PathBuf;

fn page() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/gradient-matrix.md"
    ))
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
fn the_matrix_is_complete() {
    if std::env::var("ETUDE_WRITE_MATRIX").is_ok() {
        let rows: Vec<String> = differentiable().map(row).collect();
        let rule = "|---".repeat(Check::ALL.len() + 1);
        let text = format!(
            "# The gradient matrix\n\n\
             Every differentiable operation against every check of [the suite](gradients.md): the largest error seen, in 64 bits, relative to the \
             derivative's size or absolute below 1. `✓`: nothing differs, or the check doesn't measure; `·`: nothing to compare. \
             Written by `autograd/tests/matrix.rs`.\n\n\
             {}\n{rule}|\n{}\n",
            heading(),
            rows.join("\n")
        );
        std::fs::write(page(), text).expect("the page can be written");
    }
    let text = std::fs::read_to_string(page()).expect("the page is there");
    let again =
        "is not as it should be: ETUDE_WRITE_MATRIX=1 cargo test -p etude-autograd --test matrix";
    assert!(
        text.contains(&heading()),
        "the heading of {} {again}",
        page().display()
    );
    let named: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let expected: Vec<&str> = differentiable().map(Op::name).collect();
    assert_eq!(named, expected, "the list of operations {again}");
}
