//! The layers' part of `docs/gradient-matrix.md`: layer × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-layers --test matrix` writes the figures; without the variable the page must have
//! every layer and every check.

use etude_autograd::testing::page::Section;
use etude_layers::testing::{Check, catalogue, check_one};

fn section() -> Section {
    Section::new("gradient-matrix.md", "layers")
}

fn heading() -> String {
    let checks = Check::ALL.map(|check| format!("{check:?}"));
    format!("| layer | cases | {} |", checks.join(" | "))
}

/// A row: how many cases there are, and for each check the largest error in any of them; `✓` where nothing differs.
fn row(name: &str) -> String {
    let cases = catalogue::cases(name);
    let cells = Check::ALL.map(|which| {
        let errors = cases.iter().map(|case| match check_one(name, case, which) {
            Ok(error) => error,
            Err(err) => panic!("{name} {}: {err}", case.config),
        });
        match errors.fold(0.0, f64::max) {
            0.0 => "✓".to_string(),
            error => format!("{error:.0e}"),
        }
    });
    format!("| `{name}` | {} | {} |", cases.len(), cells.join(" | "))
}

#[test]
fn the_matrix_has_every_layer_and_every_check() {
    if Section::is_written() {
        let rows: Vec<String> = catalogue::NAMES.iter().map(|name| row(name)).collect();
        let rule = "|---".repeat(Check::ALL.len() + 2);
        section().write(&format!("{}\n{rule}|\n{}", heading(), rows.join("\n")));
    }
    let text = section().text();
    let again = "of docs/gradient-matrix.md is out of date; write it anew: \
                 ETUDE_WRITE_MATRIX=1 cargo test -p etude-layers --test matrix";
    assert_eq!(
        text.lines().next(),
        Some(&heading()[..]),
        "the heading {again}"
    );
    let named: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter_map(|(name, rest)| Some((name, rest.split_once(" |")?.0)))
        .collect();
    let counts: Vec<String> = catalogue::NAMES
        .iter()
        .map(|name| catalogue::cases(name).len().to_string())
        .collect();
    let counts = counts.iter().map(|count| &count[..]);
    let expected: Vec<(&str, &str)> = catalogue::NAMES.iter().copied().zip(counts).collect();
    assert_eq!(named, expected, "the list of layers {again}");
}
