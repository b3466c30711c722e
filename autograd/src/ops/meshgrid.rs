//! Coordinates of a grid.

use crate::Var;
use etude_tensor::{Float, Result, plan};

impl<T: Float> Var<T> {
    /// For each vector a variable with as many axes as there are vectors, which shows it along its own axis:
    /// `yₖ[i₀, …, iₙ] = xₖ[iₖ]`.
    ///
    /// Gradient: each vector gets the sum of its grid's gradient over all other axes.
    ///
    /// ```
    /// use etude_autograd::{Tape, Var};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let a = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let b = tape.var(Tensor::from([10.0, 20.0, 30.0]));
    /// let grid = Var::meshgrid(&[&a, &b])?;
    /// assert_eq!(grid[0].tensor(), &Tensor::from([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]));
    /// assert_eq!(grid[1].tensor(), &Tensor::from([[10.0, 20.0, 30.0], [10.0, 20.0, 30.0]]));
    /// let gradients = grid[0].try_mul(&grid[1])?.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&a)?.to_vec(), [60.0, 60.0]);
    /// assert_eq!(gradients.get(&b)?.to_vec(), [3.0, 3.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If one isn't a vector, or the grid is larger than memory.
    pub fn meshgrid(vectors: &[&Var<T>]) -> Result<Vec<Var<T>>> {
        let shapes: Vec<&[usize]> = vectors.iter().map(|x| x.shape()).collect();
        let grid = plan::grid_shape(&shapes, size_of::<T>())?;
        let one = |(axis, x): (usize, &&Var<T>)| {
            let mut alone = vec![1; grid.len()];
            alone[axis] = grid[axis];
            x.reshape(alone)?.broadcast_to(&grid)
        };
        vectors.iter().enumerate().map(one).collect()
    }
}
