//! Coordinates of a grid. Views.

use crate::{Element, Error, Result, Tensor};

impl<T: Element> Tensor<T> {
    /// For each vector a tensor with as many axes as there are vectors, which shows it along its own axis, `yₖ[i₀, …, iₙ] = xₖ[iₖ]`, as NumPy's
    /// `meshgrid` with `indexing="ij"`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (x, y) = (Tensor::from([1, 2_i64]), Tensor::from([3, 4, 5_i64]));
    /// let grid = Tensor::meshgrid(&[&x, &y])?;
    /// assert_eq!(grid[0], Tensor::from([[1, 1, 1], [2, 2, 2]]));
    /// assert_eq!(grid[1], Tensor::from([[3, 4, 5], [3, 4, 5]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If one isn't a vector, or the grid is larger than memory.
    pub fn meshgrid(vectors: &[&Self]) -> Result<Vec<Self>> {
        let shapes: Vec<&[usize]> = vectors.iter().map(|x| x.shape()).collect();
        let grid = grid_shape(&shapes, size_of::<T>())?;
        let one = |(axis, x): (usize, &&Self)| {
            let mut alone = vec![1; grid.len()];
            alone[axis] = grid[axis];
            x.reshape(alone)?.broadcast_to(&grid)
        };
        vectors.iter().enumerate().map(one).collect()
    }
}

/// The shape of the grid that vectors of these shapes span, with elements of so many bytes.
///
/// # Errors
/// If one isn't a vector, or the grid is larger than memory.
pub fn grid_shape(shapes: &[&[usize]], bytes: usize) -> Result<Vec<usize>> {
    if let Some((number, shape)) = shapes
        .iter()
        .enumerate()
        .find(|(_, shape)| shape.len() != 1)
    {
        return Err(Error::shape(
            "meshgrid",
            format!("tensor {number} has shape {shape:?}; expected vectors"),
        ));
    }
    let grid = shapes.concat();
    crate::Shape::fitting("meshgrid", grid.clone(), bytes)?;
    Ok(grid)
}
