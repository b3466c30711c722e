//! Second derivatives three ways: reverse over reverse, forward over reverse, and differences of the gradients.

use super::Trial;
use crate::testing::Entry;
use crate::{GradCheck, gradgradcheck};
use etude_tensor::Result;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, _) = trial.draw(case);
        gradgradcheck(|xs| case.program.run(xs), &inputs)?;
        trial.take(&GradCheck::new().second_duals_of(&*case.program, &inputs)?);
    }
    Ok(())
}
