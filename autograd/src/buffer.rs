//! A buffer: state of a model that is stored but not trained, such as the running mean of a batch normalization.

use crate::lazy::{Initializer, Lazy};
use crate::param::next_id;
use crate::size::Size;
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Error, Float, Result, Tensor};
use std::fmt;
use std::sync::Arc;

/// The identity of a buffer, unique in the process. Clones of a model have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufferId(u64);

impl BufferId {
    /// An identity that nothing else has.
    pub(crate) fn fresh() -> Self {
        BufferId(next_id())
    }
}

/// State of a model that no gradient changes. A forward pass never writes to it: it records an [`Update`] with
/// [`Tape::update`](crate::Tape::update), which is made when the step is.
#[derive(Clone)]
pub struct Buffer<T: Float = f32> {
    id: BufferId,
    value: Lazy<T>,
}

impl<T: Float> Buffer<T> {
    /// A buffer with this value.
    pub fn new(value: Tensor<T>) -> Self {
        Buffer {
            id: BufferId::fresh(),
            value: Lazy::ready(value),
        }
    }

    /// A buffer whose value will be made when its shape is known.
    pub fn lazy(initializer: impl Initializer + 'static, seed: u64) -> Self {
        Buffer::shared_lazy(Arc::new(initializer), seed)
    }

    /// Like [`lazy`](Buffer::lazy), for an initializer that is shared.
    pub fn shared_lazy(initializer: Arc<dyn Initializer>, seed: u64) -> Self {
        Buffer {
            id: BufferId::fresh(),
            value: Lazy::later(initializer, seed),
        }
    }

    /// With what is known of its shape before it is built; see [`Param::of_shape`](crate::Param::of_shape).
    #[must_use]
    pub fn of_shape(mut self, sizes: &[Size]) -> Self {
        self.value.set_sizes(sizes);
        self
    }

    pub(crate) fn sizes(&self) -> Option<&[Size]> {
        self.value.sizes()
    }

    /// The identity.
    pub fn id(&self) -> BufferId {
        self.id
    }

    /// Whether the value is there.
    pub fn is_built(&self) -> bool {
        self.value.get().is_some()
    }

    /// The value, made now if it isn't there yet.
    ///
    /// # Errors
    /// If the value has another shape, or the initializer refuses this one.
    pub fn build(&self, shape: &[usize]) -> Result<&Tensor<T>> {
        self.value.build("buffer", shape)
    }

    /// The stored value. A forward reads [`Tape::buffer`](crate::Tape::buffer), which sees the updates recorded before.
    ///
    /// # Errors
    /// If it hasn't been built.
    pub fn value(&self) -> Result<&Tensor<T>> {
        self.value.value("buffer")
    }

    /// Replaces the value; an unbuilt buffer is built by it.
    ///
    /// # Errors
    /// If the buffer has been built with another shape, or the new one isn't what is [known](Buffer::of_shape) of it.
    pub fn set(&mut self, value: Tensor<T>) -> Result<()> {
        self.value.check("buffer", value.shape())?;
        self.value.set(value);
        Ok(())
    }

    /// Replaces the value by one that is known to fit.
    pub(crate) fn set_checked(&mut self, value: Tensor<T>) {
        self.value.set(value);
    }

    pub(crate) fn set_id(&mut self, id: BufferId) {
        self.id = id;
    }

    /// Another buffer with the same value, or the same initializer and seed.
    #[must_use]
    pub fn deep_clone(&self) -> Self {
        let mut copy = self.clone();
        copy.id = BufferId::fresh();
        copy
    }
}

/// A change of a buffer that waits to be made.
#[derive(Clone, Debug)]
pub enum Update<T: Float> {
    /// `value ← new`.
    Set(Tensor<T>),
    /// `value ← keep · value + (1 − keep) · towards`: a moving average. Written as a change and not as a new value, so
    /// that the updates of several micro-batches all count.
    Blend {
        /// The share of the old value that stays.
        keep: f64,
        /// What the value moves towards.
        towards: Tensor<T>,
    },
}

impl<T: Float> Update<T> {
    fn tensor(&self) -> &Tensor<T> {
        match self {
            Update::Set(new) => new,
            Update::Blend { towards, .. } => towards,
        }
    }

    pub(crate) fn check(&self, value: &Tensor<T>) -> Result<()> {
        check_shape(value, self.tensor())
    }

    /// Makes the change.
    ///
    /// # Errors
    /// If the shapes differ.
    pub fn apply(&self, value: &mut Tensor<T>) -> Result<()> {
        self.check(value)?;
        match self {
            Update::Set(new) => *value = new.clone(),
            Update::Blend { keep, towards } => {
                scale(value, *keep);
                value.scaled_add(1.0 - keep, towards)?;
            }
        }
        Ok(())
    }
}

/// `x ← factor · x`, in place.
pub(crate) fn scale<T: Float>(x: &mut Tensor<T>, factor: f64) {
    let factor = Tensor::scalar(T::from_f64(factor));
    x.binary_in_place(Binary::Mul, &factor)
        .expect("a scalar broadcasts to every shape");
}

fn check_shape<T: Float>(old: &Tensor<T>, new: &Tensor<T>) -> Result<()> {
    if old.shape() == new.shape() {
        return Ok(());
    }
    let message = format!(
        "has shape {:?}, but the new value has shape {:?}",
        old.shape(),
        new.shape()
    );
    Err(Error::shape("buffer", message))
}

impl<T: Float> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.get() {
            Some(value) => write!(f, "Buffer({:?})", value.shape()),
            None => write!(f, "Buffer(not built)"),
        }
    }
}
