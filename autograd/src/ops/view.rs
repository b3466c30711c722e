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
        to.give_part(0, &gy, &self.view, |shape| {
            adjoint(&gy, self.name, self.view.clone(), shape)
        })
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

#[cfg(test)]
mod tests {
    use crate::Tape;
    use etude_tensor::{Result, Tensor};

    #[test]
    fn parts_are_added_in_their_places_to_whatever_came_first() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0], [5.0, 6.0]]));
        // The walk meets the last line first: a gradient that is a broadcast view, a part of it, overlapping parts.
        let overlapping =
            (x.narrow(0, 0, 2)? * 10.0).sum(..)? + (x.narrow(0, 1, 2)? * 100.0).sum(..)?;
        let row = (x.select(0, 1)? * 1000.0).sum(..)?;
        let loss = overlapping + row + x.sum(..)?;
        let gradient = loss.backward()?.get(&x)?;
        assert_eq!(
            gradient.to_vec(),
            [11.0, 11.0, 1111.0, 1111.0, 101.0, 101.0]
        );
        Ok(())
    }

    #[test]
    fn a_gradient_that_others_hold_is_left_alone() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let whole = x.mul_scalar(3.0)?;
        whole.retain_grad()?;
        let y = (whole.narrow(0, 0, 1)? * 5.0).sum(..)? + (&whole * &whole).sum(..)?;
        let gradients = y.backward()?;
        assert_eq!(gradients.get(&whole)?.to_vec(), [11.0, 12.0]);
        assert_eq!(gradients.get(&x)?.to_vec(), [33.0, 36.0]);
        Ok(())
    }
}
