//! Inputs that follow from a formula, so that other frameworks can compute on the same numbers.
//!
//! The numbers belong to *canonical* shapes: dense weights `[out, in]`, images `[batch, channels, height, width]`, kernels
//! `[out, in / groups, height, width]`. Ours differ ([`Order`]): values are brought over before the clock starts, and back for
//! the check.

use etude::{Result, Tensor};

/// Where the axes of a tensor stand, compared with its canonical shape.
#[derive(Clone, Copy)]
pub enum Order {
    /// As there.
    Same,
    /// A dense weight: `[in, out]`.
    Dense,
    /// Images: `[batch, height, width, channels]`.
    Images,
    /// A convolution's kernel: `[height, width, in / groups, out]`.
    Kernel,
}

impl Order {
    fn ours(self) -> Option<&'static [isize]> {
        match self {
            Order::Same => None,
            Order::Dense => Some(&[1, 0]),
            Order::Images => Some(&[0, 2, 3, 1]),
            Order::Kernel => Some(&[2, 3, 1, 0]),
        }
    }

    fn canonical(self) -> Option<&'static [isize]> {
        match self {
            Order::Same => None,
            Order::Dense => Some(&[1, 0]),
            Order::Images => Some(&[0, 3, 1, 2]),
            Order::Kernel => Some(&[3, 2, 0, 1]),
        }
    }
}

/// Evenly distributed bits, a function of the place and the seed.
fn bits(index: usize, seed: u32) -> u32 {
    let mut x = (index as u32).wrapping_add(seed.wrapping_mul(0x9E37_79B9));
    x = (x ^ (x >> 16)).wrapping_mul(0x7FEB_352D);
    x = (x ^ (x >> 15)).wrapping_mul(0x846C_A68B);
    x ^ (x >> 16)
}

/// A number in [−1, 1).
fn unit(index: usize, seed: u32) -> f32 {
    2.0 * ((bits(index, seed) >> 8) as f32 / 16_777_216.0) - 1.0
}

/// A tensor of the canonical `shape` with values in [−scale, scale), in our order of axes.
pub fn fill(shape: &[usize], seed: u32, scale: f32, order: Order) -> Result<Tensor> {
    let elements = shape.iter().product();
    let values: Vec<f32> = (0..elements).map(|i| unit(i, seed) * scale).collect();
    let canonical = Tensor::from_slice(shape, &values)?;
    match order.ours() {
        None => Ok(canonical),
        Some(axes) => Ok(canonical.permute(axes)?.contiguous()),
    }
}

/// `count` class indices below `classes`.
pub fn labels(count: usize, classes: u64) -> Result<Tensor<i64>> {
    let label = |i| ((u64::from(bits(i, 60)) * classes) >> 32) as i64;
    Tensor::from_slice([count], &(0..count).map(label).collect::<Vec<_>>())
}

/// What a tensor adds to the check: its projection on fixed numbers, Σ t·u / √n, in canonical order.
pub fn project(tensor: &Tensor, order: Order) -> Result<f64> {
    let values = match order.canonical() {
        None => tensor.to_vec(),
        Some(axes) => tensor.permute(axes)?.to_vec(),
    };
    let terms = values.iter().enumerate();
    let sum: f64 = terms
        .map(|(i, &t)| f64::from(t) * f64::from(unit(i, 999)))
        .sum();
    Ok(sum / (values.len() as f64).sqrt())
}
