//! The step of an optimizer over whole tensors.

use crate::kernels::step::{self, StepRule};
use crate::{Error, Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// Applies the equation of an optimizer's step, `(p, u, …) ← rule(p, u, …, g)`, to each element of a parameter, of its state (`values`,
    /// the parameter first) and of the gradient, in one pass and in place. A tensor that shares its storage is copied first, and a gradient
    /// that isn't row-major is laid out; otherwise nothing is copied or allocated.
    ///
    /// A NaN spreads as the rule's arithmetic has it.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::step::StepRule};
    ///
    /// /// Gradient descent with momentum: `u ← 0.9·u + g; p ← p − 0.1·u`.
    /// #[derive(Clone, Copy)]
    /// struct Momentum;
    ///
    /// impl StepRule<f32, 2> for Momentum {
    ///     #[inline(always)]
    ///     fn update(&self, [p, u]: [f32; 2], g: f32) -> [f32; 2] {
    ///         let u = 0.9 * u + g;
    ///         [p - 0.1 * u, u]
    ///     }
    /// }
    ///
    /// let (mut p, mut u) = (Tensor::from([1.0, 2.0]), Tensor::from([0.0, 0.0]));
    /// Tensor::step(&Momentum, [&mut p, &mut u], &Tensor::from([10.0, 0.0]))?;
    /// assert_eq!((p.to_vec(), u.to_vec()), (vec![0.0, 2.0], vec![10.0, 0.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes differ; nothing is changed then.
    pub fn step<R: StepRule<T, N>, const N: usize>(
        rule: &R,
        values: [&mut Tensor<T>; N],
        gradient: &Tensor<T>,
    ) -> Result<()> {
        if values.iter().any(|value| value.shape() != gradient.shape()) {
            let shapes: Vec<&[usize]> = values.iter().map(|value| value.shape()).collect();
            let message = format!(
                "parameter and state have shapes {shapes:?}, the gradient {:?}; expected one shape",
                gradient.shape()
            );
            return Err(Error::shape("step", message));
        }
        let gradient = gradient.contiguous();
        let g = gradient.as_slice().expect("laid out just now");
        step::step(rule, values.map(|value| value.make_mut()), g);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    struct Subtract;

    impl StepRule<f64, 2> for Subtract {
        #[inline(always)]
        fn update(&self, [p, count]: [f64; 2], g: f64) -> [f64; 2] {
            [p - g, count + 1.0]
        }
    }

    #[test]
    fn what_is_owned_is_written_where_it_lies_and_what_is_shared_is_copied() -> Result<()> {
        let mut p = Tensor::full([3], 5.0);
        let mut count = Tensor::full([3], 0.0);
        let places = |p: &Tensor<f64>, count: &Tensor<f64>| {
            [p, count].map(|t| t.as_slice().unwrap().as_ptr())
        };
        let before = places(&p, &count);
        Tensor::step(&Subtract, [&mut p, &mut count], &Tensor::full([3], 1.0))?;
        assert_eq!(places(&p, &count), before);
        let kept = p.clone();
        Tensor::step(&Subtract, [&mut p, &mut count], &Tensor::full([3], 1.0))?;
        assert_eq!(
            (kept.to_vec(), p.to_vec(), count.to_vec()),
            (vec![4.0; 3], vec![3.0; 3], vec![2.0; 3])
        );
        Ok(())
    }

    #[test]
    fn a_gradient_of_any_strides_serves() -> Result<()> {
        let mut p = Tensor::full([2, 3], 0.0);
        let mut count = p.clone();
        let g = Tensor::from_slice([3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?.transpose(0, 1)?;
        Tensor::step(&Subtract, [&mut p, &mut count], &g)?;
        assert_eq!(p.to_vec(), [-1.0, -3.0, -5.0, -2.0, -4.0, -6.0]);
        Ok(())
    }

    #[test]
    fn a_wrong_shape_is_an_error_and_changes_nothing() {
        let mut p = Tensor::full([2], 1.0);
        let mut count = Tensor::full([3], 0.0);
        let err =
            Tensor::step(&Subtract, [&mut p, &mut count], &Tensor::full([2], 1.0)).unwrap_err();
        assert_eq!(
            err.to_string(),
            "step: parameter and state have shapes [[2], [3]], the gradient [2]; expected one shape"
        );
        assert_eq!((p.to_vec(), count.to_vec()), (vec![1.0; 2], vec![0.0; 3]));
    }
}
