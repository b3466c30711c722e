//! No silent cuts: a tracked input gives a tracked result, through the operation's own rule, and every rule met is in the table.

use super::{Trial, cotangent, value};
use crate::hook::{Delivery, SinkHook};
use crate::testing::entry::wrong;
use crate::testing::{Entry, Subject};
use crate::{Kind, Op, Var};
use etude_tensor::{Float, Result, Tensor};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Notes the name of each rule that delivers.
#[derive(Default)]
struct Names(RefCell<BTreeSet<&'static str>>);

impl<T: Float> SinkHook<T> for Names {
    fn deliver(&self, rule: &'static str, _: usize, gradient: Var<T>) -> Delivery<T> {
        self.0.borrow_mut().insert(rule);
        Delivery::Add(gradient)
    }
}

/// What has left the tape is tracked by nobody, whatever it was computed from.
fn plain(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.plain {
        let (inputs, _) = trial.draw(case);
        let tape = case.tape();
        let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
        if case.program.run(&xs)?.is_tracked() {
            return Err(wrong("the result of a plain case is tracked"));
        }
        trial.count();
    }
    Ok(())
}

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    let kind = trial.kind();
    let (cases, others) = match kind {
        Kind::Plain => (&entry.plain, &entry.cases),
        _ => (&entry.cases, &entry.plain),
    };
    if cases.is_empty() || !others.is_empty() {
        return Err(wrong(
            "the entry has no case, or one that isn't of its kind",
        ));
    }
    match (entry.never_refuses, entry.refusals.is_empty()) {
        (None, true) => return Err(wrong("the entry says nothing about what is refused")),
        (Some(why), false) => {
            return Err(wrong(format!("\"{why}\", and yet it refuses something")));
        }
        _ => {}
    }
    let is_layer = matches!(trial.subject, Subject::Named(_));
    plain(entry, trial)?;
    let names = Rc::new(Names::default());
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        for tracked in 0..inputs.len() {
            let tape = case.tape();
            tape.set_sink_hook(Some(names.clone()));
            let put = |(input, x): (usize, &Tensor<f64>)| {
                if input == tracked {
                    tape.var(x.clone())
                } else {
                    tape.input(x.clone())
                }
            };
            let xs: Vec<Var<f64>> = inputs.iter().enumerate().map(put).collect();
            let y = case.program.run(&xs)?;
            if !y.is_tracked() {
                // A layer may have an argument that another one makes superfluous.
                let mut moved = inputs.clone();
                moved[tracked] = &moved[tracked] * 1.25;
                if is_layer && value(case, &moved)? == value(case, &inputs)? {
                    continue;
                }
                return Err(wrong(format!(
                    "input {tracked} is tracked and the result isn't: the graph is cut"
                )));
            }
            let gy = cotangent(y.shape(), &mut rng)?;
            let gradient = y.backward_with(&gy)?.get(&xs[tracked])?;
            if kind == Kind::Zero {
                trial.close("its gradient", &gradient, &Tensor::zeros(gradient.shape()))?;
            }
            trial.count();
        }
    }
    let names = names.0.borrow();
    if let Some(name) = names.iter().find(|name| Op::from_name(name).is_none()) {
        return Err(wrong(format!(
            "the rule \"{name}\" isn't in the table of operations"
        )));
    }
    if let Subject::Op(op) = trial.subject
        && !matches!(kind, Kind::Composed | Kind::Plain)
        && !names.contains(op.name())
    {
        return Err(wrong(format!(
            "no rule of that name was met, only {names:?}"
        )));
    }
    Ok(())
}
