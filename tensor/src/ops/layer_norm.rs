//! Normalisation of each row to mean 0 and variance 1 (Ba, Kiros and Hinton, 2016).

use super::rows::slice;
use crate::kernels::reduce::rows;
use crate::{Error, Float, Result, Shape, Tensor};

/// What [`Tensor::layer_norm`] returns: the result, and the two numbers of each row that the gradient needs.
#[derive(Clone, Debug)]
pub struct LayerNorm<T: Float> {
    /// The normalised, scaled and shifted rows.
    pub y: Tensor<T>,
    /// The mean of each row.
    pub mean: Tensor<T>,
    /// `1/√(variance + ε)` of each row.
    pub rstd: Tensor<T>,
}

/// The gradients of [`Tensor::layer_norm`] with respect to gamma and beta.
#[derive(Clone, Debug)]
pub struct LayerNormParameters<T: Float> {
    /// `Σ gy·x̂` over the rows.
    pub gamma: Tensor<T>,
    /// `Σ gy` over the rows.
    pub beta: Tensor<T>,
}

impl<T: Float> Tensor<T> {
    /// Normalises over the last axis, in one pass: `y = gamma·(x − mean)/√(variance + epsilon) + beta`, with the biased
    /// variance; without `gamma` or `beta` they are 1 and 0. A NaN makes its row NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f64, 3.0], [10.0, 10.0]]);
    /// let y = x.layer_norm(None, None, 0.0)?.y;
    /// assert_eq!(y.slice(0, 0..1)?.to_vec(), [-1.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `x` has rank 0, or `gamma` or `beta` isn't a vector as long as a row.
    pub fn layer_norm(
        &self,
        gamma: Option<&Self>,
        beta: Option<&Self>,
        epsilon: f64,
    ) -> Result<LayerNorm<T>> {
        check(self, &[("gamma", gamma), ("beta", beta)])?;
        let x = self.contiguous();
        let (gamma, beta) = (gamma.map(Tensor::contiguous), beta.map(Tensor::contiguous));
        let rows_shape = Shape::new(&x.shape()[..x.rank() - 1]);
        let mut mean = Tensor::build(rows_shape.clone(), |_| {});
        let mut rstd = Tensor::build(rows_shape, |_| {});
        let y = Tensor::build(Shape::from(x.shape()), |y| {
            let (mean, rstd) = (mean.make_mut(), rstd.make_mut());
            rows::layer_norm(
                slice(&x),
                gamma.as_ref().map(slice),
                beta.as_ref().map(slice),
                epsilon,
                y,
                mean,
                rstd,
            );
        });
        Ok(LayerNorm { y, mean, rstd })
    }

    /// The gradient of [`layer_norm`](Tensor::layer_norm) with respect to `x`, which is `self`, given the gradient `gy`
    /// with respect to its result, and its mean and rstd:
    /// `gx = rstd·(g − mean(g) − x̂·mean(g·x̂))` with `g = gamma·gy` and `x̂ = (x − mean)·rstd`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f64, 3.0]]);
    /// let norm = x.layer_norm(None, None, 0.0)?;
    /// let gx = x.layer_norm_grad(&Tensor::from([[1.0, 0.0]]), None, &norm.mean, &norm.rstd)?;
    /// assert_eq!(gx.to_vec(), [0.0, 0.0]); // two elements normalise to −1 and 1, wherever they are
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn layer_norm_grad(
        &self,
        gy: &Self,
        gamma: Option<&Self>,
        mean: &Self,
        rstd: &Self,
    ) -> Result<Self> {
        check(self, &[("gamma", gamma)])?;
        check_rows(self, gy, mean, rstd)?;
        let [x, gy, mean, rstd] = [self, gy, mean, rstd].map(Tensor::contiguous);
        let gamma = gamma.map(Tensor::contiguous);
        Ok(Tensor::build(Shape::from(x.shape()), |gx| {
            rows::layer_norm_grad(
                slice(&x),
                slice(&gy),
                gamma.as_ref().map(slice),
                slice(&mean),
                slice(&rstd),
                gx,
            );
        }))
    }

    /// The gradients of [`layer_norm`](Tensor::layer_norm) with respect to gamma, `Σ gy·x̂` with `x̂ = (x − mean)·rstd`, and beta, `Σ gy`;
    /// `self` is its argument `x`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from([[1.0_f64, 3.0], [0.0, 4.0]]); // normalised, −1 and 1
    /// let norm = x.layer_norm(None, None, 0.0)?;
    /// let gy = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let gradients = x.layer_norm_grad_parameters(&gy, &norm.mean, &norm.rstd)?;
    /// assert_eq!((gradients.gamma.to_vec(), gradients.beta.to_vec()), (vec![-4.0, 6.0], vec![4.0, 6.0]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn layer_norm_grad_parameters(
        &self,
        gy: &Self,
        mean: &Self,
        rstd: &Self,
    ) -> Result<LayerNormParameters<T>> {
        check(self, &[])?;
        check_rows(self, gy, mean, rstd)?;
        let [x, gy, mean, rstd] = [self, gy, mean, rstd].map(Tensor::contiguous);
        let width = x.shape()[x.rank() - 1];
        let (mut gamma, mut beta) = (Tensor::zeros([width]), Tensor::zeros([width]));
        let (to_gamma, to_beta) = (gamma.make_mut(), beta.make_mut());
        rows::layer_norm_grad_parameters(
            slice(&x),
            slice(&gy),
            slice(&mean),
            slice(&rstd),
            to_gamma,
            to_beta,
        );
        Ok(LayerNormParameters { gamma, beta })
    }
}

fn check<T: Float>(x: &Tensor<T>, vectors: &[(&str, Option<&Tensor<T>>)]) -> Result<()> {
    let Some(&width) = x.shape().last() else {
        return Err(Error::shape(
            "layer_norm",
            "x has rank 0; expected at least one axis to normalise over",
        ));
    };
    for (name, vector) in vectors {
        if let Some(vector) = vector
            && vector.shape() != [width]
        {
            return Err(Error::shape(
                "layer_norm",
                format!(
                    "{name} has shape {:?} and x {:?}; expected {name} of shape [{width}]",
                    vector.shape(),
                    x.shape()
                ),
            ));
        }
    }
    Ok(())
}

fn check_rows<T: Float>(
    x: &Tensor<T>,
    gy: &Tensor<T>,
    mean: &Tensor<T>,
    rstd: &Tensor<T>,
) -> Result<()> {
    let rows = &x.shape()[..x.rank() - 1];
    if gy.shape() != x.shape() || mean.shape() != rows || rstd.shape() != rows {
        return Err(Error::shape(
            "layer_norm",
            format!(
                "x {:?}, gradient {:?}, mean {:?}, rstd {:?}; expected the first two alike and the others without the last axis",
                x.shape(),
                gy.shape(),
                mean.shape(),
                rstd.shape()
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn rows_get_mean_0_and_variance_1_whatever_the_layout() {
        let x = Tensor::from_slice(
            [5, 3],
            &(0..15).map(|i| f64::from(i * i % 7)).collect::<Vec<_>>(),
        )
        .unwrap();
        let x = x.transpose(0, 1).unwrap();
        let norm = x.layer_norm(None, None, 0.0).unwrap();
        assert!(
            norm.y
                .mean(1)
                .unwrap()
                .to_vec()
                .iter()
                .all(|m| m.abs() < 1e-15)
        );
        assert!(
            norm.y
                .var(1, 0)
                .unwrap()
                .to_vec()
                .iter()
                .all(|v| (v - 1.0).abs() < 1e-14)
        );
        assert_eq!(norm.mean.to_vec(), x.mean(1).unwrap().to_vec());
    }

    #[test]
    fn vectors_of_another_length_are_named() {
        let message = Tensor::<f32>::zeros([2, 3])
            .layer_norm(Some(&Tensor::zeros([2])), None, 0.0)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "layer_norm: gamma has shape [2] and x [2, 3]; expected gamma of shape [3]"
        );
    }
}
