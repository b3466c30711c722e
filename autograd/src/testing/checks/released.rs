//! Memory comes back: once the walk is done, or everything is dropped without one, no node is left, and nobody holds an input.

use super::{Trial, cotangent, value};
use crate::hook::SinkHook;
use crate::testing::Entry;
use crate::testing::entry::wrong;
use crate::{Tape, Var};
use etude_tensor::{Float, Result, Tensor};
use std::rc::Rc;

/// A hook that does nothing. The recording owns it, so whoever else does can see whether the recording is still there.
struct Witness;

impl<T: Float> SinkHook<T> for Witness {}

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        for walked in [true, false] {
            let how = if walked { "the walk" } else { "a drop" };
            let witness = Rc::new(Witness);
            let tape: Tape<f64> = case.tape();
            tape.set_sink_hook(Some(witness.clone()));
            let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
            let y = case.program.run(&xs)?;
            if walked {
                y.backward_with(&gy)?;
                let (nodes, bytes) = (tape.len(), tape.memory().bytes());
                if (nodes, bytes) != (0, 0) {
                    return Err(wrong(format!(
                        "{nodes} nodes and {bytes} bytes after the walk"
                    )));
                }
                drop((xs, y));
                held_by_nobody(&inputs, &gy, how)?;
            } else {
                drop((xs, y, tape));
                held_by_nobody(&inputs, &gy, how)?;
                if Rc::strong_count(&witness) > 1 {
                    return Err(wrong(
                        "the recording is alive after everything on it was dropped",
                    ));
                }
            }
            trial.count();
        }
    }
    Ok(())
}

fn held_by_nobody(inputs: &[Tensor<f64>], gy: &Tensor<f64>, how: &str) -> Result<()> {
    for (place, x) in inputs.iter().chain([gy]).enumerate() {
        if x.elements() > 0 && !x.is_unique() {
            let name = if place < inputs.len() {
                "input"
            } else {
                "cotangent: number"
            };
            return Err(wrong(format!("{name} {place} is still held after {how}")));
        }
    }
    Ok(())
}
