//! A layer held against a second way to compute it.

use etude_autograd::{Module, Tape, Var};
use etude_tensor::{Result, Rng, Tensor};

/// Asserts that two ways forward from `x` agree to 1e-10: in the result, and in the derivatives of a weighted sum of it with respect to
/// `x` and to every parameter of `layer`, all of which take part.
pub(super) fn assert_agree(
    what: &str,
    layer: &impl Module<f64>,
    x: &Tensor<f64>,
    forward: impl Fn(&Var<f64>) -> Result<Var<f64>>,
    reference: impl Fn(&Var<f64>) -> Result<Var<f64>>,
) -> Result<()> {
    let everything = |forward: &dyn Fn(&Var<f64>) -> Result<Var<f64>>| {
        let tape = Tape::new();
        let x = tape.var(x.clone());
        let y = forward(&x)?;
        let loss = y.try_mul(&tape.input(Tensor::randn(y.shape(), &mut Rng::seed(3))))?;
        let gradients = loss.sum(..)?.backward()?;
        let mut all = vec![y.into_tensor(), gradients.get(&x)?.clone()];
        for (path, param) in layer.params() {
            let gradient = gradients.param(param);
            all.push(
                gradient
                    .unwrap_or_else(|| panic!("no gradient for {path}"))
                    .clone(),
            );
        }
        Result::Ok(all)
    };
    for (got, expected) in everything(&forward)?.iter().zip(&everything(&reference)?) {
        let apart = got.try_sub(expected)?.abs().max(..)?.item()?;
        assert!(apart < 1e-10, "{what}: {apart}");
    }
    Ok(())
}
