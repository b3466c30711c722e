//! The four checks, and their options.

use super::difference::{Estimate, derivatives};
use super::jacobian::{Function, Jacobian, Single, by_reverse, check_backward, elements};
use super::program::DualProgram;
use super::report::{Order, Report, Tolerance, compare};
use super::{Program, dual};
use crate::{Tape, Var, vjp};
use etude_tensor::{Error, Float, Result, Rng, Tensor};

/// Holds the gradients of `f` against central differences: the whole Jacobian, for an output of any shape, in 64 bits.
///
/// ```
/// use etude_autograd::gradcheck;
/// use etude_tensor::Tensor;
///
/// let (a, b) = (Tensor::from([0.5, -1.0, 2.0]), Tensor::from([1.5, 0.3, -0.7]));
/// let report = gradcheck(|x| x[0].try_mul(&x[1])?.tanh()?.sum(..), &[a, b])?;
/// assert_eq!(report.compared(), 6);
/// println!("{report}");
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// Inputs must stay clear of kinks and of the edges of a domain: there a difference is no derivative. 32-bit numbers are
/// too coarse for differences; bring them over with `x.cast::<f64>()?`. For other tolerances and for training mode, see [`GradCheck`].
///
/// # Errors
/// If a derivative is wrong: the text says for which element of which input, and by how much. If `f` fails, isn't finite at the inputs, or
/// gives something else when run again.
pub fn gradcheck(
    f: impl Fn(&[Var<f64>]) -> Result<Var<f64>>,
    inputs: &[Tensor<f64>],
) -> Result<Report> {
    GradCheck::new().differences(f, inputs)
}

/// Holds second derivatives, reverse over reverse, against central differences of the gradients. What is differentiated is the
/// gradients of `f` for a random cotangent, as functions of the inputs and of the cotangent.
///
/// ```
/// use etude_autograd::gradgradcheck;
/// use etude_tensor::Tensor;
///
/// gradgradcheck(|x| x[0].try_mul(&x[0])?.exp(), &[Tensor::from([0.5, -1.0])])?;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// As [`gradcheck`].
pub fn gradgradcheck(
    f: impl Fn(&[Var<f64>]) -> Result<Var<f64>>,
    inputs: &[Tensor<f64>],
) -> Result<Report> {
    GradCheck::new().second_differences(f, inputs)
}

/// Holds the gradients of a program against dual numbers, to about 1e-12: an exact reference, with no step size. It sees a constant
/// rounded to 10 digits, which differences can't.
///
/// ```
/// use etude_autograd::{dualcheck, program};
/// use etude_tensor::Tensor;
///
/// let f = program!(|x| x.square()?.exp());
/// let report = dualcheck(&f, &[Tensor::from([0.5, -1.0])])?;
/// assert!(report.largest_error() < 1e-12);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// As [`gradcheck`].
pub fn dualcheck(program: &impl Program, inputs: &[Tensor<f64>]) -> Result<Report> {
    GradCheck::new().duals(program, inputs)
}

/// Holds second derivatives, reverse over reverse, against forward over reverse: the gradients run on dual numbers.
///
/// ```
/// use etude_autograd::{dualgradcheck, program};
/// use etude_tensor::Tensor;
///
/// dualgradcheck(&program!(|x| x.square()?.exp()), &[Tensor::from([0.5, -1.0])])?;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// As [`gradcheck`].
pub fn dualgradcheck(program: &impl Program, inputs: &[Tensor<f64>]) -> Result<Report> {
    GradCheck::new().second_duals(program, inputs)
}

/// The checks with other tolerances, or in training mode.
///
/// ```
/// use etude_autograd::GradCheck;
/// use etude_tensor::Tensor;
///
/// let loose = GradCheck::new().relative(1e-6).largest_step(1e-3);
/// loose.differences(|x| x[0].exp(), &[Tensor::from([0.001, 0.002])])?;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GradCheck {
    relative: Option<f64>,
    absolute: Option<f64>,
    largest_step: f64,
    training: Option<u64>,
}

impl Default for GradCheck {
    fn default() -> Self {
        GradCheck::new()
    }
}

impl GradCheck {
    /// The usual tolerances, and tapes as [`Tape::new`] makes them.
    pub fn new() -> Self {
        GradCheck {
            relative: None,
            absolute: None,
            largest_step: 1.0 / 64.0,
            training: None,
        }
    }

    /// How far apart both may be, for the size of the derivative: 1e-8 for differences, 1e-12 for dual numbers unless set.
    #[must_use]
    pub fn relative(mut self, tolerance: f64) -> Self {
        self.relative = Some(tolerance);
        self
    }

    /// How far apart both may be beside that, for the size of the output if it is above 1: 1e-10 for differences, 1e-12 for
    /// dual numbers unless set.
    #[must_use]
    pub fn absolute(mut self, tolerance: f64) -> Self {
        self.absolute = Some(tolerance);
        self
    }

    /// The largest step of a difference, times `|x|` where that is above 1; smaller ones are tried down to a 512th of
    /// it, and points as far as twice the step are looked at. 1/64 unless set: take less where a kink or an edge is near.
    #[must_use]
    pub fn largest_step(mut self, step: f64) -> Self {
        self.largest_step = step;
        self
    }

    /// Runs on [`Tape::training`] tapes, each with this seed: random layers then draw the same numbers in each run.
    #[must_use]
    pub fn training(mut self, seed: u64) -> Self {
        self.training = Some(seed);
        self
    }

    /// [`gradcheck`] with these options.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn differences(
        &self,
        f: impl Fn(&[Var<f64>]) -> Result<Var<f64>>,
        inputs: &[Tensor<f64>],
    ) -> Result<Report> {
        self.differences_of(&f, inputs)
    }

    // What follows takes functions by reference to a trait object, so that it is compiled once, not for each closure of a test.

    fn differences_of(&self, f: Single<'_>, inputs: &[Tensor<f64>]) -> Result<Report> {
        let who = "gradcheck";
        let function: Function<'_> = &|xs| Ok(vec![f(xs)?]);
        let jacobian = self.first(who, function, f, inputs)?;
        self.against_differences(who, Order::First, function, &jacobian, inputs)
    }

    /// [`gradgradcheck`] with these options.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn second_differences(
        &self,
        f: impl Fn(&[Var<f64>]) -> Result<Var<f64>>,
        inputs: &[Tensor<f64>],
    ) -> Result<Report> {
        self.second_differences_of(&f, inputs)
    }

    fn second_differences_of(&self, f: Single<'_>, inputs: &[Tensor<f64>]) -> Result<Report> {
        let who = "gradgradcheck";
        let function: Function<'_> = &|xs| gradients(f, xs);
        let inputs = self.with_cotangent(f, inputs)?;
        let jacobian = self.jacobian(who, function, &inputs)?;
        self.against_differences(who, Order::Second, function, &jacobian, &inputs)
    }

    /// [`dualcheck`] with these options.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn duals(&self, program: &impl Program, inputs: &[Tensor<f64>]) -> Result<Report> {
        self.duals_of(program, inputs)
    }

    /// [`duals`](GradCheck::duals) for a program whose type isn't known.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn duals_of(&self, program: &dyn DualProgram, inputs: &[Tensor<f64>]) -> Result<Report> {
        let who = "dualcheck";
        let f: Single<'_> = &|xs| program.run(xs);
        let jacobian = self.first(who, &|xs| Ok(vec![f(xs)?]), f, inputs)?;
        let tolerance = self.tolerance(who, 1e-12, 1e-12)?;
        compare(
            who,
            Order::First,
            tolerance,
            &jacobian,
            inputs,
            |input, element| dual::forward(&self.tape(), program, inputs, (input, element)),
        )
    }

    /// [`dualgradcheck`] with these options.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn second_duals(&self, program: &impl Program, inputs: &[Tensor<f64>]) -> Result<Report> {
        self.second_duals_of(program, inputs)
    }

    /// [`second_duals`](GradCheck::second_duals) for a program whose type isn't known.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn second_duals_of(
        &self,
        program: &dyn DualProgram,
        inputs: &[Tensor<f64>],
    ) -> Result<Report> {
        let who = "dualgradcheck";
        let f: Single<'_> = &|xs| program.run(xs);
        let inputs = &self.with_cotangent(f, inputs)?[..];
        let jacobian = self.jacobian(who, &|xs| gradients(f, xs), inputs)?;
        let tolerance = self.tolerance(who, 1e-12, 1e-12)?;
        compare(
            who,
            Order::Second,
            tolerance,
            &jacobian,
            inputs,
            |input, element| {
                dual::forward_over_reverse(&self.tape(), program, inputs, (input, element))
            },
        )
    }

    fn against_differences(
        &self,
        who: &str,
        order: Order,
        function: Function<'_>,
        jacobian: &Jacobian,
        inputs: &[Tensor<f64>],
    ) -> Result<Report> {
        let tolerance = self.tolerance(who, 1e-8, 1e-10)?;
        let good = |e: Estimate| e.uncertainty <= 0.01 * tolerance.at(e.value, 1.0);
        compare(who, order, tolerance, jacobian, inputs, |input, element| {
            let mut values = inputs[input].to_vec();
            let x = values[element];
            let mut moved = inputs.to_vec();
            let f = |x: f64| {
                values[element] = x;
                moved[input] = Tensor::from_slice(inputs[input].shape(), &values)?;
                Ok(elements(&self.run(function, &moved)?))
            };
            derivatives(f, x, self.largest_step, good)
        })
    }

    fn tape<T: Float>(&self) -> Tape<T> {
        match self.training {
            Some(seed) => Tape::training(seed),
            None => Tape::new(),
        }
    }

    /// The tolerance, after looking at the options.
    fn tolerance(&self, who: &str, relative: f64, absolute: f64) -> Result<Tolerance> {
        let expect =
            |name: &str, value: f64, fits: bool, least: &str| match fits && value.is_finite() {
                true => Ok(()),
                false => Err(Error::value(
                    who,
                    format!("{name} {value}; expected a finite number {least} 0"),
                )),
            };
        let tolerance = Tolerance {
            relative: self.relative.unwrap_or(relative),
            absolute: self.absolute.unwrap_or(absolute),
        };
        let Tolerance { relative, absolute } = tolerance;
        expect("relative", relative, relative >= 0.0, "of at least")?;
        expect("absolute", absolute, absolute >= 0.0, "of at least")?;
        expect(
            "largest_step",
            self.largest_step,
            self.largest_step > 0.0,
            "above",
        )?;
        Ok(tolerance)
    }

    /// The value of `function`, computed as in the walks: on variables, so that it can take gradients inside.
    fn run(&self, function: Function<'_>, inputs: &[Tensor<f64>]) -> Result<Vec<Var<f64>>> {
        let tape = self.tape();
        let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
        function(&xs)
    }

    /// The Jacobian by `vjp`, after `backward` has been held against it.
    fn first(
        &self,
        who: &str,
        function: Function<'_>,
        f: Single<'_>,
        inputs: &[Tensor<f64>],
    ) -> Result<Jacobian> {
        let jacobian = self.jacobian(who, function, inputs)?;
        let cotangent = cotangent(&jacobian.shapes[0])?;
        check_backward(&self.tape(), f, inputs, &cotangent, &jacobian)?;
        Ok(jacobian)
    }

    /// The Jacobian by `vjp`, after making sure that there is something to differentiate.
    fn jacobian(
        &self,
        who: &str,
        function: Function<'_>,
        inputs: &[Tensor<f64>],
    ) -> Result<Jacobian> {
        let jacobian = by_reverse(&self.tape(), function, inputs)?;
        if let Some(value) = jacobian.values.iter().find(|value| !value.is_finite()) {
            return Err(Error::value(
                who,
                format!(
                    "the function gives {value} at these inputs; choose inputs where it is finite"
                ),
            ));
        }
        let again = elements(&self.run(function, inputs)?);
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        if bits(&again) != bits(&jacobian.values) {
            return Err(Error::value(
                who,
                "the function gives something else when it is run again with the same inputs, so it has no derivative; \
                 draw its random numbers from the tape, and set training(seed)",
            ));
        }
        Ok(jacobian)
    }

    fn with_cotangent(&self, f: Single<'_>, inputs: &[Tensor<f64>]) -> Result<Vec<Tensor<f64>>> {
        let y = self.run(&|xs| Ok(vec![f(xs)?]), inputs)?.remove(0);
        let mut inputs = inputs.to_vec();
        inputs.push(cotangent(y.shape())?);
        Ok(inputs)
    }
}

/// A fixed random cotangent, clear of 0, so that no term of a rule is hidden by it.
fn cotangent(shape: &[usize]) -> Result<Tensor<f64>> {
    Tensor::uniform(shape, 0.5, 1.5, &mut Rng::seed(0x0C07))
}

/// The gradients of `f` as a function of its inputs and the cotangent, which comes last.
fn gradients(f: Single<'_>, inputs: &[Var<f64>]) -> Result<Vec<Var<f64>>> {
    let (gy, xs) = inputs
        .split_last()
        .expect("the cotangent is the last input");
    let targets: Vec<&Var<f64>> = xs.iter().collect();
    vjp(&f(xs)?, &targets, gy)
}
