//! Anomalies are named with the call that they came from: the function of the program, and not one of étude's.

use etude_autograd::{Anomalies, Tape, Var};
use etude_tensor::{Result, Tensor};

const LOGARITHM: u32 = line!() + 4;

#[inline(never)]
fn entropy(p: &Var<f64>) -> Result<Var<f64>> {
    let logarithm = p.ln()?;
    p.try_mul(&logarithm)
}

const ARCSINE: u32 = line!() + 4;

#[inline(never)]
fn angle(x: &Var<f64>) -> Result<Var<f64>> {
    let angle = x.asin()?; // fine at 1, but not its slope
    angle.mul_scalar(2.0)
}

/// Makes sure that a message tells all of this, and then who called: by the path that the name has, unless the program is built with line tables
/// and no more, and by the line, if it is built with lines.
fn tells(message: &str, what: &str, function: &str, line: u32) {
    let start = format!("{what}; called from ");
    let caller = message.strip_prefix(&start).expect(message);
    let (name, place) = caller.split_once(" (").unwrap_or((caller, ""));
    let path = format!("suite::anomaly::{function}");
    assert!(
        name == path || name == function && !place.is_empty(),
        "{message}"
    );
    let at = format!("tests/suite/anomaly.rs:{line}:");
    assert!(place.is_empty() || place.contains(&at), "{message}");
}

#[test]
fn forward_the_operation_the_shapes_and_who_called_it() {
    let tape = Tape::new();
    tape.detect_anomalies(Anomalies::Nan);
    let p = tape.var(Tensor::from([[0.5, 0.25, 0.25], [1.0, -0.5, -0.5]]));
    tells(
        &entropy(&p).unwrap_err().to_string(),
        "ln: the result has shape [2, 3] with 2 NaN of 6 elements, the first at [1, 1]; input 0: shape [2, 3] without NaN",
        "entropy",
        LOGARITHM,
    );
}

/// The walk back is far from the call: the place is that of the operation whose rule gave the gradient.
#[test]
fn backward_the_operation_the_shapes_and_who_called_it() -> Result<()> {
    let tape = Tape::new();
    tape.detect_anomalies(Anomalies::NotFinite);
    let x = tape.var(Tensor::from([[0.5], [1.0]]));
    let loss = angle(&x)?.sum(..)?;
    tells(
        &loss.backward().unwrap_err().to_string(),
        "asin: the gradient of input 0 has shape [2, 1] with 1 NaN or infinity of 2 elements, the first at [1, 0]",
        "angle",
        ARCSINE,
    );
    Ok(())
}
