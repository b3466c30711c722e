//! Faults that nobody could see, because they change nothing: each has its reason, and is held to it.

use super::faults::{Fault, Planted};
use super::used_often;
use etude_autograd::testing::{Case, entry};
use etude_autograd::{Op, Tape, Var, vjp};
use etude_tensor::{Result, Rng, Tensor};
use std::rc::Rc;

/// Why a fault changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What is delivered there is zero, whatever the inputs.
    AlwaysZero,
    /// The operation reshapes or broadcasts its input first, so that nobody else delivers to that node.
    NodeOfItsOwn,
    /// The saved tensor only decides between branches: the rule doesn't move with it.
    OnlyCompared,
    /// The saved tensor is rounded to a whole number.
    OnlyRounded,
    /// The saved tensor is for the fused kernel, which runs where nothing is differentiated further.
    OnlyForTheKernel,
    /// The input isn't repeated, though its shape broadcasts to the result's.
    NoSum,
}

impl Reason {
    pub const ALL: [Reason; 6] = [
        Reason::AlwaysZero,
        Reason::NodeOfItsOwn,
        Reason::OnlyCompared,
        Reason::OnlyRounded,
        Reason::OnlyForTheKernel,
        Reason::NoSum,
    ];

    /// The reason in words, for the page.
    pub fn words(self) -> &'static str {
        match self {
            Reason::AlwaysZero => "What is delivered there is zero, whatever the inputs",
            Reason::NodeOfItsOwn => {
                "The operation reshapes or broadcasts that input first, so nobody else delivers to that node"
            }
            Reason::OnlyCompared => {
                "The saved tensor only decides between branches, so the gradient doesn't move with it"
            }
            Reason::OnlyRounded => {
                "The saved tensor is rounded to a whole number, so the gradient doesn't move with it"
            }
            Reason::OnlyForTheKernel => {
                "The saved tensor is for the fused kernel, which runs where nothing is differentiated further"
            }
            Reason::NoSum => {
                "The input isn't repeated, though its shape broadcasts to the result's"
            }
        }
    }
}

/// Why a fault changes nothing, if it doesn't.
pub fn unable_to_show(planted: &Planted) -> Option<Reason> {
    use Fault::{Detached, Factor, Lost, Overwritten, Sign, Unsummed};
    let reason = match (planted.fault, planted.rule, planted.place) {
        (Sign | Factor | Lost, "copysign", 1) => Reason::AlwaysZero,
        (Overwritten, "index_assign", _)
        | (Overwritten, "solve" | "triangular_solve", 1)
        | (Overwritten, "scaled_dot_product_attention", 3) => Reason::NodeOfItsOwn,
        (Unsummed, "concat", 0) | (Unsummed, "index_assign", 1) => Reason::NoSum,
        (Detached, "prod", 1) | (Detached, "scaled_dot_product_attention", 4) => {
            Reason::OnlyForTheKernel
        }
        (Detached, "rem", _) => Reason::OnlyRounded,
        (
            Detached,
            "abs" | "clamp" | "copysign" | "hard_sigmoid" | "leaky_relu" | "leaky_relu_with"
            | "max" | "maximum" | "min" | "minimum" | "relu" | "relu6",
            _,
        ) => Reason::OnlyCompared,
        _ => return None,
    };
    Some(reason)
}

/// Makes sure that the fault changes no first and no second derivative in any case.
pub fn check(op: Op, planted: &Rc<Planted>) -> Result<(), String> {
    for case in &entry(op).cases {
        let sound = derivatives(case, None);
        let broken = derivatives(case, Some(planted));
        match (sound, broken) {
            (Ok(sound), Ok(broken)) if sound == broken => {}
            (_, Err(err)) => return Err(format!("{planted} is an error: {err}")),
            _ => return Err(format!("{planted} changes a derivative of '{case}'")),
        }
    }
    Ok(())
}

/// All gradients of the case, used several times, and the gradients of their weighted sum.
fn derivatives(case: &Case, planted: Option<&Rc<Planted>>) -> Result<Vec<f64>> {
    let mut rng = Rng::seed(2);
    let tape = Tape::new();
    let inputs = case.draw(&mut rng);
    let xs: Vec<Var<f64>> = inputs.into_iter().map(|x| tape.var(x)).collect();
    let targets: Vec<&Var<f64>> = xs.iter().collect();
    let y = used_often(case, &xs)?;
    if let Some(planted) = planted {
        tape.set_sink_hook(Some(planted.clone()));
    }
    let mut weights = |shape: &[usize]| Ok(tape.input(Tensor::uniform(shape, 0.5, 1.5, &mut rng)?));
    let gradients = vjp(&y, &targets, &weights(y.shape())?)?;
    let mut sum = xs[0].sum(..)?.mul_scalar(0.0)?;
    for gradient in &gradients {
        let weighed = gradient.try_mul(&weights(gradient.shape())?)?;
        sum = sum.try_add(&weighed.sum(..)?)?;
    }
    let second = vjp(&sum, &targets, &tape.scalar(1.0))?;
    let all = gradients.iter().chain(&second);
    Ok(all
        .flat_map(|gradient| gradient.tensor().to_vec())
        .collect())
}
