//! How a result moves with its inputs along a direction: the Jacobian-vector product, in two ways.

use super::{check_direction, check_recording, inner_product, vjp_for};
use crate::{Program, Tape, Var};
use etude_tensor::{Dual, Error, Float, Result, Tensor};

/// The Jacobian-vector product `∂y/∂x · v`, the derivative of `y` as `xs` move with velocities `v`; it has the shape of `y`.
///
/// By reverse mode twice: `u ↦ uᵀ·∂y/∂x` is linear in `u`, and the derivative of its product with `v` with respect to `u` is
/// `∂y/∂x · v`. That takes any recorded `y`, and is recorded in turn. A function generic in its number type is cheaper with
/// [`program_jvp`].
///
/// ```
/// use etude_autograd::{Tape, jvp};
/// use etude_tensor::Tensor;
///
/// let tape = Tape::new();
/// let x = tape.var(Tensor::from([2.0_f64, 3.0]));
/// let y = &x * &x;
/// let v = tape.input(Tensor::from([1.0, 10.0]));
/// assert_eq!(jvp(&y, &[&x], &[&v])?.tensor().to_vec(), [4.0, 60.0]); // 2x·v
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// If `v` doesn't have one tensor for each of `xs`, of its shape; if the tape is paused; and as [`grad`](crate::grad()).
pub fn jvp<T: Float>(y: &Var<T>, xs: &[&Var<T>], v: &[&Var<T>]) -> Result<Var<T>> {
    check_recording("jvp", y)?;
    check_direction("jvp", xs, v)?;
    let tape = y.tape();
    let u = tape.var(Tensor::zeros(y.shape()));
    let rows = vjp_for("jvp", y, xs, &u)?;
    match inner_product("jvp", &rows, v)? {
        // Without any dependence nothing is recorded, and the product is zero.
        Some(product) if product.is_tracked() => {
            Ok(vjp_for("jvp", &product, &[&u], &tape.scalar(1.0))?.remove(0))
        }
        _ => Ok(tape.input(Tensor::zeros(y.shape()))),
    }
}

/// The value of a program and its Jacobian-vector product `∂f/∂x · v`, in one pass forward on dual numbers `x + ε·v`: exact, and
/// with nothing recorded.
///
/// ```
/// use etude_autograd::{program, program_jvp};
/// use etude_tensor::Tensor;
///
/// let f = program!(|x, w| x.matmul(w)?.tanh());
/// let x = [Tensor::from([[0.0_f64, 0.0]]), Tensor::from([[1.0], [2.0]])];
/// let v = [Tensor::from([[3.0, 4.0]]), Tensor::zeros([2, 1])];
/// let (value, product) = program_jvp(&f, &x, &v)?;
/// assert_eq!((value.to_vec(), product.to_vec()), (vec![0.0], vec![11.0])); // tanh'(0)·(3·1 + 4·2)
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// # Errors
/// What the program reports, and a direction that doesn't fit the inputs.
pub fn program_jvp(
    program: &impl Program,
    inputs: &[Tensor<f64>],
    v: &[Tensor<f64>],
) -> Result<(Tensor<f64>, Tensor<f64>)> {
    let shapes =
        |tensors: &[Tensor<f64>]| -> Vec<_> { tensors.iter().map(Tensor::to_shape).collect() };
    if shapes(inputs) != shapes(v) {
        let message = format!(
            "a direction of shapes {:?} for inputs of shapes {:?}; expected the same",
            shapes(v),
            shapes(inputs)
        );
        return Err(Error::shape("jvp", message));
    }
    let tape = Tape::<Dual<f64>>::inference();
    let lift = |(x, v): (&Tensor<f64>, &Tensor<f64>)| {
        let pair = |(value, tangent)| Dual { value, tangent };
        let duals: Vec<_> = x.to_vec().into_iter().zip(v.to_vec()).map(pair).collect();
        Ok(tape.input(Tensor::from_slice(x.shape(), &duals)?))
    };
    let xs: Result<Vec<_>> = inputs.iter().zip(v).map(lift).collect();
    let y = program.run(&xs?)?;
    let duals = y.tensor().to_vec();
    let part = |of: fn(&Dual<f64>) -> f64| {
        let values: Vec<f64> = duals.iter().map(of).collect();
        Tensor::from_slice(y.shape(), &values)
    };
    Ok((part(|dual| dual.value)?, part(|dual| dual.tangent)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program;

    #[test]
    fn both_ways_agree() -> Result<()> {
        let f = program!(|x, w| x.matmul(w)?.tanh()?.try_mul(x));
        let x = [
            Tensor::from([[0.3_f64, -0.7]]),
            Tensor::from([[1.0, 0.5], [-0.2, 2.0]]),
        ];
        let v = [
            Tensor::from([[1.0, 2.0]]),
            Tensor::from([[0.1, 0.0], [3.0, -1.0]]),
        ];
        let (value, forward) = program_jvp(&f, &x, &v)?;
        let tape = Tape::new();
        let xs = x.map(|x| tape.var(x));
        let vs = v.map(|v| tape.input(v));
        let y = f.run(&xs)?;
        let twice = jvp(&y, &[&xs[0], &xs[1]], &[&vs[0], &vs[1]])?;
        for (a, b) in [(&value, y.tensor()), (&forward, twice.tensor())] {
            for (a, b) in a.to_vec().into_iter().zip(b.to_vec()) {
                assert!((a - b).abs() < 1e-14, "{a} {b}");
            }
        }
        Ok(())
    }

    #[test]
    fn it_can_be_differentiated_and_is_zero_without_dependence() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(2.0_f64));
        let one = tape.scalar(1.0);
        let cube = &x * &x * &x;
        let slope = jvp(&cube, &[&x], &[&one])?;
        assert_eq!(slope.item()?, 12.0);
        assert_eq!(jvp(&slope, &[&x], &[&one])?.item()?, 12.0); // 6x
        let other = tape.var(Tensor::from([1.0, 2.0]));
        assert_eq!(
            jvp(&other.tanh()?, &[&x], &[&one])?.tensor().to_vec(),
            [0.0, 0.0]
        );
        Ok(())
    }

    #[test]
    fn a_direction_that_does_not_fit_is_refused() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::from([1.0_f64, 2.0]));
        let y = x.tanh()?;
        let message = jvp(&y, &[&x], &[&tape.scalar(1.0)])
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "jvp: direction 0 has shape [], but the variable has shape [2]"
        );
        assert!(
            jvp(&y, &[&x], &[])
                .unwrap_err()
                .to_string()
                .contains("expected one for each")
        );
        let f = program!(|x| x.tanh());
        assert!(program_jvp(&f, &[Tensor::zeros([2])], &[Tensor::zeros([3])]).is_err());
        Ok(())
    }
}
