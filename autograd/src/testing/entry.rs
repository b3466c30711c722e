//! One entry of the catalogue: what an operation is, how to try it, what it refuses.

use crate::check::DualProgram;
use crate::check::input::Input;
use crate::{Program, Tape, Var};
use etude_tensor::{Dual, Error, Result, Rng, Tensor};
use std::fmt;
use std::sync::Arc;

/// A [`Program`] of any type, run on all number types that the checks use.
pub trait AnyProgram: DualProgram + Send + Sync {
    /// Runs in 32 bits.
    ///
    /// # Errors
    /// What the program reports.
    fn single(&self, inputs: &[Var<f32>]) -> Result<Var<f32>>;
}

impl<P: Program + Send + Sync> AnyProgram for P {
    fn single(&self, inputs: &[Var<f32>]) -> Result<Var<f32>> {
        Program::run(self, inputs)
    }
}

impl dyn AnyProgram {
    /// How the result moves when the inputs move along these directions: J u, by dual numbers.
    pub(super) fn tangent(
        &self,
        inputs: &[Tensor<f64>],
        along: &[Tensor<f64>],
    ) -> Result<Tensor<f64>> {
        let tape = Tape::new();
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
        inputs: &[Tensor<f64>],
        cotangent: Option<&Tensor<f64>>,
    ) -> Result<(Tensor<f64>, Vec<Tensor<f64>>)> {
        let constant = |x: &Tensor<f64>| {
            let duals: Vec<Dual<f64>> = x.to_vec().into_iter().map(Dual::constant).collect();
            Tensor::from_slice(x.shape(), &duals)
        };
        let tape = Tape::new();
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
    pub label: &'static str,
    /// What to run.
    pub program: Arc<dyn AnyProgram>,
    /// What to run it on.
    pub inputs: Vec<Input>,
}

impl Case {
    /// Draws all inputs.
    pub fn draw(&self, rng: &mut Rng) -> Vec<Tensor<f64>> {
        self.inputs.iter().map(|input| input.draw(rng)).collect()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label)?;
        self.inputs
            .iter()
            .try_for_each(|input| write!(f, " {:?}", input.shape))
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

/// An entry of the catalogue.
pub struct Entry {
    /// What the operation computes.
    pub about: &'static str,
    /// Small cases, which every check runs on.
    pub cases: Vec<Case>,
    /// A case large enough to be split among threads, for the checks where that matters.
    pub large: Option<Case>,
    /// What it refuses.
    pub refusals: Vec<Refusal>,
    /// Whether it works along axes, so that there is no case of rank 0.
    pub needs_an_axis: bool,
    /// Why there is no case without elements, if there is none.
    pub never_empty: Option<&'static str>,
}

impl Entry {
    /// An entry without cases.
    pub fn new(about: &'static str) -> Self {
        Entry {
            about,
            cases: Vec::new(),
            large: None,
            refusals: Vec::new(),
            needs_an_axis: false,
            never_empty: None,
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
        self.cases.push(Case {
            label,
            program: Arc::new(program),
            inputs: inputs.into(),
        });
        self
    }

    /// With the last case's program on other inputs.
    #[must_use]
    pub fn also(mut self, label: &'static str, inputs: impl Into<Vec<Input>>) -> Self {
        let last = self.cases.last().expect("also() follows a case()");
        let program = Arc::clone(&last.program);
        let inputs = inputs.into();
        self.cases.push(Case {
            label,
            program,
            inputs,
        });
        self
    }

    /// With inputs that are large enough to be split among threads, for a program of its own.
    #[must_use]
    pub fn large(
        mut self,
        program: impl Program + Send + Sync + 'static,
        inputs: impl Into<Vec<Input>>,
    ) -> Self {
        self.large = Some(Case {
            label: "large",
            program: Arc::new(program),
            inputs: inputs.into(),
        });
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

    /// Working along axes, so that there is nothing to try at rank 0.
    #[must_use]
    pub fn needs_an_axis(mut self) -> Self {
        self.needs_an_axis = true;
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
