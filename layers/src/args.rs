//! The arguments of a call, by name.

use crate::signature::{ArgumentKind, Signature};
use etude_autograd::{Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use smallvec::SmallVec;
use std::borrow::Cow;

/// What a layer is called with: named variables, integer tensors and boolean tensors, on one tape.
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::Args;
/// use etude_tensor::Tensor;
///
/// let tape = Tape::<f32>::inference();
/// let args = Args::new(&tape)
///     .with("x", tape.input(Tensor::full([2, 3], 1.0)))
///     .with("mask", Tensor::full([2], true));
/// assert_eq!(args.float("x")?.shape(), [2, 3]);
/// assert!(args.float("mask").is_err());
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Args<T: Float = f32> {
    tape: Tape<T>,
    entries: SmallVec<[(Cow<'static, str>, Arg<T>); 1]>,
}

/// One argument of a call.
#[derive(Clone, Debug)]
pub enum Arg<T: Float = f32> {
    /// Numbers, which can be differentiated.
    Float(Var<T>),
    /// Indices and labels.
    Ints(Tensor<i64>),
    /// A mask.
    Bool(Tensor<bool>),
}

impl<T: Float> Args<T> {
    /// No arguments yet, for a call on `tape`.
    pub fn new(tape: &Tape<T>) -> Self {
        Args {
            tape: tape.clone(),
            entries: SmallVec::new(),
        }
    }

    /// With one more; a name that is there gets the new value.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Arg<T>>) -> Self {
        let name = name.into();
        self.entries.retain(|(there, _)| *there != name);
        self.entries.push((name, value.into()));
        self
    }

    /// The tape.
    pub fn tape(&self) -> &Tape<T> {
        &self.tape
    }

    /// The argument of this name, if it was given.
    pub fn get(&self, name: &str) -> Option<&Arg<T>> {
        let entry = self.entries.iter().find(|(given, _)| given == name);
        entry.map(|(_, value)| value)
    }

    /// The names, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| &**name)
    }

    /// The variable of this name.
    ///
    /// # Errors
    /// If it wasn't given, or isn't a variable.
    pub fn float(&self, name: &str) -> Result<&Var<T>> {
        match self.get(name) {
            Some(Arg::Float(x)) => Ok(x),
            other => Err(misfit(name, ArgumentKind::Float, other)),
        }
    }

    /// The integer tensor of this name.
    ///
    /// # Errors
    /// If it wasn't given, or isn't an integer tensor.
    pub fn ints(&self, name: &str) -> Result<&Tensor<i64>> {
        match self.get(name) {
            Some(Arg::Ints(x)) => Ok(x),
            other => Err(misfit(name, ArgumentKind::Ints, other)),
        }
    }

    /// The boolean tensor of this name.
    ///
    /// # Errors
    /// If it wasn't given, or isn't a boolean tensor.
    pub fn bools(&self, name: &str) -> Result<&Tensor<bool>> {
        match self.get(name) {
            Some(Arg::Bool(x)) => Ok(x),
            other => Err(misfit(name, ArgumentKind::Bool, other)),
        }
    }

    /// The variable of this name, if it was given.
    ///
    /// # Errors
    /// If it isn't a variable.
    pub fn optional_float(&self, name: &str) -> Result<Option<&Var<T>>> {
        self.get(name).map(|_| self.float(name)).transpose()
    }

    /// The boolean tensor of this name, if it was given.
    ///
    /// # Errors
    /// If it isn't a boolean tensor.
    pub fn optional_bools(&self, name: &str) -> Result<Option<&Tensor<bool>>> {
        self.get(name).map(|_| self.bools(name)).transpose()
    }

    /// Holds the arguments, and the results that are wanted, against what a layer takes and gives. Layers call it first, so that
    /// what follows finds every required argument, each of the right kind.
    ///
    /// # Errors
    /// If an argument is missing, unknown or of another kind, or a result that is wanted is unknown.
    pub fn check(&self, signature: &Signature, want: &[&str]) -> Result<()> {
        let refuse = |message: String| Err(Error::value(signature.who(), message));
        for (name, value) in &self.entries {
            let Some(argument) = signature
                .takes
                .iter()
                .find(|argument| argument.name == *name)
            else {
                return refuse(format!(
                    "has no argument '{name}'; it takes {}",
                    signature.arguments()
                ));
            };
            if !value.is(argument.kind) {
                return refuse(format!(
                    "argument '{name}' is {}; expected {}",
                    value.describe(),
                    argument.kind
                ));
            }
        }
        for argument in signature.takes {
            if argument.required && self.get(argument.name).is_none() {
                return refuse(format!(
                    "argument '{}' is missing; it takes {}",
                    argument.name,
                    signature.arguments()
                ));
            }
        }
        match want.iter().find(|name| !signature.gives.contains(name)) {
            None => Ok(()),
            Some(name) => refuse(format!(
                "has no result '{name}'; it gives {}",
                signature.gives.join(", ")
            )),
        }
    }
}

fn misfit<T: Float>(name: &str, expected: ArgumentKind, given: Option<&Arg<T>>) -> Error {
    let given = given.map_or("missing".to_string(), Arg::describe);
    Error::value(
        "args",
        format!("argument '{name}' is {given}; expected {expected}"),
    )
}

impl<T: Float> Arg<T> {
    fn is(&self, kind: ArgumentKind) -> bool {
        matches!(
            (self, kind),
            (Arg::Float(_), ArgumentKind::Float | ArgumentKind::Mask)
                | (Arg::Ints(_), ArgumentKind::Ints)
                | (Arg::Bool(_), ArgumentKind::Bool | ArgumentKind::Mask)
        )
    }

    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        match self {
            Arg::Float(x) => x.shape(),
            Arg::Ints(x) => x.shape(),
            Arg::Bool(x) => x.shape(),
        }
    }

    fn describe(&self) -> String {
        let what = match self {
            Arg::Float(_) => "a float variable",
            Arg::Ints(_) => "an integer tensor",
            Arg::Bool(_) => "a boolean tensor",
        };
        format!("{what} of shape {:?}", self.shape())
    }
}

impl<T: Float> From<Var<T>> for Arg<T> {
    fn from(x: Var<T>) -> Self {
        Arg::Float(x)
    }
}

impl<T: Float> From<&Var<T>> for Arg<T> {
    fn from(x: &Var<T>) -> Self {
        Arg::Float(x.clone())
    }
}

impl<T: Float> From<Tensor<i64>> for Arg<T> {
    fn from(x: Tensor<i64>) -> Self {
        Arg::Ints(x)
    }
}

impl<T: Float> From<Tensor<bool>> for Arg<T> {
    fn from(x: Tensor<bool>) -> Self {
        Arg::Bool(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Argument;

    const LOOKUP: Signature = Signature::new(
        "Lookup",
        &[Argument::ints("x"), Argument::mask("mask").optional()],
        &["output", "scores"],
    );

    #[test]
    fn whatever_a_signature_does_not_have_is_named() {
        let tape = Tape::<f64>::inference();
        let float = || tape.input(Tensor::full([2], 1.0));
        let message =
            |args: Args<f64>, want: &[&str]| args.check(&LOOKUP, want).unwrap_err().to_string();
        let none = Args::new(&tape);
        assert_eq!(
            message(none.clone(), &[]),
            "lookup: argument 'x' is missing; it takes x, mask?"
        );
        assert_eq!(
            message(none.clone().with("x", float()), &[]),
            "lookup: argument 'x' is a float variable of shape [2]; expected an integer tensor"
        );
        let good = none
            .with("x", Tensor::full([3], 1_i64))
            .with("mask", float());
        assert!(good.check(&LOOKUP, &["scores"]).is_ok());
        assert_eq!(
            message(good.clone(), &["weights"]),
            "lookup: has no result 'weights'; it gives output, scores"
        );
        assert_eq!(
            message(good.with("y", float()), &[]),
            "lookup: has no argument 'y'; it takes x, mask?"
        );
    }
}
