//! The average of each window.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::{Float, Result};

/// How an average is taken: what forward and gradient must agree on.
#[derive(Clone)]
struct Average {
    geometry: PoolGeometry,
    count_include_pad: bool,
}

/// `y` is the average of each window, hence each `∂L/∂y`, divided by the same count, goes to every element of its window.
struct AvgPool(Average);

/// The adjoint of [`AvgPool`], which is linear too: its own adjoint is the average.
struct AvgPoolGrad(Average);

impl<T: Float> Rule<T> for AvgPool {
    fn name(&self) -> &'static str {
        "avg_pool"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| {
            let gx =
                gy.tensor()
                    .avg_pool_grad(&self.0.geometry, self.0.count_include_pad, shape)?;
            gy.tape()
                .record(AvgPoolGrad(self.0.clone()), &[&gy], gx, [])
        })
    }
}

impl<T: Float> Rule<T> for AvgPoolGrad {
    fn name(&self) -> &'static str {
        "avg_pool_grad"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || {
            gy.avg_pool(&self.0.geometry, self.0.count_include_pad)
        })
    }
}

impl<T: Float> Var<T> {
    /// The average of each window over the spatial axes of `x` `[batch, spatial…, channels]`: the sum, padding counting as
    /// 0, divided by the window's size with `count_include_pad`, else by the number of its elements inside `x`.
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or padding as long as the window.
    pub fn avg_pool(&self, geometry: &PoolGeometry, count_include_pad: bool) -> Result<Var<T>> {
        let y = self.tensor().avg_pool(geometry, count_include_pad)?;
        let average = Average {
            geometry: geometry.clone(),
            count_include_pad,
        };
        self.tape().record(AvgPool(average), &[self], y, [])
    }
}
