//! A tensor that is there at once or built when its shape is known.

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
    initializer: Option<(Arc<dyn Initializer>, u64)>,
}

impl<T: Float> Lazy<T> {
    pub(crate) fn ready(value: Tensor<T>) -> Self {
        Lazy {
            value: OnceLock::from(value),
            initializer: None,
        }
    }

    pub(crate) fn later(initializer: Arc<dyn Initializer>, seed: u64) -> Self {
        Lazy {
            value: OnceLock::new(),
            initializer: Some((initializer, seed)),
        }
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
            let Some((initializer, seed)) = &self.initializer else {
                return Err(Error::state(
                    what,
                    "has lost its value, and has no initializer to draw another",
                ));
            };
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
