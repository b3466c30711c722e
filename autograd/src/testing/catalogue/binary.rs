//! Functions of two arguments, element by element, which broadcast.

use crate::testing::{Entry, Input, between, clear_of, grid, normal};
use crate::{Program, Tape, Var, program};
use etude_tensor::{Shape, Tensor};

/// The shapes of two operands, with every way to broadcast.
pub(super) const PAIRS: [(&str, &[usize], &[usize]); 10] = [
    ("one shape", &[2, 3], &[2, 3]),
    ("rank 0 both", &[], &[]),
    ("rank 0 left", &[], &[2, 2]),
    ("rank 0 right", &[3], &[]),
    ("size 1", &[1, 3], &[2, 1]),
    ("of lower rank left", &[3], &[2, 3]),
    ("of lower rank right", &[2, 1, 2], &[3, 1]),
    ("one element right", &[2, 2], &[1]),
    ("nothing", &[0, 3], &[3]),
    ("repeated 0 times", &[0, 2], &[1, 2]),
];

/// Two variables whose shapes don't broadcast.
pub(super) fn misfits(tape: &Tape<f64>) -> (Var<f64>, Var<f64>) {
    (tape.var(Tensor::ones([2, 3])), tape.var(Tensor::ones([2])))
}

/// An entry with a case for each way to broadcast.
fn map(
    about: &'static str,
    program: impl Program + Clone + Send + Sync + 'static,
    a: impl Fn(Shape) -> Input,
    b: impl Fn(Shape) -> Input,
) -> Entry {
    let inputs = |left: &[usize], right: &[usize]| [a(left.into()), b(right.into())];
    let large = inputs(&[80, 3001], &[3001]);
    let first = inputs(PAIRS[0].1, PAIRS[0].2);
    let entry = Entry::new(about)
        .large(program.clone(), large)
        .case(PAIRS[0].0, program, first);
    PAIRS[1..]
        .iter()
        .fold(entry, |entry, (label, left, right)| {
            entry.also(label, inputs(left, right))
        })
}

pub(super) fn add() -> Entry {
    map("a + b", program!(|a, b| a.try_add(b)), normal, normal).refuses(
        |tape| misfits(tape).0.try_add(&misfits(tape).1),
        "add: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn sub() -> Entry {
    map("a − b", program!(|a, b| a.try_sub(b)), normal, normal).refuses(
        |tape| misfits(tape).0.try_sub(&misfits(tape).1),
        "sub: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn mul() -> Entry {
    map("a · b", program!(|a, b| a.try_mul(b)), normal, normal).refuses(
        |tape| misfits(tape).0.try_mul(&misfits(tape).1),
        "mul: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn div() -> Entry {
    let divisor = |shape| clear_of(&[-0.2, 0.0, 0.2], shape);
    map("a / b", program!(|a, b| a.try_div(b)), divisor, divisor).refuses(
        |tape| misfits(tape).0.try_div(&misfits(tape).1),
        "div: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn pow() -> Entry {
    let base = |shape| between(0.3, 2.0, shape);
    map("aᵇ", program!(|a, b| a.pow(b)), base, normal).refuses(
        |tape| misfits(tape).0.pow(&misfits(tape).1),
        "pow: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn maximum() -> Entry {
    let (a, b) = (|shape| grid(0.0, shape), |shape| grid(0.2, shape));
    map(
        "the larger of a and b; both have half at a tie",
        program!(|a, b| a.maximum(b)),
        a,
        b,
    )
    .refuses(
        |tape| misfits(tape).0.maximum(&misfits(tape).1),
        "maximum: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn minimum() -> Entry {
    let (a, b) = (|shape| grid(0.0, shape), |shape| grid(0.2, shape));
    map(
        "the smaller of a and b; both have half at a tie",
        program!(|a, b| a.minimum(b)),
        a,
        b,
    )
    .refuses(
        |tape| misfits(tape).0.minimum(&misfits(tape).1),
        "minimum: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn atan2() -> Entry {
    let side = |shape| clear_of(&[-0.3, 0.0, 0.3], shape);
    map(
        "the angle of the point with ordinate a and abscissa b",
        program!(|a, b| a.atan2(b)),
        side,
        side,
    )
    .refuses(
        |tape| misfits(tape).0.atan2(&misfits(tape).1),
        "atan2: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn hypot() -> Entry {
    let side = |shape| clear_of(&[-0.3, 0.0, 0.3], shape);
    map("√(a² + b²)", program!(|a, b| a.hypot(b)), side, side)
    .refuses(
        |tape| misfits(tape).0.hypot(&misfits(tape).1),
        "hypot: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn rem() -> Entry {
    // Quotients of 0.2 to 0.8, −0.8 to −0.2 and 2.2 to 2.8: clear of the jumps at the integers.
    let (a, b) = (
        |shape| between(0.4, 0.8, shape),
        |shape| between(1.0, 2.0, shape),
    );
    map(
        "a − b·⌊a/b⌋, with the sign of b",
        program!(|a, b| a.try_rem(b)),
        a,
        b,
    )
    .also("of different signs", [between(-0.8, -0.4, [3]), b([3].into())])
    .also("more than once", [between(4.6, 5.2, [3]), between(1.9, 2.05, [3])])
    .refuses(
        |tape| misfits(tape).0.try_rem(&misfits(tape).1),
        "rem: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn xlogy() -> Entry {
    let b = |shape| between(0.3, 3.0, shape);
    map(
        "a·ln b, and 0 for a = 0",
        program!(|a, b| a.xlogy(b)),
        normal,
        b,
    )
    .refuses(
        |tape| misfits(tape).0.xlogy(&misfits(tape).1),
        "xlogy: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn copysign() -> Entry {
    let side = |shape| clear_of(&[0.0], shape);
    map(
        "|a| with the sign of b",
        program!(|a, b| a.copysign(b)),
        side,
        side,
    )
    .refuses(
        |tape| misfits(tape).0.copysign(&misfits(tape).1),
        "copysign: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

/// A mask of this shape, with `true` and `false` in turn.
fn mask(shape: impl Into<Shape>) -> Tensor<bool> {
    let shape = shape.into();
    let values: Vec<bool> = (0..shape.elements()).map(|i| i % 2 == 0).collect();
    Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
}

pub(super) fn where_() -> Entry {
    let choose = |mask: Tensor<bool>| program!([mask: Tensor<bool>] |a, b| a.where_(mask, b));
    Entry::new("a where the mask holds, b elsewhere; the three shapes broadcast")
        .large(choose(mask([3001])), [normal([80, 3001]), normal([80, 1])])
        .case(
            "one shape",
            choose(mask([2, 3])),
            [normal([2, 3]), normal([2, 3])],
        ).options("{}").given("mask", mask([2, 3]))
        .also("broadcast operands", [normal([3]), normal([2, 1])])
        .also("rank 0", [normal(()), normal(())])
        .case(
            "broadcast mask",
            choose(mask([2, 1])),
            [normal([2, 3]), normal([1, 3])],
        ).options("{}").given("mask", mask([2, 1]))
        .case("all rank 0", choose(mask(())), [normal(()), normal(())]).options("{}").given("mask", mask(()))
        .case(
            "nothing",
            choose(mask([0, 3])),
            [normal([0, 3]), normal([3])],
        ).options("{}").given("mask", mask([0, 3]))
        .refuses(
            |tape| misfits(tape).0.where_(&mask([2, 3]), &misfits(tape).1),
            "where_: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
        )
        .refuses(
            |tape| misfits(tape).0.where_(&mask([2]), &misfits(tape).0),
            "where_: shapes [2] and [2, 3] don't broadcast: axis 1 from the end has sizes 2 and 3; expected equal sizes or a 1",
        )
}
