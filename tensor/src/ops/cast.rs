//! The same numbers in another element type.

use crate::kernels::parallel::{Work, for_each_chunk};
use crate::{Element, Result, Tensor};
use std::any::Any;

/// Elements that one thread converts at a time.
const CHUNK: usize = 1 << 14;

impl<T: Element> Tensor<T> {
    /// The tensor with each element converted to type `U`: `y = x` where `U` has this number.
    ///
    /// Floats round to the nearest. Floats become integers by rounding towards zero; what lies outside the integer
    /// type's range, infinities included, becomes its nearest end, and NaN becomes 0. Integers become smaller integers
    /// in the same way. `bool` becomes 0 or 1; a number becomes `true` if it isn't 0 (NaN is `true`). To the same type
    /// it is a clone.
    ///
    /// # Errors
    /// If a dual number carries a tangent, which `U` would lose.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([-1.7_f32, 0.0, 300.2]);
    /// assert_eq!(x.cast::<i64>()?.to_vec(), [-1, 0, 300]);
    /// assert_eq!(x.cast::<u8>()?.to_vec(), [0, 0, 255]);
    /// assert_eq!(x.cast::<bool>()?.to_vec(), [true, false, true]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn cast<U: Element>(&self) -> Result<Tensor<U>> {
        if let Some(same) = (self as &dyn Any).downcast_ref::<Tensor<U>>() {
            return Ok(same.clone());
        }
        // A view may have more elements than fit.
        let bytes = size_of::<T>().max(size_of::<U>());
        self.layout().shape().check_fits("cast", bytes)?;
        let source = self.contiguous();
        let values = source.as_slice().unwrap_or_default();
        // The one conversion that can fail; for plain types the compiler drops the pass.
        if let Some(lost) = values.iter().find_map(|value| value.to_number().err()) {
            return Err(lost);
        }
        let work = Work::per_element(values.len(), 0.5);
        Ok(Tensor::build(self.layout().shape().clone(), |out| {
            for_each_chunk(out, CHUNK, work, |index, out| {
                for (y, x) in out.iter_mut().zip(&values[index * CHUNK..]) {
                    if let Ok(number) = x.to_number() {
                        *y = U::from_number(number);
                    }
                }
            });
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dual;

    #[test]
    fn what_does_not_fit_becomes_the_nearest_that_does() {
        let x = Tensor::from([f64::NAN, f64::INFINITY, -1e300, 2.9, -2.9]);
        assert_eq!(
            x.cast::<i64>().unwrap().to_vec(),
            [0, i64::MAX, i64::MIN, 2, -2]
        );
        assert_eq!(x.cast::<u8>().unwrap().to_vec(), [0, 255, 0, 2, 0]);
        assert_eq!(x.cast::<bool>().unwrap().to_vec(), [true; 5]);
        let x = Tensor::from([i64::MAX, i64::MIN, -5, 5]);
        assert_eq!(
            x.cast::<i32>().unwrap().to_vec(),
            [i32::MAX, i32::MIN, -5, 5]
        );
        assert_eq!(x.cast::<u8>().unwrap().to_vec(), [255, 0, 0, 5]);
        assert_eq!(x.cast::<f32>().unwrap().to_vec()[2..], [-5.0, 5.0]);
    }

    #[test]
    fn large_integers_round_once() {
        // Halfway cases that a detour over f64 would round differently.
        let n = (1_i64 << 60) + (1 << 36) + 1;
        assert_eq!(
            Tensor::from([n]).cast::<f32>().unwrap().to_vec(),
            [n as f32]
        );
    }

    #[test]
    fn any_strides_many_elements_and_the_same_type() {
        let x = Tensor::arange(0_i64, 60_000, 1)
            .unwrap()
            .reshape([200, 300])
            .unwrap();
        let y = x.transpose(0, 1).unwrap().cast::<f64>().unwrap();
        assert_eq!(y.at(&[7, 150]).unwrap(), (150 * 300 + 7) as f64);
        assert_eq!(y.cast::<i64>().unwrap().transpose(0, 1).unwrap(), x);
        assert!(x.cast::<i64>().unwrap().shares_storage(&x));
    }

    #[test]
    fn a_tangent_is_an_error() {
        let plain = Tensor::from([Dual::constant(2.0)]);
        assert_eq!(plain.cast::<f32>().unwrap().to_vec(), [2.0]);
        let moving = Tensor::from([Dual::constant(2.0), Dual::variable(1.0)]);
        let message = moving.cast::<f64>().unwrap_err().to_string();
        assert!(message.contains("carries a tangent"), "{message}");
        assert_eq!(moving.cast::<Dual<f64>>().unwrap().to_vec()[1].tangent, 1.0);
        assert_eq!(
            Tensor::from([3_i64]).cast::<Dual<f64>>().unwrap().to_vec(),
            [Dual::constant(3.0)]
        );
    }
}
