//! A door in the walk back: tests see every rule run and every gradient on its way, and may change what goes in and what comes out.
//!
//! Breaking each rule on purpose (a wrong sign, a dropped term, a saved tensor cut off) and seeing a test fail is how we know that the
//! tests can fail. No rebuild is needed for that. The door is compiled with the feature `testing` only.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result};

/// Sees each rule and what it delivers, set by [`Tape::set_sink_hook`](crate::Tape::set_sink_hook). Without changes, a hook is transparent.
pub trait SinkHook<T: Float> {
    /// Runs a rule: a hook may give it other saved tensors or another gradient, or run it again.
    ///
    /// # Errors
    /// What the rule reports.
    fn run(
        &self,
        rule: &dyn Rule<T>,
        saved: &Saved<T>,
        gy: Var<T>,
        to: &mut Sink<'_, T>,
    ) -> Result<()> {
        rule.grads(saved, gy, to)
    }

    /// What is to happen with the gradient that the rule of operation `rule` gave its input number `input`.
    fn deliver(&self, rule: &'static str, input: usize, gradient: Var<T>) -> Delivery<T> {
        let _ = (rule, input);
        Delivery::Add(gradient)
    }
}

/// What happens with a gradient that a rule has delivered.
#[derive(Clone, Debug)]
pub enum Delivery<T: Float> {
    /// It is added to what has come in for that input, as without a hook.
    Add(Var<T>),
    /// It replaces what has come in: the mistake of overwriting instead of accumulating.
    Overwrite(Var<T>),
    /// It is lost.
    Drop,
}
