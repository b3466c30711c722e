//! Second derivatives three ways: reverse over reverse, forward over reverse, and differences of the gradients.

use super::Trial;
use crate::testing::Entry;
use etude_tensor::Result;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, _) = trial.draw(case);
        let check = case.grad_check();
        check.second_differences(|xs| case.program.run(xs), &inputs)?;
        trial.take(&check.second_duals_of(&*case.program, &inputs)?);
    }
    Ok(())
}
