//! Operations on drawn inputs: proptest chooses shapes, layouts, options and values, and shrinks what fails.
//!
//! ```
//! use etude_autograd::Op;
//! use etude_autograd::testing::drawn::{Draw, check_draw, check_drawn};
//!
//! check_drawn(Op::Softmax, 20, 7)?; // twenty draws
//! let one: Draw = "softmax [2,3]:Reversed option=1 seed=4".parse()?; // one of them, as a failure prints it
//! check_draw(&one)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::family::Family;
use super::{Layout, Profile};
use crate::testing::AnyProgram;
use crate::{GradCheck, Op, Tape, Var};
use etude_tensor::{Error, Result, Rng, Tensor};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use std::fmt;
use std::str::FromStr;

/// What was drawn for an operation. Printed, and read again, it is one line: `mul [2,3]:Plain [3]:Reversed option=0 seed=5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The operation.
    pub op: Op,
    /// The shape of each input, and how it lies in memory.
    pub inputs: Vec<(Vec<usize>, Layout)>,
    /// Which axes, which order: what it means depends on the operation.
    pub option: usize,
    /// What the values are drawn from.
    pub seed: u64,
}

impl fmt::Display for Draw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.op.name())?;
        for (shape, layout) in &self.inputs {
            let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
            write!(f, " [{}]:{layout:?}", sizes.join(","))?;
        }
        write!(f, " option={} seed={}", self.option, self.seed)
    }
}

impl FromStr for Draw {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self> {
        let wrong = || {
            let message = format!(
                "'{line}'; expected an operation and its draw, as in 'mul [2,3]:Plain [3]:Reversed option=0 seed=5'"
            );
            Error::value("draw", message)
        };
        let mut words = line.split_whitespace();
        let op = words.next().and_then(Op::from_name).ok_or_else(wrong)?;
        let mut draw = Draw {
            op,
            inputs: Vec::new(),
            option: 0,
            seed: 0,
        };
        for word in words {
            if let Some(option) = word.strip_prefix("option=") {
                draw.option = option.parse().map_err(|_| wrong())?;
            } else if let Some(seed) = word.strip_prefix("seed=") {
                draw.seed = seed.parse().map_err(|_| wrong())?;
            } else {
                let (shape, layout) = word.split_once("]:").ok_or_else(wrong)?;
                let sizes = shape.strip_prefix('[').ok_or_else(wrong)?.split(',');
                let sizes = sizes.filter(|size| !size.is_empty());
                let shape = sizes.map(str::parse).collect::<Result<_, _>>();
                let mut layouts = Layout::ALL.into_iter();
                let layout = layouts.find(|it| format!("{it:?}") == layout);
                let input = (shape.map_err(|_| wrong())?, layout.ok_or_else(wrong)?);
                draw.inputs.push(input);
            }
        }
        Ok(draw)
    }
}

/// A draw that fails, shrunk. Printed, it is one line that runs it again.
#[derive(Clone, PartialEq)]
pub struct DrawFailure {
    /// The smallest draw that was found to fail.
    pub draw: Draw,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for DrawFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message.replace('\n', ";");
        write!(
            f,
            "ETUDE_DRAW='{}' cargo test -p etude-autograd --test suite drawn # {message}",
            self.draw
        )
    }
}

impl fmt::Debug for DrawFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for DrawFailure {}

/// The draws of an operation, if it belongs to a family: shapes that go together, any layout, options and values.
pub fn draws(op: Op) -> Option<impl Strategy<Value = Draw>> {
    let family = Family::of(op)?;
    let (rank, size) = Profile::chosen().pick((3, 3), (3, 4));
    let shapes = family.shapes(op, rank, size);
    let parts = (
        shapes,
        super::strategies::layouts(3),
        0..64_usize,
        0..1000_u64,
    );
    Some(parts.prop_map(move |(shapes, layouts, option, seed)| Draw {
        op,
        inputs: shapes.into_iter().zip(layouts).collect(),
        option,
        seed,
    }))
}

/// Checks so many draws of an operation, chosen by `seed`: values against the generic code, the whole Jacobian against dual numbers, and
/// in the [full profile](Profile::Full) second derivatives. Returns how many derivatives were compared.
///
/// # Errors
/// The smallest draw that fails.
pub fn check_drawn(op: Op, count: u32, seed: u64) -> Result<usize, DrawFailure> {
    check_drawn_by(op, count, seed, check_draw)
}

/// As [`check_drawn`], by a check of one's own.
///
/// # Errors
/// The smallest draw that fails.
pub fn check_drawn_by(
    op: Op,
    count: u32,
    seed: u64,
    check: impl Fn(&Draw) -> Result<usize>,
) -> Result<usize, DrawFailure> {
    let Some(draws) = draws(op) else {
        return Ok(0);
    };
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&op.stream().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let compared = std::cell::Cell::new(0);
    let found = TestRunner::new_with_rng(config, rng).run(&draws, |draw| match check(&draw) {
        Ok(count) => {
            compared.set(compared.get() + count);
            Ok(())
        }
        Err(err) => Err(TestCaseError::fail(err.to_string())),
    });
    match found {
        Ok(()) => Ok(compared.get()),
        Err(TestError::Fail(reason, draw)) => Err(DrawFailure {
            draw,
            message: reason.message().to_string(),
        }),
        Err(TestError::Abort(reason)) => panic!("{}: {reason}", op.name()),
    }
}

/// Checks one draw. Returns how many derivatives were compared.
///
/// # Errors
/// If the value or a derivative is wrong, or the draw doesn't suit its operation.
pub fn check_draw(draw: &Draw) -> Result<usize> {
    check_program(draw, &*program(draw)?)
}

/// What a draw runs.
///
/// # Errors
/// If its operation belongs to no family, or takes another number of inputs.
pub fn program(draw: &Draw) -> Result<std::sync::Arc<dyn AnyProgram>> {
    let family = Family::of(draw.op).ok_or_else(|| {
        let message = format!(
            "{} belongs to no family of drawn operations",
            draw.op.name()
        );
        Error::value("draw", message)
    })?;
    let wanted = family.domains(draw.op).len();
    if draw.inputs.len() != wanted {
        let message = format!(
            "{} inputs in '{draw}'; expected {wanted}",
            draw.inputs.len()
        );
        return Err(Error::value("draw", message));
    }
    let shapes: Vec<&[usize]> = draw.inputs.iter().map(|(shape, _)| &shape[..]).collect();
    Ok(family.program(draw.op, &shapes, draw.option))
}

/// Checks one draw by a program that should compute what its operation does. Returns how many derivatives were compared.
///
/// # Errors
/// If the value or a derivative is wrong.
pub fn check_program(draw: &Draw, program: &dyn AnyProgram) -> Result<usize> {
    let mut rng = Rng::seed(draw.seed);
    let domains = Family::of(draw.op).map_or(Vec::new(), |family| family.domains(draw.op));
    let inputs = draw.inputs.iter().zip(domains);
    let inputs = inputs.map(|((shape, layout), domain)| {
        let plain = domain.input(&shape[..]).draw(&mut rng);
        match layout {
            // Repeated numbers are ties, and these have none.
            Layout::Repeated if domain.keeps_apart() => Ok(plain),
            layout => layout.of(&plain),
        }
    });
    let inputs = inputs.collect::<Result<Vec<Tensor<f64>>>>()?;
    let tape = Tape::new();
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.input(x.clone())).collect();
    let y = program.run(&xs)?;
    let (expected, _) = program.generic(&Tape::new(), &inputs, None)?;
    let close =
        |(got, expected): (f64, f64)| (got - expected).abs() <= 1e-12 * expected.abs().max(1.0);
    let same = y.shape() == expected.shape();
    if !same
        || !y
            .tensor()
            .to_vec()
            .into_iter()
            .zip(expected.to_vec())
            .all(close)
    {
        let (got, expected) = (y.tensor(), &expected);
        let message = format!("the value is {got:?}; the generic code gives {expected:?}");
        return Err(Error::value("draw", message));
    }
    let mut compared = GradCheck::new().duals_of(program, &inputs)?.compared();
    if Profile::chosen() == Profile::Full {
        let second = GradCheck::new().second_duals_of(program, &inputs)?;
        compared += second.compared();
    }
    Ok(compared)
}
