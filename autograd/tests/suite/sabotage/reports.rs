//! Three planted bugs, each caught with the one line that runs the check again.

use super::faults::{Fault, Planted};
use etude_autograd::check::{DualProgram, Source};
use etude_autograd::testing::page::Section;
use etude_autograd::testing::{AnyProgram, Case, Check, check_entry, entry};
use etude_autograd::{Op, Var};
use etude_tensor::kernels::{Level, with_level};
use etude_tensor::{Dual, Float, Result};
use std::rc::Rc;
use std::sync::Arc;

/// A program that runs with a fault.
struct Broken {
    program: Arc<dyn AnyProgram>,
    rule: &'static str,
    place: usize,
    fault: Fault,
}

impl Broken {
    fn break_tape<T: Float>(&self, xs: &[Var<T>]) {
        let planted = Planted::new(self.rule, self.place, self.fault);
        xs[0].tape().set_sink_hook(Some(Rc::new(planted)));
    }
}

impl DualProgram for Broken {
    fn run(&self, xs: &[Var<f64>]) -> Result<Var<f64>> {
        self.break_tape(xs);
        self.program.run(xs)
    }
    fn dual(&self, xs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>> {
        self.break_tape(xs);
        self.program.dual(xs)
    }
}

impl AnyProgram for Broken {
    fn single(&self, xs: &[Var<f32>]) -> Result<Var<f32>> {
        self.break_tape(xs);
        self.program.single(xs)
    }
    fn text(&self) -> Option<Source> {
        self.program.text()
    }
}

/// What the check says of the operation with the fault in its rule for input `place`.
fn report(op: Op, place: usize, fault: Fault, check: Check) -> String {
    let mut entry = entry(op);
    let broken = |case: Case| {
        let program = Broken {
            program: Arc::clone(&case.program),
            rule: op.name(),
            place,
            fault,
        };
        Case {
            program: Arc::new(program),
            ..case
        }
    };
    entry.cases = entry.cases.into_iter().map(broken).collect();
    let failure = check_entry(op, &entry, check, 0).expect_err("the bug is caught");
    failure.to_string()
}

#[test]
fn three_planted_bugs_are_caught_with_a_line_each() {
    // At one level, so that the last digits are the same on every machine.
    let lines = with_level(Level::Baseline, || {
        [
            report(Op::Tanh, 0, Fault::Factor, Check::Duals),
            report(Op::BroadcastTo, 0, Fault::Unsummed, Check::Differences),
            report(Op::Mul, 0, Fault::Overwritten, Check::FanOut),
        ]
    });
    let starts = [
        "check(Op::Tanh, Check::Duals, 0) on '",
        "check(Op::BroadcastTo, Check::Differences, 0) on '",
        "check(Op::Mul, Check::FanOut, 0) on '",
    ];
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start) && !line.contains('\n'), "{line}");
    }
    let text = format!("```text\n{}\n```", lines.join("\n"));
    Section::new("mutation.md", "planted bugs").holds(&text, super::AGAIN);
}
