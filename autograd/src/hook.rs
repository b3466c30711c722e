//! A door in the sink: tests and tools see every gradient on its way, and may change it.
//!
//! Breaking each rule on purpose (a wrong sign, a factor of 2, a dropped term, an overwritten sum) and seeing a test
//! fail is how we know that the tests can fail. No rebuild is needed for that: a hook changes what rules deliver.

use crate::Var;
use etude_tensor::Float;

/// Sees each gradient that a rule delivers, set by [`Tape::set_sink_hook`](crate::Tape::set_sink_hook).
pub trait SinkHook<T: Float> {
    /// What is to happen with the gradient that the rule of operation `rule` gave its input number `input`.
    fn deliver(&self, rule: &'static str, input: usize, gradient: Var<T>) -> Delivery<T>;
}

/// What happens with a gradient that a rule has delivered.
pub enum Delivery<T: Float> {
    /// It is added to what has come in for that input, as without a hook.
    Add(Var<T>),
    /// It replaces what has come in: the mistake of overwriting instead of accumulating.
    Overwrite(Var<T>),
    /// It is lost.
    Drop,
}
