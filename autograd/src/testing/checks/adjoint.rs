//! Forward and reverse are transposes of each other: ⟨v, J u⟩ = ⟨Jᵀ v, u⟩ for random directions u and v.

use super::{Trial, cotangent, dot, gradients, value};
use crate::testing::Entry;
use etude_tensor::{Result, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let mut u = Vec::new();
        for x in &inputs {
            u.push(cotangent(x.shape(), &mut rng)?);
        }
        let v = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        let ju = case.program.tangent(&case.tape(), &inputs, &u)?;
        let jv = gradients(case, &inputs, &v)?;
        let forward = dot(&v, &ju)?;
        let mut reverse = 0.0;
        let mut scale = 1.0;
        for (gradient, u) in jv.iter().zip(&u) {
            reverse += dot(gradient, u)?;
            scale += dot(&gradient.abs(), u)?; // u is positive: the size of what may cancel
        }
        let [forward, reverse] = [forward, reverse].map(|sum| Tensor::scalar(sum / scale));
        trial.close("⟨v, J u⟩ from ⟨Jᵀ v, u⟩", &forward, &reverse)?;
    }
    Ok(())
}
