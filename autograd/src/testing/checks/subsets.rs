//! Every subset of the inputs tracked: those that are get the same gradients as when all are.

use super::{Trial, cotangent, gradients, value};
use crate::testing::Entry;
use crate::{Tape, Var};
use etude_tensor::Result;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        let all = gradients(case, &inputs, &gy)?;
        for subset in 1..(1_usize << inputs.len()) - 1 {
            let is_tracked = |input: usize| subset & (1 << input) != 0;
            let tape = Tape::new();
            let put = |(input, x): (usize, &etude_tensor::Tensor<f64>)| {
                if is_tracked(input) {
                    tape.var(x.clone())
                } else {
                    tape.input(x.clone())
                }
            };
            let xs: Vec<Var<f64>> = inputs.iter().enumerate().map(put).collect();
            let some = case.program.run(&xs)?.backward_with(&gy)?;
            for input in (0..inputs.len()).filter(|&input| is_tracked(input)) {
                let name = format!("the gradient of input {input}, others being constants");
                trial.close(&name, &some.get(&xs[input])?, &all[input], 1e-12)?;
            }
        }
    }
    Ok(())
}
