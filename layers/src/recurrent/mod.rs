//! Layers over sequences that carry a state from step to step.
//!
//! A cell (`rnn_cell.rs`, `gru_cell.rs`, `lstm_cell.rs`) is one step; a layer (`rnn.rs`, `gru.rs`, `lstm.rs`) is its cell scanned over a sequence. What
//! they share stands in `gates.rs`, the parameters, `scan.rs`, the loop over the steps, `config.rs`, the keys, and `layer.rs`, the call by names.

mod config;
mod gates;
mod gru;
mod gru_cell;
mod layer;
mod lstm;
mod lstm_cell;
mod rnn;
mod rnn_cell;
mod scan;
#[cfg(test)]
mod tests;

pub use gates::Gates;
pub use gru::Gru;
pub use gru_cell::{GruCell, GruCellConfig, GruConfig};
pub use lstm::Lstm;
pub use lstm_cell::{LstmCell, LstmCellConfig, LstmConfig};
pub use rnn::Rnn;
pub use rnn_cell::{RnnCell, RnnCellConfig, RnnConfig};
