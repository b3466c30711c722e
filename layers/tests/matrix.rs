//! The layers' part of `docs/gradient-matrix.md`: layer × check, with the largest error seen.
//!
//! `ETUDE_WRITE_MATRIX=1 cargo test -p etude-layers --test matrix` writes the figures; without the variable the page must have
//! every layer and every check.

use etude_autograd::testing::page::Section;
use etude_layers::testing::{Check, catalogue, check_one};

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
    let columns: Vec<String> = ["layer".to_string(), "cases".to_string()]
        .into_iter()
        .chain(Check::ALL.iter().map(|check| format!("{check:?}")))
        .collect();
    let start = |name: &&str| format!("| `{name}` | {} |", catalogue::cases(name).len());
    let starts: Vec<String> = catalogue::NAMES.iter().map(start).collect();
    Section::new("gradient-matrix.md", "layers").holds_table(
        &columns,
        &starts,
        || catalogue::NAMES.iter().map(|name| row(name)).collect(),
        "cargo test -p etude-layers --test matrix",
    );
}
