//! A rule is linear in its cotangent: nothing comes from nothing, and αv + βw gives α times what v gives plus β times what w gives.

use super::{Trial, cotangent, gradients, value};
use crate::testing::Entry;
use etude_tensor::{Result, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let shape = value(case, &inputs)?.to_shape();
        let nothing = gradients(case, &inputs, &Tensor::zeros(shape.clone()))?;
        let (v, w) = (cotangent(&shape, &mut rng)?, cotangent(&shape, &mut rng)?);
        let mut sum = &v * 0.7;
        sum.scaled_add(-1.3, &w)?;
        let of_v = gradients(case, &inputs, &v)?;
        let of_w = gradients(case, &inputs, &w)?;
        let of_sum = gradients(case, &inputs, &sum)?;
        for input in 0..inputs.len() {
            let zeros = Tensor::zeros(inputs[input].shape());
            let name = format!("the gradient of input {input} for a cotangent of zeros");
            trial.close_to(&name, &nothing[input], &zeros, 0.0)?;
            let mut expected = &of_v[input] * 0.7;
            expected.scaled_add(-1.3, &of_w[input])?;
            let name = format!("the gradient of input {input} for 0.7v − 1.3w");
            trial.close(&name, &of_sum[input], &expected)?;
        }
    }
    Ok(())
}
