//! Patches, and the sum of overlapping patches: each is the other's adjoint.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Float, Result};

/// The rule of [`Var::unfold`].
struct Unfold {
    geometry: ConvGeometry,
}

/// The rule of [`Var::fold`].
struct Fold {
    geometry: ConvGeometry,
    kernel: Vec<usize>,
}

impl<T: Float> Rule<T> for Unfold {
    fn name(&self) -> &'static str {
        "unfold"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |x| gy.fold(&x[1..x.len() - 1], &self.geometry))
    }
}

impl<T: Float> Rule<T> for Fold {
    fn name(&self) -> &'static str {
        "fold"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.unfold(&self.kernel, &self.geometry))
    }
}

impl<T: Float> Var<T> {
    /// The patches under a kernel that slides over the spatial axes of `x` `[batch, spatial…, channels]`, of which there may be any number:
    /// `[batch, output…, kernel…, channels]`, `y[b, o, t, c] = x[b, o·stride + t·dilation − before, c]`. Without padding it is a view. The
    /// geometry's groups aren't looked at.
    ///
    /// Gradient: `∂L/∂x = fold(∂L/∂y)`: of an element, the sum over all patches that it lies in.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::conv::ConvGeometry};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[[1.0_f64], [2.0], [3.0]]]));
    /// let y = x.unfold([2], &ConvGeometry::new(1))?;
    /// assert_eq!(y.shape(), [1, 2, 2, 1]);
    /// assert_eq!(y.tensor().to_vec(), [1.0, 2.0, 2.0, 3.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 2.0, 1.0]); // the 2 twice
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the numbers of axes don't go together, a kernel size, stride or dilation is 0, or a kernel is longer than its
    /// padded axis.
    pub fn unfold(&self, kernel: impl AsRef<[usize]>, geometry: &ConvGeometry) -> Result<Var<T>> {
        let y = self.tensor().unfold(kernel, geometry)?;
        let geometry = geometry.clone();
        self.tape().record(Unfold { geometry }, &[self], y, [])
    }

    /// The images `[batch, spatial…, channels]`, of spatial sizes `sizes`, in which each element is the sum of those of the
    /// patches `[batch, output…, kernel…, channels]` that lie over it, `y[b, i, c] = Σ x[b, o, t, c]` over all
    /// `o·stride + t·dilation − before = i`: the adjoint of [`unfold`](Var::unfold).
    ///
    /// Gradient: `∂L/∂x = unfold(∂L/∂y)`.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::conv::ConvGeometry};
    ///
    /// let tape = Tape::new();
    /// let patches = tape.var(Tensor::from([[[[1.0_f64], [2.0]], [[2.0], [3.0]]]]));
    /// let y = patches.fold([3], &ConvGeometry::new(1))?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 4.0, 3.0]);
    /// let gradients = y.backward_with(&Tensor::from([[[10.0], [20.0], [30.0]]]))?;
    /// assert_eq!(gradients.get(&patches)?.to_vec(), [10.0, 20.0, 20.0, 30.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the patches aren't those that `unfold` takes from such images.
    pub fn fold(&self, sizes: impl AsRef<[usize]>, geometry: &ConvGeometry) -> Result<Var<T>> {
        let axes = sizes.as_ref().len();
        let y = self.tensor().fold(sizes, geometry)?;
        let rule = Fold {
            geometry: geometry.clone(),
            kernel: self.shape()[axes + 1..2 * axes + 1].to_vec(),
        };
        self.tape().record(rule, &[self], y, [])
    }
}
