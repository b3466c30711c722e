//! The definitions: each operation as plain loops that a reader can check by eye.
//!
//! The kernel traits have these functions as their default bodies, so that they run for every element type (dual numbers
//! included), and every fast kernel is tested against them.

pub mod attention;
pub mod channels;
pub mod conv;
pub mod linalg;
pub mod lstm;
pub mod maps;
pub mod polygamma;
pub mod pool;
pub mod product;
pub mod reduce;
pub mod rows;
