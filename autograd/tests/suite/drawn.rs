//! Every operation that takes any shapes of a kind, on shapes, layouts, options and values that proptest draws and shrinks. A failure is a line
//! that can be pasted:
//!
//! ```text
//! ETUDE_DRAW='mul [2,3]:Plain [3]:Reversed option=0 seed=5' cargo test -p etude-autograd --test suite drawn
//! ```
//!
//! runs this draw and nothing else. `ETUDE_PROFILE=full` draws more, larger and to second order; `ETUDE_CHECK_SEED=7` others.

use etude_autograd::check::{DualProgram, Source};
use etude_autograd::testing::drawn::{
    Draw, DrawFailure, check_draw, check_drawn, check_drawn_by, check_program, draws, program,
};
use etude_autograd::testing::{AnyProgram, Family, Layout, Profile};
use etude_autograd::{Delivery, Op, SinkHook, Var};
use etude_tensor::{Dual, Float, Result};
use proptest::prelude::*;
use std::rc::Rc;
use std::sync::Arc;

/// The operations of a family.
fn of(family: Family) -> impl Iterator<Item = Op> {
    let ops = Op::ALL.iter().copied();
    ops.filter(move |&op| Family::of(op) == Some(family))
}

/// Draws for every operation of a family, or the one that `ETUDE_DRAW` names if it is of this family.
fn holds(family: Family, at_least: usize) {
    if let Ok(line) = std::env::var("ETUDE_DRAW") {
        let draw: Draw = line.parse().expect("ETUDE_DRAW is a draw");
        if Family::of(draw.op) == Some(family) {
            let compared = check_draw(&draw).unwrap_or_else(|err| panic!("{draw}: {err}"));
            println!("{draw}: {compared} derivatives are right");
        }
        return;
    }
    let seed = std::env::var("ETUDE_CHECK_SEED").map_or(0, |seed| seed.parse().expect("a number"));
    let count = Profile::chosen().pick(24, 100);
    let (mut ops, mut compared, mut failures) = (0, 0, Vec::new());
    for op in of(family) {
        ops += 1;
        match check_drawn(op, count, seed) {
            Ok(found) => compared += found,
            Err(failure) => failures.push(failure.to_string()),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(ops >= at_least, "{ops} operations in {family:?}");
    println!("{family:?}: {ops} operations, {count} draws each, {compared} derivatives compared");
}

#[test]
fn elementwise() {
    holds(Family::Elementwise, 45);
}

#[test]
fn broadcast() {
    holds(Family::Broadcast, 11);
}

#[test]
fn reductions() {
    holds(Family::Reduction, 10);
}

#[test]
fn shapes() {
    holds(Family::Shape, 21);
}

#[test]
fn products() {
    holds(Family::Product, 3);
}

/// What a faulty rule delivers.
#[derive(Clone, Copy)]
enum Fault {
    /// Twice what it should.
    Factor,
    /// The gradient of an expanded axis, taken from one place of it instead of summed.
    NoSum,
}

struct Planted(&'static str, Fault);

impl<T: Float> SinkHook<T> for Planted {
    fn deliver(&self, rule: &'static str, _: usize, gradient: Var<T>) -> Delivery<T> {
        if rule != self.0 {
            return Delivery::Add(gradient);
        }
        match self.1 {
            Fault::Factor => Delivery::Add(gradient * 2.0),
            Fault::NoSum => Delivery::Drop,
        }
    }
}

/// A draw's program with a fault in one rule.
struct Broken(Arc<dyn AnyProgram>, &'static str, Fault);

impl Broken {
    fn plant<T: Float>(&self, inputs: &[Var<T>]) {
        let hook: Rc<dyn SinkHook<T>> = Rc::new(Planted(self.1, self.2));
        inputs[0].tape().set_sink_hook(Some(hook));
    }
}

impl DualProgram for Broken {
    fn run(&self, inputs: &[Var<f64>]) -> Result<Var<f64>> {
        self.plant(inputs);
        self.0.run(inputs)
    }
    fn dual(&self, inputs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>> {
        self.plant(inputs);
        self.0.dual(inputs)
    }
}

impl AnyProgram for Broken {
    fn single(&self, inputs: &[Var<f32>]) -> Result<Var<f32>> {
        self.plant(inputs);
        self.0.single(inputs)
    }
    fn text(&self) -> Option<Source> {
        self.0.text()
    }
}

fn faulty(draw: &Draw, rule: &'static str, fault: Fault) -> Result<usize> {
    check_program(draw, &Broken(program(draw)?, rule, fault))
}

/// The failure that a fault in the rule of this name gives, for draws of `op`.
fn shrunk(op: Op, rule: &'static str, fault: Fault) -> DrawFailure {
    check_drawn_by(op, 200, 0, |draw| faulty(draw, rule, fault)).expect_err("the fault is seen")
}

#[test]
fn a_wrong_factor_shrinks_to_one_number() {
    let failure = shrunk(Op::Tanh, "tanh", Fault::Factor);
    assert_eq!(failure.draw.inputs, [(vec![], Layout::Plain)], "{failure}");
    let line = failure.to_string();
    assert!(!line.contains('\n'), "{line}");
    let start = "ETUDE_DRAW='tanh []:Plain option=0 seed=0' cargo test -p etude-autograd --test suite drawn # dualcheck: 1 of 1 derivatives is wrong";
    assert!(line.starts_with(start), "{line}");

    // The line runs it again: it fails with the fault, and passes without.
    let draw: Draw = line.split('\'').nth(1).unwrap().parse().unwrap();
    assert_eq!(draw, failure.draw);
    assert!(faulty(&draw, "tanh", Fault::Factor).is_err());
    assert_eq!(check_draw(&draw).unwrap(), Profile::chosen().pick(1, 3));
}

#[test]
fn a_missing_reduction_shrinks_to_the_smallest_broadcast() {
    let failure = shrunk(Op::Mul, "broadcast_to", Fault::NoSum);
    let mut shapes: Vec<&[usize]> = failure
        .draw
        .inputs
        .iter()
        .map(|(shape, _)| &shape[..])
        .collect();
    // Which of the two operands is expanded depends on the numbers drawn.
    shapes.sort_by_key(|shape| shape.len());
    assert_eq!(shapes, [&[][..], &[1]], "{failure}");
    assert!(
        failure
            .draw
            .inputs
            .iter()
            .all(|(_, layout)| *layout == Layout::Plain),
        "{failure}"
    );
    assert!(
        failure
            .message
            .contains("output at [0] for input 1 at []: analytic 0.0"),
        "{failure}"
    );
}

/// The variable, set for this very program: the one draw is run, and nothing else.
#[test]
fn a_pasted_line_runs_that_draw_alone() {
    let test = |draw: &str, family: &str| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command
            .args([&format!("drawn::{family}"), "--exact", "--nocapture"])
            .env("ETUDE_DRAW", draw);
        let output = command.output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let line = "mul [2,1]:Transposed [3]:Repeated option=0 seed=7";
    let (passed, text) = test(line, "broadcast");
    let compared = 5 * 6 + Profile::chosen().pick(0, (5 + 6) * 5);
    assert!(
        passed && text.contains(&format!("{line}: {compared} derivatives are right")),
        "{text}"
    );
    let (passed, text) = test(line, "products");
    assert!(passed && !text.contains("derivatives"), "{text}");
    assert!(
        !test("mul [2,1]:Transposed", "broadcast").0,
        "an input is missing"
    );
    assert!(!test("mull [2]:Plain", "broadcast").0, "no such operation");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_can_be_read(draw in draws(Op::Matmul).expect("matmul belongs to a family")) {
        prop_assert_eq!(draw.to_string().parse::<Draw>().unwrap(), draw);
    }
}

#[test]
fn what_is_no_draw_is_refused() {
    for line in [
        "",
        "mull [2]:Plain",
        "mul [2:Plain",
        "mul [2]:Sideways",
        "mul [a]:Plain",
        "mul seed=x",
    ] {
        let message = line.parse::<Draw>().unwrap_err().to_string();
        assert!(
            message.contains("expected an operation and its draw"),
            "{message}"
        );
    }
    let message = check_draw(&"mul [2]:Plain".parse().unwrap())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("1 inputs in 'mul [2]:Plain option=0 seed=0'; expected 2"),
        "{message}"
    );
    let message = check_draw(&"svd [2]:Plain".parse().unwrap())
        .unwrap_err()
        .to_string();
    assert!(message.contains("svd belongs to no family"), "{message}");
}
