//! Clipping against its definition.

use crate::net::Net;
use etude_autograd::{Gradients, Tape};
use etude_optim::Clip;
use etude_tensor::{Result, Tensor};

fn gradients(net: &Net<f32>) -> Result<Gradients<f32>> {
    let x = Tensor::full([3, 4], 0.5);
    net.loss(&Tape::new(), &x, &Tensor::full([3, 300], 2.0))?
        .backward()
}

fn net() -> Net<f32> {
    Net::of(4, 200, 300, |i| (i as f64 * 0.7).sin())
}

fn all(gradients: &Gradients<f32>) -> Vec<f32> {
    gradients
        .params()
        .flat_map(|(_, gradient)| gradient.to_vec())
        .collect()
}

fn norm(values: &[f32]) -> f64 {
    values
        .iter()
        .map(|&g| f64::from(g).powi(2))
        .sum::<f64>()
        .sqrt()
}

#[test]
fn the_global_norm_is_that_of_all_gradients_together() -> Result<()> {
    let net = net();
    let before = all(&gradients(&net)?);
    assert_eq!(before.len(), 4 * 200 + 200 + 200 * 300 + 300);
    let expected = norm(&before);
    for max in [0.5 * expected, 1e-3] {
        let mut gradients = gradients(&net)?;
        let returned = gradients.clip_by_global_norm(max)?;
        assert!((returned - expected).abs() < 1e-12 * expected);
        let after = all(&gradients);
        assert!((norm(&after) - max).abs() < 1e-6 * max);
        let factor = (max / returned) as f32;
        assert!(before.iter().zip(&after).all(|(b, a)| b * factor == *a));
    }
    let mut small_enough = gradients(&net)?;
    small_enough.clip_by_global_norm(expected * 1.0001)?;
    assert_eq!(all(&small_enough), before);
    Ok(())
}

#[test]
fn the_norm_is_the_same_on_any_number_of_threads() -> Result<()> {
    let mut gradients = gradients(&net())?;
    let alone = gradients.clip_by_global_norm(1e9)?;
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| gradients.clip_by_global_norm(1e9))?, alone);
    }
    Ok(())
}

#[test]
fn frozen_parameters_have_no_part_in_the_norm() -> Result<()> {
    use etude_autograd::Module;
    let mut net = net();
    net.freeze("head")?;
    let mut gradients = gradients(&net)?;
    let hidden = norm(&all(&gradients));
    assert_eq!(gradients.params().count(), 2);
    assert!((gradients.clip_by_global_norm(1.0)? - hidden).abs() < 1e-12 * hidden);
    Ok(())
}

#[test]
fn by_value_each_element_is_clamped() -> Result<()> {
    let mut gradients = gradients(&net())?;
    let before = all(&gradients);
    gradients.clip_by_value(1e-3)?;
    assert!(
        before
            .iter()
            .zip(all(&gradients))
            .all(|(b, a)| b.clamp(-1e-3, 1e-3) == a)
    );
    assert!(before.iter().any(|g| g.abs() > 1e-3) && before.iter().any(|g| g.abs() < 1e-3));
    Ok(())
}

#[test]
fn a_norm_that_is_not_finite_is_returned_and_changes_nothing() -> Result<()> {
    for bad in [f32::NAN, f32::INFINITY] {
        let mut gradients = gradients(&net())?;
        let (_, first) = gradients.params_mut().next().expect("four");
        *first = Tensor::full(first.shape(), bad);
        let before: Vec<u32> = all(&gradients).iter().map(|g| g.to_bits()).collect();
        assert!(!gradients.clip_by_global_norm(1.0)?.is_finite());
        assert!(all(&gradients).iter().map(|g| g.to_bits()).eq(before));
    }
    Ok(())
}

#[test]
fn limits_are_checked() -> Result<()> {
    let mut gradients = gradients(&net())?;
    let err = gradients.clip_by_global_norm(0.0).unwrap_err().to_string();
    assert_eq!(
        err,
        "clip_by_global_norm: max_norm 0; expected a finite number above 0"
    );
    assert!(gradients.clip_by_value(f64::NAN).is_err());
    Ok(())
}
