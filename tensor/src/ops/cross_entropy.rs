//! The negative log-likelihood of a class under the softmax of its row.

use super::rows::slice;
use crate::kernels::reduce::rows;
use crate::{Error, Float, Result, Shape, Tensor};

/// What [`Tensor::cross_entropy`] returns: the loss of each row, and what the gradient needs.
#[derive(Clone, Debug)]
pub struct CrossEntropy<T: Float> {
    /// `ln Σ exp x − x[target]` of each row.
    pub loss: Tensor<T>,
    /// `ln Σ exp x` of each row.
    pub logsumexp: Tensor<T>,
}

impl<T: Float> Tensor<T> {
    /// The cross entropy of each row of logits `[…, classes]` with its target class `[…]`, `ℓ = ln Σ exp x − x[target]`,
    /// through the shifted sum, so that logits of any finite size give finite losses. A NaN makes the loss of its row NaN.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let logits = Tensor::from([[0.0_f64, 0.0], [1e4, 0.0]]);
    /// let loss = logits.cross_entropy(&Tensor::from([1_i64, 0]))?.loss;
    /// assert_eq!(loss.to_vec(), [2.0_f64.ln(), 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the target's shape isn't the logits' without the last axis, or a target is no class.
    pub fn cross_entropy(&self, target: &Tensor<i64>) -> Result<CrossEntropy<T>> {
        check(self, target)?;
        let (x, target) = (self.contiguous(), target.contiguous());
        let shape = Shape::from(target.shape());
        let mut logsumexp = Tensor::build(shape.clone(), |_| {});
        let loss = Tensor::build(shape, |loss| {
            rows::cross_entropy(slice(&x), slice(&target), loss, logsumexp.make_mut());
        });
        Ok(CrossEntropy { loss, logsumexp })
    }

    /// The gradient of [`cross_entropy`](Tensor::cross_entropy) with respect to the logits, which are `self`, given the
    /// gradient `gy` of each row's loss and its logsumexp: `gx[i, j] = gyᵢ·(softmax(x)[i, j] − [j = targetᵢ])`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (logits, target) = (Tensor::from([[0.0_f64, 0.0]]), Tensor::from([1_i64]));
    /// let logsumexp = logits.cross_entropy(&target)?.logsumexp;
    /// let gx = logits.cross_entropy_grad(&target, &logsumexp, &Tensor::from([1.0]))?;
    /// assert!((gx - Tensor::from([[0.5, -0.5]])).square_sum() < 1e-30);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or a target is no class.
    pub fn cross_entropy_grad(
        &self,
        target: &Tensor<i64>,
        logsumexp: &Self,
        gy: &Self,
    ) -> Result<Self> {
        check(self, target)?;
        if logsumexp.shape() != target.shape() || gy.shape() != target.shape() {
            return Err(Error::shape(
                "cross_entropy",
                format!(
                    "target {:?}, logsumexp {:?}, gradient {:?}; expected one shape for all",
                    target.shape(),
                    logsumexp.shape(),
                    gy.shape()
                ),
            ));
        }
        let target = target.contiguous();
        let [x, logsumexp, gy] = [self, logsumexp, gy].map(Tensor::contiguous);
        Ok(Tensor::build(Shape::from(x.shape()), |gx| {
            rows::cross_entropy_grad(slice(&x), slice(&target), slice(&logsumexp), slice(&gy), gx);
        }))
    }
}

fn check<T: Float>(logits: &Tensor<T>, target: &Tensor<i64>) -> Result<()> {
    let Some((&classes, rows)) = logits.shape().split_last() else {
        return Err(Error::shape(
            "cross_entropy",
            "logits have rank 0; expected [..., classes]",
        ));
    };
    if rows != target.shape() {
        return Err(Error::shape(
            "cross_entropy",
            format!(
                "logits {:?} and target {:?}; expected a target of shape {rows:?}",
                logits.shape(),
                target.shape()
            ),
        ));
    }
    let strange = |&&t: &&i64| !(0..classes as i64).contains(&t);
    if let Some(target) = slice(&target.contiguous()).iter().find(strange) {
        let message = match classes {
            0 => format!(
                "logits {:?} have no class for target {target}; expected at least one",
                logits.shape()
            ),
            _ => format!("target {target} is no class; expected 0 to {}", classes - 1),
        };
        return Err(Error::index("cross_entropy", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn it_is_the_negative_log_softmax_at_the_target() {
        let x = Tensor::from_slice(
            [2, 2, 3],
            &(0..12).map(|i| f64::from(i * 5 % 7)).collect::<Vec<_>>(),
        )
        .unwrap();
        let target = Tensor::from([[0_i64, 2], [1, 1]]);
        let loss = x.cross_entropy(&target).unwrap().loss;
        let y = x.log_softmax(-1).unwrap();
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let expected = -y.at(&[i, j, target.at(&[i, j]).unwrap() as isize]).unwrap();
            assert!((loss.at(&[i, j]).unwrap() - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn targets_are_checked() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = x
            .cross_entropy(&Tensor::from([0_i64, 3]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "cross_entropy: target 3 is no class; expected 0 to 2"
        );
        let message = Tensor::<f32>::zeros([1, 0])
            .cross_entropy(&Tensor::from([0_i64]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "cross_entropy: logits [1, 0] have no class for target 0; expected at least one"
        );
        let message = x
            .cross_entropy(&Tensor::from([0_i64]))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "cross_entropy: logits [2, 3] and target [1]; expected a target of shape [2]"
        );
    }
}
