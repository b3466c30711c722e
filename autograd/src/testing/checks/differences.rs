//! The whole Jacobian against central differences.

use super::Trial;
use crate::testing::Entry;
use etude_tensor::Result;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, _) = trial.draw(case);
        let report = case
            .grad_check()
            .differences(|xs| case.program.run(xs), &inputs)?;
        trial.take(&report);
    }
    Ok(())
}
