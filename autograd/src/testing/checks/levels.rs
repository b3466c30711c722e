//! Every instruction-set level of this machine against the generic code that dual numbers run: values and gradients.

use super::{Trial, cotangent, gradients, value};
use crate::testing::{Case, Entry};
use etude_tensor::kernels::{Level, level, with_level};
use etude_tensor::{Result, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    let best = level();
    for case in entry.with_values() {
        let (inputs, mut rng) = trial.draw(case);
        let (expected, _) = case.program.generic(&case.tape(), &inputs, None)?;
        let gy = cotangent(expected.shape(), &mut rng)?;
        let wanted = (!case.is_plain).then_some(&gy);
        let (_, expected_gradients) = case.program.generic(&case.tape(), &inputs, wanted)?;
        for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
            if level > best {
                continue;
            }
            let (y, got) = with_level(level, || at_this_level(case, &inputs, &gy))?;
            let name = level.name();
            trial.close(&format!("the value at level {name}"), &y, &expected)?;
            for (input, (got, expected)) in got.iter().zip(&expected_gradients).enumerate() {
                let name = format!("the gradient of input {input} at level {name}");
                trial.close(&name, got, expected)?;
            }
        }
    }
    Ok(())
}

fn at_this_level(
    case: &Case,
    inputs: &[Tensor<f64>],
    gy: &Tensor<f64>,
) -> Result<(Tensor<f64>, Vec<Tensor<f64>>)> {
    Ok((value(case, inputs)?, gradients(case, inputs, gy)?))
}
