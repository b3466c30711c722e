//! Random graphs of operations against dual numbers, and that a fault in one is shrunk to the step at fault.
//!
//! More of them: `PROPTEST_CASES=5000 cargo test -p etude-autograd --test suite programs`.

use etude_autograd::check::Report;
use etude_autograd::testing::Profile;
use etude_autograd::testing::programs::{Drawn, RandomProgram, Step, Verb, drawn};
use etude_autograd::{Delivery, Program, SinkHook, Var, dualcheck, dualgradcheck, program};
use etude_tensor::{Float, Result, Tensor};
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use std::rc::Rc;

/// `PROPTEST_CASES`, or so many; in the full profile 25 times as many.
fn cases(count: u32) -> ProptestConfig {
    match std::env::var("PROPTEST_CASES") {
        Ok(_) => ProptestConfig::default(),
        Err(_) => ProptestConfig::with_cases(count * Profile::chosen().pick(1, 25)),
    }
}

/// Runs a check; a program that fails is reported by the smallest that does.
fn holds(drawn: &Drawn, check: impl Fn(&Drawn) -> Result<Report>) -> Result<(), TestCaseError> {
    let Err(err) = check(drawn) else {
        return Ok(());
    };
    let smallest = drawn.clone().smallest(|drawn| check(drawn).is_err());
    Err(TestCaseError::fail(format!(
        "{err}\nthe smallest program: {smallest:?}"
    )))
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn first_derivatives(drawn in drawn(3, 10)) {
        holds(&drawn, |drawn| dualcheck(&drawn.program, &drawn.inputs))?;
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn second_derivatives(drawn in drawn(2, 6)) {
        holds(&drawn, |drawn| dualgradcheck(&drawn.program, &drawn.inputs))?;
    }
}

/// A wrong sign in what `tanh` gives.
struct WrongSign;

impl<T: Float> SinkHook<T> for WrongSign {
    fn deliver(&self, rule: &'static str, _: usize, gradient: Var<T>) -> Delivery<T> {
        Delivery::Add(if rule == "tanh" { -gradient } else { gradient })
    }
}

/// A program with the wrong rule.
struct Broken(RandomProgram);

impl Program for Broken {
    fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
        inputs[0].tape().set_sink_hook(Some(Rc::new(WrongSign)));
        self.0.run(inputs)
    }
}

#[test]
fn a_fault_is_shrunk_to_the_step_at_fault() {
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    });
    let check = |drawn: &Drawn| dualcheck(&Broken(drawn.program.clone()), &drawn.inputs);
    let found = runner.run(&drawn(3, 10), |drawn| holds(&drawn, check));
    let Err(TestError::Fail(reason, shrunk)) = found else {
        panic!("the wrong sign was not seen");
    };
    assert!(
        reason.message().contains("the smallest program"),
        "{reason}"
    );
    let smallest = shrunk.smallest(|drawn| check(drawn).is_err());
    assert_eq!(smallest.program.steps.len(), 1, "{smallest:?}");
    assert_eq!(smallest.program.steps[0].verb, Verb::Tanh);
    let printed = format!("{smallest:?}");
    assert!(printed.contains("a.tanh()"), "{printed}");
    assert!(
        printed.contains("dualcheck(&program, &[Tensor::from_slice([3, 3]"),
        "{printed}"
    );
}

/// What is printed is Rust: this is what a program of two steps prints, pasted.
#[test]
fn a_program_prints_as_source() -> Result<()> {
    let step = |verb, first, second| Step {
        verb,
        first,
        second,
    };
    let program = RandomProgram {
        inputs: 2,
        steps: vec![step(Verb::Mul, 1, 2), step(Verb::Tanh, 1, 1)],
    };
    assert_eq!(
        program.to_string(),
        "\
let program = program!(|v0, v1| {
    let v2 = &{ let (a, b) = (v1, v0); let _ = b; a.try_mul(b) }?;
    let v3 = &{ let (a, b) = (v2, v2); let _ = b; a.tanh() }?;
    Ok(v3.clone())
});"
    );
    let pasted = program!(|v0, v1| {
        let v2 = &{
            let (a, b) = (v1, v0);
            let _ = b;
            a.try_mul(b)
        }?;
        let v3 = &{
            let (a, b) = (v2, v2);
            let _ = b;
            a.tanh()
        }?;
        Ok(v3.clone())
    });
    let inputs = [Tensor::full([3, 3], 0.5), Tensor::full([3, 3], -0.8)];
    let tape = etude_autograd::Tape::<f64>::inference();
    let xs = inputs.clone().map(|x| tape.input(x));
    assert_eq!(pasted.run(&xs)?.tensor(), program.run(&xs)?.tensor());
    dualcheck(&pasted, &inputs)?;
    Ok(())
}
