//! Sums over products, by labels.

use super::matrix;
use crate::testing::{Entry, normal};
use crate::{Var, program};

pub(super) fn einsum() -> Entry {
    let two = |expression: &'static str| program!([expression: &'static str] |a, b| Var::einsum(expression, &[a, b]));
    Entry::new("the sum over products that an expression writes down")
        .large(two("bij,bkj->bik"), [normal([4, 60, 70]), normal([4, 50, 70])])
        .case("matrices", two("ij,jk->ki"), [normal([2, 3]), normal([3, 2])]).options(r#"{"expression": "ij,jk->ki"}"#)
        .also("nothing", [normal([2, 0]), normal([0, 2])])
        .case("batches", two("b...i,bi...->b..."), [normal([2, 1, 2]), normal([2, 2, 3])]).options(r#"{"expression": "b...i,bi...->b..."}"#)
        .case("element by element", two("ij,ij->ij"), [normal([2, 1]), normal([2, 3])]).options(r#"{"expression": "ij,ij->ij"}"#)
        .case("a diagonal", program!(|a| Var::einsum("iij->ji", &[a])), [normal([2, 2, 3])]).options(r#"{"expression": "iij->ji"}"#)
        .case(
            "three operands",
            program!(|a, b, c| Var::einsum("ij,jk,ik->k", &[a, b, c])),
            [normal([2, 3]), normal([3, 2]), normal([2, 2])],
        ).options(r#"{"expression": "ij,jk,ik->k"}"#)
        .case("rank 0", two(","), [normal(()), normal(())]).options(r#"{"expression": ","}"#)
        .refuses(
            |tape| Var::einsum("ij,jk", &[&matrix(tape), &matrix(tape)]),
            "einsum: 'ij,jk': 'j' has size 3 in operand 0 and 2 in operand 1; expected equal sizes or 1",
        )
        .refuses(
            |tape| Var::einsum("ij", &[&matrix(tape), &matrix(tape)]),
            "einsum: 'ij': names 1 operands, got 2",
        )
        .refuses(
            |tape| Var::einsum("i1->i", &[&matrix(tape)]),
            "einsum: 'i1->i': '1' in 'i1'; expected letters, at most one '...', ',' between operands and one '->'",
        )
        .refuses(
            |tape| Var::einsum("ij->ik", &[&matrix(tape)]),
            "einsum: 'ij->ik': 'k' of the result is in no operand",
        )
        .refuses(
            |tape| Var::einsum("ij->ii", &[&matrix(tape)]),
            "einsum: 'ij->ii': 'i' comes twice in the result",
        )
        .refuses(
            |tape| Var::einsum("ijk->i", &[&matrix(tape)]),
            "einsum: 'ijk->i': operand 0, 'ijk', has 3 letters for shape [2, 3]; expected 2, or an ellipsis '...'",
        )
}

pub(super) fn tensordot() -> Entry {
    Entry::new("the sum over products along pairs of axes")
        .case(
            "two pairs",
            program!(|a, b| a.tensordot(b, [1, -1], [1, 0])),
            [normal([2, 3, 2]), normal([2, 3, 1])],
        )
        .options(r#"{"axes": [[1, -1], [1, 0]]}"#)
        .case(
            "none",
            program!(|a, b| a.tensordot(b, [], [])),
            [normal(()), normal([0])],
        )
        .options(r#"{"axes": [[], []]}"#)
        .refuses(
            |tape| matrix(tape).tensordot(&matrix(tape), [0], [1]),
            "tensordot: axis 0 of [2, 3] with axis 1 of [2, 3]; expected equal sizes",
        )
        .refuses(
            |tape| matrix(tape).tensordot(&matrix(tape), [2], [1]),
            "tensordot: axis 2 is out of range for rank 2; expected -2 to 1",
        )
        .refuses(
            |tape| matrix(tape).tensordot(&matrix(tape), [0], [0, 1]),
            "tensordot: axes [0] and [0, 1]; expected as many of each",
        )
        .refuses(
            |tape| matrix(tape).tensordot(&matrix(tape), [0, -2], [0, 1]),
            "tensordot: axis -2 is named twice in [0, -2]",
        )
}

pub(super) fn outer() -> Entry {
    Entry::new("every product of two elements")
        .case(
            "vectors",
            program!(|a, b| a.outer(b)),
            [normal([2]), normal([3])],
        )
        .also("matrices", [normal([2, 1]), normal([1, 2])])
        .also("rank 0", [normal(()), normal([2])])
        .also("nothing", [normal([0]), normal([2])])
        .refuses(
            |tape| {
                let x = matrix(tape).broadcast_to([1 << 22, 2, 3])?;
                x.outer(&x)
            },
            "outer: a tensor of shape [4194304, 2, 3, 4194304, 2, 3] doesn't fit into memory",
        )
}

pub(super) fn kron() -> Entry {
    Entry::new("one tensor for each element of the other, multiplied by it")
        .case(
            "matrices",
            program!(|a, b| a.kron(b)),
            [normal([2, 1]), normal([2, 3])],
        )
        .also("of unequal rank", [normal([2]), normal([1, 2])])
        .also("rank 0", [normal(()), normal([2])])
        .also("nothing", [normal([0]), normal([2])])
        .refuses(
            |tape| {
                let x = matrix(tape).broadcast_to([1 << 22, 2, 3])?;
                x.kron(&x)
            },
            "kron: a tensor of shape [17592186044416, 4, 9] doesn't fit into memory",
        )
}
