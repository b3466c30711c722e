//! 32 bits compute what 64 bits do: values and gradients agree to what rounding leaves.

use super::{Trial, cotangent, gradients, value};
use crate::Var;
use crate::testing::Entry;
use etude_tensor::{Result, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in entry.with_values() {
        let (inputs, mut rng) = trial.draw(case);
        // What 32 bits can hold, so that both start from the same numbers.
        let single = inputs
            .iter()
            .map(Tensor::cast::<f32>)
            .collect::<Result<Vec<_>>>()?;
        let inputs = single
            .iter()
            .map(Tensor::cast::<f64>)
            .collect::<Result<Vec<_>>>()?;
        let y = value(case, &inputs)?;
        let gy = cotangent(y.shape(), &mut rng)?.cast::<f32>()?;
        let expected = gradients(case, &inputs, &gy.cast()?)?;

        let tape = case.tape();
        let xs: Vec<Var<f32>> = single.iter().map(|x| tape.var(x.clone())).collect();
        let got = case.program.single(&xs)?;
        trial.close("the value in 32 bits", &got.tensor().cast()?, &y)?;
        if case.is_plain {
            continue;
        }
        let got = got.backward_with(&gy)?;
        for (input, (x, expected)) in xs.iter().zip(&expected).enumerate() {
            let name = format!("the gradient of input {input} in 32 bits");
            trial.close(&name, &got.get(x)?.cast()?, expected)?;
        }
    }
    Ok(())
}
