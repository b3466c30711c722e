//! What the parameters of backbones start from, where no named initializer does it.

use crate::config::DEVIATION_WITHIN_TWO;
use etude_autograd::Initializer;
use etude_tensor::{Result, Rng, Tensor};

/// He et al. (2015) with fan-out, for a kernel `[kh, kw, in/groups, out]`: a normal truncated at two deviations, of variance
/// `2 / (kh·kw·out)`.
pub(super) fn he_fan_out(shape: &[usize], seed: u64) -> Result<Tensor<f64>> {
    let fan_out = match shape {
        [kernel @ .., _, out] => kernel
            .iter()
            .chain([out])
            .map(|&size| size as f64)
            .product(),
        _ => 1.0,
    };
    let deviation = (2.0_f64 / fan_out).sqrt() / DEVIATION_WITHIN_TWO;
    Tensor::truncated_normal(shape, 0.0, deviation, 2.0, &mut Rng::seed(seed))
}

/// A normal of this deviation.
pub(super) fn normal(deviation: f64) -> impl Initializer + 'static {
    move |shape: &[usize], seed: u64| {
        Tensor::<f64>::normal(shape, 0.0, deviation, &mut Rng::seed(seed))
    }
}

/// A normal of this deviation, redrawn beyond two of it.
pub(super) fn truncated_normal(deviation: f64) -> impl Initializer + 'static {
    move |shape: &[usize], seed: u64| {
        Tensor::<f64>::truncated_normal(shape, 0.0, deviation, 2.0, &mut Rng::seed(seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deviation(values: &Tensor<f64>) -> f64 {
        values.var(.., 0).unwrap().item().unwrap().sqrt()
    }

    #[test]
    fn deviations_and_bounds() -> Result<()> {
        let kernel = he_fan_out(&[5, 5, 16, 32], 1)?;
        let expected = (2.0_f64 / (25.0 * 32.0)).sqrt();
        assert!((deviation(&kernel) / expected - 1.0).abs() < 0.03);
        let bound = 2.0 * expected / DEVIATION_WITHIN_TWO;
        assert!(kernel.to_vec().iter().all(|w| w.abs() <= bound));
        let table = normal(0.5).draw(&[200, 50], 2)?;
        assert!((deviation(&table) / 0.5 - 1.0).abs() < 0.03);
        let tokens = truncated_normal(0.2).draw(&[200, 50], 3)?;
        assert!(tokens.to_vec().iter().all(|w| w.abs() <= 0.4));
        assert!((deviation(&tokens) / (0.2 * DEVIATION_WITHIN_TWO) - 1.0).abs() < 0.03);
        Ok(())
    }
}
