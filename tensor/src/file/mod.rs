//! Tensors in files. Every length is checked before anything is allocated for it, and a crash while writing leaves the
//! old file or the new one, never half of one.

mod any;
mod atomic;
mod header;
mod safetensors;

pub use any::AnyTensor;
pub use atomic::write_atomically;
pub use safetensors::TensorFile;
