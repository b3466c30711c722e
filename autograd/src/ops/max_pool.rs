//! The maximum of each window.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::{Float, Result, Tensor};

/// `y` is `x` at the places where the maxima were found, hence `∂L/∂y` goes to those places.
struct MaxPool {
    indices: Tensor<i64>,
    geometry: PoolGeometry,
}

/// The adjoint of [`MaxPool`], which puts gradients at the places of the maxima: its own adjoint reads them from there.
struct MaxPoolGrad {
    indices: Tensor<i64>,
}

impl<T: Float> Rule<T> for MaxPool {
    fn name(&self) -> &'static str {
        "max_pool"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let gx = gy
                .tensor()
                .max_pool_grad(&self.indices, &self.geometry, shape)?;
            gy.tape().record(
                MaxPoolGrad {
                    indices: self.indices.clone(),
                },
                &[&gy],
                gx,
                [],
            )
        })
    }
}

impl<T: Float> Rule<T> for MaxPoolGrad {
    fn name(&self) -> &'static str {
        "max_pool_grad"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let flat: usize = gy.shape().iter().product();
            let places = self.indices.reshape([self.indices.elements()])?;
            gy.reshape([flat])?.index_select(0, &places)?.reshape(shape)
        })
    }
}

impl<T: Float> Var<T> {
    /// The maximum of each window over the spatial axes of `x` `[batch, spatial…, channels]`. Padding never wins; of
    /// equal elements the first in row-major order does, and takes the gradient.
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or padding as long as the window.
    pub fn max_pool(&self, geometry: &PoolGeometry) -> Result<Var<T>> {
        let pool = self.tensor().max_pool(geometry)?;
        let rule = MaxPool {
            indices: pool.indices,
            geometry: geometry.clone(),
        };
        self.tape().record(rule, &[self], pool.y, [])
    }
}
