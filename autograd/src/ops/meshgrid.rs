//! Coordinates of a grid.

use crate::Var;
use etude_tensor::{Float, Result, plan};

impl<T: Float> Var<T> {
    /// For each vector a variable with as many axes as there are vectors, which shows it along its own axis.
    ///
    /// # Errors
    /// If one isn't a vector, or the grid is larger than memory.
    pub fn meshgrid(vectors: &[&Var<T>]) -> Result<Vec<Var<T>>> {
        let shapes: Vec<&[usize]> = vectors.iter().map(|x| x.shape()).collect();
        let grid = plan::grid_shape(&shapes)?;
        let one = |(axis, x): (usize, &&Var<T>)| {
            let mut alone = vec![1; grid.len()];
            alone[axis] = grid[axis];
            x.reshape(alone)?.broadcast_to(&grid)
        };
        vectors.iter().enumerate().map(one).collect()
    }
}
