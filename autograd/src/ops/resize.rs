//! Another number of positions along axes.

use crate::Var;
use etude_tensor::plan::Between;
use etude_tensor::{Float, Interpolation, Result};

impl<T: Float> Var<T> {
    /// With other numbers of positions along some axes, `sizes` being pairs (axis, positions). Each new position looks at the
    /// nearest or at the two nearest old ones: axis by axis, from n to m positions, `y[i] = x[⌊p⌋] + (p − ⌊p⌋)·(x[⌊p⌋ + 1] − x[⌊p⌋])` with
    /// `p = (i + ½)·n/m − ½`, or `p = i·(n − 1)/(m − 1)` with aligned corners, or the nearest `y[i] = x[⌊i·n/m⌋]`.
    ///
    /// Gradient: `∂L/∂y` goes to the elements that were looked at, in the shares in which they were mixed.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Interpolation, Tensor};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 3.0]));
    /// let y = x.resize([(0, 4)], Interpolation::Linear)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 1.5, 2.5, 3.0]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 10.0, 0.0, 0.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [8.5, 2.5]); // 1 + ¾·10, ¼·10
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If an axis is out of range or named twice, has no elements, or shall have none.
    pub fn resize(&self, sizes: impl AsRef<[(isize, usize)]>, by: Interpolation) -> Result<Var<T>> {
        self.tape().check_live("resize", self)?;
        let mut y = self.clone();
        for Between {
            axis,
            low,
            high,
            weight,
        } in by.plan("resize", self.shape(), sizes.as_ref())?
        {
            let below = y.index_select(axis, &low)?;
            y = match weight {
                None => below,
                Some(weight) => {
                    let step = y.index_select(axis, &high)?.try_sub(&below)?;
                    below.try_add(&step.try_mul(&self.tape().input(weight.cast()?))?)?
                }
            };
        }
        Ok(y)
    }
}
