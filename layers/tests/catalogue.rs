//! Every layer's gradients, to second order, in both modes.

use etude_layers::testing::{catalogue, check};

/// Checks every `of`-th layer, from `first` on: in several tests, so that they share the machine's cores.
fn holds(first: usize, of: usize) {
    let mut problems = Vec::new();
    for name in catalogue::NAMES.iter().skip(first).step_by(of) {
        let cases = catalogue::cases(name);
        assert!(!cases.is_empty(), "{name} has no case");
        for case in cases {
            if let Err(err) = check(name, &case) {
                problems.push(format!("{name} {}: {err}", case.config));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn gradients_of_a_third_of_the_layers() {
    holds(0, 3);
}

#[test]
fn gradients_of_another_third() {
    holds(1, 3);
}

#[test]
fn gradients_of_the_last_third() {
    holds(2, 3);
}
