//! Nothing that anybody can still see is written to: inputs, result and cotangent have the same bits after both walks, and what the
//! rules saved serves a second walk as it served the first.

use super::{Trial, cotangent, value};
use crate::testing::Entry;
use crate::testing::entry::wrong;
use crate::{Var, vjp};
use etude_tensor::{Result, Tensor};

fn bits(x: &Tensor<f64>) -> Vec<u64> {
    x.to_vec().into_iter().map(f64::to_bits).collect()
}

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        let tape = case.tape();
        let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
        let y = case.program.run(&xs)?;
        let result = y.tensor().clone();
        let seen: Vec<&Tensor<f64>> = inputs.iter().chain([&result, &gy]).collect();
        let before: Vec<Vec<u64>> = seen.iter().map(|x| bits(x)).collect();

        let targets: Vec<&Var<f64>> = xs.iter().collect();
        let cotangent = tape.input(gy.clone());
        let walk = || -> Result<Vec<Vec<u64>>> {
            let gradients = tape.without_recording(|| vjp(&y, &targets, &cotangent))?;
            Ok(gradients.iter().map(|g| bits(g.tensor())).collect())
        };
        let (first, second) = (walk()?, walk()?);
        if first != second {
            return Err(wrong("a second walk gives other gradients than the first"));
        }
        y.backward_with(&gy)?;
        for (place, (x, before)) in seen.iter().zip(&before).enumerate() {
            if bits(x) != *before {
                let name = match place.checked_sub(inputs.len()) {
                    None => format!("input {place}"),
                    Some(0) => "the result".to_string(),
                    Some(_) => "the cotangent".to_string(),
                };
                return Err(wrong(format!("the walk back has written to {name}")));
            }
            trial.count();
        }
    }
    Ok(())
}
