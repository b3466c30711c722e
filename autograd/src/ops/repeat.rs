//! Each element several times.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, axis_index};

/// The rule of [`Var::repeat`].
struct Repeat {
    /// From the front.
    axis: usize,
    count: usize,
}

impl<T: Float> Rule<T> for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |x| {
            let mut rows = x.to_vec();
            rows.insert(self.axis + 1, self.count);
            gy.reshape(rows)?.sum(self.axis as isize + 1)
        })
    }
}

impl<T: Float> Var<T> {
    /// With each position of `axis` `count` times in a row, `y[i] = x[⌊i / count⌋]`, as NumPy's `repeat` (PyTorch's `repeat_interleave`).
    ///
    /// Gradient: `∂L/∂x` is the sum of `∂L/∂y` over each such row.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0]));
    /// let y = x.repeat(2, 0)?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 1.0, 2.0, 2.0]);
    /// let gradients = y.backward_with(&Tensor::from([1.0, 10.0, 100.0, 1000.0]))?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [11.0, 1100.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the axis is out of range, or the result is larger than memory.
    pub fn repeat(&self, count: usize, axis: isize) -> Result<Var<T>> {
        let y = self.tensor().repeat(count, axis)?;
        let axis = axis_index("repeat", axis, self.rank())?;
        self.tape().record(Repeat { axis, count }, &[self], y, [])
    }
}
