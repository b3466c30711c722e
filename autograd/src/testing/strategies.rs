//! What proptest draws tensors from: shapes, pairs that broadcast, views with any strides, values clear of kinks.
//!
//! ```
//! use etude_autograd::gradcheck;
//! use etude_autograd::testing::strategies::{clear_of, shapes, tensors};
//! use proptest::prelude::*;
//!
//! proptest!(ProptestConfig::with_cases(20), |(x in tensors(shapes(3, 4), clear_of(&[0.0], 3.0)))| {
//!     gradcheck(|x| x[0].relu(), &[x]).map_err(|err| TestCaseError::fail(err.to_string()))?;
//! });
//! ```

use super::Layout;
use etude_tensor::{Slice, Tensor};
use proptest::collection::vec;
use proptest::prelude::*;

/// Shapes of rank 0 to `rank`, with sizes from 0 to `size`. They shrink towards rank 0.
pub fn shapes(rank: usize, size: usize) -> impl Strategy<Value = Vec<usize>> {
    vec(0..=size, 0..=rank)
}

/// Shapes of rank `least_rank` to `rank`, with sizes from `least` to `size`.
pub fn shapes_from(
    least_rank: usize,
    rank: usize,
    least: usize,
    size: usize,
) -> impl Strategy<Value = Vec<usize>> {
    vec(least..=size, least_rank..=rank)
}

/// The shapes of two factors of a matrix product: vectors, matrices, and batches of at most `rank` axes that broadcast.
pub fn multipliable(rank: usize, size: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let batches = broadcastable(rank.saturating_sub(2), size);
    let one = || prop_oneof![5 => 1..=size, 1 => Just(0)];
    let sizes = [one(), one(), one()];
    let vectors = prop_oneof![
        Just((true, true)),
        Just((false, false)),
        any::<(bool, bool)>()
    ];
    (sizes, batches, vectors).prop_map(|([m, k, n], (left, right, _), (row, column))| {
        let a = if row {
            vec![k]
        } else {
            [&left[..], &[m, k]].concat()
        };
        let b = if column {
            vec![k]
        } else {
            [&right[..], &[k, n]].concat()
        };
        (a, b)
    })
}

/// How so many tensors lie in memory. They shrink towards [`Layout::Plain`].
pub fn layouts(count: usize) -> impl Strategy<Value = Vec<Layout>> {
    vec(proptest::sample::select(&Layout::ALL[..]), count)
}

/// Two shapes that broadcast together, and what they give: axes of size 1 on either side, fewer axes on either.
pub fn broadcastable(
    rank: usize,
    size: usize,
) -> impl Strategy<Value = (Vec<usize>, Vec<usize>, Vec<usize>)> {
    /// What becomes of an axis on one side.
    fn side(shape: &[usize], ones: &[bool], dropped: usize) -> Vec<usize> {
        let axes = shape.iter().zip(ones);
        let sizes = axes.map(|(&size, &one)| if one { 1 } else { size });
        sizes.skip(dropped).collect()
    }
    shapes(rank, size).prop_flat_map(|shape| {
        let axes = shape.len();
        let choice = (
            vec(any::<bool>(), axes),
            vec(any::<bool>(), axes),
            0..=axes,
            any::<bool>(),
        );
        (Just(shape), choice).prop_map(|(shape, (ones_a, ones_b, dropped, left))| {
            let (drop_a, drop_b) = if left { (dropped, 0) } else { (0, dropped) };
            let a = side(&shape, &ones_a, drop_a);
            let b = side(&shape, &ones_b, drop_b);
            let sizes = (0..shape.len()).map(|axis| {
                let size_on = |side: &[usize]| {
                    let missing = shape.len() - side.len();
                    axis.checked_sub(missing).map_or(1, |axis| side[axis])
                };
                match (size_on(&a), size_on(&b)) {
                    (1, b) => b,
                    (a, _) => a,
                }
            });
            let shape = sizes.collect();
            (a, b, shape)
        })
    })
}

/// Values from −`bound` to `bound`.
pub fn values(bound: f64) -> impl Strategy<Value = f64> + Clone {
    -bound..bound
}

/// Values from −`bound` to `bound` that stay 0.1 away from each of `kinks`.
pub fn clear_of(kinks: &'static [f64], bound: f64) -> impl Strategy<Value = f64> + Clone {
    let far = move |x: &f64| kinks.iter().all(|kink| (x - kink).abs() >= 0.1);
    (-bound..bound).prop_filter("too near to a kink", far)
}

/// Tensors of drawn shapes and drawn values, row-major.
pub fn tensors(
    shapes: impl Strategy<Value = Vec<usize>>,
    values: impl Strategy<Value = f64> + Clone,
) -> impl Strategy<Value = Tensor<f64>> {
    shapes.prop_flat_map(move |shape| {
        let count = shape.iter().product::<usize>();
        (Just(shape), vec(values.clone(), count)).prop_map(|(shape, values)| {
            Tensor::from_slice(shape, &values).expect("as many values as the shape has elements")
        })
    })
}

/// How a view looks at what it is made from.
#[derive(Clone, Debug)]
struct Look {
    transposed: bool,
    /// What is left of an axis: from where, and with which step.
    start: usize,
    step: isize,
    repeated: bool,
}

/// Views of drawn tensors: axes exchanged, slices with an offset and a step that may be negative, an axis of stride 0 in front.
pub fn views(tensors: impl Strategy<Value = Tensor<f64>>) -> impl Strategy<Value = Tensor<f64>> {
    let look = (
        any::<bool>(),
        0..3_usize,
        prop_oneof![-2..0_isize, 1..3_isize],
        any::<bool>(),
    )
        .prop_map(|(transposed, start, step, repeated)| Look {
            transposed,
            start,
            step,
            repeated,
        });
    (tensors, look).prop_map(|(x, look)| {
        let view = || {
            let mut x = x.clone();
            if look.transposed && x.rank() > 1 {
                x = x.transpose(0, -1)?;
            }
            if x.rank() > 0 {
                let start = look.start.min(x.shape()[0]) as isize;
                x = x.slice(0, Slice::from(start..).step(look.step))?;
            }
            if look.repeated {
                let shape = [&[2], x.shape()].concat();
                x = x.broadcast_to(shape)?;
            }
            Ok::<_, etude_tensor::Error>(x)
        };
        view().expect("every step fits the shape")
    })
}
