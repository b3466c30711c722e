//! Functions of one argument, element by element.

use crate::program;
use crate::testing::{Entry, Input, between, clear_of, normal};
use crate::{Program, Tape};
use etude_tensor::{Shape, Tensor};

/// An entry with a case for each kind of shape. Nothing but a variable of a spent recording is refused, which is tried for every operation.
pub(super) fn map(
    about: &'static str,
    program: impl Program + Clone + Send + Sync + 'static,
    domain: impl Fn(Shape) -> Input,
) -> Entry {
    map_with_arguments(about, program, domain).never_refuses("every number has a value")
}

/// The same for a function that also takes plain arguments, of which it refuses some.
pub(super) fn map_with_arguments(
    about: &'static str,
    program: impl Program + Clone + Send + Sync + 'static,
    domain: impl Fn(Shape) -> Input,
) -> Entry {
    Entry::new(about)
        .large(program.clone(), [domain([80, 3001].into())])
        .case("", program, [domain([2, 3].into())])
        .also("rank 0", [domain(().into())])
        .also("one element", [domain([1].into())])
        .also("four axes", [domain([2, 1, 2, 1].into())])
        .also("nothing", [domain([3, 0].into())])
}

pub(super) fn abs() -> Entry {
    map(
        "|x|, with derivative 0 at 0",
        program!(|x| x.abs()),
        |shape| clear_of(&[0.0], shape),
    )
}

pub(super) fn cos() -> Entry {
    map("cos x", program!(|x| x.cos()), normal)
}

pub(super) fn elu() -> Entry {
    map(
        "x above 0, eˣ − 1 below",
        program!(|x| x.elu()),
        |shape| clear_of(&[0.0], shape),
    )
}

pub(super) fn elu_with() -> Entry {
    let kink = |shape| clear_of(&[0.0], shape);
    map(
        "x above 0, α(eˣ − 1) below",
        program!(|x| x.elu_with(0.5)),
        kink,
    )
    .options_of_all(r#"{"alpha": 0.5}"#)
    .case(
        "a large α",
        program!(|x| x.elu_with(3.0)),
        [kink([2, 3].into())],
    )
    .options(r#"{"alpha": 3}"#)
}

pub(super) fn erf() -> Entry {
    map("2/√π ∫₀ˣ e^(−t²) dt", program!(|x| x.erf()), normal)
}

pub(super) fn exp() -> Entry {
    map("eˣ", program!(|x| x.exp()), normal)
}

pub(super) fn exp_m1() -> Entry {
    map(
        "eˣ − 1, without cancellation near 0",
        program!(|x| x.exp_m1()),
        normal,
    )
}

pub(super) fn gelu() -> Entry {
    map(
        "x·Φ(x), Φ the normal distribution",
        program!(|x| x.gelu()),
        normal,
    )
}

pub(super) fn gelu_tanh() -> Entry {
    map(
        "½x(1 + tanh(√(2/π)(x + 0.044715x³)))",
        program!(|x| x.gelu_tanh()),
        normal,
    )
}

pub(super) fn hard_sigmoid() -> Entry {
    map(
        "0.2x + ½, cut off at 0 and 1",
        program!(|x| x.hard_sigmoid()),
        |shape| clear_of(&[-2.5, 2.5], shape),
    )
}

pub(super) fn hard_swish() -> Entry {
    map(
        "x · min(max(x + 3, 0), 6) / 6",
        program!(|x| x.hard_swish()),
        |shape| clear_of(&[-3.0, 3.0], shape),
    )
}

pub(super) fn leaky_relu() -> Entry {
    map(
        "x above 0, 0.2x below",
        program!(|x| x.leaky_relu()),
        |shape| clear_of(&[0.0], shape),
    )
}

pub(super) fn leaky_relu_with() -> Entry {
    let kink = |shape| clear_of(&[0.0], shape);
    map(
        "x above 0, slope·x below",
        program!(|x| x.leaky_relu_with(0.01)),
        kink,
    )
    .options_of_all(r#"{"slope": 0.01}"#)
    .case(
        "a slope below 0",
        program!(|x| x.leaky_relu_with(-0.5)),
        [kink([2, 3].into())],
    )
    .options(r#"{"slope": -0.5}"#)
}

pub(super) fn ln() -> Entry {
    map(
        "the natural logarithm; −∞ at 0, NaN below",
        program!(|x| x.ln()),
        |shape| between(0.2, 3.0, shape),
    )
}

pub(super) fn ln_1p() -> Entry {
    map(
        "ln(1 + x), without cancellation near 0",
        program!(|x| x.ln_1p()),
        |shape| between(-0.7, 2.0, shape),
    )
}

pub(super) fn neg() -> Entry {
    map("−x", program!(|x| x.try_neg()), normal)
}

pub(super) fn recip() -> Entry {
    map("1/x", program!(|x| x.recip()), |shape| {
        clear_of(&[-0.2, 0.0, 0.2], shape)
    })
}

pub(super) fn relu() -> Entry {
    map(
        "max(x, 0), with derivative 0 at 0",
        program!(|x| x.relu()),
        |shape| clear_of(&[0.0], shape),
    )
}

pub(super) fn relu6() -> Entry {
    map("min(max(x, 0), 6)", program!(|x| x.relu6()), |shape| {
        clear_of(&[0.0], shape)
    })
    .also("around 6", [between(5.0, 5.9, [3])])
    .also("above 6", [between(6.1, 8.0, [3])])
}

pub(super) fn selu() -> Entry {
    map(
        "λx above 0, λα(eˣ − 1) below",
        program!(|x| x.selu()),
        |shape| clear_of(&[0.0], shape),
    )
}

pub(super) fn sigmoid() -> Entry {
    map("1/(1 + e⁻ˣ)", program!(|x| x.sigmoid()), |shape| {
        normal(shape)
    })
}

pub(super) fn sign() -> Entry {
    map(
        "−1, 0 or 1 as x is below, at or above 0",
        program!(|x| x.sign()),
        |shape| clear_of(&[0.0], shape),
    )
}

pub(super) fn sin() -> Entry {
    map("sin x", program!(|x| x.sin()), normal)
}

pub(super) fn softplus() -> Entry {
    map("ln(1 + eˣ)", program!(|x| x.softplus()), |shape| {
        normal(shape)
    })
}

pub(super) fn softsign() -> Entry {
    map("x/(1 + |x|)", program!(|x| x.softsign()), |shape| {
        clear_of(&[0.0], shape)
    })
}

pub(super) fn sqrt() -> Entry {
    map("√x; NaN below 0", program!(|x| x.sqrt()), |shape| {
        between(0.2, 3.0, shape)
    })
}

pub(super) fn square() -> Entry {
    map("x²", program!(|x| x.square()), normal)
}

pub(super) fn swish() -> Entry {
    map("x · sigmoid(x)", program!(|x| x.swish()), |shape| {
        normal(shape)
    })
}

pub(super) fn tanh() -> Entry {
    map("tanh x", program!(|x| x.tanh()), normal)
}

pub(super) fn clamp() -> Entry {
    let kinks = |shape| clear_of(&[-1.0, 0.5], shape);
    map_with_arguments(
        "min(max(x, low), high), with derivative 0 at both bounds",
        program!(|x| x.clamp(-1.0, 0.5)),
        kinks,
    )
    .options_of_all(r#"{"low": -1, "high": 0.5}"#)
    .case(
        "one bound",
        program!(|x| x.clamp(f64::NEG_INFINITY, 0.5)),
        [kinks([2, 3].into())],
    )
    .options(r#"{"high": 0.5}"#)
    .refuses(
        |tape: &Tape<f64>| tape.var(Tensor::zeros([2])).clamp(1.0, 0.0),
        "clamp: bounds 1 and 0; expected numbers with the lower one first",
    )
    .refuses(
        |tape| tape.var(Tensor::zeros([2])).clamp(f64::NAN, 0.0),
        "clamp: bounds NaN and 0; expected numbers with the lower one first",
    )
}

const INTEGERS: &[f64] = &[-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0];

pub(super) fn floor() -> Entry {
    map(
        "the largest integer that isn't above x",
        program!(|x| x.floor()),
        |shape| clear_of(INTEGERS, shape),
    )
}

pub(super) fn ceil() -> Entry {
    map(
        "the smallest integer that isn't below x",
        program!(|x| x.ceil()),
        |shape| clear_of(INTEGERS, shape),
    )
}

pub(super) fn round() -> Entry {
    const HALVES: &[f64] = &[-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
    map(
        "the nearest integer, of two the even one",
        program!(|x| x.round()),
        |shape| clear_of(HALVES, shape),
    )
}

pub(super) fn trunc() -> Entry {
    map("x without its fraction", program!(|x| x.trunc()), |shape| {
        clear_of(INTEGERS, shape)
    })
}
