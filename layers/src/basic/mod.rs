//! The simplest layers: a matrix product, a table, and changes of shape.

mod dense;
mod embedding;
mod flatten;
mod identity;

pub use dense::{Dense, DenseConfig};
pub use embedding::{Embedding, EmbeddingConfig};
pub use flatten::{Flatten, FlattenConfig};
pub use identity::{Identity, IdentityConfig};
