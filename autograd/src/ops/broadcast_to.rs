//! Broadcasting, as an operation of its own: so the rules of elementwise operations know nothing of shapes.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Shape};

/// The rule of [`Var::broadcast_to`].
struct BroadcastTo;

impl<T: Float> Rule<T> for BroadcastTo {
    fn name(&self) -> &'static str {
        "broadcast_to"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| sum_to(&gy, shape))
    }
}

impl<T: Float> Var<T> {
    /// A view of `x` with the given shape, in which new axes in front and axes of size 1 are repeated: `y[…, i, …] = x[…, 0, …]` along these.
    ///
    /// Gradient: `∂L/∂x` is the sum of `∂L/∂y` over all repetitions.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[1.0_f64], [2.0]]));
    /// let y = x.broadcast_to([2, 3])?;
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]));
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?, Tensor::from([[3.0], [3.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `x` doesn't broadcast to that shape, or memory has no room for so many elements: a view needs none of it, but almost everything that
    /// is done with one does.
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Result<Var<T>> {
        let y = self.tensor().broadcast_to(shape)?;
        self.tape().record(BroadcastTo, &[self], y, [])
    }
}

/// Sums `x` over the axes along which something of shape `shape` was repeated to give it its own.
fn sum_to<T: Float>(x: &Var<T>, shape: &Shape) -> Result<Var<T>> {
    let new_axes = x.rank() - shape.rank();
    let repeated = |axis: usize| axis < new_axes || shape[axis - new_axes] != x.shape()[axis];
    let axes: Vec<isize> = (0..x.rank())
        .filter(|&axis| repeated(axis))
        .map(|axis| axis as isize)
        .collect();
    x.sum(axes)?.reshape(shape.clone())
}

/// Runs an elementwise operation on operands that have been brought to one shape.
#[inline]
pub(crate) fn with_common_shape<T: Float>(
    operation: &str,
    a: &Var<T>,
    b: &Var<T>,
    f: impl FnOnce(&Var<T>, &Var<T>) -> Result<Var<T>>,
) -> Result<Var<T>> {
    let brought;
    let (a, b) = if a.tensor().same_shape(b.tensor()) {
        (a, b)
    } else {
        brought = brought_to_common_shape(operation, a, b)?;
        (&brought.0, &brought.1)
    };
    f(a, b)
}

/// Both operands with the shape that they broadcast to; one that has it already is itself.
fn brought_to_common_shape<T: Float>(
    operation: &str,
    a: &Var<T>,
    b: &Var<T>,
) -> Result<(Var<T>, Var<T>)> {
    let shape = Shape::broadcast(operation, a.shape(), b.shape())?;
    let brought = |var: &Var<T>| match var.tensor().has_shape(&shape) {
        true => Ok(var.clone()),
        false => var.broadcast_to(shape.clone()),
    };
    Ok((brought(a)?, brought(b)?))
}
