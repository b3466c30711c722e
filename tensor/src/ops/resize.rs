//! Another number of positions along axes: nearest neighbours, or linear between two.

use crate::{Element, Error, Float, Result, Tensor, axis_index};

/// How [`Tensor::resize`] fills the places between elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// The element at `⌊i·n/m⌋`.
    Nearest,
    /// Linear between two elements; over two axes, bilinear. Elements are the middles of equal intervals (PyTorch's
    /// `align_corners=False`), and beyond the outermost middles their value goes on.
    Linear,
    /// Linear between two elements, where the first and the last stay in place (PyTorch's `align_corners=True`).
    LinearAlignCorners,
}

/// Between which positions of an axis the new ones lie.
#[derive(Clone, Debug)]
pub struct Between {
    /// The axis, counted from the front.
    pub axis: isize,
    /// The position below.
    pub low: Tensor<i64>,
    /// The position above.
    pub high: Tensor<i64>,
    /// The weight of that above, in a shape that broadcasts along the axis. `None` where each is exactly one below.
    pub weight: Option<Tensor<f64>>,
}

impl Interpolation {
    /// What becomes of each axis, for tensors of `shape`.
    ///
    /// # Errors
    /// If an axis is out of range or named twice, has no elements, or shall have none; or the result is larger than memory.
    pub fn plan(self, op: &str, shape: &[usize], sizes: &[(isize, usize)]) -> Result<Vec<Between>> {
        let axes: Vec<isize> = sizes.iter().map(|&(axis, _)| axis).collect();
        crate::Axes::from(axes).resolve(op, shape.len())?;
        let mut result = shape.to_vec();
        for &(axis, m) in sizes {
            result[axis_index(op, axis, shape.len())?] = m;
        }
        // A byte is the least that an element takes.
        crate::Shape::fitting(op, result, 1)?;
        let one = |&(axis, m): &(isize, usize)| {
            let at = axis_index(op, axis, shape.len())?;
            let n = shape[at];
            if n == 0 || m == 0 {
                return Err(Error::shape(
                    op,
                    format!(
                        "from {n} to {m} positions along axis {axis} of shape {shape:?}; expected at least 1 each"
                    ),
                ));
            }
            // Positions and weights are listed, which takes as much memory as vectors of them.
            crate::Shape::from([m]).check_fits(op, 3 * size_of::<f64>())?;
            let scale = n as f64 / m as f64;
            let place = |i: usize| match self {
                Interpolation::Nearest => (i as u128 * n as u128 / m as u128) as f64,
                Interpolation::Linear => ((i as f64 + 0.5) * scale - 0.5).max(0.0),
                Interpolation::LinearAlignCorners if m == 1 => 0.0,
                Interpolation::LinearAlignCorners => i as f64 * (n - 1) as f64 / (m - 1) as f64,
            };
            let low = |i: usize| (place(i) as i64).min(n as i64 - 1);
            let weight: Vec<f64> = (0..m).map(|i| place(i) - low(i) as f64).collect();
            let mut along = vec![1; shape.len() - at];
            along[0] = m;
            let whole = weight.iter().all(|&weight| weight == 0.0);
            Ok(Between {
                axis: at as isize,
                low: (0..m).map(low).collect(),
                high: (0..m).map(|i| (low(i) + 1).min(n as i64 - 1)).collect(),
                weight: if whole {
                    None
                } else {
                    Some(Tensor::from_slice(along, &weight)?)
                },
            })
        };
        sizes.iter().map(one).collect()
    }
}

impl<T: Element> Tensor<T> {
    /// [`resize`](Tensor::resize) to the nearest neighbours, `y[i] = x[⌊i·n/m⌋]` from n to m positions, for any element type: label maps
    /// and masks too.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let labels = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(labels.resize_nearest([(1, 4)])?, Tensor::from([[1, 1, 2, 2], [3, 3, 4, 4]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, has no elements, or shall have none.
    pub fn resize_nearest(&self, sizes: impl AsRef<[(isize, usize)]>) -> Result<Self> {
        let plan = Interpolation::Nearest.plan("resize_nearest", self.shape(), sizes.as_ref())?;
        plan.iter().try_fold(self.clone(), |y, along| {
            y.index_select(along.axis, &along.low)
        })
    }
}

impl<T: Float> Tensor<T> {
    /// The tensor with other numbers of positions along some axes, `sizes` being pairs (axis, positions). Up or down, each
    /// new position looks at the nearest or at the two nearest old ones: nothing is averaged over more. Axis by axis, from n to m positions,
    /// `y[i] = x[⌊p⌋] + (p − ⌊p⌋)·(x[⌊p⌋ + 1] − x[⌊p⌋])` with `p = (i + ½)·n/m − ½`, or `p = i·(n − 1)/(m − 1)` with aligned corners; the nearest is
    /// `y[i] = x[⌊i·n/m⌋]`. NaN where one of these elements is, also with a weight of 0.
    ///
    /// ```
    /// use etude_tensor::{Interpolation, Tensor};
    ///
    /// let x = Tensor::from([1.0_f32, 3.0]);
    /// assert_eq!(x.resize([(0, 4)], Interpolation::Nearest)?.to_vec(), [1.0, 1.0, 3.0, 3.0]);
    /// assert_eq!(x.resize([(0, 4)], Interpolation::Linear)?.to_vec(), [1.0, 1.5, 2.5, 3.0]);
    /// assert_eq!(x.resize([(0, 3)], Interpolation::LinearAlignCorners)?.to_vec(), [1.0, 2.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, has no elements, or shall have none; or the result is larger than memory.
    pub fn resize(&self, sizes: impl AsRef<[(isize, usize)]>, by: Interpolation) -> Result<Self> {
        let mut y = self.clone();
        for Between {
            axis,
            low,
            high,
            weight,
        } in by.plan("resize", self.shape(), sizes.as_ref())?
        {
            let below = y.index_select(axis, &low)?;
            y = match weight {
                None => below,
                Some(weight) => {
                    let step = y.index_select(axis, &high)?.try_sub(&below)?;
                    below.try_add(&step.try_mul(&weight.cast()?)?)?
                }
            };
        }
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `torch.nn.functional.interpolate`.
    #[test]
    fn up_and_down_as_known_elsewhere() {
        let x = Tensor::from([1.0, 2.0, 4.0, 8.0, 16.0]);
        let y = |m, by| x.resize([(0, m)], by).unwrap().to_vec();
        assert_eq!(y(3, Interpolation::Nearest), [1.0, 2.0, 8.0]);
        assert_eq!(
            y(7, Interpolation::Nearest),
            [1.0, 1.0, 2.0, 4.0, 4.0, 8.0, 16.0]
        );
        let close = |y: Vec<f64>, expected: &[f64]| {
            assert!(
                y.len() == expected.len()
                    && y.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12),
                "{y:?}"
            );
        };
        close(
            y(3, Interpolation::Linear),
            &[1.0 + 1.0 / 3.0, 4.0, 8.0 + 8.0 * (2.0 / 3.0)],
        );
        close(
            y(10, Interpolation::Linear)[..4].to_vec(),
            &[1.0, 1.25, 1.75, 2.5],
        );
        close(
            y(9, Interpolation::LinearAlignCorners),
            &[1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0],
        );
        assert_eq!(y(1, Interpolation::LinearAlignCorners), [1.0]);
        assert_eq!(y(1, Interpolation::Linear), [4.0]);
        assert_eq!(y(5, Interpolation::Linear), x.to_vec());
    }

    #[test]
    fn label_maps_and_masks() {
        let mask = Tensor::from([true, false, true]);
        assert_eq!(
            mask.resize_nearest([(0, 5)]).unwrap().to_vec(),
            [true, true, false, false, true]
        );
        let labels = Tensor::from([[1_u8, 2, 3], [4, 5, 6]]);
        let floats = labels.cast::<f32>().unwrap();
        let sizes = [(0, 3), (-1, 2)];
        assert_eq!(
            labels.resize_nearest(sizes).unwrap().cast::<f32>().unwrap(),
            floats.resize(sizes, Interpolation::Nearest).unwrap()
        );
        assert_eq!(
            labels.resize_nearest([(0, 0)]).unwrap_err().to_string(),
            "resize_nearest: from 2 to 0 positions along axis 0 of shape [2, 3]; expected at least 1 each"
        );
    }

    #[test]
    fn two_axes_and_what_cannot_be() {
        let x = Tensor::<f32>::from([[0.0, 2.0], [4.0, 6.0]])
            .unsqueeze(-1)
            .unwrap();
        let y = x
            .resize([(0, 3), (1, 3)], Interpolation::LinearAlignCorners)
            .unwrap();
        assert_eq!(y.to_vec(), [0.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 6.0]);
        let message = |sizes: &[(isize, usize)]| {
            x.resize(sizes, Interpolation::Nearest)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(&[(0, 0)]),
            "resize: from 2 to 0 positions along axis 0 of shape [2, 2, 1]; expected at least 1 each"
        );
        assert!(message(&[(0, 1), (-3, 2)]).contains("named twice"));
        for sizes in [[(0, usize::MAX), (1, 2)], [(0, 1 << 30), (1, 1 << 30)]] {
            assert!(message(&sizes).starts_with("resize: a tensor of shape ["));
        }
    }
}
