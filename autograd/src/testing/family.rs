//! Operations that take any shapes of a kind, so that proptest can draw them.

use super::catalogue::entry;
use super::strategies::{broadcastable, multipliable, shapes, shapes_from};
use super::{AnyProgram, Domain, Input};
use crate::{Kind, Op, program};
use etude_tensor::{Axes, Slice};
use proptest::prelude::*;
use std::sync::Arc;

/// What shapes an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// One input of any shape, element by element.
    Elementwise,
    /// Two inputs that broadcast.
    Broadcast,
    /// One input, some of whose axes are reduced; the options choose which, and whether they are kept.
    Reduction,
    /// One input of at least one axis, along or around which it works; the options choose which.
    Shape,
    /// Two inputs with an inner size in common, or any at all.
    Product,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 5] = [
        Family::Elementwise,
        Family::Broadcast,
        Family::Reduction,
        Family::Shape,
        Family::Product,
    ];

    /// The family of an operation, if it has one.
    pub fn of(op: Op) -> Option<Self> {
        match op {
            Op::Max
            | Op::Min
            | Op::Sum
            | Op::Mean
            | Op::Prod
            | Op::Var
            | Op::Std
            | Op::Logsumexp
            | Op::Norm
            | Op::Median => Some(Family::Reduction),
            Op::Transpose
            | Op::Permute
            | Op::Reshape
            | Op::Flatten
            | Op::Flip
            | Op::Squeeze
            | Op::Unsqueeze
            | Op::Select
            | Op::Narrow
            | Op::Slice
            | Op::Roll
            | Op::Repeat
            | Op::Tile
            | Op::BroadcastTo
            | Op::Pad
            | Op::Concat
            | Op::Stack
            | Op::IndexSelect
            | Op::Cumsum
            | Op::Softmax
            | Op::LogSoftmax => Some(Family::Shape),
            Op::Matmul | Op::Outer | Op::Kron => Some(Family::Product),
            _ => Family::by_entry(op),
        }
    }

    /// Whether the catalogue has the operation at rank 0, as a call without options: it then takes any shape.
    fn by_entry(op: Op) -> Option<Self> {
        if matches!(op.kind(), Kind::Plain | Kind::Adjoint) {
            return None;
        }
        let entry = entry(op);
        let case = entry.cases.first()?;
        let is_bare = case.options_of(op) == Some("{}") && case.givens.is_empty();
        let is_bare = is_bare || matches!(op, Op::Clamp | Op::Polygamma);
        let is_scalar = |input: &Input| input.shape.is_empty();
        let any_shape = (entry.cases.iter()).any(|case| case.inputs.iter().all(is_scalar));
        match case.inputs.len() {
            1 if is_bare && any_shape => Some(Family::Elementwise),
            2 if is_bare && any_shape => Some(Family::Broadcast),
            _ => None,
        }
    }

    /// The domain of each input.
    pub(super) fn domains(self, op: Op) -> Vec<Domain> {
        let entry = entry(op);
        let case = entry.cases.first().expect("a family's entry has cases");
        case.inputs.iter().map(|input| input.domain).collect()
    }

    /// Shapes for the inputs of an operation of this family.
    pub(super) fn shapes(self, op: Op, rank: usize, size: usize) -> BoxedStrategy<Vec<Vec<usize>>> {
        let one = |shape| vec![shape];
        match self {
            Family::Elementwise => shapes(rank, size).prop_map(one).boxed(),
            Family::Broadcast => broadcastable(rank, size)
                .prop_map(|(a, b, _)| vec![a, b])
                .boxed(),
            // A sum of nothing is 0 and a product 1; the others have no value there, or an infinite one.
            Family::Reduction if matches!(op, Op::Sum | Op::Prod) => {
                shapes(rank, size).prop_map(one).boxed()
            }
            Family::Reduction => shapes_from(0, rank, 1, size).prop_map(one).boxed(),
            Family::Shape if matches!(op, Op::Concat | Op::Stack) => shapes_from(1, rank, 0, size)
                .prop_map(|shape| vec![shape.clone(), shape])
                .boxed(),
            Family::Shape => shapes_from(1, rank, 1, size).prop_map(one).boxed(),
            Family::Product if op == Op::Matmul => multipliable(rank, size)
                .prop_map(|(a, b)| vec![a, b])
                .boxed(),
            Family::Product => (shapes_from(0, 2, 1, 2), shapes_from(0, 2, 1, 2))
                .prop_map(|(a, b)| vec![a, b])
                .boxed(),
        }
    }

    /// The operation on inputs of these shapes.
    pub(super) fn program(self, op: Op, shapes: &[&[usize]], option: usize) -> Arc<dyn AnyProgram> {
        match self {
            Family::Elementwise | Family::Broadcast | Family::Product => {
                let case = entry(op).cases.swap_remove(0);
                case.program
            }
            Family::Reduction => reduction(op, shapes[0].len(), option),
            Family::Shape => moved(op, shapes[0], option),
        }
    }
}

/// A reduction over the axes whose bits are set in `option`, kept if its bit behind those is.
fn reduction(op: Op, rank: usize, option: usize) -> Arc<dyn AnyProgram> {
    let chosen: Vec<isize> = (0..rank)
        .filter(|axis| option >> axis & 1 == 1)
        .map(|axis| axis as isize)
        .collect();
    let axes = if option >> rank & 1 == 1 {
        Axes::from(chosen).keepdims()
    } else {
        Axes::from(chosen)
    };
    match op {
        Op::Sum => Arc::new(program!([axes: Axes] |x| x.sum(axes))),
        Op::Mean => Arc::new(program!([axes: Axes] |x| x.mean(axes))),
        Op::Prod => Arc::new(program!([axes: Axes] |x| x.prod(axes))),
        Op::Max => Arc::new(program!([axes: Axes] |x| x.max(axes))),
        Op::Min => Arc::new(program!([axes: Axes] |x| x.min(axes))),
        Op::Var => Arc::new(program!([axes: Axes] |x| x.var(axes, 0))),
        Op::Std => Arc::new(program!([axes: Axes] |x| x.std(axes, 0))),
        Op::Logsumexp => Arc::new(program!([axes: Axes] |x| x.logsumexp(axes))),
        Op::Norm => Arc::new(program!([axes: Axes] |x| x.norm(2.0, axes))),
        Op::Median => Arc::new(program!([axes: Axes] |x| x.median(axes))),
        _ => unreachable!("{op:?} is no reduction"),
    }
}

/// An operation along or around an axis that `option` chooses.
fn moved(op: Op, shape: &[usize], option: usize) -> Arc<dyn AnyProgram> {
    let (rank, shape) = (shape.len() as isize, shape.to_vec());
    let axis = option as isize % rank; // counted from the front or, in every second option, from the end
    let axis = if (option / 2).is_multiple_of(2) {
        axis
    } else {
        axis - rank
    };
    let size = shape[(axis + rank) as usize % shape.len()];
    let more = option / 4;
    match op {
        Op::Transpose => Arc::new(program!([axis: isize] |x| x.transpose(0, *axis))),
        Op::Permute => {
            let turned: Vec<isize> = (0..rank)
                .map(|place| (place + option as isize) % rank)
                .collect();
            Arc::new(program!([turned: Vec<isize>] |x| x.permute(turned)))
        }
        Op::Reshape => {
            let count: usize = shape.iter().product();
            let sizes = if more.is_multiple_of(2) {
                vec![count]
            } else {
                vec![1, count, 1]
            };
            Arc::new(program!([sizes: Vec<usize>] |x| x.reshape(&sizes[..])))
        }
        Op::Flatten => Arc::new(program!([axis: isize] |x| x.flatten(*axis, -1))),
        Op::Flip => Arc::new(program!([axis: isize] |x| x.flip(*axis))),
        Op::Squeeze => Arc::new(program!([axis: isize] |x| x.narrow(*axis, 0, 1)?.squeeze(*axis))),
        Op::Unsqueeze => Arc::new(program!([axis: isize] |x| x.unsqueeze(*axis))),
        Op::Select => {
            let index = (more % size) as isize;
            Arc::new(program!([axis: isize, index: isize] |x| x.select(*axis, *index)))
        }
        Op::Narrow => {
            let start = more % size;
            let length = size - start;
            Arc::new(
                program!([axis: isize, start: usize, length: usize] |x| x.narrow(*axis, *start, *length)),
            )
        }
        Op::Slice => {
            let slice = Slice::from(..).step([-1, 2, -2, 1][more % 4]);
            Arc::new(program!([axis: isize, slice: Slice] |x| x.slice(*axis, *slice)))
        }
        Op::Roll => {
            let shift = more as isize - 3;
            Arc::new(program!([axis: isize, shift: isize] |x| x.roll(*shift, *axis)))
        }
        Op::Repeat => {
            let times = more % 3;
            Arc::new(program!([axis: isize, times: usize] |x| x.repeat(*times, *axis)))
        }
        Op::Tile => {
            let times = vec![more % 3; shape.len()];
            Arc::new(program!([times: Vec<usize>] |x| x.tile(times)))
        }
        Op::BroadcastTo => {
            let wider = [&[more % 3][..], &shape].concat();
            Arc::new(program!([wider: Vec<usize>] |x| x.broadcast_to(&wider[..])))
        }
        Op::Pad => {
            let border = vec![(more % 2, more % 3); shape.len()];
            Arc::new(program!([border: Vec<(usize, usize)>] |x| x.pad(border, 0.5)))
        }
        Op::Concat => Arc::new(program!([axis: isize] |a, b| crate::Var::concat(&[a, b], *axis))),
        Op::Stack => Arc::new(program!([axis: isize] |a, b| crate::Var::stack(&[a, b], *axis))),
        Op::IndexSelect => {
            let last = size as i64 - 1;
            Arc::new(program!([axis: isize, last: i64] |x| {
                x.index_select(*axis, &etude_tensor::Tensor::from([*last, 0, *last]))
            }))
        }
        Op::Cumsum => Arc::new(program!([axis: isize] |x| x.cumsum(*axis))),
        Op::Softmax => Arc::new(program!([axis: isize] |x| x.softmax(*axis))),
        Op::LogSoftmax => Arc::new(program!([axis: isize] |x| x.log_softmax(*axis))),
        _ => unreachable!("{op:?} works on no axis"),
    }
}
