//! The whole Jacobian against dual numbers, which have no step size: sees a constant rounded in its tenth digit.

use super::Trial;
use crate::testing::Entry;
use etude_tensor::Result;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, _) = trial.draw(case);
        trial.take(&case.grad_check().duals_of(&*case.program, &inputs)?);
    }
    Ok(())
}
