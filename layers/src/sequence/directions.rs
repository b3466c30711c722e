//! The directions that the features of linear attention look along.

use crate::Module;
use crate::config::Initializer;
use crate::parameters::drawn_param;
use crate::random_features::orthogonal_normal_rows;
use etude_autograd::{Buffer, Param, Tape, Var, Visitor, VisitorMut};
use etude_tensor::{Error, Float, Result, Rng, Tensor};

/// A matrix `[d, r]` for each head, whose columns features look along: `[heads, d, r]`.
#[derive(Clone, Debug)]
pub enum Directions<T: Float = f32> {
    /// Learned, from standard normal numbers.
    Trained(Param<T>),
    /// Orthogonal and random; they stay as they were drawn.
    Random(Buffer<T>),
    /// None, where the kernel is computed without features.
    None,
}

impl<T: Float> Directions<T> {
    pub(super) fn trained(shape: [usize; 3], trainable: bool, rng: &mut Rng) -> Result<Self> {
        let normal = Initializer::Normal;
        let projection = drawn_param("projection", normal, &shape, trainable, rng)?;
        Ok(Directions::Trained(projection))
    }

    pub(super) fn random(shape: [usize; 3], rng: &mut Rng) -> Result<Self> {
        Ok(Directions::Random(Buffer::new(draw(shape, rng)?)))
    }

    /// On a tape.
    pub(super) fn on(&self, tape: &Tape<T>) -> Result<Option<Var<T>>> {
        match self {
            Directions::Trained(projection) => tape.param(projection).map(Some),
            Directions::Random(projection) => tape.buffer(projection).map(|p| Some(tape.input(p))),
            Directions::None => Ok(None),
        }
    }

    pub(super) fn redraw(&mut self, who: &str, rng: &mut Rng) -> Result<()> {
        let Directions::Random(projection) = self else {
            let message =
                "has no random features to redraw; kernel_approximation 'random_features' has";
            return Err(Error::state(who, message));
        };
        let &[heads, width, rank] = projection.value()?.shape() else {
            unreachable!("built with three axes")
        };
        projection.set(draw([heads, width, rank], rng)?)
    }
}

/// Orthogonal columns, each as long as a standard normal vector.
fn draw<T: Float>([heads, width, rank]: [usize; 3], rng: &mut Rng) -> Result<Tensor<T>> {
    let rows = orthogonal_normal_rows(heads, rank, width, rng)?;
    rows.transpose(1, 2)?.contiguous().cast()
}

impl<T: Float> Module<T> for Directions<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        match self {
            Directions::Trained(projection) => projection.visit(visitor),
            Directions::Random(projection) => projection.visit(visitor),
            Directions::None => {}
        }
    }

    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        match self {
            Directions::Trained(projection) => projection.visit_mut(visitor),
            Directions::Random(projection) => projection.visit_mut(visitor),
            Directions::None => {}
        }
    }
}
