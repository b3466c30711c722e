//! How a training goes: figures, progress, pictures.

mod accuracy;
mod confusion;
mod folder;
mod mean;
#[cfg(feature = "plot")]
mod plot;
#[cfg(feature = "progress")]
mod progress;
mod score;

pub use accuracy::accuracy;
pub use confusion::ConfusionMatrix;
pub use folder::prepare_folder;
pub use mean::Mean;
#[cfg(feature = "plot")]
pub use plot::{Panel, Plot};
#[cfg(feature = "progress")]
pub use progress::Progress;
pub use score::{Score, Tally};
