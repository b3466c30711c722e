//! Tensors in files. Every length is checked before anything is allocated for it, and a crash while writing leaves the
//! old file or the new one, never half of one.

mod any;
mod atomic;
mod elements;
mod header;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod safetensors;

pub use any::AnyTensor;
pub use atomic::write_atomically;
pub use npy::{read_npy, write_npy};
#[cfg(feature = "npz")]
pub use npz::{read_npz, write_npz};
pub use safetensors::TensorFile;
