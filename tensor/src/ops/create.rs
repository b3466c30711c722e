//! Tensors from nothing but a shape or a rule: constants, ranges, the identity.

use crate::element::Number;
use crate::{Element, Error, Float, Result, Shape, Tensor};

impl<T: Element> Tensor<T> {
    /// A tensor of zeros, `y[i] = 0`; `false` for `bool`.
    ///
    /// # Panics
    /// If the shape has more elements than memory can address (see [`Tensor::try_full`]).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::<f32>::zeros([2, 2]).to_vec(), [0.0; 4]);
    /// ```
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        Tensor::full(shape, T::default())
    }

    /// A tensor of ones, `y[i] = 1`; `true` for `bool`.
    ///
    /// # Panics
    /// If the shape has more elements than memory can address (see [`Tensor::try_full`]).
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::<i64>::ones([3]).to_vec(), [1, 1, 1]);
    /// ```
    pub fn ones(shape: impl Into<Shape>) -> Self {
        Tensor::full(shape, T::from_number(Number::Int(1)))
    }

    /// Zeros in the shape of this tensor, `y[i] = 0`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0, 2.0]).zeros_like(), Tensor::from([0.0, 0.0]));
    /// ```
    #[must_use]
    pub fn zeros_like(&self) -> Self {
        Tensor::zeros(self.layout().shape())
    }

    /// Ones in the shape of this tensor, `y[i] = 1`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::from([5.0, 2.0]).ones_like(), Tensor::from([1.0, 1.0]));
    /// ```
    #[must_use]
    pub fn ones_like(&self) -> Self {
        Tensor::ones(self.layout().shape())
    }

    /// [`Tensor::full`], `y[i] = value`, for a shape that comes from a file or a user: what can't be allocated is an error.
    ///
    /// # Errors
    /// If the shape has more elements than memory can address, or than the system grants.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::try_full([2], 7_i64)?.to_vec(), [7, 7]);
    /// assert!(Tensor::try_full([usize::MAX, 9], 0.0_f32).is_err());
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn try_full(shape: impl Into<Shape>, value: T) -> Result<Self> {
        let shape = shape.into();
        shape.check_fits("full", size_of::<T>())?;
        Ok(Tensor::full(shape, value))
    }

    /// The numbers from `start` on at distances of `step`, up to but without `end`: `y[i] = start + i·step`, `⌈(end − start)/step⌉` of them, none
    /// if `end` lies behind `start`. Each is computed by itself (floats in 64 bits), so that errors don't add up.
    ///
    /// # Errors
    /// If `step` is 0, a number isn't finite or carries a tangent, or there are more than memory can hold.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::arange(0_i64, 10, 3)?.to_vec(), [0, 3, 6, 9]);
    /// assert_eq!(Tensor::arange(1.0_f32, 0.0, -0.25)?.to_vec(), [1.0, 0.75, 0.5, 0.25]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn arange(start: T, end: T, step: T) -> Result<Self> {
        let refuse = |why: &str| {
            Err(Error::value(
                "arange",
                format!("from {start} to {end} by {step}: {why}"),
            ))
        };
        let (from, to, by) = (start.to_number()?, end.to_number()?, step.to_number()?);
        let count = match (from, to, by) {
            (_, _, Number::Int(0)) => return refuse("the step must not be 0"),
            (Number::Int(from), Number::Int(to), Number::Int(by)) => {
                let (distance, by) = (to as i128 - from as i128, by as i128);
                let whole =
                    distance / by + i128::from(distance % by != 0 && (distance > 0) == (by > 0));
                whole.max(0) as f64
            }
            _ => {
                let (from, to, by) = (from.as_f64(), to.as_f64(), by.as_f64());
                if by == 0.0 {
                    return refuse("the step must not be 0");
                }
                if ![from, to, by].into_iter().all(f64::is_finite) {
                    return refuse("expected finite numbers");
                }
                ((to - from) / by).ceil().max(0.0)
            }
        };
        // An f64 counts exactly far beyond what memory holds.
        let shape = Shape::from([count as usize]);
        if shape.check_fits("arange", size_of::<T>()).is_err() {
            return refuse("more numbers than memory can hold");
        }
        Ok(Tensor::build(shape, |out| {
            for (i, value) in out.iter_mut().enumerate() {
                *value = T::from_number(match (from, by) {
                    // The product may overflow on the way to a sum that fits; wrapping, it comes out right.
                    (Number::Int(from), Number::Int(by)) => {
                        Number::Int(from.wrapping_add(by.wrapping_mul(i as i64)))
                    }
                    (from, by) => Number::Real(from.as_f64() + i as f64 * by.as_f64()),
                });
            }
        }))
    }

    /// The identity matrix, `y[i, j] = [i = j]`: ones on the diagonal, zeros elsewhere.
    ///
    /// # Panics
    /// If it has more elements than memory can address.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::<f32>::eye(2), Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
    /// ```
    pub fn eye(size: usize) -> Self {
        let mut identity = Tensor::zeros([size, size]);
        for one in identity.make_mut().iter_mut().step_by(size + 1) {
            *one = T::from_number(Number::Int(1));
        }
        identity
    }
}

impl<T: Float> Tensor<T> {
    /// `count` numbers at equal distances, `y[i] = start + i·(end − start)/(count − 1)`, the first `start` and the last `end` exactly.
    ///
    /// One number is `start`. Infinite and NaN arguments give NaN in between.
    ///
    /// # Panics
    /// If `count` is more than memory can address.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 5).to_vec(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    /// ```
    pub fn linspace(start: T, end: T, count: usize) -> Self {
        let mut numbers = Tensor::full([count], start);
        let last = count.saturating_sub(1);
        for (i, value) in numbers.make_mut().iter_mut().enumerate().skip(1) {
            // Weighing both ends reaches the last one exactly, and can't overflow on the way.
            let part = T::from_f64(i as f64 / last as f64);
            *value = if i == last {
                end
            } else {
                start * (T::one() - part) + end * part
            };
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    #[test]
    fn ranges_count_as_documented() {
        assert_eq!(Tensor::arange(5_i64, 0, -2).unwrap().to_vec(), [5, 3, 1]);
        assert_eq!(Tensor::arange(0_i64, -6, -2).unwrap().to_vec(), [0, -2, -4]);
        assert_eq!(Tensor::arange(0_i64, 6, -2).unwrap().elements(), 0);
        assert_eq!(Tensor::arange(3_i64, 3, 1).unwrap().elements(), 0);
        assert_eq!(
            Tensor::arange(250_u8, 255, 2).unwrap().to_vec(),
            [250, 252, 254]
        );
        assert_eq!(
            Tensor::arange(i64::MIN, i64::MAX, i64::MAX)
                .unwrap()
                .elements(),
            3
        );
        let tenths = Tensor::arange(0.0_f64, 1.0, 0.1).unwrap();
        assert_eq!((tenths.elements(), tenths.to_vec()[3]), (10, 3.0 * 0.1));
    }

    #[test]
    fn impossible_ranges_are_errors() {
        let message = |r: Result<Tensor<f64>>| r.unwrap_err().to_string();
        assert_eq!(
            message(Tensor::arange(0.0, 1.0, 0.0)),
            "arange: from 0 to 1 by 0: the step must not be 0"
        );
        assert!(message(Tensor::arange(0.0, f64::INFINITY, 1.0)).contains("finite"));
        assert!(message(Tensor::arange(0.0, 1e300, 1.0)).contains("more numbers than memory"));
        assert!(message(Tensor::arange(0.0, 1e13, 1.0)).contains("more numbers than memory"));
        assert!(Tensor::arange(0_i64, 1, 0).is_err());
        assert!(Tensor::arange(0_i64, i64::MAX, 1).is_err());
        let moving = Tensor::arange(
            Dual::variable(0.0),
            Dual::constant(1.0),
            Dual::constant(0.5),
        );
        assert!(
            moving
                .unwrap_err()
                .to_string()
                .contains("carries a tangent")
        );
    }

    #[test]
    fn both_ends_of_a_linspace_are_exact() {
        let x = Tensor::linspace(-0.1_f32, 0.7, 7).to_vec();
        assert_eq!((x[0], x[6], x.len()), (-0.1, 0.7, 7));
        assert!(
            x.windows(2)
                .all(|pair| (pair[1] - pair[0] - 0.8 / 6.0).abs() < 1e-6)
        );
        assert_eq!(Tensor::linspace(2.0, 9.0, 1).to_vec(), [2.0]);
        assert_eq!(Tensor::linspace(2.0, 9.0, 0).elements(), 0);
        let both = Tensor::linspace(f64::MIN, f64::MAX, 3);
        assert_eq!(both.to_vec(), [f64::MIN, 0.0, f64::MAX]);
    }

    #[test]
    fn the_identity() {
        let eye = Tensor::<f64>::eye(3);
        for i in 0..3 {
            for j in 0..3 {
                assert_eq!(eye.at(&[i, j]).unwrap(), f64::from(u8::from(i == j)));
            }
        }
        assert_eq!(Tensor::<bool>::eye(1).to_vec(), [true]);
        assert_eq!(Tensor::<f32>::eye(0).shape(), [0, 0]);
    }

    #[test]
    fn a_shape_beyond_memory_is_an_error() {
        let message = Tensor::try_full([usize::MAX, 2], 0_u8)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("full: a tensor of shape ["),
            "{message}"
        );
        assert!(Tensor::try_full([1 << 50], 0_f64).is_err());
        assert_eq!(Tensor::try_full([9, 0], 0_u8).unwrap().elements(), 0);
        // No strides could be counted beside the 0.
        assert!(Tensor::try_full([1 << 40, 1 << 40, 0], 0_u8).is_err());
    }
}
