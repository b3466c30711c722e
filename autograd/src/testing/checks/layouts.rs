//! The same numbers in another layout give the same results: inputs and cotangent transposed, offset, stepped, reversed, repeated.

use super::{Trial, cotangent, gradients, value};
use crate::testing::{Domain, Entry, Layout};
use etude_tensor::{Result, Tensor};

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in entry.with_values() {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        for layout in &Layout::ALL[1..] {
            // Each operand alone, all inputs together, and everything.
            let count = inputs.len() + 1;
            let mut choices: Vec<Vec<bool>> = (0..count)
                .map(|one| (0..count).map(|operand| operand == one).collect())
                .collect();
            choices.push(vec![true; count]);
            for choice in choices {
                let mut operands = inputs.clone();
                operands.push(gy.clone());
                let mut plain = operands.clone();
                for (place, _) in choice.iter().enumerate().filter(|(_, chosen)| **chosen) {
                    let (operand, plain) = (&mut operands[place], &mut plain[place]);
                    let domain = case.inputs.get(place).map(|input| input.domain);
                    if *layout == Layout::Repeated && domain.is_some_and(Domain::is_regular) {
                        continue; // equal rows make a matrix singular
                    }
                    *operand = layout.of(operand)?;
                    *plain = Tensor::from_slice(operand.shape(), &operand.to_vec())?;
                }
                let (gy, xs) = operands.split_last().expect("the cotangent is there");
                let (plain_gy, plain_xs) = plain.split_last().expect("the cotangent is there");
                let name = |what: &str| format!("{what} from {layout:?} operands");
                trial.close(&name("value"), &value(case, xs)?, &value(case, plain_xs)?)?;
                let expected = gradients(case, plain_xs, plain_gy)?;
                for (input, got) in gradients(case, xs, gy)?.iter().enumerate() {
                    let name = name(&format!("gradient of input {input}"));
                    trial.close(&name, got, &expected[input])?;
                }
            }
        }
    }
    Ok(())
}
