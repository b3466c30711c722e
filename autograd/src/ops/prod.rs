//! The product over axes.

use crate::Var;
use etude_tensor::{Axes, Float, Result};

impl<T: Float> Var<T> {
    /// The product over `axes`; 1 over nothing. Halves are multiplied element by element until one is left, so that the
    /// gradient is right, to any order, where elements are 0.
    ///
    /// # Errors
    /// If an axis doesn't exist or is named twice.
    pub fn prod(&self, axes: impl Into<Axes>) -> Result<Var<T>> {
        let axes = axes.into();
        let reduced = axes.resolve("prod", self.rank())?;
        let kept: Vec<usize> = (0..self.rank())
            .filter(|axis| !reduced.contains(axis))
            .collect();
        let sizes = |axes: &[usize]| {
            axes.iter()
                .map(|&axis| self.shape()[axis])
                .collect::<Vec<_>>()
        };
        let order: Vec<isize> = kept
            .iter()
            .chain(&reduced)
            .map(|&axis| axis as isize)
            .collect();
        let mut count: usize = sizes(&reduced).iter().product();
        let results: usize = sizes(&kept).iter().product();
        let mut y = self.permute(&order)?.reshape([results, count])?;
        if count == 0 {
            y = y.pad([(0, 0), (0, 1)], 1.0)?;
        }
        while count > 1 {
            let half = count / 2;
            let product = y.narrow(1, 0, half)?.try_mul(&y.narrow(1, half, half)?)?;
            y = match count % 2 {
                0 => product,
                _ => Var::concat(&[product, y.narrow(1, count - 1, 1)?], 1)?,
            };
            count = count.div_ceil(2);
        }
        let mut shape = sizes(&kept);
        if axes.keeps_dims() {
            reduced.iter().for_each(|&axis| shape.insert(axis, 1));
        }
        y.reshape(shape)
    }
}
