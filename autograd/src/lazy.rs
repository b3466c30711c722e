//! A tensor that is there at once or built when its shape is known.

use crate::size::{self, Size};
use etude_tensor::{Error, Float, Result, Shape, Tensor};
use std::sync::{Arc, OnceLock};

/// Draws the first value of a parameter: a function of its shape and a seed, in 64 bits whatever type the parameter
/// has, so that a model in `f64` starts from the same numbers as one in `f32`.
///
/// Closures `|shape, seed| …` are initializers.
pub trait Initializer: Send + Sync {
    /// The first value for a parameter of this shape. Equal seeds give equal values.
    ///
    /// # Errors
    /// If the shape doesn't suit the initializer.
    fn draw(&self, shape: &[usize], seed: u64) -> Result<Tensor<f64>>;
}

impl<F: Fn(&[usize], u64) -> Result<Tensor<f64>> + Send + Sync> Initializer for F {
    fn draw(&self, shape: &[usize], seed: u64) -> Result<Tensor<f64>> {
        self(shape, seed)
    }
}

/// The value of a parameter or buffer. Clones share the memory until one of them is written to.
#[derive(Clone)]
pub(crate) struct Lazy<T: Float> {
    value: OnceLock<Tensor<T>>,
    later: Option<Later>,
}

/// What a value that isn't there yet will be drawn from.
#[derive(Clone)]
struct Later {
    initializer: Arc<dyn Initializer>,
    seed: u64,
    /// What is known of its shape.
    sizes: Option<Arc<[Size]>>,
}

impl<T: Float> Lazy<T> {
    pub(crate) fn ready(value: Tensor<T>) -> Self {
        Lazy {
            value: OnceLock::from(value),
            later: None,
        }
    }

    pub(crate) fn later(initializer: Arc<dyn Initializer>, seed: u64) -> Self {
        Lazy {
            value: OnceLock::new(),
            later: Some(Later {
                initializer,
                seed,
                sizes: None,
            }),
        }
    }

    /// Notes what is known of the shape.
    pub(crate) fn set_sizes(&mut self, sizes: &[Size]) {
        if let Some(later) = &mut self.later {
            later.sizes = Some(sizes.into());
        }
    }

    /// What is known of the shape of a value that isn't there.
    pub(crate) fn sizes(&self) -> Option<&[Size]> {
        match &self.value.get() {
            Some(_) => None,
            None => self.later.as_ref()?.sizes.as_deref(),
        }
    }

    /// Refuses a new value of this shape, if it isn't that of the old one, or not what is known of it.
    pub(crate) fn check(&self, what: &str, shape: &[usize]) -> Result<()> {
        let expected = match (self.get(), self.sizes()) {
            (Some(old), _) if old.shape() != shape => format!("{:?}", old.shape()),
            (None, Some(sizes)) if !size::fits(sizes, shape) => size::written(sizes),
            _ => return Ok(()),
        };
        let message = format!("has shape {expected}, but the new value has shape {shape:?}");
        Err(Error::shape(what, message))
    }

    pub(crate) fn get(&self) -> Option<&Tensor<T>> {
        self.value.get()
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut Tensor<T>> {
        self.value.get_mut()
    }

    pub(crate) fn take(&mut self) -> Option<Tensor<T>> {
        self.value.take()
    }

    pub(crate) fn set(&mut self, value: Tensor<T>) {
        self.value = OnceLock::from(value);
    }

    /// The value, drawn now if it isn't there; it must have this shape.
    pub(crate) fn build(&self, what: &str, shape: &[usize]) -> Result<&Tensor<T>> {
        if self.value.get().is_none() {
            let Some(Later {
                initializer, seed, ..
            }) = &self.later
            else {
                return Err(Error::state(
                    what,
                    "has lost its value, and has no initializer to draw another",
                ));
            };
            if let Some(sizes) = self.sizes()
                && !size::fits(sizes, shape)
            {
                let known = size::written(sizes);
                let message = format!("has shape {known}, but shape {shape:?} is needed here");
                return Err(Error::shape(what, message));
            }
            // Twice in 64 bits: what is drawn, and the value that is made of it.
            Shape::new(shape).check_fits(what, 2 * size_of::<f64>())?;
            let drawn = initializer.draw(shape, *seed)?;
            if drawn.shape() != shape {
                return Err(Error::shape(
                    what,
                    format!(
                        "its initializer was asked for shape {shape:?} and gave {:?}",
                        drawn.shape()
                    ),
                ));
            }
            let values: Vec<T> = drawn.to_vec().into_iter().map(T::from_f64).collect();
            // If another thread was faster, it has drawn the same numbers.
            let _ = self
                .value
                .set(Tensor::from_slice(Shape::new(shape), &values)?);
        }
        let value = self.value.get().expect("set above");
        if value.shape() == shape {
            Ok(value)
        } else {
            let message = format!(
                "has shape {:?}, but shape {shape:?} is needed here",
                value.shape()
            );
            Err(Error::shape(what, message))
        }
    }

    pub(crate) fn value(&self, what: &str) -> Result<&Tensor<T>> {
        self.get().ok_or_else(|| unbuilt(what))
    }
}

pub(crate) fn unbuilt(what: &str) -> Error {
    Error::state(
        what,
        "hasn't been built yet: its shape follows from the first input. Run the model once, call build with an example, or load a file",
    )
}
