//! What a check found.

use super::difference::Estimate;
use super::jacobian::Jacobian;
use etude_tensor::{Error, Result, Shape, Tensor};
use std::fmt;

/// What a check found, when nothing was wrong: printed, one line with the largest error. Otherwise the check is an error,
/// whose text names the worst derivatives.
#[derive(Clone, Debug)]
pub struct Report {
    compared: usize,
    inputs: usize,
    worst: Option<Derivative>,
}

impl Report {
    /// How many derivatives were compared.
    pub fn compared(&self) -> usize {
        self.compared
    }

    /// The derivative with the largest error for its tolerance; `None` if there was nothing to compare.
    pub fn worst(&self) -> Option<&Derivative> {
        self.worst.as_ref()
    }

    /// The largest error for its tolerance, 0 if there was nothing to compare.
    pub fn largest_error(&self) -> f64 {
        self.worst.as_ref().map_or(0.0, Derivative::error)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (compared, inputs) = (self.compared, self.inputs);
        write!(
            f,
            "{compared} derivatives with respect to {inputs} inputs are right"
        )?;
        match &self.worst {
            None => Ok(()),
            Some(worst) => write!(f, "; the worst: {worst}"),
        }
    }
}

/// One derivative: of an element of the output, or of a gradient, with respect to an element of an input.
#[derive(Clone, Debug)]
pub struct Derivative {
    /// What moves, by name: `input 1 at [0, 2]`.
    pub with_respect_to: String,
    /// What moves with it: `output at [3]`, or in a check of second derivatives `gradient of input 0 at [1]`.
    pub of: String,
    /// What reverse mode says.
    pub analytic: f64,
    /// What the reference says.
    pub reference: f64,
    /// How far off the reference may be itself; 0 for dual numbers.
    pub uncertainty: f64,
    /// How far apart both may be.
    pub tolerance: f64,
}

impl Derivative {
    /// How far apart both are.
    pub fn error(&self) -> f64 {
        (self.analytic - self.reference).abs()
    }

    fn is_right(&self) -> bool {
        self.error().is_finite() && self.error() <= self.tolerance
    }
}

impl fmt::Display for Derivative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} for {}: analytic {:?}, reference {:?}",
            self.of, self.with_respect_to, self.analytic, self.reference
        )?;
        if self.uncertainty > 0.0 {
            write!(f, " (± {:.1e})", self.uncertainty)?;
        }
        write!(
            f,
            ", error {:.1e}, tolerance {:.1e}",
            self.error(),
            self.tolerance
        )
    }
}

/// Which derivatives a check is about, for the names in its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Of the output.
    First,
    /// Of the gradients; the cotangent is the last input.
    Second,
}

/// How far reverse mode and the reference may be apart: `relative · |derivative| + absolute · max(1, |value|)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    pub(super) relative: f64,
    pub(super) absolute: f64,
}

impl Tolerance {
    pub(super) fn at(self, derivative: f64, value: f64) -> f64 {
        self.relative * derivative.abs() + self.absolute * value.abs().max(1.0)
    }
}

/// How many wrong derivatives a message lists.
const LISTED: usize = 4;

/// Holds the Jacobian against the reference, which gives a column, the derivatives with respect to one element of one input,
/// at a time.
pub(super) fn compare(
    who: &str,
    order: Order,
    tolerance: Tolerance,
    jacobian: &Jacobian,
    inputs: &[Tensor<f64>],
    mut column_of: impl FnMut(usize, usize) -> Result<Vec<Estimate>>,
) -> Result<Report> {
    let largest_value = jacobian.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let (mut compared, mut column) = (0, 0);
    let mut worst: Option<Derivative> = None;
    let mut wrong = Vec::new();
    for (input, x) in inputs.iter().enumerate() {
        for element in 0..x.elements() {
            let references = column_of(input, element)?;
            for (output, reference) in references.into_iter().enumerate() {
                let analytic = jacobian.rows[output][column];
                let size = analytic.abs().max(reference.value.abs());
                let derivative = Derivative {
                    with_respect_to: name_input(order, inputs, input, element),
                    of: name_output(order, &jacobian.shapes, output),
                    analytic,
                    reference: reference.value,
                    uncertainty: reference.uncertainty,
                    tolerance: tolerance.at(size, largest_value),
                };
                compared += 1;
                if !derivative.is_right() {
                    wrong.push(derivative);
                    continue;
                }
                let share = |d: &Derivative| d.error() / d.tolerance;
                if worst
                    .as_ref()
                    .is_none_or(|worst| share(&derivative) > share(worst))
                {
                    worst = Some(derivative);
                }
            }
            column += 1;
        }
    }
    if wrong.is_empty() {
        let inputs = inputs.len();
        return Ok(Report {
            compared,
            inputs,
            worst,
        });
    }
    wrong.sort_by(|a, b| b.error().total_cmp(&a.error())); // NaN first
    let verb = if wrong.len() == 1 { "is" } else { "are" };
    let mut message = format!("{} of {compared} derivatives {verb} wrong", wrong.len());
    for derivative in wrong.iter().take(LISTED) {
        message += &format!("\n  {derivative}");
    }
    if wrong.len() > LISTED {
        message += "\n  …";
    }
    let doubtful = |d: &Derivative| !d.reference.is_finite() || d.uncertainty > d.tolerance;
    if wrong.iter().any(doubtful) {
        message +=
            "\n  (the reference isn't sure of itself: are the inputs clear of kinks and edges?)";
    }
    Err(Error::value(who, message))
}

fn name_input(order: Order, inputs: &[Tensor<f64>], input: usize, element: usize) -> String {
    let at = index(inputs[input].shape(), element);
    if order == Order::Second && input + 1 == inputs.len() {
        format!("cotangent at {at:?}")
    } else {
        format!("input {input} at {at:?}")
    }
}

fn name_output(order: Order, shapes: &[Shape], mut element: usize) -> String {
    let mut output = 0;
    while element >= shapes[output].elements() {
        element -= shapes[output].elements();
        output += 1;
    }
    let at = index(&shapes[output], element);
    match order {
        Order::First => format!("output at {at:?}"),
        Order::Second => format!("gradient of input {output} at {at:?}"),
    }
}

/// The index, one number an axis, of an element counted in row-major order.
fn index(shape: &[usize], mut element: usize) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (place, &size) in index.iter_mut().zip(shape).rev() {
        *place = element % size;
        element /= size;
    }
    index
}
