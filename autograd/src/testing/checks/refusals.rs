//! What can't be done is an error that names who complains and what was given; never a panic, never a result.

use super::{Trial, value};
use crate::testing::Entry;
use crate::testing::entry::wrong;
use crate::{Tape, Var};
use etude_tensor::{ErrorKind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for refusal in &entry.refusals {
        let expected = refusal.message;
        let called = catch_unwind(AssertUnwindSafe(|| (refusal.call)(&Tape::new())));
        match called {
            Err(_) => return Err(wrong(format!("panicked instead of: {expected}"))),
            Ok(Ok(())) => return Err(wrong(format!("was accepted instead of: {expected}"))),
            Ok(Err(err)) if !err.to_string().starts_with(expected) => {
                return Err(wrong(format!("said \"{err}\" instead of: {expected}")));
            }
            Ok(Err(_)) => trial.count(),
        }
    }
    for case in &entry.cases {
        let (inputs, _) = trial.draw(case);
        value(case, &inputs)?;
        let (tape, other) = (case.tape(), case.tape());
        let mut xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
        if xs.len() > 1 {
            let own = std::mem::replace(&mut xs[0], other.var(inputs[0].clone()));
            graph_error("variables on two tapes", case.program.run(&xs))?;
            xs[0] = own;
        }
        tape.var(etude_tensor::Tensor::scalar(1.0)).backward()?;
        graph_error("variables of a spent recording", case.program.run(&xs))?;
        trial.count();
    }
    Ok(())
}

fn graph_error(what: &str, result: Result<Var<f64>>) -> Result<()> {
    match result {
        Err(err) if err.kind() == ErrorKind::Graph => Ok(()),
        Err(err) => Err(wrong(format!(
            "{what}: said \"{err}\", not that the recording is at fault"
        ))),
        Ok(_) => Err(wrong(format!("{what} were accepted"))),
    }
}
