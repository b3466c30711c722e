//! Views: another look at the same elements, and the one rule that all of them share.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape, Tensor};

/// `y` shows some elements of `x`, hence `∂L/∂x` is `∂L/∂y` at the places that it shows (added up where it shows one
/// several times) and 0 elsewhere: the adjoint of the view.
struct View<F> {
    name: &'static str,
    view: F,
}

/// The adjoint of a view, which is linear too: its own adjoint is the view.
struct ViewGrad<F> {
    name: &'static str,
    view: F,
}

impl<T: Float, F: Fn(&Tensor<T>) -> Result<Tensor<T>> + Clone + 'static> Rule<T> for View<F> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| adjoint(&gy, self.name, self.view.clone(), shape))
    }
}

impl<T: Float, F: Fn(&Tensor<T>) -> Result<Tensor<T>> + Clone + 'static> Rule<T> for ViewGrad<F> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.view(self.name, self.view.clone()))
    }
}

fn adjoint<T: Float, F>(gy: &Var<T>, name: &'static str, view: F, x_shape: &Shape) -> Result<Var<T>>
where
    F: Fn(&Tensor<T>) -> Result<Tensor<T>> + Clone + 'static,
{
    let mut gx = Tensor::zeros(x_shape);
    gx.view_add_assign(&view, gy.tensor())?;
    gy.tape().record(ViewGrad { name, view }, &[gy], gx, [])
}

impl<T: Float> Var<T> {
    /// Records the view that `view` makes under the operation's `name`. `view` must copy nothing, and depend on the shape
    /// of what it is given alone.
    pub(super) fn view<F>(&self, name: &'static str, view: F) -> Result<Var<T>>
    where
        F: Fn(&Tensor<T>) -> Result<Tensor<T>> + Clone + 'static,
    {
        let y = view(self.tensor())?;
        self.tape().record(View { name, view }, &[self], y, [])
    }
}
