//! Cases whose numbers anybody may hold their own code to: computed by reverse mode, and given away only if dual numbers and
//! differences say the same.
//!
//! With a cotangent `c` of the result and directions `uᵢ` of the gradients, for `y = f(x₁, …)`:
//!
//! ```text
//! first order    φ(x) = ⟨c, f(x)⟩              gᵢ = ∂φ/∂xᵢ
//! second order   ψ(x, c) = Σᵢ ⟨uᵢ, gᵢ(x, c)⟩    ∂ψ/∂xᵢ and ∂ψ/∂c
//! ```
//!
//! φ and ψ are scalars, so their gradients are what a framework's `backward` gives, once and twice.

use super::Case;
use crate::check::DualProgram;
use crate::{GradCheck, Op, Tape, Var, vjp};
use etude_tensor::{Dual, Float, Result, Rng, Tensor};

/// A case with its results and derivatives, on which reverse mode, dual numbers and differences agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Certified {
    /// The arguments that have gradients, in the order of the call.
    pub inputs: Vec<Tensor<f64>>,
    /// `f(x)`.
    pub output: Tensor<f64>,
    /// `c`, of the result's shape.
    pub cotangent: Tensor<f64>,
    /// `gᵢ`, one for each input.
    pub gradients: Vec<Tensor<f64>>,
    /// `uᵢ`, one for each input, of its shape.
    pub directions: Vec<Tensor<f64>>,
    /// `∂ψ/∂xᵢ`, one for each input.
    pub second: Vec<Tensor<f64>>,
    /// `∂ψ/∂c`.
    pub second_of_cotangent: Tensor<f64>,
}

/// Draws inputs for a case of `op`, always the same, and computes results and derivatives of both orders.
///
/// # Errors
/// If two ways to a derivative disagree: the text says which, and where. Or what the program reports.
pub fn certify(op: Op, case: &Case) -> Result<Certified> {
    // By name, so that a new operation or case leaves the numbers of the others alone.
    let mut rng = Rng::from_key(0, fnv1a(op.name()), fnv1a(&case.label));
    let inputs = case.draw(&mut rng);
    let output = super::checks::value(case, &inputs)?;
    let cotangent = Tensor::uniform(output.shape(), 0.5, 1.5, &mut rng)?;
    let directions = inputs
        .iter()
        .map(|x| Tensor::uniform(x.shape(), -1.0, 1.0, &mut rng))
        .collect::<Result<Vec<_>>>()?;

    let program: &dyn DualProgram = &*case.program;
    let first = First {
        program,
        cotangent: &cotangent,
    };
    let second = Second {
        program,
        directions: &directions,
    };
    let with_cotangent: Vec<Tensor<f64>> = inputs.iter().chain([&cotangent]).cloned().collect();
    agreed(&first, &inputs)?;
    agreed(&second, &with_cotangent)?;

    let gradients = gradient(&first, &inputs)?;
    let mut second = gradient(&second, &with_cotangent)?;
    let second_of_cotangent = second.pop().expect("the cotangent is the last input");
    Ok(Certified {
        inputs,
        output,
        cotangent,
        gradients,
        directions,
        second,
        second_of_cotangent,
    })
}

/// Holds reverse mode against both references.
fn agreed(program: &dyn DualProgram, inputs: &[Tensor<f64>]) -> Result<()> {
    GradCheck::new().differences(|xs| program.run(xs), inputs)?;
    // A sum over many terms is off by more than each: a digit more than for single elements.
    let exact = GradCheck::new().relative(1e-11).absolute(1e-11);
    exact.duals_of(program, inputs)?;
    Ok(())
}

/// The gradient of a scalar, by reverse mode.
fn gradient(program: &dyn DualProgram, inputs: &[Tensor<f64>]) -> Result<Vec<Tensor<f64>>> {
    let tape = Tape::new();
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let y = program.run(&xs)?;
    if !y.is_tracked() {
        // A gradient that is zero by its rule depends on nothing.
        return Ok(inputs.iter().map(|x| Tensor::zeros(x.shape())).collect());
    }
    let gradients = y.backward()?;
    xs.iter().map(|x| gradients.get(x)).collect()
}

/// φ, a function of the inputs.
struct First<'a> {
    program: &'a dyn DualProgram,
    cotangent: &'a Tensor<f64>,
}

impl DualProgram for First<'_> {
    fn run(&self, inputs: &[Var<f64>]) -> Result<Var<f64>> {
        inner(&self.program.run(inputs)?, self.cotangent)
    }
    fn dual(&self, inputs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>> {
        inner(&self.program.dual(inputs)?, self.cotangent)
    }
}

/// ψ, a function of the inputs and of the cotangent, which comes last.
struct Second<'a> {
    program: &'a dyn DualProgram,
    directions: &'a [Tensor<f64>],
}

impl Second<'_> {
    fn sum<T: Float>(&self, gradients: &[Var<T>]) -> Result<Var<T>> {
        let mut sum = gradients[0].tape().scalar(0.0);
        for (gradient, direction) in gradients.iter().zip(self.directions) {
            sum = sum.try_add(&inner(gradient, direction)?)?;
        }
        Ok(sum)
    }
}

impl DualProgram for Second<'_> {
    fn run(&self, inputs: &[Var<f64>]) -> Result<Var<f64>> {
        let (c, xs) = inputs.split_last().expect("the cotangent is there");
        let y = self.program.run(xs)?;
        self.sum(&vjp(&y, &xs.iter().collect::<Vec<_>>(), c)?)
    }
    fn dual(&self, inputs: &[Var<Dual<f64>>]) -> Result<Var<Dual<f64>>> {
        let (c, xs) = inputs.split_last().expect("the cotangent is there");
        let tape = c.tape();
        let xs: Vec<_> = xs.iter().map(|x| tape.var(x.tensor().clone())).collect();
        let y = self.program.dual(&xs)?;
        // Unrecorded, so that fused rules take their fast body: reverse over reverse takes the composed one.
        let gradients = tape.without_recording(|| vjp(&y, &xs.iter().collect::<Vec<_>>(), c))?;
        self.sum(&gradients)
    }
}

/// `⟨x, weights⟩`.
fn inner<T: Float>(x: &Var<T>, weights: &Tensor<f64>) -> Result<Var<T>> {
    x.try_mul(&x.tape().input(weights.cast()?))?.sum(..)
}

/// A number for a name (Fowler, Noll and Vo's hash, 64 bits).
fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Entry, normal};
    use crate::{Delivery, Kind, Program, SinkHook, program};
    use std::collections::BTreeSet;
    use std::rc::Rc;

    /// Everything that the rule of this name delivers is doubled.
    struct Doubled(&'static str);

    impl<T: Float> SinkHook<T> for Doubled {
        fn deliver(&self, rule: &'static str, _: usize, gradient: Var<T>) -> Delivery<T> {
            Delivery::Add(if rule == self.0 {
                gradient * 2.0
            } else {
                gradient
            })
        }
    }

    /// `tanh x`, with a fault in one rule of those that it and its gradient run.
    struct Broken(&'static str);

    impl Program for Broken {
        fn run<T: Float>(&self, inputs: &[Var<T>]) -> Result<Var<T>> {
            let hook: Rc<dyn SinkHook<T>> = Rc::new(Doubled(self.0));
            inputs[0].tape().set_sink_hook(Some(hook));
            inputs[0].tanh()
        }
    }

    fn certified(program: impl Program + Send + Sync + 'static) -> Result<Certified> {
        certify(
            Op::Tanh,
            &Entry::new("").case("", program, [normal([3])]).cases[0],
        )
    }

    #[test]
    fn a_cubic_has_the_derivatives_that_it_should() -> Result<()> {
        let it = certified(program!(|x| x.square()?.try_mul(x)))?;
        let (x, c, u) = (&it.inputs[0], &it.cotangent, &it.directions[0]);
        for i in 0..3 {
            let at = |t: &Tensor<f64>| t.to_vec()[i];
            let close = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-12);
            let (x, c, u) = (at(x), at(c), at(u));
            close(at(&it.output), x.powi(3));
            close(at(&it.gradients[0]), 3.0 * c * x * x);
            close(at(&it.second[0]), 6.0 * c * u * x);
            close(at(&it.second_of_cotangent), 3.0 * u * x * x);
        }
        Ok(())
    }

    #[test]
    fn what_two_ways_disagree_on_is_refused() {
        assert!(certified(Broken("none")).is_ok());
        let first = certified(Broken("tanh")).unwrap_err().to_string();
        assert!(first.starts_with("gradcheck: "), "{first}");
        // A fault that only the second order meets, where 1 − y² in the rule of tanh is differentiated itself.
        let second = certified(Broken("neg")).unwrap_err().to_string();
        assert!(second.starts_with("gradcheck: "), "{second}");
    }

    #[test]
    fn twice_the_same() -> Result<()> {
        let case = &crate::testing::entry(Op::Softmax).cases[0];
        assert_eq!(certify(Op::Softmax, case)?, certify(Op::Softmax, case)?);
        Ok(())
    }

    /// Every case that is one call of the operation says with which options, in JSON; those that are more are these few.
    #[test]
    fn cases_say_what_they_call() {
        let mut composed = BTreeSet::new();
        for &op in Op::ALL {
            if matches!(op.kind(), Kind::Adjoint | Kind::Plain) {
                continue;
            }
            let mut labels = BTreeSet::new();
            for case in &super::super::entry(op).cases {
                assert!(
                    labels.insert(case.label.clone()),
                    "{}: '{}' twice",
                    op.name(),
                    case.label
                );
                assert!(case.call().is_some(), "{}: no source", op.name());
                if case.options_of(op).is_none() {
                    composed.insert(op.name());
                }
            }
        }
        let few = [
            "adaptive_avg_pool",
            "adaptive_max_pool",
            "affine_then",
            "attention_with_weights",
            "chunk",
            "cumprod",
            "eigh",
            "linear_recurrence",
            "logcumsumexp",
            "meshgrid",
            "norm",
            "prod",
            "qr",
            "scaled_dot_product_attention",
            "split",
            "svd",
        ];
        assert_eq!(composed.into_iter().collect::<Vec<_>>(), few);
    }
}
