//! Borders that continue the tensor.

use crate::Var;
use etude_tensor::{Float, PadMode, Result};

impl<T: Float> Var<T> {
    /// With a border of `(before, behind)` positions on each axis that continues it as `mode` says: `y[i + before] = x[mode(i)]`,
    /// where mode leads an i outside `x` to one inside.
    ///
    /// Gradient: what a border shows adds its gradient to the element that it shows.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{PadMode, Tensor};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let y = x.pad_with([(2, 1)], PadMode::Reflect)?;
    /// assert_eq!(y.tensor().to_vec(), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
    /// assert_eq!(y.sum(..)?.backward()?.get(&x)?.to_vec(), [1.0, 3.0, 2.0]); // how often each is seen
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there isn't one pair for each axis, an axis with a border has no elements to continue, or the result is larger
    /// than memory.
    pub fn pad_with(&self, border: impl AsRef<[(usize, usize)]>, mode: PadMode) -> Result<Var<T>> {
        self.tape().check_live("pad_with", self)?;
        let positions = mode.positions("pad_with", self.shape(), border.as_ref())?;
        if let PadMode::Constant(value) = mode {
            return self.pad(border, value);
        }
        let select = |y: Var<T>, (axis, at)| y.index_select(axis, &at);
        positions.into_iter().try_fold(self.clone(), select)
    }
}
