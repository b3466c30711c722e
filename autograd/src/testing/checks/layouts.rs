//! The same numbers in another layout give the same results: inputs and cotangent transposed, offset, stepped, reversed, repeated.

use super::{Trial, cotangent, gradients, value};
use crate::testing::Entry;
use etude_tensor::{Result, Slice, Tensor};

const TOLERANCE: f64 = 1e-12;

#[derive(Clone, Copy, Debug)]
enum Layout {
    /// Axes in reverse order in memory.
    Transposed,
    /// A slice from the middle of something wider.
    Offset,
    /// Every second element.
    Stepped,
    /// Backwards in memory: negative strides.
    Reversed,
    /// One slice, seen many times: stride 0. The only one that changes the numbers.
    Repeated,
}

const LAYOUTS: [Layout; 5] = [
    Layout::Transposed,
    Layout::Offset,
    Layout::Stepped,
    Layout::Reversed,
    Layout::Repeated,
];

impl Layout {
    fn of(self, x: &Tensor<f64>) -> Result<Tensor<f64>> {
        let rank = x.rank() as isize;
        if rank == 0 {
            // All there is: an element from the middle of a vector.
            return Tensor::from([f64::NAN, x.item()?, f64::NAN]).select(0, 1);
        }
        let size = x.shape()[x.rank() - 1];
        match self {
            Layout::Transposed => {
                let reverse: Vec<isize> = (0..rank).rev().collect();
                x.permute(&reverse)?.contiguous().permute(&reverse)
            }
            Layout::Offset => {
                let mut border = vec![(0, 0); x.rank()];
                border[x.rank() - 1] = (1, 2);
                x.pad(&border, f64::NAN)?.narrow(-1, 1, size)
            }
            Layout::Stepped => {
                let gaps = x.unsqueeze(-1)?;
                let mut border = vec![(0, 0); x.rank() + 1];
                border[x.rank()] = (0, 1);
                let mut wide = x.shape().to_vec();
                wide[x.rank() - 1] *= 2;
                gaps.pad(&border, f64::NAN)?
                    .reshape(wide)?
                    .slice(-1, Slice::from(..).step(2))
            }
            Layout::Reversed => x.flip(..)?.contiguous().flip(..),
            Layout::Repeated if x.shape()[0] == 0 => Ok(x.clone()),
            Layout::Repeated => x.narrow(0, 0, 1)?.broadcast_to(x.shape()),
        }
    }
}

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in &entry.cases {
        let (inputs, mut rng) = trial.draw(case);
        let gy = cotangent(value(case, &inputs)?.shape(), &mut rng)?;
        for layout in LAYOUTS {
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
                for ((operand, plain), _) in operands
                    .iter_mut()
                    .zip(&mut plain)
                    .zip(choice)
                    .filter(|(_, chosen)| *chosen)
                {
                    *operand = layout.of(operand)?;
                    *plain = Tensor::from_slice(operand.shape(), &operand.to_vec())?;
                }
                let (gy, xs) = operands.split_last().expect("the cotangent is there");
                let (plain_gy, plain_xs) = plain.split_last().expect("the cotangent is there");
                let name = |what: &str| format!("{what} from {layout:?} operands");
                trial.close(
                    &name("value"),
                    &value(case, xs)?,
                    &value(case, plain_xs)?,
                    TOLERANCE,
                )?;
                let expected = gradients(case, plain_xs, plain_gy)?;
                for (input, got) in gradients(case, xs, gy)?.iter().enumerate() {
                    let name = name(&format!("gradient of input {input}"));
                    trial.close(&name, got, &expected[input], TOLERANCE)?;
                }
            }
        }
    }
    Ok(())
}
