//! A parameter: a tensor that training changes, with an identity that outlives every step.

use crate::lazy::{Initializer, Lazy, unbuilt};
use crate::size::Size;
use etude_tensor::{Float, Result, Tensor};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a parameter, unique in the process. Clones of a model have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamId(u64);

/// The next number for a parameter or a buffer.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A trainable tensor of a model.
///
/// Its value is there from the start, or built at the first call, when the input's shape is known. `clone()` is the same
/// parameter: same id, memory shared until one of them is written to. [`deep_clone`](Param::deep_clone) is another
/// parameter with the same value.
///
/// ```
/// use etude_autograd::{Param, Tape};
/// use etude_tensor::Tensor;
///
/// let w = Param::new(Tensor::full([2], 3.0_f64));
/// let tape = Tape::new();
/// let leaf = tape.param(&w)?;
/// let loss = (&leaf * &leaf).sum(..)?;
/// let gradients = loss.backward()?;
/// assert_eq!(gradients.param(&w).unwrap().to_vec(), [6.0, 6.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone)]
pub struct Param<T: Float = f32> {
    id: ParamId,
    value: Lazy<T>,
    trainable: bool,
}

impl<T: Float> Param<T> {
    /// A trainable parameter with this value.
    pub fn new(value: Tensor<T>) -> Self {
        Param::with(Lazy::ready(value))
    }

    /// A trainable parameter whose value will be drawn when its shape is known. The seed is fixed now, so that the
    /// value doesn't depend on the order in which layers are first called.
    pub fn lazy(initializer: impl Initializer + 'static, seed: u64) -> Self {
        Param::shared_lazy(Arc::new(initializer), seed)
    }

    /// Like [`lazy`](Param::lazy), for an initializer that several parameters share.
    pub fn shared_lazy(initializer: Arc<dyn Initializer>, seed: u64) -> Self {
        Param::with(Lazy::later(initializer, seed))
    }

    /// With what is known of its shape before it is built. A value that doesn't fit is refused, also in a file, though the first
    /// input has yet to say the rest.
    ///
    /// ```
    /// use etude_autograd::Param;
    /// use etude_tensor::Tensor;
    ///
    /// let zeros = |shape: &[usize], _seed: u64| Ok(Tensor::zeros(shape));
    /// let mut weight: Param = Param::lazy(zeros, 0).of_shape(&["in".into(), 5.into()]);
    /// let wrong = weight.set(Tensor::zeros([4, 10])).unwrap_err();
    /// assert_eq!(wrong.to_string(), "param: has shape [in, 5], but the new value has shape [4, 10]");
    /// weight.set(Tensor::zeros([4, 5]))?;
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    #[must_use]
    pub fn of_shape(mut self, sizes: &[Size]) -> Self {
        self.value.set_sizes(sizes);
        self
    }

    pub(crate) fn sizes(&self) -> Option<&[Size]> {
        self.value.sizes()
    }

    fn with(value: Lazy<T>) -> Self {
        Param {
            id: ParamId::fresh(),
            value,
            trainable: true,
        }
    }

    /// The identity.
    pub fn id(&self) -> ParamId {
        self.id
    }

    /// Whether the value is there.
    pub fn is_built(&self) -> bool {
        self.value.get().is_some()
    }

    /// The value, drawn now if it isn't there yet.
    ///
    /// # Errors
    /// If the value has another shape, or the initializer refuses this one.
    pub fn build(&self, shape: &[usize]) -> Result<&Tensor<T>> {
        self.value.build("param", shape)
    }

    /// The value.
    ///
    /// # Errors
    /// If it hasn't been built.
    pub fn value(&self) -> Result<&Tensor<T>> {
        self.value.value("param")
    }

    /// The value, to be changed in place.
    ///
    /// # Errors
    /// If it hasn't been built.
    pub fn value_mut(&mut self) -> Result<&mut Tensor<T>> {
        self.value.get_mut().ok_or_else(|| unbuilt("param"))
    }

    /// Replaces the value; an unbuilt parameter is built by it.
    ///
    /// # Errors
    /// If the parameter has been built with another shape, or the new one isn't what is [known](Param::of_shape) of it.
    pub fn set(&mut self, value: Tensor<T>) -> Result<()> {
        self.value.check("param", value.shape())?;
        self.value.set(value);
        Ok(())
    }

    /// Takes the value out, so that another holder of the same memory owns it alone.
    pub(crate) fn take(&mut self) -> Option<Tensor<T>> {
        self.value.take()
    }

    /// Replaces the value by one that is known to fit.
    pub(crate) fn set_checked(&mut self, value: Tensor<T>) {
        self.value.set(value);
    }

    /// Whether gradients are computed for it. A frozen parameter is a constant on every tape.
    pub fn is_trainable(&self) -> bool {
        self.trainable
    }

    /// Freezes it, or makes it trainable again.
    pub fn set_trainable(&mut self, trainable: bool) {
        self.trainable = trainable;
    }

    /// Another parameter with the same value, or the same initializer and seed.
    #[must_use]
    pub fn deep_clone(&self) -> Self {
        let mut copy = self.clone();
        copy.id = ParamId::fresh();
        copy
    }

    pub(crate) fn set_id(&mut self, id: ParamId) {
        self.id = id;
    }
}

impl ParamId {
    /// An identity that nothing else has.
    pub(crate) fn fresh() -> Self {
        ParamId(next_id())
    }
}

impl<T: Float> fmt::Debug for Param<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frozen = if self.trainable { "" } else { ", frozen" };
        match self.value.get() {
            Some(value) => write!(f, "Param({:?}{frozen})", value.shape()),
            None => write!(f, "Param(not built{frozen})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs_send_and_sync<T: Send + Sync>() {}

    #[test]
    fn parameters_may_cross_threads() {
        needs_send_and_sync::<Param<f32>>();
    }

    #[test]
    fn a_lazy_parameter_is_built_once_and_keeps_its_shape() -> Result<()> {
        let count_up = |shape: &[usize], seed: u64| Ok(Tensor::full(shape, seed as f64));
        let p: Param<f32> = Param::lazy(count_up, 5);
        assert!(!p.is_built());
        assert!(
            p.value()
                .unwrap_err()
                .to_string()
                .contains("hasn't been built")
        );
        assert_eq!(p.build(&[2])?.to_vec(), [5.0, 5.0]);
        assert_eq!(p.build(&[2])?.to_vec(), [5.0, 5.0]);
        let err = p.build(&[3]).unwrap_err().to_string();
        assert!(err.contains("[2]") && err.contains("[3]"), "{err}");
        Ok(())
    }

    #[test]
    fn clone_is_the_same_parameter_and_deep_clone_another() {
        let p = Param::new(Tensor::<f32>::zeros([4]));
        assert_eq!(p.id(), p.clone().id());
        assert_ne!(p.id(), p.deep_clone().id());
    }
}
