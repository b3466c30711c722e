//! Logic on booleans, which are never tracked.

use crate::testing::Entry;
use etude_tensor::{Result, Tensor};

/// An entry of an operation on two masks.
fn connective(
    about: &'static str,
    connect: fn(&Tensor<bool>, &Tensor<bool>) -> Result<Tensor<bool>>,
    message: &'static str,
) -> Entry {
    let (a, b) = (Tensor::full([2, 3], true), Tensor::full([2], true));
    Entry::new(about).refuses(move |_| connect(&a, &b), message)
}

pub(super) fn and() -> Entry {
    connective(
        "whether both are true",
        Tensor::and,
        "and: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn or() -> Entry {
    connective(
        "whether at least one is true",
        Tensor::or,
        "or: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn xor() -> Entry {
    connective(
        "whether one is true and the other isn't",
        Tensor::xor,
        "xor: shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1",
    )
}

pub(super) fn not() -> Entry {
    Entry::new("whether it is false")
}
