//! Normalisation of each channel to mean 0 and variance 1 over the batch (Ioffe and Szegedy, 2015).

use super::rows::slice;
use crate::kernels::channels::{self, Combination};
use crate::{Error, Float, Result, Shape, Tensor};

/// What [`Tensor::batch_norm`] returns: the result, and the moments of each channel.
#[derive(Clone, Debug)]
pub struct BatchNorm<T: Float> {
    /// The normalised, scaled and shifted channels.
    pub y: Tensor<T>,
    /// The mean of each channel.
    pub mean: Tensor<T>,
    /// The biased variance of each channel.
    pub variance: Tensor<T>,
}

/// The gradients of [`Tensor::batch_norm`].
#[derive(Clone, Debug)]
pub struct BatchNormGradients<T: Float> {
    /// With respect to `x`.
    pub x: Tensor<T>,
    /// With respect to gamma: `Σ gy·x̂`.
    pub gamma: Tensor<T>,
    /// With respect to beta: `Σ gy`.
    pub beta: Tensor<T>,
}

impl<T: Float> Tensor<T> {
    /// Normalises each channel, on the last axis, over all other axes: `y = gamma·(x − mean)/√(variance + epsilon) + beta`, with
    /// the biased variance; in two passes. A NaN makes its channel NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f64, 10.0], [3.0, 10.0]]);
    /// let norm = x.batch_norm(&Tensor::ones([2]), &Tensor::from([0.0, 5.0]), 1e-9)?;
    /// assert_eq!(norm.mean.to_vec(), [2.0, 10.0]);
    /// assert_eq!(norm.y.select(-1, 1)?.to_vec(), [5.0, 5.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `x` has rank 0 or channels without an element, or `gamma` or `beta` isn't a vector of its channels.
    pub fn batch_norm(&self, gamma: &Self, beta: &Self, epsilon: f64) -> Result<BatchNorm<T>> {
        let width = check(self, &[("gamma", gamma), ("beta", beta)])?;
        let (x, gamma, beta) = (self.contiguous(), gamma.to_vec(), beta.contiguous());
        let (mut mean, mut variance) = (Tensor::zeros([width]), Tensor::zeros([width]));
        if width == 0 {
            let y = x;
            return Ok(BatchNorm { y, mean, variance });
        }
        channels::moments(slice(&x), mean.make_mut(), variance.make_mut());
        let rows = T::from_f64((x.elements() / width) as f64);
        let squares = variance.make_mut();
        squares.iter_mut().for_each(|square| *square /= rows);
        let factor = |(gamma, &variance): (T, &T)| gamma * rstd(variance, epsilon);
        let slope: Vec<T> = gamma
            .into_iter()
            .zip(slice(&variance))
            .map(factor)
            .collect();
        let y = Tensor::build(Shape::from(x.shape()), |y| {
            let of = Combination {
                a: None,
                b: slice(&x),
                mean: slice(&mean),
                slope: &slope,
                shift: slice(&beta),
            };
            channels::combine(of, y);
        });
        Ok(BatchNorm { y, mean, variance })
    }

    /// The gradients of [`batch_norm`](Tensor::batch_norm), whose argument `x` is `self`, given the gradient `gy` with respect to its
    /// result, and its moments. With `r = 1/√(variance + epsilon)` and `x̂ = (x − mean)·r`, in two passes:
    /// `gx = gamma·r·(gy − mean(gy) − x̂·mean(gy·x̂))`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (x, gamma) = (Tensor::from([[1.0_f64], [3.0]]), Tensor::from([2.0]));
    /// let norm = x.batch_norm(&gamma, &Tensor::from([0.0]), 0.0)?;
    /// let gy = Tensor::from([[1.0], [0.0]]);
    /// let gradients = x.batch_norm_grad(&gy, &gamma, &norm.mean, &norm.variance, 0.0)?;
    /// assert_eq!(gradients.x.to_vec(), [0.0, 0.0]); // two elements normalise to −1 and 1, wherever they are
    /// assert_eq!((gradients.gamma.to_vec(), gradients.beta.to_vec()), (vec![-1.0], vec![1.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn batch_norm_grad(
        &self,
        gy: &Self,
        gamma: &Self,
        mean: &Self,
        variance: &Self,
        epsilon: f64,
    ) -> Result<BatchNormGradients<T>> {
        let vectors = [("gamma", gamma), ("mean", mean), ("variance", variance)];
        let width = check(self, &vectors)?;
        if gy.shape() != self.shape() {
            let message = format!(
                "a gradient of shape {:?} for a result of shape {:?}; expected both alike",
                gy.shape(),
                self.shape()
            );
            return Err(Error::shape("batch_norm", message));
        }
        let [x, gy, mean] = [self, gy, mean].map(Tensor::contiguous);
        let (mut sum, mut dot) = (Tensor::zeros([width]), Tensor::zeros([width]));
        if width == 0 {
            return Ok(BatchNormGradients {
                x: gy,
                gamma: dot,
                beta: sum,
            });
        }
        let to = (sum.make_mut(), dot.make_mut());
        channels::gradient_sums(slice(&x), slice(&gy), slice(&mean), to.0, to.1);
        let rows = T::from_f64((x.elements() / width) as f64);
        let (gamma, variance) = (gamma.to_vec(), variance.to_vec());
        let mut columns = [(); 3].map(|()| Vec::with_capacity(width));
        let sums = slice(&sum).iter().zip(dot.make_mut());
        for ((&sum, dot), (gamma, variance)) in sums.zip(gamma.into_iter().zip(variance)) {
            let r = rstd(variance, epsilon);
            // From Σ gy·(x − mean) to Σ gy·x̂.
            *dot *= r;
            let factor = gamma * r;
            columns[0].push(factor);
            columns[1].push(-(factor * r * *dot / rows));
            columns[2].push(-(factor * sum / rows));
        }
        let [factor, slope, shift] = columns;
        let gx = Tensor::build(Shape::from(x.shape()), |gx| {
            let of = Combination {
                a: Some((slice(&gy), &factor)),
                b: slice(&x),
                mean: slice(&mean),
                slope: &slope,
                shift: &shift,
            };
            channels::combine(of, gx);
        });
        Ok(BatchNormGradients {
            x: gx,
            gamma: dot,
            beta: sum,
        })
    }
}

/// `1/√(variance + epsilon)`.
fn rstd<T: Float>(variance: T, epsilon: f64) -> T {
    (variance + T::from_f64(epsilon)).sqrt().recip()
}

/// The number of channels, if all vectors are as long.
fn check<T: Float>(x: &Tensor<T>, vectors: &[(&str, &Tensor<T>)]) -> Result<usize> {
    let who = "batch_norm";
    let Some(&width) = x.shape().last() else {
        let message = "x has rank 0; expected a last axis of channels";
        return Err(Error::shape(who, message));
    };
    if x.elements() == 0 && width > 0 {
        let message = format!("x {:?} has no element to take moments of", x.shape());
        return Err(Error::shape(who, message));
    }
    match vectors.iter().find(|(_, vector)| vector.shape() != [width]) {
        None => Ok(width),
        Some((name, vector)) => Err(Error::shape(
            who,
            format!(
                "{name} has shape {:?} and x {:?}; expected {name} of shape [{width}]",
                vector.shape(),
                x.shape()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn channels_get_mean_0_and_variance_1_whatever_the_layout() -> Result<()> {
        let x = Tensor::<f64>::randn([4, 3, 5], &mut Rng::seed(1)).permute([0, 2, 1])?;
        let norm = x.batch_norm(&Tensor::ones([3]), &Tensor::zeros([3]), 0.0)?;
        let largest = |x: Tensor<f64>| x.abs().max(..).unwrap().item().unwrap();
        assert!(largest(norm.y.mean([0, 1])?) < 1e-15);
        assert!(largest(norm.y.var([0, 1], 0)? - 1.0) < 1e-14);
        assert!(largest(norm.mean - x.mean([0, 1])?) < 1e-15);
        assert!(largest(norm.variance - x.var([0, 1], 0)?) < 1e-15);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let (ones, x) = (Tensor::<f32>::ones([2]), Tensor::zeros([2, 3]));
        let refused = x.batch_norm(&ones, &ones, 0.0).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "batch_norm: gamma has shape [2] and x [2, 3]; expected gamma of shape [3]"
        );
        let nothing = Tensor::<f32>::zeros([0, 2]).batch_norm(&ones, &ones, 0.0);
        assert!(nothing.unwrap_err().to_string().contains("no element"));
    }
}
