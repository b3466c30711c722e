//! Patches, and the sum of overlapping patches: each is the other's adjoint.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Float, Result};

/// `y` shows each element of `x` once for each patch that it lies in, hence `∂L/∂x = fold(∂L/∂y)`.
struct Unfold {
    geometry: ConvGeometry,
}

/// Each element of `y` is the sum of those that lie over it, hence `∂L/∂x = unfold(∂L/∂y)`.
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
    /// The patches under a kernel that slides over the spatial axes of `x` `[batch, spatial…, channels]`, of which there may
    /// be any number: `[batch, output…, kernel…, channels]`. Without padding it is a view. The geometry's groups aren't
    /// looked at.
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
    /// patches `[batch, output…, kernel…, channels]` that lie over it: the adjoint of [`unfold`](Var::unfold).
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
