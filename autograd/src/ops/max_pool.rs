//! The maximum of each window.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::pool::{PoolGeometry, PoolShape};
use etude_tensor::{Float, Result, Tensor};

/// The rule of [`Var::max_pool`] and [`Var::adaptive_max_pool`].
struct MaxPool {
    name: &'static str,
    indices: Tensor<i64>,
    shape: PoolShape,
}

/// The adjoint of [`MaxPool`], which puts gradients at the places of the maxima: its own adjoint reads them from there.
struct MaxPoolGrad {
    indices: Tensor<i64>,
}

impl<T: Float> Rule<T> for MaxPool {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || {
            let gx = gy.tensor().max_pool_grad(&self.indices, &self.shape)?;
            let indices = self.indices.clone();
            gy.tape().record(MaxPoolGrad { indices }, &[&gy], gx, [])
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
    /// The maximum of each window over the spatial axes of `x` `[batch, spatial…, channels]`, `y[o] = maxₜ x[o·stride + t − before]`; NaN
    /// where there is one. Padding never wins.
    ///
    /// Gradient: `∂L/∂y` goes to the maximum, of equal elements to the first in row-major order.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::pool::PoolGeometry};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[[1.0_f64], [3.0], [9.0], [9.0]]]));
    /// let y = x.max_pool(&PoolGeometry::new(&[2]))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[[3.0], [9.0]]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 1.0, 1.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or sees nothing but padding.
    pub fn max_pool(&self, geometry: &PoolGeometry) -> Result<Var<T>> {
        let shape = PoolShape::new("max_pool", self.shape(), geometry)?;
        maximum("max_pool", self, shape)
    }

    /// The maxima of `output` windows along the spatial axes of `x` `[batch, spatial…, channels]`, placed as by
    /// [`adaptive_avg_pool`](Var::adaptive_avg_pool): `y[o] = max x[i]` over window o; NaN where there is one.
    ///
    /// Gradient: as of [`max_pool`](Var::max_pool), added up where windows share their maximum.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from_slice([1, 5, 1], &[1.0_f64, 2.0, 9.0, 4.0, 8.0])?);
    /// let y = x.adaptive_max_pool([2])?; // of 1, 2, 9 and of 9, 4, 8
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [0.0, 0.0, 2.0, 0.0, 0.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the rank isn't that of `output` and two more, an output size is 0, a spatial axis is empty, or the result is larger than
    /// memory.
    pub fn adaptive_max_pool(&self, output: impl AsRef<[usize]>) -> Result<Var<T>> {
        let shape = PoolShape::adaptive("adaptive_max_pool", self.shape(), output.as_ref())?;
        maximum("adaptive_max_pool", self, shape)
    }
}

/// The maximum of each window, recorded under the operation's name.
fn maximum<T: Float>(name: &'static str, x: &Var<T>, shape: PoolShape) -> Result<Var<T>> {
    let pool = x.tensor().max_pool_with(name, &shape)?;
    let rule = MaxPool {
        name,
        indices: pool.indices,
        shape,
    };
    x.tape().record(rule, &[x], pool.y, [])
}
