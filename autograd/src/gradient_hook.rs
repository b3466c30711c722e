//! Hooks: functions that see the complete gradient of a value on the way back, and may replace it.

use crate::node::NodeNumber;
use crate::{Param, ParamId, Tape, Var};
use etude_tensor::{Error, Float, Result};
use std::collections::HashMap;
use std::fmt;
use std::rc::{Rc, Weak};

type Function<T> = dyn Fn(&Var<T>) -> Result<Option<Var<T>>>;

/// Keeps a hook in place; dropping it removes the hook. From [`Var::on_gradient`] and [`Tape::on_param_gradient`].
///
/// The tape itself holds the hook weakly, so a function that holds variables makes no cycle.
#[must_use = "dropping it removes the hook"]
pub struct GradientHook<T: Float> {
    /// Nothing calls it from here: this is what the tape's weak handle points to.
    _function: Rc<Function<T>>,
}

/// What a hook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Hooked {
    Node(NodeNumber),
    Param(ParamId),
}

/// The hooks of a tape, in the order in which they were set.
pub(crate) type Hooks<T> = HashMap<Hooked, Vec<Weak<Function<T>>>>;

impl<T: Float> Var<T> {
    /// Calls `hook` with the gradient of this variable when a walk back has it complete: with a constant in
    /// [`backward`](Var::backward), with a recorded variable in [`grad`](crate::grad()). If the hook returns another
    /// gradient, the walk goes on with that. Hooks run in the order in which they were set.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = &x * &x;
    /// let hook = y.on_gradient(|gradient| gradient.mul_scalar(10.0).map(Some))?;
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [20.0, 40.0]); // ten times 2x
    /// drop(hook);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If this is a constant, or belongs to a recording that has been spent.
    pub fn on_gradient(
        &self,
        hook: impl Fn(&Var<T>) -> Result<Option<Var<T>>> + 'static,
    ) -> Result<GradientHook<T>> {
        self.tape().check_live("on_gradient", self)?;
        let Some(number) = self.node() else {
            let message = format!(
                "this value of shape {:?} is a constant and gets no gradient",
                self.shape()
            );
            return Err(Error::graph("on_gradient", message));
        };
        Ok(self.tape().hook(Hooked::Node(number), hook))
    }
}

impl<T: Float> Tape<T> {
    /// Calls `hook` with the gradient of a parameter in each walk back on this tape, as [`Var::on_gradient`] does for
    /// a variable: to clip it, to look at its norm. It outlives the recordings of a training loop.
    ///
    /// ```
    /// use etude_autograd::{Param, Tape};
    /// use etude_tensor::Tensor;
    /// use std::{cell::RefCell, rc::Rc};
    ///
    /// let weight = Param::new(Tensor::from([3.0_f64]));
    /// let tape = Tape::new();
    /// let seen = Rc::new(RefCell::new(Vec::new()));
    /// let log = seen.clone();
    /// let _hook = tape.on_param_gradient(&weight, move |gradient| {
    ///     log.borrow_mut().push(gradient.item()?);
    ///     Ok(None) // leave it as it is
    /// });
    /// for _ in 0..2 {
    ///     let w = tape.param(&weight)?;
    ///     (&w * &w).sum(..)?.backward()?;
    /// }
    /// assert_eq!(*seen.borrow(), [6.0, 6.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn on_param_gradient(
        &self,
        param: &Param<T>,
        hook: impl Fn(&Var<T>) -> Result<Option<Var<T>>> + 'static,
    ) -> GradientHook<T> {
        self.hook(Hooked::Param(param.id()), hook)
    }

    fn hook(
        &self,
        hooked: Hooked,
        hook: impl Fn(&Var<T>) -> Result<Option<Var<T>>> + 'static,
    ) -> GradientHook<T> {
        let function: Rc<Function<T>> = Rc::new(hook);
        let mut hooks = self.gradient_hooks().borrow_mut();
        // Those whose handle is gone have no further use.
        hooks.retain(|_, list| {
            list.retain(|hook| hook.strong_count() > 0);
            !list.is_empty()
        });
        let list = hooks.entry(hooked).or_default();
        list.push(Rc::downgrade(&function));
        GradientHook {
            _function: function,
        }
    }

    #[inline]
    pub(crate) fn has_gradient_hooks(&self) -> bool {
        !self.gradient_hooks().borrow().is_empty()
    }

    /// The gradient of a node after its hooks.
    pub(crate) fn run_gradient_hooks(
        &self,
        number: NodeNumber,
        param: Option<ParamId>,
        gradient: Var<T>,
    ) -> Result<Var<T>> {
        let hooked = param.map_or(Hooked::Node(number), Hooked::Param);
        let list = self.gradient_hooks().borrow().get(&hooked).cloned();
        let mut gradient = gradient;
        for hook in list.iter().flatten().filter_map(Weak::upgrade) {
            let Some(other) = hook(&gradient)? else {
                continue;
            };
            self.check_own("on_gradient", &other)?;
            if !other.tensor().same_shape(gradient.tensor()) {
                let message = format!(
                    "the hook made a gradient of shape {:?} from one of shape {:?}; expected the same shape",
                    other.shape(),
                    gradient.shape()
                );
                return Err(Error::shape("on_gradient", message));
            }
            gradient = other;
        }
        Ok(gradient)
    }
}

impl<T: Float> fmt::Debug for GradientHook<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GradientHook")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grad;
    use etude_tensor::Tensor;
    use std::cell::Cell;

    #[test]
    fn a_hook_sees_the_complete_gradient_once() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(3.0_f64));
        let calls = Rc::new(Cell::new(0));
        let counter = calls.clone();
        let hook = x.on_gradient(move |gradient| {
            counter.set(counter.get() + 1);
            assert_eq!(gradient.item()?, 7.0); // 1 + 2x, from two uses
            Ok(None)
        })?;
        let y = &x + &x * &x;
        assert_eq!(grad(&y, &[&x])?[0].item()?, 7.0);
        drop(hook);
        assert_eq!(y.backward()?.get(&x)?.item()?, 7.0);
        assert_eq!(calls.get(), 1, "a dropped hook isn't called");
        Ok(())
    }

    #[test]
    fn what_a_hook_does_is_differentiated_too() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(3.0_f64));
        let y = &x * &x;
        let _hook = y.on_gradient(|gradient| gradient.mul_scalar(5.0).map(Some))?;
        let dy = grad(&y, &[&x])?.remove(0);
        assert_eq!(dy.item()?, 30.0);
        assert_eq!(grad(&dy, &[&x])?[0].item()?, 10.0);
        Ok(())
    }

    #[test]
    fn wrong_hooks_are_errors() -> Result<()> {
        let tape = Tape::new();
        let constant = tape.scalar(1.0);
        assert!(constant.on_gradient(|_| Ok(None)).is_err());
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let _hook = x.on_gradient(|gradient| gradient.sum(..).map(Some))?;
        let message = x.sum(..)?.backward().unwrap_err().to_string();
        assert_eq!(
            message,
            "on_gradient: the hook made a gradient of shape [] from one of shape [2]; expected the same shape"
        );
        Ok(())
    }
}
