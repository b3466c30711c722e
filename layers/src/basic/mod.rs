//! The simplest layers: a matrix product, a table, and changes of shape.

mod dense;
mod flatten;
mod identity;

pub use dense::{Dense, DenseConfig};
pub use flatten::{Flatten, FlattenConfig};
pub use identity::{Identity, IdentityConfig};
