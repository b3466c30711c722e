//! The checks, one file each.

mod adjoint;
mod bodies;
mod completeness;
mod differences;
mod directions;
mod duals;
mod fan_out;
mod layouts;
mod levels;
mod linearity;
mod precisions;
mod refusals;
mod released;
mod second;
mod shapes;
mod subsets;
mod threads;
mod unchanged;

use super::entry::wrong;
use super::{Case, Entry, Finding, Subject};
use crate::check::Report;
use crate::{Kind, Tape, Var};
use etude_tensor::{Result, Rng, Tensor};

/// A check, which runs on any entry of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// The whole Jacobian against central differences: any wrong rule.
    Differences,
    /// The whole Jacobian against dual numbers: wrong constants, down to 1e-12.
    Duals,
    /// Second derivatives, reverse over reverse, against differences and against forward over reverse: what was detached.
    Second,
    /// Large inputs along random directions: paths that only large inputs take.
    Directions,
    /// ⟨v, J u⟩ = ⟨Jᵀ v, u⟩: transposition errors.
    Adjoint,
    /// Zero gives exact zero, and αv + βw the same sum: a rule that forgets its cotangent.
    Linearity,
    /// A fused operation's fast body against its composed one.
    Bodies,
    /// The same variable used twice, and gradients that meet others: overwriting instead of accumulating.
    FanOut,
    /// Transposed, offset, repeated, reversed and stepped inputs and cotangents: kernels that assume contiguity.
    Layouts,
    /// Rank 0, size 1, no elements, and broadcasts: a missing reduction.
    Shapes,
    /// Every subset of inputs tracked: rules that assume all or nothing.
    Subsets,
    /// Inputs, result and cotangent have the same bits afterwards: unsafe reuse of memory.
    Unchanged,
    /// After the walk, or a drop without one, no node is left and nobody holds an input: leaks.
    Released,
    /// Every instruction-set level against the generic code: a wrong tail, a wrong blocking.
    Levels,
    /// 32 bits against 64: what only rounding may tell apart.
    Precisions,
    /// The same bits twice, and on 1, 2 and 5 threads: races, and sums in a random order.
    Threads,
    /// Wrong arguments: an error that names who complains, never a panic.
    Refusals,
    /// Tracked in, tracked out, by rules that are in the table: silent cuts of the graph.
    Completeness,
}

impl Check {
    /// Every check.
    pub const ALL: [Check; 18] = [
        Check::Differences,
        Check::Duals,
        Check::Second,
        Check::Directions,
        Check::Adjoint,
        Check::Linearity,
        Check::Bodies,
        Check::FanOut,
        Check::Layouts,
        Check::Shapes,
        Check::Subsets,
        Check::Unchanged,
        Check::Released,
        Check::Levels,
        Check::Precisions,
        Check::Threads,
        Check::Refusals,
        Check::Completeness,
    ];

    /// How far apart what it compares may be, of the size of the derivative or of the largest element; 0 is to the bit. `None` for what isn't
    /// about numbers.
    pub fn tolerance(self) -> Option<f64> {
        match self {
            Check::Differences | Check::Second | Check::Directions => Some(1e-8),
            Check::Duals
            | Check::Linearity
            | Check::Bodies
            | Check::FanOut
            | Check::Layouts
            | Check::Subsets
            | Check::Levels => Some(1e-12),
            Check::Adjoint => Some(1e-13),
            Check::Precisions => Some(1e-4),
            Check::Shapes | Check::Unchanged | Check::Threads => Some(0.0),
            Check::Released | Check::Refusals | Check::Completeness => None,
        }
    }

    /// Runs on one entry.
    pub(super) fn run(self, entry: &Entry, trial: &mut Trial) -> Result<()> {
        match self {
            Check::Differences => differences::run(entry, trial),
            Check::Duals => duals::run(entry, trial),
            Check::Second => second::run(entry, trial),
            Check::Directions => directions::run(entry, trial),
            Check::Adjoint => adjoint::run(entry, trial),
            Check::Linearity => linearity::run(entry, trial),
            Check::Bodies => bodies::run(entry, trial),
            Check::FanOut => fan_out::run(entry, trial),
            Check::Layouts => layouts::run(entry, trial),
            Check::Shapes => shapes::run(entry, trial),
            Check::Subsets => subsets::run(entry, trial),
            Check::Unchanged => unchanged::run(entry, trial),
            Check::Released => released::run(entry, trial),
            Check::Levels => levels::run(entry, trial),
            Check::Precisions => precisions::run(entry, trial),
            Check::Threads => threads::run(entry, trial),
            Check::Refusals => refusals::run(entry, trial),
            Check::Completeness => completeness::run(entry, trial),
        }
    }
}

/// One run of a check on an entry: where its inputs come from, where it is, and what it has found so far.
pub(super) struct Trial {
    pub(super) subject: Subject,
    allowed: f64,
    tolerance: f64,
    seed: u64,
    drawn: u64,
    case: String,
    finding: Finding,
}

impl Trial {
    pub(super) fn new(subject: Subject, check: Check, seed: u64) -> Self {
        let allowed = check.tolerance().unwrap_or(0.0);
        Trial {
            subject,
            allowed,
            tolerance: allowed,
            seed,
            drawn: 0,
            case: String::new(),
            finding: Finding::default(),
        }
    }

    /// Goes on to a case, and draws its inputs.
    fn draw(&mut self, case: &Case) -> (Vec<Tensor<f64>>, Rng) {
        self.case = case.to_string();
        // An index is right or wrong.
        self.tolerance = if case.is_plain { 0.0 } else { self.allowed };
        self.drawn += 1;
        let stream = match self.subject {
            Subject::Op(op) => op.stream(),
            Subject::Named(_) => u64::MAX,
        };
        let mut rng = Rng::from_key(self.seed, stream, self.drawn);
        (case.draw(&mut rng), rng)
    }

    /// What kind of derivative it has; what is made of operations is differentiated through them.
    fn kind(&self) -> Kind {
        match self.subject {
            Subject::Op(op) => op.kind(),
            Subject::Named(_) => Kind::Composed,
        }
    }

    pub(super) fn case_name(&self) -> &str {
        &self.case
    }

    pub(super) fn finding(&self) -> Finding {
        self.finding
    }

    /// Takes a report of a gradient check.
    fn take(&mut self, report: &Report) {
        self.finding.compared += report.compared();
        self.finding.largest_error = self.finding.largest_error.max(report.largest_error());
    }

    /// Takes that something which isn't measured was right.
    fn count(&mut self) {
        self.finding.compared += 1;
    }

    /// Holds two tensors against each other, to the check's tolerance times the largest element.
    fn close(&mut self, what: &str, got: &Tensor<f64>, expected: &Tensor<f64>) -> Result<()> {
        self.close_to(what, got, expected, self.tolerance)
    }

    /// Holds two tensors against each other, to `tolerance` times the largest element.
    fn close_to(
        &mut self,
        what: &str,
        got: &Tensor<f64>,
        expected: &Tensor<f64>,
        tolerance: f64,
    ) -> Result<()> {
        if got.shape() != expected.shape() {
            return Err(wrong(format!(
                "{what}: shape {:?}, expected {:?}",
                got.shape(),
                expected.shape()
            )));
        }
        let (got, expected) = (got.to_vec(), expected.to_vec());
        let finite = expected.iter().filter(|x| x.is_finite());
        let scale = finite.fold(1.0_f64, |scale, x| scale.max(x.abs()));
        for (index, (g, e)) in got.iter().zip(&expected).enumerate() {
            self.finding.compared += 1;
            if g == e || g.is_nan() && e.is_nan() {
                continue;
            }
            let error = (g - e).abs();
            if error.is_nan() || error > tolerance * scale {
                return Err(wrong(format!(
                    "{what}: element {index} is {g:?}, expected {e:?}"
                )));
            }
            self.finding.largest_error = self.finding.largest_error.max(error);
        }
        Ok(())
    }
}

/// A random cotangent, clear of 0.
fn cotangent(shape: &[usize], rng: &mut Rng) -> Result<Tensor<f64>> {
    Tensor::uniform(shape, 0.5, 1.5, rng)
}

/// The result of a case's program.
pub(super) fn value(case: &Case, inputs: &[Tensor<f64>]) -> Result<Tensor<f64>> {
    let tape = case.tape();
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.input(x.clone())).collect();
    Ok(case.program.run(&xs)?.into_tensor())
}

/// The gradients for all inputs, by `backward` on `tape`; none of a plain case.
fn gradients_on(
    tape: &Tape<f64>,
    case: &Case,
    inputs: &[Tensor<f64>],
    gy: &Tensor<f64>,
) -> Result<Vec<Tensor<f64>>> {
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let y = case.program.run(&xs)?;
    if case.is_plain {
        return Ok(Vec::new());
    }
    let gradients = y.backward_with(gy)?;
    xs.iter().map(|x| gradients.get(x)).collect()
}

/// The gradients for all inputs, by `backward`; none of a plain case.
fn gradients(case: &Case, inputs: &[Tensor<f64>], gy: &Tensor<f64>) -> Result<Vec<Tensor<f64>>> {
    gradients_on(&case.tape(), case, inputs, gy)
}

/// `⟨a, b⟩`, over all elements.
fn dot(a: &Tensor<f64>, b: &Tensor<f64>) -> Result<f64> {
    a.try_mul(b)?.sum(..)?.item()
}
