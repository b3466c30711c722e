//! Examples to learn from: reading them, putting them into batches, varying them.

mod batches;
#[cfg(feature = "csv")]
mod csv;
#[cfg(feature = "csv")]
mod digits;
mod examples;
mod shift;

pub use batches::{Batches, Epoch};
#[cfg(feature = "csv")]
pub use csv::{Column, Row, parse_csv, read_csv};
#[cfg(feature = "csv")]
pub use digits::Digits;
pub use examples::Examples;
pub use shift::Shift;
