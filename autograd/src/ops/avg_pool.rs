//! The average of each window.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::pool::{PoolGeometry, PoolShape};
use etude_tensor::{Float, Result, Tensor};

/// How an average is taken: what forward and gradient must agree on.
#[derive(Clone)]
struct Average {
    shape: PoolShape,
    count_include_pad: bool,
}

/// The rule of [`Var::avg_pool`] and [`Var::adaptive_avg_pool`].
struct AvgPool {
    name: &'static str,
    average: Average,
}

/// The adjoint of [`AvgPool`], which is linear too: its own adjoint is the average.
struct AvgPoolGrad(Average);

impl<T: Float> Rule<T> for AvgPool {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || spread(&gy, self.average.clone()))
    }
}

impl<T: Float> Rule<T> for AvgPoolGrad {
    fn name(&self) -> &'static str {
        "avg_pool_grad"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || average("avg_pool", &gy, self.0.clone()))
    }
}

/// The average of each window, recorded under the operation's name.
fn average<T: Float>(name: &'static str, x: &Var<T>, average: Average) -> Result<Var<T>> {
    let Average {
        shape,
        count_include_pad,
    } = &average;
    let y = x.tensor().avg_pool_with(name, shape, *count_include_pad)?;
    x.tape().record(AvgPool { name, average }, &[x], y, [])
}

/// Each element, divided as in the average, at every element of its window.
fn spread<T: Float>(gy: &Var<T>, average: Average) -> Result<Var<T>> {
    let gx = gy
        .tensor()
        .avg_pool_grad(&average.shape, average.count_include_pad)?;
    gy.tape().record(AvgPoolGrad(average), &[gy], gx, [])
}

/// Each element, whole, at every element of its window: for each place the sum over its windows.
pub(super) fn spread_whole<T: Float>(gy: &Var<T>, shape: &PoolShape) -> Result<Var<T>> {
    // The average divides by the elements of each window, of which the 1-norm of ones is the number.
    let one_image = PoolShape {
        batch: 1,
        axes: shape.axes.clone(),
        channels: 1,
    };
    let ones = Tensor::<T>::ones(&one_image.input()[..]);
    let counts = ones.lp_pool_with("lp_pool", &one_image, 1.0)?;
    let average = Average {
        shape: shape.clone(),
        count_include_pad: false,
    };
    spread(&gy.try_mul(&gy.tape().input(counts))?, average)
}

impl<T: Float> Var<T> {
    /// The average of each window over the spatial axes of `x` `[batch, spatial…, channels]`:
    /// `y[o] = Σₜ x[o·stride + t − before] / count`, padding counting as 0, with the window's size as the count with `count_include_pad`, else the
    /// number of its elements inside `x`. NaN where a window has one.
    ///
    /// Gradient: `∂L/∂y`, divided by the same count, goes to every element of its window.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::pool::PoolGeometry};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[[1.0_f64], [3.0], [5.0], [9.0]]]));
    /// let y = x.avg_pool(&PoolGeometry::new(&[2]), true)?;
    /// assert_eq!(y.tensor(), &Tensor::from([[[2.0], [7.0]]]));
    /// let gradients = y.backward_with(&Tensor::from([[[1.0], [10.0]]]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [0.5, 0.5, 5.0, 5.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks don't go together, a window is longer than its padded axis, or sees nothing but padding.
    pub fn avg_pool(&self, geometry: &PoolGeometry, count_include_pad: bool) -> Result<Var<T>> {
        let shape = PoolShape::new("avg_pool", self.shape(), geometry)?;
        let how = Average {
            shape,
            count_include_pad,
        };
        average("avg_pool", self, how)
    }

    /// The averages of `output` windows along the spatial axes of `x` `[batch, spatial…, channels]`, which cover them as
    /// equally as whole numbers allow: `y[o] = Σ x[i] / count` over the i with `⌊o·n/m⌋ ≤ i < ⌈(o + 1)·n/m⌉`, for m windows of n elements.
    ///
    /// Gradient: `∂L/∂y`, divided by the number of elements of its window, goes to each of them.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let images = tape.var(Tensor::<f32>::ones([2, 7, 5, 3]));
    /// assert_eq!(images.adaptive_avg_pool([4, 2])?.shape(), [2, 4, 2, 3]);
    /// // Channels in front: the axis is moved to the end and back.
    /// let images = tape.var(Tensor::<f32>::ones([2, 3, 7, 5]));
    /// let last = images.permute([0, 2, 3, 1])?.adaptive_avg_pool([4, 2])?;
    /// assert_eq!(last.permute([0, 3, 1, 2])?.shape(), [2, 3, 4, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the rank isn't that of `output` and two more, an output size is 0, a spatial axis is empty, or the result is larger than
    /// memory.
    pub fn adaptive_avg_pool(&self, output: impl AsRef<[usize]>) -> Result<Var<T>> {
        let shape = PoolShape::adaptive("adaptive_avg_pool", self.shape(), output.as_ref())?;
        let how = Average {
            shape,
            count_include_pad: false,
        };
        average("adaptive_avg_pool", self, how)
    }
}
