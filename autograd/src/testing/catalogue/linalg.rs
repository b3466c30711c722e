//! Factors, solutions and spectra of small matrices.

use super::matrix;
use crate::testing::{Entry, diagonal, normal};
use crate::{Var, program};
use etude_tensor::Tensor;

pub(super) fn cholesky() -> Entry {
    Entry::new("the lower triangular L with L·Lᵀ = (A + Aᵀ)/2")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case(
            "two",
            program!(|x| x.cholesky()),
            [diagonal(7.0, [2, 3, 3])],
        )
        .also("one by one", [diagonal(7.0, [1, 1])])
        .also("nothing", [normal([0, 2, 2])])
        .refuses(
            |tape| matrix(tape).cholesky(),
            "cholesky: shape [2, 3]; expected square matrices",
        )
        .refuses(
            |tape| tape.scalar(-1.0).reshape([1, 1])?.cholesky(),
            "cholesky: matrix 0 isn't positive definite: pivot 0 is -1",
        )
}

pub(super) fn solve() -> Entry {
    let square = |shape: &[usize]| diagonal(6.0, shape);
    Entry::new("X with A·X = B")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case(
            "matrices",
            program!(|a, b| a.solve(b)),
            [square(&[3, 3]), normal([3, 2])],
        )
        .also("a vector", [square(&[2, 2, 2]), normal([2])])
        .also(
            "leading axes broadcast",
            [square(&[2, 2]), normal([2, 2, 1])],
        )
        .also("one by one", [square(&[1, 1]), normal([1, 1])])
        .also("nothing", [square(&[2, 2]), normal([0, 2, 1])])
        .refuses(
            |tape| matrix(tape).solve(&matrix(tape)),
            "solve: shape [2, 3]; expected square matrices",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::ones([2, 2]))
                    .solve(&tape.var(Tensor::ones([2])))
            },
            "solve: matrix 0 is singular: column 1 depends on those before it",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([2, 2])).solve(&tape.var(Tensor::ones([3]))),
            "solve: matrices [2, 2] and a right side [3, 1]; expected 2 rows",
        )
        .refuses(
            |tape| tape.var(Tensor::ones([2, 2])).solve(&tape.scalar(1.0)),
            "solve: matrices [2, 2] and a right side []; expected [..., n, n] and [..., n, k] or [n]",
        )
}

pub(super) fn triangular_solve() -> Entry {
    let solve = |upper: bool| program!([upper: bool] |a, b| a.triangular_solve(b, *upper));
    let square = |shape: &[usize]| diagonal(4.0, shape);
    Entry::new("X with A·X = B for triangular A, of which the other triangle isn't read")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case("lower", solve(false), [square(&[3, 3]), normal([3, 2])])
        .options(r#"{"upper": false}"#)
        .also("one by one", [square(&[1, 1]), normal([1])])
        .case("upper", solve(true), [square(&[2, 2, 2]), normal([2, 1])])
        .options(r#"{"upper": true}"#)
        .also("nothing", [square(&[2, 2]), normal([0, 2, 1])])
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 1])).triangular_solve(&tape.var(Tensor::ones([1])), true),
            "triangular_solve: matrix 0 is singular: 0 at (0, 0)",
        )
        .refuses(
            |tape| matrix(tape).triangular_solve(&tape.scalar(1.0), true),
            "triangular_solve: matrices [2, 3] and a right side []; expected [..., n, n] and [..., n, k] or [n]",
        )
}

pub(super) fn inverse() -> Entry {
    Entry::new("A⁻¹")
        .needs_an_axis()
        .case("two", program!(|a| a.inverse()), [diagonal(6.0, [2, 3, 3])])
        .also("one by one", [diagonal(6.0, [1, 1])])
        .also("nothing", [normal([0, 2, 2])])
        .refuses(
            |tape| tape.var(Tensor::ones([2, 2])).inverse(),
            "inverse: matrix 0 is singular: column 1 depends on those before it",
        )
        .refuses(
            |tape| matrix(tape).inverse(),
            "inverse: shape [2, 3]; expected square matrices",
        )
}

pub(super) fn determinant() -> Entry {
    Entry::new("det A")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case(
            "two",
            program!(|a| a.determinant()),
            [diagonal(5.0, [2, 3, 3])],
        )
        .also("one by one", [diagonal(5.0, [1, 1])])
        .also("nothing", [normal([0, 2, 2])])
        .refuses(
            |tape| matrix(tape).determinant(),
            "determinant: shape [2, 3]; expected square matrices",
        )
}

pub(super) fn qr() -> Entry {
    // Far enough from dependent columns for differences.
    let square = |shape: &[usize]| diagonal(5.0, shape);
    let side_by_side = program!(|x| {
        let (q, r) = x.qr()?;
        Var::concat(&[q, r], -1)
    });
    Entry::new("Q with orthonormal columns and upper triangular R with Q·R = A")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case("square", side_by_side, [square(&[2, 3, 3])])
        .also("one by one", [square(&[1, 1])])
        .also("wide", [square(&[2, 3])])
        .also("nothing", [normal([0, 2, 2])])
        .case(
            "tall",
            program!(|x| {
                let (q, r) = x.qr()?;
                Var::concat(&[q, r], -2)
            }),
            [square(&[4, 2])],
        )
        .case("R alone", program!(|x| Ok(x.qr()?.1)), [square(&[3, 2])])
        .options(r#"{"result": 1}"#)
        .refuses(
            |tape| tape.var(Tensor::ones([3])).qr(),
            "qr: shape [3]; expected at least two axes, [..., rows, columns]",
        )
}

pub(super) fn eigh() -> Entry {
    // Eigenvalues near 0, 6, 12, …, hence well apart.
    let both = program!(|x| {
        let n = x.shape()[x.rank() - 1];
        let apart = Tensor::arange(0.0, 6.0 * n as f64, 6.0)?
            .cast()?
            .diag_embed(0)?;
        let (values, vectors) = x.mul_scalar(0.5)?.try_add(&x.tape().input(apart))?.eigh()?;
        vectors.try_mul(&values.unsqueeze(-2)?)?.try_add(&vectors)
    });
    Entry::new("the eigenvalues and eigenvectors of (A + Aᵀ)/2")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case("both", both, [normal([2, 3, 3])])
        .also("one by one", [normal([1, 1])])
        .also("nothing", [normal([0, 2, 2])])
        .case(
            "values alone",
            program!(|x| Ok(x.eigh()?.0)),
            [normal([2, 2])],
        )
        .options(r#"{"result": 0}"#)
        .refuses(
            |tape| matrix(tape).eigh(),
            "eigh: shape [2, 3]; expected square matrices",
        )
}

pub(super) fn svd() -> Entry {
    // Singular values near 3, 6, 9, …, hence well apart and clear of 0.
    let all = program!(|x| {
        let (m, n) = (x.shape()[x.rank() - 2], x.shape()[x.rank() - 1]);
        let k = m.max(n);
        let apart = Tensor::arange(3.0, 3.0 * (k + 1) as f64, 3.0)?
            .cast()?
            .diag_embed(0)?;
        let apart = x.tape().input(apart.narrow(0, 0, m)?.narrow(1, 0, n)?);
        let (u, s, vt) = x.mul_scalar(0.25)?.try_add(&apart)?.svd()?;
        let y = u
            .sum(-2)?
            .try_mul(&s)?
            .try_add(&vt.transpose(-2, -1)?.sum(-2)?)?;
        y.try_add(&u.narrow(-2, 0, 1)?.squeeze(-2)?)
    });
    Entry::new("U, S and Vᵀ with U·diag(S)·Vᵀ = A")
        .never_large("its loops are the same at every size, and on one thread")
        .needs_an_axis()
        .case("square", all, [normal([2, 2, 2])])
        .also("tall", [normal([3, 2])])
        .also("wide", [normal([2, 3])])
        .also("one by one", [normal([1, 1])])
        .also("nothing", [normal([0, 2, 2])])
        .case(
            "values alone",
            program!(|x| Ok(x.svd()?.1)),
            [diagonal(5.0, [2, 3])],
        )
        .options(r#"{"result": 1}"#)
        .refuses(
            |tape| tape.var(Tensor::ones([3])).svd(),
            "svd: shape [3]; expected at least two axes, [..., rows, columns]",
        )
}
