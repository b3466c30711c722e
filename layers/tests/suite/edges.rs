//! At the edge of shapes: whatever a layer takes that has an axis without elements, or with one, has right gradients.

use etude_autograd::testing::{Check, Profile};
use etude_layers::testing::{Case, catalogue, check_cases};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The cases of a layer with one axis of one argument without elements or with one, and all arguments that have this axis with them: a batch of
/// none, a sequence of one.
fn edges(case: &Case) -> Vec<Case> {
    let mut edges = Vec::new();
    for place in 0..case.arguments.len() {
        let shape = case.arguments[place].1.shape().to_vec();
        for axis in 0..shape.len() {
            for size in [0, 1] {
                let mut edge = case.clone();
                for (_, given) in &mut edge.arguments[place..] {
                    let mut shape = given.shape().to_vec();
                    if shape.get(axis) == case.arguments[place].1.shape().get(axis) {
                        shape[axis] = size;
                        *given = given.of_shape(&shape);
                    }
                }
                edges.push(edge);
            }
        }
    }
    edges
}

#[test]
fn what_a_layer_takes_has_right_gradients_at_the_edge_of_shapes() {
    let (mut taken, mut layers, mut bad) = (0, 0, Vec::new());
    for name in catalogue::NAMES {
        let cases = catalogue::cases(name);
        let count = Profile::chosen().pick(1, cases.len());
        let before = taken;
        for edge in cases.iter().take(count).flat_map(edges) {
            for which in [Check::Duals, Check::Shapes] {
                let checked = AssertUnwindSafe(|| check_cases(name, vec![edge.clone()], which, 0));
                let problem = match catch_unwind(checked) {
                    Ok(Ok(_)) => {
                        taken += 1;
                        continue;
                    }
                    Ok(Err(failure)) if failure.case.is_empty() => continue, // refused, before any check
                    Ok(Err(failure)) => failure.to_string(),
                    Err(_) => format!("{name} {} panicked", edge.config),
                };
                let shapes = edge.arguments.iter().map(|(_, given)| given.shape());
                bad.push(format!("{:?}: {problem}", shapes.collect::<Vec<_>>()));
            }
        }
        layers += usize::from(taken > before);
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    println!("{taken} checks passed, of {layers} layers");
    assert!(
        layers > 60,
        "{layers} layers take an axis without elements or with one"
    );
}
