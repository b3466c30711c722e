//! The whole Jacobian by reverse mode: one walk back for each element of the output.

use crate::{Tape, Var, vjp};
use etude_tensor::{Error, Float, Result, Shape, Tensor};

/// A function with any number of outputs, as the checks see it.
pub(super) type Function<'a> = &'a dyn Fn(&[Var<f64>]) -> Result<Vec<Var<f64>>>;

/// A function with one output.
pub(super) type Single<'a> = &'a dyn Fn(&[Var<f64>]) -> Result<Var<f64>>;

/// The value of a function, and its derivatives.
pub(super) struct Jacobian {
    /// The shape of each output.
    pub(super) shapes: Vec<Shape>,
    /// The elements of all outputs, one output behind the other.
    pub(super) values: Vec<f64>,
    /// For each of those, the derivatives with respect to the elements of all inputs, one input behind the other.
    pub(super) rows: Vec<Vec<f64>>,
}

/// The elements of all outputs, one output behind the other.
pub(super) fn elements<T: Float>(outputs: &[Var<T>]) -> Vec<T> {
    outputs.iter().flat_map(|y| y.tensor().to_vec()).collect()
}

/// Runs `f`, and walks back from each element of its outputs.
pub(super) fn by_reverse(
    tape: &Tape<f64>,
    f: Function<'_>,
    inputs: &[Tensor<f64>],
) -> Result<Jacobian> {
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let targets: Vec<&Var<f64>> = xs.iter().collect();
    let outputs = f(&xs)?;
    let mut rows = Vec::new();
    for y in &outputs {
        for element in 0..y.tensor().elements() {
            let mut one_hot = vec![0.0; y.tensor().elements()];
            one_hot[element] = 1.0;
            let gy = tape.input(Tensor::from_slice(y.shape(), &one_hot)?);
            let gradients = tape.without_recording(|| vjp(y, &targets, &gy))?;
            rows.push(elements(&gradients));
        }
    }
    Ok(Jacobian {
        shapes: outputs.iter().map(|y| y.tensor().to_shape()).collect(),
        values: elements(&outputs),
        rows,
    })
}

/// `backward`, which spends the recording, takes another way through it than `vjp`, which keeps it. Holds its gradients for
/// one random cotangent against the rows of the Jacobian. (What isn't finite in both is for the reference to refuse.)
pub(super) fn check_backward(
    tape: &Tape<f64>,
    f: Single<'_>,
    inputs: &[Tensor<f64>],
    cotangent: &Tensor<f64>,
    jacobian: &Jacobian,
) -> Result<()> {
    let xs: Vec<Var<f64>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let y = f(&xs)?;
    if !y.is_tracked() {
        return Ok(()); // nothing to walk over; that its derivatives are zero is for the reference to say
    }
    let gradients = y.backward_with(cotangent)?;
    let weights = cotangent.to_vec();
    let mut column = 0;
    for (input, x) in xs.iter().enumerate() {
        for got in gradients.get(x)?.to_vec() {
            let terms = jacobian.rows.iter().zip(&weights);
            let (mut expected, mut size) = (0.0, 0.0);
            for (row, weight) in terms {
                expected += row[column] * weight;
                size += (row[column] * weight).abs();
            }
            let close = (got - expected).abs() <= 1e-12 * (1.0 + size);
            if !close && got.is_finite() {
                return Err(Error::value(
                    "gradcheck",
                    format!(
                        "backward and vjp disagree: for input {input} backward gives {got:e}, the rows of the Jacobian, which \
                         vjp computes one by one, add up to {expected:e}"
                    ),
                ));
            }
            column += 1;
        }
    }
    Ok(())
}
