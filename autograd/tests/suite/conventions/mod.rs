//! Kinks, ties and extreme values: which derivative is taken where there are several, or where the formula would give 0 · ∞. PyTorch's choices, as
//! its version 2.15 gives them, and where étude has another the table says so.
//!
//! Each row is held in both precisions, at every instruction-set level, by a rule's kernel and by its composed body, on enough elements for a
//! vector and its tail. The table in `docs/gradients.md` is written by this test.

mod extremes;

use etude_autograd::testing::AnyProgram;
use etude_autograd::testing::page::Section;
use etude_autograd::{Program, Tape, Var, program};
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::kernels::{available_levels, with_level};
use etude_tensor::{Axes, Float, Result, Tensor};

/// A row: the gradients of the sum of a function.
struct Row {
    /// What stands in the table: the function, where, its derivative there, and what PyTorch has if it isn't the same.
    words: [&'static str; 4],
    program: Box<dyn AnyProgram>,
    inputs: Vec<Tensor<f64>>,
    expected: Vec<Vec<f64>>,
}

const SAME: &str = "the same";

impl Row {
    fn new(
        words: [&'static str; 4],
        program: impl Program + Send + Sync + 'static,
        inputs: impl Into<Vec<Tensor<f64>>>,
        expected: impl Into<Vec<Vec<f64>>>,
    ) -> Self {
        Row {
            words,
            program: Box::new(program),
            inputs: inputs.into(),
            expected: expected.into(),
        }
    }

    /// A function of one number, at one place.
    fn at(
        words: [&'static str; 3],
        program: impl Program + Send + Sync + 'static,
        at: f64,
        slope: f64,
    ) -> Self {
        // A few vectors of the widest level, and a tail of the narrowest.
        const COUNT: usize = 37;
        let [what, place, derivative] = words;
        Row::new(
            [what, place, derivative, SAME],
            program,
            [Tensor::full([COUNT], at)],
            [vec![slope; COUNT]],
        )
    }
}

/// The slope of SELU at 0 from above.
const SELU: f64 = 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;

fn kinks() -> Vec<Row> {
    vec![
        Row::at(["`relu`", "0", "0"], program!(|x| x.relu()), 0.0, 0.0),
        Row::at(["`relu6`", "0", "0"], program!(|x| x.relu6()), 0.0, 0.0),
        Row::at(["`relu6`", "6", "0"], program!(|x| x.relu6()), 6.0, 0.0),
        Row::at(
            ["`leaky_relu`", "0", "its lower slope, 0.2"],
            program!(|x| x.leaky_relu()),
            0.0,
            0.2,
        ),
        Row::at(
            ["`leaky_relu_with`", "0", "its lower slope"],
            program!(|x| x.leaky_relu_with(0.01)),
            0.0,
            0.01,
        ),
        Row::at(["`elu`", "0", "1"], program!(|x| x.elu()), 0.0, 1.0),
        Row::at(
            ["`elu_with`", "0", "α"],
            program!(|x| x.elu_with(0.5)),
            0.0,
            0.5,
        ),
        Row::at(["`selu`", "0", "λα"], program!(|x| x.selu()), 0.0, SELU),
        Row::at(["`abs`", "0", "0"], program!(|x| x.abs()), 0.0, 0.0),
        Row::at(
            ["`hard_sigmoid`", "its lower end", "0"],
            program!(|x| x.hard_sigmoid()),
            -2.5,
            0.0,
        ),
        Row::at(
            ["`hard_sigmoid`", "its upper end", "0"],
            program!(|x| x.hard_sigmoid()),
            2.5,
            0.0,
        ),
        Row::at(
            ["`hard_swish`", "−3", "0"],
            program!(|x| x.hard_swish()),
            -3.0,
            0.0,
        ),
        Row::at(
            ["`hard_swish`", "3", "1"],
            program!(|x| x.hard_swish()),
            3.0,
            1.0,
        ),
        Row::at(
            ["`clamp`", "its lower bound", "0"],
            program!(|x| x.clamp(-1.0, 2.0)),
            -1.0,
            0.0,
        ),
        Row::at(
            ["`clamp`", "its upper bound", "0"],
            program!(|x| x.clamp(-1.0, 2.0)),
            2.0,
            0.0,
        ),
    ]
}

fn ties() -> Vec<Row> {
    const THIRD: f64 = 1.0 / 3.0;
    let equal = || Tensor::full([37], 3.0);
    let halves = || [vec![0.5; 37], vec![0.5; 37]];
    let high = || Tensor::from([[7.0, 1.0, 7.0], [7.0, 2.0, 0.0]]);
    let low = || Tensor::from([[0.0, 1.0, 0.0], [7.0, 3.0, 3.0]]);
    let window = PoolGeometry::new(&[2, 2]);
    let image = || {
        let image = Tensor::from([[5.0, 9.0], [9.0, 9.0]]);
        image.reshape([1, 2, 2, 1]).expect("four elements")
    };
    vec![
        Row::new(
            ["`maximum(a, b)`", "a = b", "½ each", SAME],
            program!(|a, b| a.maximum(b)),
            [equal(), equal()],
            halves(),
        ),
        Row::new(
            ["`minimum(a, b)`", "a = b", "½ each", SAME],
            program!(|a, b| a.minimum(b)),
            [equal(), equal()],
            halves(),
        ),
        Row::new(
            ["`max` over all axes", "three equal ones", "⅓ each", SAME],
            program!(|x| x.max(..)),
            [high()],
            [vec![THIRD, 0.0, THIRD, THIRD, 0.0, 0.0]],
        ),
        Row::new(
            ["`max` over several axes", "two equal ones", "½ each", SAME],
            program!(|x| x.reshape([2, 1, 3])?.max([1, 2])),
            [high()],
            [vec![0.5, 0.0, 0.5, 1.0, 0.0, 0.0]],
        ),
        Row::new(
            [
                "`max` over one axis (`amax`)",
                "two equal ones",
                "½ each",
                SAME,
            ],
            program!(|x| x.max(1)),
            [high()],
            [vec![0.5, 0.0, 0.5, 1.0, 0.0, 0.0]],
        ),
        Row::new(
            [
                "`min` over one axis (`amin`)",
                "two equal ones",
                "½ each",
                SAME,
            ],
            program!(|x| x.min(Axes::from(1).keepdims())),
            [low()],
            [vec![0.5, 0.0, 0.5, 0.0, 0.5, 0.5]],
        ),
        Row::new(
            [
                "`argmax` and `gather`: a maximum with its index",
                "two equal ones",
                "the first takes all",
                SAME,
            ],
            program!(|x| x.gather(1, &x.tensor().argmax(1)?.unsqueeze(1)?)),
            [high()],
            [vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0]],
        ),
        Row::new(
            [
                "`topk` of one",
                "two equal ones",
                "the first takes all",
                SAME,
            ],
            program!(|x| Ok(x.topk(1, 1, true)?.0)),
            [high()],
            [vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0]],
        ),
        Row::new(
            [
                "`max_pool`",
                "equal ones in a window",
                "the first in row-major order takes all",
                SAME,
            ],
            program!([window: PoolGeometry] |x| x.max_pool(window)),
            [image()],
            [vec![0.0, 1.0, 0.0, 0.0]],
        ),
        Row::new(
            [
                "`adaptive_max_pool`",
                "equal ones in a window",
                "the first in row-major order takes all",
                SAME,
            ],
            program!(|x| x.adaptive_max_pool([1, 1])),
            [image()],
            [vec![0.0, 1.0, 0.0, 0.0]],
        ),
        Row::new(
            ["`norm` with p = ∞", "two largest ones", "½ each", SAME],
            program!(|x| x.norm(f64::INFINITY, ..)),
            [Tensor::from([2.0, -2.0, 1.0])],
            [vec![0.5, -0.5, 0.0]],
        ),
    ]
}

/// The gradients of the sum, on a tape that takes one body or the other.
fn gradients<T: Float>(
    row: &Row,
    composed: bool,
    run: impl Fn(&[Var<T>]) -> Result<Var<T>>,
) -> Result<Vec<Vec<f64>>> {
    let tape = Tape::<T>::new();
    tape.prefer_composed(composed);
    let xs: Vec<Var<T>> = (row.inputs.iter())
        .map(|x| Ok(tape.var(x.cast()?)))
        .collect::<Result<_>>()?;
    let gradients = run(&xs)?.sum(..)?.backward()?;
    let values = |x: &Var<T>| Ok(gradients.get(x)?.cast::<f64>()?.to_vec());
    xs.iter().map(values).collect()
}

/// Holds a row in one precision.
fn hold<T: Float>(row: &Row, run: impl Fn(&[Var<T>]) -> Result<Var<T>>) {
    let rounding = 4.0 * T::EPSILON;
    for level in available_levels() {
        for composed in [false, true] {
            let found = with_level(level, || gradients(row, composed, &run));
            let found = found.unwrap_or_else(|err| panic!("{:?}: {err}", row.words));
            let pairs = found.iter().flatten().zip(row.expected.iter().flatten());
            let close = |(got, expected): (&f64, &f64)| {
                got == expected || (got - expected).abs() <= rounding * expected.abs()
            };
            assert!(
                pairs.clone().count() == row.expected.iter().flatten().count()
                    && pairs.clone().all(close),
                "{:?}, {}, level {}, composed {composed}: {found:?}, expected {:?}",
                row.words,
                T::NAME,
                level.name(),
                row.expected
            );
        }
    }
}

/// Holds the rows, and the section of the page with them.
fn holds(rows: &[Row], section: &'static str) {
    let mut lines = vec![
        "| function | where | derivative | PyTorch |".to_string(),
        "|---|---|---|---|".to_string(),
    ];
    for row in rows {
        hold::<f64>(row, |xs| row.program.run(xs));
        hold::<f32>(row, |xs| row.program.single(xs));
        lines.push(format!("| {} |", row.words.join(" | ")));
    }
    let again = "cargo test -p etude-autograd --test suite conventions";
    Section::new("gradients.md", section).holds(&lines.join("\n"), again);
}

#[test]
fn at_kinks() {
    holds(&kinks(), "kinks");
}

#[test]
fn at_ties() {
    holds(&ties(), "ties");
}

#[test]
fn at_extremes() {
    holds(&extremes::rows(), "extremes");
}
