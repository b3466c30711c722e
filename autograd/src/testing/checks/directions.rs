//! Inputs large enough for blocked and threaded paths: two random directions instead of the whole Jacobian.

use super::{Trial, cotangent, dot, gradients, value};
use crate::Kind;
use crate::testing::Entry;
use crate::testing::entry::wrong;
use etude_tensor::{Result, Tensor};

/// How far a difference looks to either side. The large inputs are drawn from smooth domains of about this many times 10³.
const STEP: f64 = 1e-3;

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    let Some(case) = &entry.large else {
        // What is composed has no path of its own: what it is made of is tried large.
        let has_own = !matches!(trial.kind(), Kind::Composed | Kind::Plain);
        let excused = entry.never_large.is_some() || !has_own;
        return match excused {
            true => Ok(()),
            false => Err(wrong("the entry has no large case, and doesn't say why")),
        };
    };
    let (inputs, mut rng) = trial.draw(case);
    let y = value(case, &inputs)?;
    let v = cotangent(y.shape(), &mut rng)?;
    // What subtracting two sums of this size leaves of their last digit.
    let rounding = f64::EPSILON * dot(&v, &y.abs())? / STEP;
    let gradients = gradients(case, &inputs, &v)?;
    for _ in 0..2 {
        let mut u = Vec::new();
        for x in &inputs {
            u.push(Tensor::uniform(x.shape(), -1.0, 1.0, &mut rng)?);
        }
        let along = |step: f64| -> Result<f64> {
            let moved = inputs.iter().zip(&u).map(|(x, u)| {
                let mut x = x.clone();
                x.scaled_add(step, u)?;
                Ok(x)
            });
            dot(&v, &value(case, &moved.collect::<Result<Vec<_>>>()?)?)
        };
        // The five-point rule, without its middle, which counts nothing.
        let near = along(STEP)? - along(-STEP)?;
        let far = along(2.0 * STEP)? - along(-2.0 * STEP)?;
        let difference = (8.0 * near - far) / (12.0 * STEP);
        let (mut analytic, mut scale) = (0.0, 1.0);
        for (gradient, u) in gradients.iter().zip(&u) {
            analytic += dot(gradient, u)?;
            scale += dot(&gradient.abs(), &u.abs())?;
        }
        let [difference, analytic] =
            [difference, analytic].map(|slope| Tensor::scalar(slope / scale));
        let tolerance = trial.tolerance + rounding / scale;
        trial.close_to(
            "the slope along a direction",
            &analytic,
            &difference,
            tolerance,
        )?;
    }
    Ok(())
}
