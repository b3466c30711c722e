//! Both layouts of images: channels behind the spatial axes, or before them.

use crate::Var;
use etude_tensor::{Float, Result};

impl<T: Float> Var<T> {
    /// Images `[batch, channels, spatial…]` as `[batch, spatial…, channels]`, `y[b, i…, c] = x[b, c, i…]`: a view, which any operation on
    /// images takes as it is.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with the channels in front again.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let images = tape.var(Tensor::<f32>::ones([2, 3, 7, 5])); // channels before height and width
    /// let y = images.channels_last()?.adaptive_avg_pool([4, 2])?.channels_first()?;
    /// assert_eq!(y.shape(), [2, 3, 4, 2]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn channels_last(&self) -> Result<Var<T>> {
        self.view("channels_last", |x| x.channels_last())
    }

    /// Images `[batch, spatial…, channels]` as `[batch, channels, spatial…]`, `y[b, c, i…] = x[b, i…, c]`: a view.
    ///
    /// Gradient: `∂L/∂x` is `∂L/∂y` with the channels last again.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// let images = tape.var(Tensor::<f32>::ones([2, 7, 5, 3]));
    /// assert_eq!(images.channels_first()?.shape(), [2, 3, 7, 5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are fewer than two axes.
    pub fn channels_first(&self) -> Result<Var<T>> {
        self.view("channels_first", |x| x.channels_first())
    }
}
