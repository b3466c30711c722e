//! Every check of the suite on every layer: its arguments and its parameters, in inference and in training mode. A line of a failure is what runs it again:
//! `etude_layers::testing::check("Dense", Check::Duals, 0)`. Another seed for all: `ETUDE_CHECK_SEED=7`. `ETUDE_PROFILE=full` takes four seeds.

use etude_autograd::testing::{Check, Profile, normal};
use etude_layers::registry;
use etude_layers::testing::{case, catalogue, check, check_cases};
use etude_tensor::Rng;
use serde_json::json;

/// Runs a check on every `of`-th layer, from `first` on.
fn holds_for(which: Check, first: usize, of: usize) {
    let seeds = match std::env::var("ETUDE_CHECK_SEED") {
        Ok(seed) => vec![seed.parse().expect("ETUDE_CHECK_SEED is a number")],
        Err(_) => (0..Profile::chosen().pick(1, 4)).collect::<Vec<u64>>(),
    };
    let (mut compared, mut layers, mut failures) = (0, 0, Vec::new());
    let (mut largest, mut worst) = (0.0, "");
    for &name in catalogue::NAMES.iter().skip(first).step_by(of) {
        layers += 1;
        for &seed in &seeds {
            match check(name, which, seed) {
                Ok(finding) => {
                    compared += finding.compared;
                    if finding.largest_error > largest {
                        (largest, worst) = (finding.largest_error, name);
                    }
                }
                Err(failure) => failures.push(failure.to_string()),
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
    println!(
        "{which:?}: {layers} layers, {compared} comparisons, largest error {largest:.1e} ({worst})"
    );
}

fn holds(which: Check) {
    holds_for(which, 0, 1);
}

#[test]
fn every_layer_has_cases() {
    for name in catalogue::NAMES {
        assert!(!catalogue::cases(name).is_empty(), "{name} has no case");
    }
}

/// Keys that don't change what is computed: where parameters start, whether they are trained, how buffers follow, and sizes that the input says.
const OF_THE_START: [&str; 10] = [
    "initializer",
    "seed",
    "trainable",
    "input_size",
    "zero_gamma",
    "weight_init_value",
    "orthonormal",
    "randomizer",
    "momentum",
    "unit_forget_bias",
];

/// The keys of a layer's configuration: what is said of one that it doesn't have lists them.
fn keys(name: &str) -> Vec<String> {
    let mut config = catalogue::cases(name).remove(0).config;
    config["colour"] = json!("red");
    let made = registry::layer::<f64>(name, &config, &mut Rng::seed(0));
    let message = made.expect_err("no layer has a colour").to_string();
    let (_, known) = message.split_once(", expected ").unwrap_or_default();
    let names = known.split('`').skip(1).step_by(2);
    names.map(ToString::to_string).collect()
}

/// Every option of every layer has a case that sets it.
#[test]
fn every_option_is_tried() {
    let (mut options, mut untried) = (0, Vec::new());
    for name in catalogue::NAMES {
        let cases = catalogue::cases(name);
        for key in keys(name) {
            let is_cell = name.ends_with("Cell") && key == "output_size"; // weight_shape says it
            if is_cell || OF_THE_START.iter().any(|part| key.contains(part)) {
                continue;
            }
            options += 1;
            if cases.iter().all(|case| case.config.get(&key).is_none()) {
                untried.push(format!("{name}: {key}"));
            }
        }
    }
    assert!(untried.is_empty(), "{}", untried.join("\n"));
    assert!(options > 200, "{options} options are read off the messages");
}

/// A failure is one line, which begins with what runs it again.
#[test]
fn a_failure_names_the_layer_and_the_check() {
    let dense = case(json!({"output_size": 2})).float("x", normal([2, 3]));
    let failure = check_cases("Dense", vec![dense], Check::Completeness, 5).unwrap_err();
    let line = failure.to_string();
    let start = r#"check("Dense", Check::Completeness, 5) on '': catalogue: the entry says nothing about what is refused"#;
    assert_eq!(line, start);
    let wrong = case(json!({"output_size": 0})).float("x", normal([2, 3]));
    let failure = check_cases("Dense", vec![wrong], Check::Duals, 0).unwrap_err();
    assert!(
        failure.message.starts_with("dense: output_size is 0"),
        "{failure}"
    );
}

#[test]
fn differences() {
    holds(Check::Differences);
}

#[test]
fn duals() {
    holds(Check::Duals);
}

// The longest by far: in several tests, so that they share the machine's cores.

#[test]
fn second_derivatives_of_a_quarter() {
    holds_for(Check::Second, 0, 4);
}

#[test]
fn second_derivatives_of_another_quarter() {
    holds_for(Check::Second, 1, 4);
}

#[test]
fn second_derivatives_of_the_third_quarter() {
    holds_for(Check::Second, 2, 4);
}

#[test]
fn second_derivatives_of_the_last_quarter() {
    holds_for(Check::Second, 3, 4);
}

#[test]
fn adjoint() {
    holds(Check::Adjoint);
}

#[test]
fn linearity() {
    holds(Check::Linearity);
}

#[test]
fn both_bodies() {
    holds(Check::Bodies);
}

#[test]
fn fan_out() {
    holds(Check::FanOut);
}

#[test]
fn layouts() {
    holds(Check::Layouts);
}

#[test]
fn shapes() {
    holds(Check::Shapes);
}

#[test]
fn subsets() {
    holds(Check::Subsets);
}

#[test]
fn unchanged() {
    holds(Check::Unchanged);
}

#[test]
fn released() {
    holds(Check::Released);
}

#[test]
fn levels() {
    holds(Check::Levels);
}

#[test]
fn precisions() {
    holds(Check::Precisions);
}

#[test]
fn same_bits_on_any_number_of_threads() {
    holds(Check::Threads);
}

#[test]
fn refusals() {
    holds(Check::Refusals);
}

#[test]
fn completeness() {
    holds(Check::Completeness);
}
