//! Tests that can fail: every rule broken on purpose, one fault at a time, through the sink's hook, and each fault seen.
//!
//! A fault is planted for each rule and each input that it delivers to: the wrong sign, a factor of 2, a delivery that is lost, a sum
//! that is overwritten. The last shows only where gradients meet, so every case is used twice in one loss.

use etude_autograd::testing::{Case, entry};
use etude_autograd::{Delivery, Kind, Op, SinkHook, Tape, Var, gradcheck};
use etude_tensor::{Float, Result, Rng, Tensor};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Sign,
    Factor,
    Lost,
    Overwritten,
}

const FAULTS: [Fault; 4] = [Fault::Sign, Fault::Factor, Fault::Lost, Fault::Overwritten];

/// Whether the fault changes nothing that anybody could see.
fn is_no_fault(rule: &str, input: usize, fault: Fault) -> bool {
    match (rule, input) {
        // The magnitude doesn't move with what lends its sign: zero times anything is zero.
        ("copysign", 1) => true,
        // These inputs are broadcast or reshaped for the call, and used by nothing else: no gradients meet there, and a sum of one term
        // can't be overwritten.
        ("cholesky" | "determinant" | "index_assign" | "qr" | "solve" | "triangular_solve", _)
        | ("scaled_dot_product_attention", 3) => fault == Fault::Overwritten,
        _ => false,
    }
}

/// A fault in what the rule of this name delivers to this input.
struct Planted {
    rule: &'static str,
    input: usize,
    fault: Fault,
}

impl<T: Float> SinkHook<T> for Planted {
    fn deliver(&self, rule: &'static str, input: usize, gradient: Var<T>) -> Delivery<T> {
        if (rule, input) != (self.rule, self.input) {
            return Delivery::Add(gradient);
        }
        match self.fault {
            Fault::Sign => Delivery::Add(-gradient),
            Fault::Factor => Delivery::Add(gradient * 2.0),
            Fault::Lost => Delivery::Drop,
            Fault::Overwritten => Delivery::Overwrite(gradient),
        }
    }
}

/// Notes the inputs that a rule delivers to.
struct Watch {
    rule: &'static str,
    inputs: RefCell<BTreeSet<usize>>,
}

impl<T: Float> SinkHook<T> for Watch {
    fn deliver(&self, rule: &'static str, input: usize, gradient: Var<T>) -> Delivery<T> {
        if rule == self.rule {
            self.inputs.borrow_mut().insert(input);
        }
        Delivery::Add(gradient)
    }
}

/// The sum of two runs of the case's program, weighed differently: every input's gradients meet.
fn used_twice(case: &Case, xs: &[Var<f64>]) -> Result<Var<f64>> {
    let (first, second) = (case.program.run(xs)?, case.program.run(xs)?);
    first.mul_scalar(0.7)?.try_add(&second)
}

fn delivered(op: Op) -> BTreeSet<usize> {
    let watch = Rc::new(Watch {
        rule: op.name(),
        inputs: RefCell::default(),
    });
    for case in entry(op).cases {
        let tape = Tape::new();
        tape.set_sink_hook(Some(watch.clone()));
        let xs: Vec<Var<f64>> = case
            .draw(&mut Rng::seed(0))
            .into_iter()
            .map(|x| tape.var(x))
            .collect();
        let y = case.program.run(&xs).unwrap();
        y.backward_with(&Tensor::ones(y.shape())).unwrap();
    }
    watch.inputs.take()
}

/// Whether some case of the entry shows the fault.
fn is_seen(op: Op, planted: &Rc<Planted>) -> bool {
    entry(op).cases.iter().any(|case| {
        let inputs = case.draw(&mut Rng::seed(1));
        let program = |xs: &[Var<f64>]| {
            xs[0].tape().set_sink_hook(Some(planted.clone()));
            used_twice(case, xs)
        };
        gradcheck(program, &inputs).is_err()
    })
}

#[test]
fn every_fault_in_every_rule_is_seen() {
    let (mut planted, mut survivors) = (0, Vec::new());
    for &op in Op::ALL
        .iter()
        .filter(|op| matches!(op.kind(), Kind::Rule | Kind::Adjoint))
    {
        for input in delivered(op) {
            for fault in FAULTS {
                let rule = op.name();
                if is_no_fault(rule, input, fault) {
                    continue;
                }
                planted += 1;
                if !is_seen(op, &Rc::new(Planted { rule, input, fault })) {
                    survivors.push(format!("{fault:?} in what {rule} gives input {input}"));
                }
            }
        }
    }
    println!("{} of {planted} faults seen", planted - survivors.len());
    assert!(planted > 4 * 65, "every rule was broken");
    assert!(survivors.is_empty(), "{survivors:#?}");
}
