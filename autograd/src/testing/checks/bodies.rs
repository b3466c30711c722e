//! The two bodies of a fused operation: the kernel that `backward` runs, and the composed form that is recorded.

use super::{Trial, cotangent, gradients, gradients_on, value};
use crate::testing::Entry;
use etude_tensor::Result;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        let fast = gradients(case, &inputs, &gy)?;
        let tape = case.tape();
        tape.prefer_composed(true);
        let composed = gradients_on(&tape, case, &inputs, &gy)?;
        for (fast, composed) in fast.iter().zip(&composed) {
            trial.close("the fast body", fast, composed)?;
        }
    }
    Ok(())
}
