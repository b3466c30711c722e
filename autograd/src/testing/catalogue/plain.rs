//! What has left the tape: indices, masks and counts. There is nothing to differentiate, so these have plain cases, of which the checks
//! hold the values, to the bit.
//!
//! A [`Program`](crate::Program) gives its result as a variable, so these give theirs as a constant.

use super::binary::{PAIRS, misfits};
use super::matrix;
use crate::testing::{Entry, Layout, between, distinct, normal};
use crate::{Program, Var, program};
use etude_tensor::{Axes, Element, Float, Result, Tensor};

/// The result of an operation on `x`, as a constant of its tape: `true` is 1.
fn constant<T: Float, E: Element>(x: &Var<T>, result: &Tensor<E>) -> Result<Var<T>> {
    Ok(x.tape().input(result.cast()?))
}

/// These numbers, computed from `x`, where `x` has its own in memory; `gap` stands between them. What is computed lies plainly otherwise, and
/// the check of layouts would try but one.
fn lying_as<T: Float, E: Element>(x: &Var<T>, numbers: &Tensor<E>, gap: E) -> Result<Tensor<E>> {
    for layout in Layout::ALL {
        let laid = layout.with_gap(numbers, gap)?;
        if laid.strides() == x.tensor().strides() {
            return Ok(laid);
        }
    }
    Ok(numbers.clone())
}

/// Where `x` is above 0.
fn mask<T: Float>(x: &Var<T>) -> Result<Tensor<bool>> {
    lying_as(x, &x.greater(0.0)?, true)
}

/// `x`, rounded down: numbers of which some are equal.
fn whole<T: Float>(x: &Var<T>) -> Result<Tensor<T>> {
    lying_as(x, &x.tensor().floor(), T::from_f64(f64::NAN))
}

/// `x`, rounded down, as integers.
fn integers<T: Float>(x: &Var<T>) -> Result<Tensor<i64>> {
    lying_as(x, &x.tensor().floor().cast()?, -1)
}

/// An entry of a reduction, with a case for each kind of axes.
fn reduction<P: Program + Send + Sync + 'static>(
    about: &'static str,
    over: impl Fn(Axes) -> P,
) -> Entry {
    Entry::new(about)
        .plain("last axis", over(1.into()), [distinct([3, 4])])
        .plain("first axis", over(0.into()), [distinct([3, 1, 2])])
        .plain("outer axes", over([0, -1].into()), [distinct([2, 3, 2])])
        .plain(
            "last axis kept",
            over(Axes::from(-1).keepdims()),
            [distinct([2, 3])],
        )
        .plain("rank 0", over((..).into()), [distinct(())])
        .plain("nothing", over(0.into()), [distinct([2, 0])])
        .plain("many", over(1.into()), [distinct([40, 3001])])
        .plain("many at once", over((..).into()), [distinct([40, 3001])])
}

pub(super) fn argmax() -> Entry {
    reduction(
        "where the largest element over axes is: the first of equal ones",
        |axes| program!([axes: Axes] |x| constant(x, &x.argmax(axes)?)),
    )
    .refuses(
        |tape| matrix(tape).argmax(2),
        "argmax: axis 2 is out of range for rank 2; expected -2 to 1",
    )
    .refuses(
        |tape| matrix(tape).argmax([0, -2]),
        "argmax: axis -2 is named twice in [0, -2]",
    )
    .refuses(
        |tape| tape.var(Tensor::zeros([0, 2])).argmax(0),
        "argmax: no elements along the axes of shape [0, 2]; expected at least one",
    )
}

pub(super) fn argmin() -> Entry {
    reduction(
        "where the smallest element over axes is: the first of equal ones",
        |axes| program!([axes: Axes] |x| constant(x, &x.argmin(axes)?)),
    )
    .refuses(
        |tape| matrix(tape).argmin(2),
        "argmin: axis 2 is out of range for rank 2; expected -2 to 1",
    )
    .refuses(
        |tape| matrix(tape).argmin([0, -2]),
        "argmin: axis -2 is named twice in [0, -2]",
    )
    .refuses(
        |tape| tape.var(Tensor::zeros([0, 2])).argmin(0),
        "argmin: no elements along the axes of shape [0, 2]; expected at least one",
    )
}

pub(super) fn any() -> Entry {
    reduction(
        "whether any element over axes is true",
        |axes| program!([axes: Axes] |x| constant(x, &mask(x)?.any(axes)?)),
    )
    .refuses(
        |_| Tensor::full([2, 3], true).any(2),
        "any: axis 2 is out of range for rank 2; expected -2 to 1",
    )
    .refuses(
        |_| Tensor::full([2, 3], true).any([0, -2]),
        "any: axis -2 is named twice in [0, -2]",
    )
}

pub(super) fn all() -> Entry {
    reduction(
        "whether all elements over axes are true",
        |axes| program!([axes: Axes] |x| constant(x, &mask(x)?.all(axes)?)),
    )
    .refuses(
        |_| Tensor::full([2, 3], true).all(2),
        "all: axis 2 is out of range for rank 2; expected -2 to 1",
    )
    .refuses(
        |_| Tensor::full([2, 3], true).all([0, -2]),
        "all: axis -2 is named twice in [0, -2]",
    )
}

pub(super) fn argsort() -> Entry {
    let order = |axis: isize, descending: bool| program!([axis: isize, descending: bool] |x| constant(x, &x.argsort(*axis, *descending)?));
    Entry::new("the positions that put the elements along an axis in order; equal ones keep theirs")
        .needs_an_axis()
        .plain("last axis", order(-1, false), [distinct([2, 4])])
        .plain("descending", order(0, true), [distinct([4, 3])])
        .plain("one", order(0, false), [distinct([1])])
        .plain("nothing", order(1, false), [distinct([0, 2])])
        .plain("many", order(1, false), [distinct([30, 1001])])
        .refuses(
            |tape| matrix(tape).argsort(2, false),
            "argsort: axis 2 is out of range for rank 2; expected -2 to 1",
        )
}

pub(super) fn unique() -> Entry {
    let found = program!(|x| {
        let (numbers, fractions) = (whole(x)?.unique(), x.tensor().unique());
        let mut parts = Vec::new();
        for found in [numbers, fractions] {
            let count = found.inverse.elements();
            parts.extend([
                found.values,
                found.inverse.reshape([count])?.cast()?,
                found.counts.cast()?,
            ]);
        }
        Ok(x.tape().input(Tensor::concat(&parts, 0)?))
    });
    Entry::new("the distinct elements, where they are and how often")
        .plain("several axes", found.clone(), [normal([2, 3, 2])])
        .plain("rank 0", found.clone(), [normal(())])
        .plain("one", found.clone(), [normal([1, 1])])
        .plain("nothing", found.clone(), [normal([2, 0])])
        .plain("many", found, [normal([20, 301])])
        .never_refuses("any elements can be counted")
}

pub(super) fn bincount() -> Entry {
    let count =
        |length: usize| program!([length: usize] |x| constant(x, &integers(x)?.bincount(*length)?));
    let numbers = |shape: &[usize]| [between(0.0, 4.9, shape)];
    Entry::new("how often each number from 0 on is there")
        .plain("several axes", count(0), numbers(&[2, 4]))
        .plain("with more bins than numbers", count(7), numbers(&[5]))
        .plain("rank 0", count(0), numbers(&[]))
        .plain("one", count(0), numbers(&[1]))
        .plain("nothing", count(2), numbers(&[0, 3]))
        .plain("many", count(0), numbers(&[40, 1001]))
        .refuses(
            |_| Tensor::from([-1_i64]).bincount(0),
            "bincount: the number -1; expected none below 0",
        )
}

/// An entry of a function of two arguments, with a case for each way to broadcast.
fn pairwise(about: &'static str, program: impl Program + Clone + Send + Sync + 'static) -> Entry {
    let pairs = PAIRS
        .into_iter()
        .chain([("many", &[40, 1001][..], &[1001][..])]);
    pairs.fold(Entry::new(about), |entry, (label, left, right)| {
        entry.plain(label, program.clone(), [normal(left), normal(right)])
    })
}

/// A comparison; between numbers of which some are equal.
macro_rules! comparison {
    ($name:ident, $about:literal) => {
        pub(super) fn $name() -> Entry {
            let compare = program!(|a, b| constant(a, &a.tape().input(whole(a)?).$name(&whole(b)?)?));
            pairwise($about, compare).refuses(
                |tape| misfits(tape).0.$name(&misfits(tape).1),
                concat!(
                    stringify!($name),
                    ": shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1"
                ),
            )
        }
    };
}

comparison!(equal, "whether a = b");
comparison!(not_equal, "whether a ≠ b");
comparison!(less, "whether a < b");
comparison!(less_equal, "whether a ≤ b");
comparison!(greater, "whether a > b");
comparison!(greater_equal, "whether a ≥ b");

/// Logic on two masks.
macro_rules! connective {
    ($name:ident, $about:literal) => {
        pub(super) fn $name() -> Entry {
            let connect = program!(|a, b| constant(a, &mask(a)?.$name(&mask(b)?)?));
            pairwise($about, connect).refuses(
                |_| Tensor::full([2, 3], true).$name(&Tensor::full([2], true)),
                concat!(
                    stringify!($name),
                    ": shapes [2, 3] and [2] don't broadcast: axis 1 from the end has sizes 3 and 2; expected equal sizes or a 1"
                ),
            )
        }
    };
}

connective!(and, "whether both are true");
connective!(or, "whether at least one is true");
connective!(xor, "whether one is true and the other isn't");

pub(super) fn not() -> Entry {
    let not = program!(|x| constant(x, &mask(x)?.not()));
    Entry::new("whether it is false")
        .plain("several axes", not.clone(), [normal([2, 3])])
        .plain("rank 0", not.clone(), [normal(())])
        .plain("one", not.clone(), [normal([1])])
        .plain("nothing", not.clone(), [normal([0, 2])])
        .plain("many", not, [normal([40, 1001])])
        .never_refuses("any mask has its opposite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tape;

    #[test]
    fn masks_and_integers_lie_as_the_numbers_do() -> Result<()> {
        let x = Tensor::from([[0.5, -1.5, 2.5], [-0.5, 1.5, 0.5]]);
        for layout in Layout::ALL {
            let x = Tape::<f64>::new().input(layout.of(&x)?);
            let strides = x.tensor().strides();
            let values = x.tensor().to_vec();
            let (mask, integers) = (mask(&x)?, integers(&x)?);
            assert_eq!(
                (mask.strides(), integers.strides()),
                (strides.clone(), strides)
            );
            let above: Vec<bool> = values.iter().map(|&x| x > 0.0).collect();
            let floors: Vec<i64> = values.iter().map(|x| x.floor() as i64).collect();
            assert_eq!((mask.to_vec(), integers.to_vec()), (above, floors));
        }
        Ok(())
    }
}
