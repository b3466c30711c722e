//! Every subset of the inputs tracked: those that are get the same gradients as when all are.

use super::{Trial, cotangent, gradients, value};
use crate::Var;
use crate::testing::Entry;
use etude_tensor::{Result, Tensor};

/// With more inputs than this, as layers with all their parameters have, not every subset is tried.
const ALL_SUBSETS: usize = 4;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        let all = gradients(case, &inputs, &gy)?;
        for is_tracked in subsets(inputs.len()) {
            let tape = case.tape();
            let put = |(x, tracked): (&Tensor<f64>, &bool)| match tracked {
                true => tape.var(x.clone()),
                false => tape.input(x.clone()),
            };
            let xs: Vec<Var<f64>> = inputs.iter().zip(&is_tracked).map(put).collect();
            let y = case.program.run(&xs)?;
            let some = match y.is_tracked() {
                true => Some(y.backward_with(&gy)?),
                false => None, // the result depends on none of these
            };
            for input in (0..inputs.len()).filter(|&input| is_tracked[input]) {
                let name = format!("the gradient of input {input}, others being constants");
                let got = match &some {
                    Some(gradients) => gradients.get(&xs[input])?,
                    None => Tensor::zeros(inputs[input].shape()),
                };
                trial.close(&name, &got, &all[input])?;
            }
        }
    }
    Ok(())
}

/// Every subset but none and all; of many inputs each one alone, and all but one.
fn subsets(count: usize) -> Vec<Vec<bool>> {
    if count <= ALL_SUBSETS {
        let is_in = |subset: usize| (0..count).map(move |input| subset >> input & 1 == 1);
        return (1..(1 << count) - 1)
            .map(|subset| is_in(subset).collect())
            .collect();
    }
    let only = |wanted: bool| {
        (0..count).map(move |one| (0..count).map(|input| (input == one) == wanted).collect())
    };
    only(true).chain(only(false)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_inputs_in_every_way_and_many_one_at_a_time() {
        assert!(subsets(0).is_empty() && subsets(1).is_empty());
        assert_eq!(subsets(2), [[true, false], [false, true]]);
        assert_eq!(subsets(4).len(), 14);
        let many = subsets(30);
        let tracked = |subset: &Vec<bool>| subset.iter().filter(|tracked| **tracked).count();
        let counts: Vec<usize> = many.iter().map(tracked).collect();
        assert_eq!(counts, [[1; 30], [29; 30]].concat());
    }
}
