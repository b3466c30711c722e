//! One entry of the catalogue: what an operation is, how to try it, what it refuses.

use crate::check::input::Input;
use crate::check::{DualProgram, GradCheck, Source};
use crate::{Op, Program, Tape, Var};
use etude_tensor::file::AnyTensor;
use etude_tensor::{Dual, Error, Float, Result, Rng, Tensor};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A [`Program`] of any type, run on all number types that the checks use.
pub trait AnyProgram: DualProgram + Send + Sync {
    /// Runs in 32 bits.
    ///
    /// # Errors
    /// What the program reports.
    fn single(&self, inputs: &[Var<f32>]) -> Result<Var<f32>>;

    /// What it computes, as text, if it was written with [`program!`](crate::program!).
    fn text(&self) -> Option<Source>;
}

impl<P: Program + Send + Sync> AnyProgram for P {
    fn single(&self, inputs: &[Var<f32>]) -> Result<Var<f32>> {
        Program::run(self, inputs)
    }

    fn text(&self) -> Option<Source> {
        self.source()
    }
}

impl dyn AnyProgram + '_ {
    /// How the result moves when the inputs move along these directions: J u, by dual numbers.
    pub(super) fn tangent(
        &self,
        tape: &Tape<Dual<f64>>,
        inputs: &[Tensor<f64>],
        along: &[Tensor<f64>],
    ) -> Result<Tensor<f64>> {
        let mut xs = Vec::new();
        for (x, along) in inputs.iter().zip(along) {
            let pairs = x.to_vec().into_iter().zip(along.to_vec());
            let duals: Vec<Dual<f64>> = pairs
                .map(|(value, tangent)| Dual { value, tangent })
                .collect();
            xs.push(tape.input(Tensor::from_slice(x.shape(), &duals)?));
        }
        part(self.dual(&xs)?.tensor(), |dual| dual.tangent)
    }

    /// The value, and for a cotangent the gradients of all inputs, by the generic code alone, which no kernel of `f64` stands in for.
    pub(super) fn generic(
        &self,
        tape: &Tape<Dual<f64>>,
        inputs: &[Tensor<f64>],
        cotangent: Option<&Tensor<f64>>,
    ) -> Result<(Tensor<f64>, Vec<Tensor<f64>>)> {
        let constant = |x: &Tensor<f64>| {
            let duals: Vec<Dual<f64>> = x.to_vec().into_iter().map(Dual::constant).collect();
            Tensor::from_slice(x.shape(), &duals)
        };
        let xs = inputs.iter().map(|x| Ok(tape.var(constant(x)?)));
        let xs = xs.collect::<Result<Vec<_>>>()?;
        let y = self.dual(&xs)?;
        let value = part(y.tensor(), |dual| dual.value)?;
        let mut found = Vec::new();
        if let Some(cotangent) = cotangent {
            let gradients = y.backward_with(&constant(cotangent)?)?;
            for x in &xs {
                found.push(part(&gradients.get(x)?, |dual| dual.value)?);
            }
        }
        Ok((value, found))
    }
}

/// One part of every dual number.
fn part(duals: &Tensor<Dual<f64>>, of: impl Fn(Dual<f64>) -> f64) -> Result<Tensor<f64>> {
    let parts: Vec<f64> = duals.to_vec().into_iter().map(of).collect();
    Tensor::from_slice(duals.shape(), &parts)
}

/// A program and inputs to draw for it. Every input is differentiable; what isn't (indices, masks, axes) is inside the program.
#[derive(Clone)]
pub struct Case {
    /// What is special about it.
    pub label: Cow<'static, str>,
    /// What to run.
    pub program: Arc<dyn AnyProgram>,
    /// What to run it on.
    pub inputs: Vec<Input>,
    /// The plain arguments of the call, axes and such, as a JSON object, for other languages. `None` if the program is more than one call
    /// of the operation with these and [`givens`](Case::givens).
    pub options: Option<&'static str>,
    /// The arguments of the call that have no gradient, indices and masks, by name.
    pub givens: Vec<(&'static str, AnyTensor)>,
    /// The seed of the tapes that it runs on, if they are to be in training mode.
    pub training: Option<u64>,
    /// Whether the result has left the tape: a constant without a gradient, whose values are held to the bit.
    pub is_plain: bool,
}

impl Case {
    /// A program on these inputs, in inference mode.
    pub fn new(
        label: impl Into<Cow<'static, str>>,
        program: Arc<dyn AnyProgram>,
        inputs: Vec<Input>,
    ) -> Self {
        Case {
            label: label.into(),
            program,
            inputs,
            options: None,
            givens: Vec::new(),
            training: None,
            is_plain: false,
        }
    }

    /// The same in training mode, where random numbers are drawn from this seed.
    #[must_use]
    pub fn in_training(mut self, seed: u64) -> Self {
        self.training = Some(seed);
        self
    }

    /// A tape to run it on: in training mode, always the same random numbers.
    pub fn tape<T: Float>(&self) -> Tape<T> {
        match self.training {
            Some(seed) => Tape::training(seed),
            None => Tape::new(),
        }
    }

    /// The checks of its derivatives, in its mode.
    pub(super) fn grad_check(&self) -> GradCheck {
        match self.training {
            Some(seed) => GradCheck::new().training(seed),
            None => GradCheck::new(),
        }
    }

    /// What the program computes, in Rust, if it was written with [`program!`](crate::program!).
    pub fn call(&self) -> Option<String> {
        let words = self.program.text()?.body.split_whitespace();
        Some(words.collect::<Vec<_>>().join(" "))
    }

    /// The names of the inputs: those of the program, or `x0`, `x1`, …
    pub fn names(&self) -> Vec<String> {
        match self.program.text() {
            Some(text) => text.inputs.iter().map(ToString::to_string).collect(),
            None => (0..self.inputs.len()).map(|i| format!("x{i}")).collect(),
        }
    }

    /// The options of the call, if this is one call of `op`: those that were given, or `{}` for `x.op()` and `x.op(y)`.
    pub fn options_of(&self, op: Op) -> Option<&'static str> {
        if self.options.is_some() {
            return self.options;
        }
        let text = self.program.text()?;
        let (first, others) = text.inputs.split_first()?;
        let bare = |prefix: &str| format!("{first}.{prefix}{}({})", op.name(), others.join(", "));
        [bare(""), bare("try_")]
            .contains(&text.body.to_string())
            .then_some("{}")
    }

    /// Draws all inputs.
    pub fn draw(&self, rng: &mut Rng) -> Vec<Tensor<f64>> {
        self.inputs.iter().map(|input| input.draw(rng)).collect()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)?;
        self.inputs
            .iter()
            .try_for_each(|input| write!(f, " {:?}", input.shape))
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut case = f.debug_struct("Case");
        case.field("label", &self.label)
            .field("inputs", &self.inputs);
        case.finish_non_exhaustive()
    }
}

/// A call that must return an error, and what its text must have in it.
pub struct Refusal {
    /// Makes the call.
    #[allow(clippy::type_complexity)] // a name for it would say no more
    pub call: Box<dyn Fn(&Tape<f64>) -> Result<()>>,
    /// A part of the text, beginning with the name of who complains.
    pub message: &'static str,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refusal({:?})", self.message)
    }
}

/// An entry of the catalogue.
pub struct Entry {
    /// What the operation computes.
    pub about: &'static str,
    /// Small cases, which every check runs on.
    pub cases: Vec<Case>,
    /// Cases of an operation whose result has left the tape, for the checks that look at values.
    pub plain: Vec<Case>,
    /// A case large enough to be split among threads, for the checks where that matters.
    pub large: Option<Case>,
    /// What it refuses.
    pub refusals: Vec<Refusal>,
    /// Why it refuses nothing, if it doesn't: nothing, that is, but variables of other tapes and of recordings that have been spent.
    pub never_refuses: Option<&'static str>,
    /// Whether it works along axes, so that there is no case of rank 0.
    pub needs_an_axis: bool,
    /// Why there is no case without elements, if there is none.
    pub never_empty: Option<&'static str>,
    /// Why there is no large case, if there is none.
    pub never_large: Option<&'static str>,
}

impl Entry {
    /// An entry without cases.
    pub fn new(about: &'static str) -> Self {
        Entry {
            about,
            cases: Vec::new(),
            plain: Vec::new(),
            large: None,
            refusals: Vec::new(),
            never_refuses: None,
            needs_an_axis: false,
            never_empty: None,
            never_large: None,
        }
    }

    /// With a case.
    #[must_use]
    pub fn case(
        mut self,
        label: &'static str,
        program: impl Program + Send + Sync + 'static,
        inputs: impl Into<Vec<Input>>,
    ) -> Self {
        self.cases
            .push(Case::new(label, Arc::new(program), inputs.into()));
        self
    }

    /// With a case of an operation whose result is indices, a mask or counts: the program gives it as a constant.
    #[must_use]
    pub fn plain(
        mut self,
        label: &'static str,
        program: impl Program + Send + Sync + 'static,
        inputs: impl Into<Vec<Input>>,
    ) -> Self {
        self.plain.push(Case {
            is_plain: true,
            ..Case::new(label, Arc::new(program), inputs.into())
        });
        self
    }

    /// All cases whose values can be looked at, plain or not.
    pub(super) fn with_values(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().chain(&self.plain)
    }

    /// With the plain arguments of the last case's call, a JSON object.
    #[must_use]
    pub fn options(mut self, options: &'static str) -> Self {
        let last = self.cases.last_mut().expect("options() follows a case()");
        last.options = Some(options);
        self
    }

    /// With the plain arguments of the call that all cases so far make, a JSON object.
    #[must_use]
    pub fn options_of_all(mut self, options: &'static str) -> Self {
        for case in &mut self.cases {
            case.options = Some(options);
        }
        self
    }

    /// With an argument of the last case's call that has no gradient.
    #[must_use]
    pub fn given(mut self, name: &'static str, tensor: impl Into<AnyTensor>) -> Self {
        let last = self.cases.last_mut().expect("given() follows a case()");
        let tensor = tensor.into();
        assert!(
            matches!(tensor, AnyTensor::I64(_) | AnyTensor::Bool(_)),
            "{name} is {}; expected i64 or bool",
            tensor.type_name()
        );
        last.givens.push((name, tensor));
        self
    }

    /// With the last case's program, options and all, on other inputs.
    #[must_use]
    pub fn also(mut self, label: &'static str, inputs: impl Into<Vec<Input>>) -> Self {
        let last = self.cases.last().expect("also() follows a case()");
        let case = Case {
            label: label.into(),
            inputs: inputs.into(),
            ..last.clone()
        };
        self.cases.push(case);
        self
    }

    /// With inputs that are large enough to be split among threads, for a program of its own.
    #[must_use]
    pub fn large(
        mut self,
        program: impl Program + Send + Sync + 'static,
        inputs: impl Into<Vec<Input>>,
    ) -> Self {
        self.large = Some(Case::new("large", Arc::new(program), inputs.into()));
        self
    }

    /// With a call that errs, and a part of its text.
    #[must_use]
    pub fn refuses<R>(
        mut self,
        call: impl Fn(&Tape<f64>) -> Result<R> + 'static,
        message: &'static str,
    ) -> Self {
        let call = Box::new(move |tape: &Tape<f64>| call(tape).map(|_| ()));
        self.refusals.push(Refusal { call, message });
        self
    }

    /// Without anything that it refuses, for a reason.
    #[must_use]
    pub fn never_refuses(mut self, reason: &'static str) -> Self {
        self.never_refuses = Some(reason);
        self
    }

    /// Working along axes, so that there is nothing to try at rank 0.
    #[must_use]
    pub fn needs_an_axis(mut self) -> Self {
        self.needs_an_axis = true;
        self
    }

    /// Without a large case, for a reason.
    #[must_use]
    pub fn never_large(mut self, reason: &'static str) -> Self {
        self.never_large = Some(reason);
        self
    }

    /// Without a case that has no elements, for a reason.
    #[must_use]
    pub fn never_empty(mut self, reason: &'static str) -> Self {
        self.never_empty = Some(reason);
        self
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}; {} cases)", self.about, self.cases.len())
    }
}

/// The error of an entry that contradicts itself.
pub(super) fn wrong(message: impl Into<String>) -> Error {
    Error::value("catalogue", message)
}
