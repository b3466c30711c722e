//! An operation that has a float result and no rule refuses what is tracked: its gradient would be lost without a word.

use etude_autograd::{Tape, Var};
use etude_tensor::{ErrorKind, Float, Result, Tensor};

/// The sum of the weights at the elements of `x` below 0, and at the others: an operation as somebody writes it who needs no derivative.
fn histogram<T: Float>(x: &Var<T>, weights: &Var<T>) -> Result<Var<T>> {
    let tape = x.tape();
    tape.untracked("histogram", &[x, weights])?;
    let below = weights.where_(&x.less(0.0)?, &tape.scalar(0.0))?.sum(..)?;
    let all = weights.sum(..)?;
    let above = all.try_sub(&below)?;
    Var::stack(&[below.detach(), above.detach()], 0)
}

#[test]
fn an_operation_without_a_rule_refuses_what_is_tracked() -> Result<()> {
    let tape = Tape::new();
    let x = tape.input(Tensor::from([-1.0, 2.0, -3.0]));
    let weights = tape.var(Tensor::from([1.0_f64, 10.0, 100.0]));
    let err = histogram(&x, &weights).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::Graph);
    assert_eq!(
        err.to_string(),
        "histogram: has no rule of differentiation, but input 1 (shape [3]) is tracked; the gradient would be lost. If that is meant, say so with detach()"
    );
    // So is what was computed from it.
    let from_it = weights.exp()?;
    assert!(histogram(&from_it, &weights.detach()).is_err());
    Ok(())
}

#[test]
fn it_takes_constants_and_what_is_detached_and_anything_where_nothing_is_recorded() -> Result<()> {
    let tape = Tape::new();
    let x = tape.input(Tensor::from([-1.0, 2.0, -3.0]));
    let weights = tape.var(Tensor::from([1.0_f64, 10.0, 100.0]));
    let counts = histogram(&x, &weights.detach())?;
    assert_eq!(counts.tensor().to_vec(), [101.0, 10.0]);
    assert!(!counts.is_tracked());
    let counts = tape.without_recording(|| histogram(&x, &weights))?;
    assert_eq!(counts.tensor().to_vec(), [101.0, 10.0]);
    Ok(())
}
