//! Random programs: graphs of operations with fan-out, views, broadcasts and reductions, drawn by proptest, which shrinks what fails
//! to the smallest program that still does.
//!
//! Printed, a program is Rust source that can be pasted into a test. Every value is a 3×3 matrix, so that any step can follow any
//! other, and shrinking can leave out whichever it likes; steps reach other shapes on the way, and scale their results so that
//! values stay near 1.
//!
//! ```
//! use etude_autograd::dualcheck;
//! use etude_autograd::testing::programs::{Drawn, drawn};
//! use proptest::prelude::*;
//!
//! proptest!(ProptestConfig::with_cases(8), |(Drawn { program, inputs } in drawn(2, 6))| {
//!     dualcheck(&program, &inputs).map_err(|err| TestCaseError::fail(err.to_string()))?;
//! });
//! ```
//!
//! [`Drawn::smallest`] shortens a program that fails further than proptest can:
//!
//! ```
//! # use etude_autograd::testing::programs::{Drawn, RandomProgram, Step, Verb};
//! # use etude_tensor::Tensor;
//! let step = |verb| Step { verb, first: 1, second: 1 };
//! let program = RandomProgram { inputs: 1, steps: vec![step(Verb::Exp), step(Verb::Tanh), step(Verb::Neg)] };
//! let drawn = Drawn { program, inputs: vec![Tensor::zeros([3, 3])] };
//! let smallest = drawn.smallest(|drawn| drawn.program.steps.contains(&step(Verb::Tanh)));
//! assert_eq!(smallest.program.steps, [step(Verb::Tanh)]);
//! ```

use super::strategies::{tensors, values};
use crate::{Program, Var};
use etude_tensor::{Axes, Float, Result, Slice, Tensor};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt;

/// The length of either axis of every value.
const SIZE: usize = 3;

/// What a step computes from two values, and its source: one text for both, so that what is printed is what has run.
macro_rules! verbs {
    ($($name:ident: |$a:ident, $b:ident| $body:expr,)*) => {
        /// What a step does with one or two values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // the name of an operation, or of two
        pub enum Verb {
            $($name,)*
        }

        impl Verb {
            /// Every verb, the simplest first: proptest shrinks towards it.
            pub const ALL: &'static [Verb] = &[$(Verb::$name,)*];

            fn run<T: Float>(self, a: &Var<T>, b: &Var<T>) -> Result<Var<T>> {
                match self {
                    $(Verb::$name => {
                        let ($a, $b) = (a, b);
                        let _ = $b;
                        $body
                    })*
                }
            }

            fn source(self) -> &'static str {
                match self {
                    $(Verb::$name => stringify!($body),)*
                }
            }
        }
    };
}

verbs! {
    Neg: |a, b| Ok(-a),
    Add: |a, b| a.try_add(b)?.mul_scalar(0.5),
    Sub: |a, b| a.try_sub(b)?.mul_scalar(0.5),
    Mul: |a, b| a.try_mul(b),
    Div: |a, b| a.try_div(&b.square()?.add_scalar(1.0)?),
    Square: |a, b| a.square()?.mul_scalar(0.5),
    Exp: |a, b| a.exp()?.mul_scalar(0.3),
    Tanh: |a, b| a.tanh(),
    Sigmoid: |a, b| a.sigmoid(),
    Gelu: |a, b| a.gelu(),
    Softplus: |a, b| a.softplus(),
    Transpose: |a, b| a.transpose(0, 1),
    Flip: |a, b| a.flip(1),
    Reversed: |a, b| a.slice(0, Slice::from(..).step(-1)),
    Spliced: |a, b| Var::concat(&[a.narrow(0, 1, 2)?, b.narrow(0, 0, 1)?], 0),
    Repeated: |a, b| a.index_select(1, &Tensor::from([2_i64, 0, 2])),
    Reshaped: |a, b| a.reshape([9])?.flip(0)?.reshape([3, 3]),
    Centred: |a, b| a.try_sub(&b.mean(Axes::from(0).keepdims())?),
    Weighed: |a, b| a.try_mul(&b.sum(1)?.mul_scalar(0.3)?),
    Spread: |a, b| a.sum(..)?.mul_scalar(0.1)?.broadcast_to([3, 3]),
    Softmax: |a, b| a.softmax(-1),
    Logsumexp: |a, b| a.try_sub(&b.logsumexp(Axes::from(1).keepdims())?),
    Matmul: |a, b| a.matmul(b)?.mul_scalar(0.3),
    Gram: |a, b| a.matmul(&b.transpose(0, 1)?)?.mul_scalar(0.3),
    Normalised: |a, b| a.try_div(&a.var(Axes::from(-1).keepdims(), 0)?.add_scalar(0.5)?.sqrt()?),
}

/// One step: a verb, and how far back its two values stand (1 is the newest).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub verb: Verb,
    /// How far back the first value is.
    pub first: usize,
    /// How far back the second value is.
    pub second: usize,
}

/// A program of so many inputs: each step makes a value from earlier ones, and the last is the result.
#[derive(Clone, PartialEq)]
pub struct RandomProgram {
    /// How many inputs it takes, at least 1.
    pub inputs: usize,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

impl Step {
    /// The numbers of the two values, of `count` that there are.
    fn operands(&self, count: usize) -> (usize, usize) {
        let back = |distance: usize| count - 1 - (distance - 1) % count;
        (back(self.first), back(self.second))
    }
}

impl RandomProgram {
    /// The program without one of its steps: who used its value uses the step's first operand instead.
    fn without(&self, gone: usize) -> RandomProgram {
        let place = self.inputs + gone;
        let (instead, _) = self.steps[gone].operands(place);
        let moved = |value: usize| {
            let value = if value == place { instead } else { value };
            if value > place { value - 1 } else { value }
        };
        let kept = self.steps.iter().enumerate();
        let kept = kept.filter(|(number, _)| *number != gone);
        let steps = kept.map(|(number, step)| {
            let (first, second) = step.operands(self.inputs + number);
            let count = moved(self.inputs + number);
            Step {
                verb: step.verb,
                first: count - moved(first),
                second: count - moved(second),
            }
        });
        RandomProgram {
            inputs: self.inputs,
            steps: steps.collect(),
        }
    }
}

impl Program for RandomProgram {
    fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
        let mut values = inputs.to_vec();
        for step in &self.steps {
            let (first, second) = step.operands(values.len());
            values.push(step.verb.run(&values[first], &values[second])?);
        }
        Ok(values.pop().expect("there is at least one input"))
    }
}

/// The program as a [`program!`](crate::program!).
impl fmt::Display for RandomProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = (0..self.inputs).map(|input| format!("v{input}")).collect();
        writeln!(f, "let program = program!(|{}| {{", names.join(", "))?;
        for (number, step) in self.steps.iter().enumerate() {
            let number = self.inputs + number;
            let (first, second) = step.operands(number);
            let source = step.verb.source();
            writeln!(
                f,
                "    let v{number} = &{{ let (a, b) = (v{first}, v{second}); let _ = b; {source} }}?;"
            )?;
        }
        let last = self.inputs + self.steps.len() - 1;
        write!(f, "    Ok(v{last}.clone())\n}});")
    }
}

impl fmt::Debug for RandomProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A program with inputs to run it on.
#[derive(Clone)]
pub struct Drawn {
    /// The program.
    pub program: RandomProgram,
    /// As many 3×3 matrices as it takes.
    pub inputs: Vec<Tensor<f64>>,
}

impl Drawn {
    /// The smallest program that still `fails`, by leaving out one step after the other. (Proptest leaves out steps as well, but can't know
    /// that a step's users go on with its operand.)
    #[must_use]
    pub fn smallest(mut self, fails: impl Fn(&Drawn) -> bool) -> Drawn {
        let mut gone = 0;
        while gone < self.program.steps.len() && self.program.steps.len() > 1 {
            let shorter = Drawn {
                program: self.program.without(gone),
                inputs: self.inputs.clone(),
            };
            if fails(&shorter) {
                self = shorter;
                gone = 0;
            } else {
                gone += 1;
            }
        }
        self
    }
}

/// A test of it, to paste: what proptest prints of a program that fails.
impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.program)?;
        let inputs = self.inputs.iter().map(|x| {
            let values = x.to_vec();
            format!("Tensor::from_slice({:?}, &{values:?})?", x.shape())
        });
        let inputs: Vec<String> = inputs.collect();
        writeln!(f, "dualcheck(&program, &[{}])?;", inputs.join(", "))
    }
}

/// Programs of 1 to `inputs` inputs and 1 to `steps` steps, with inputs from −1 to 1.
pub fn drawn(inputs: usize, steps: usize) -> impl Strategy<Value = Drawn> {
    let verb = (0..Verb::ALL.len()).prop_map(|verb| Verb::ALL[verb]);
    let step = (verb, 1..=4_usize, 1..=4_usize).prop_map(|(verb, first, second)| Step {
        verb,
        first,
        second,
    });
    let matrix = tensors(Just(vec![SIZE, SIZE]), values(1.0));
    (vec(matrix, 1..=inputs), vec(step, 1..=steps)).prop_map(|(inputs, steps)| Drawn {
        program: RandomProgram {
            inputs: inputs.len(),
            steps,
        },
        inputs,
    })
}
