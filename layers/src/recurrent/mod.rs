//! Layers over sequences that carry a state from step to step.
//!
//! A cell (`rnn_cell.rs`, `gru_cell.rs`, `lstm_cell.rs`) is one step; a layer (`rnn.rs`, `gru.rs`, `lstm.rs`) is its cell scanned over a sequence. What
//! they share stands in `gates.rs`, the parameters, and `scan.rs`, the loop over the steps.

mod gates;
mod gru;
mod gru_cell;
mod lstm;
mod lstm_cell;
mod rnn;
mod rnn_cell;
mod scan;
#[cfg(test)]
mod tests;

pub use gates::Gates;
pub use gru::{Gru, GruConfig};
pub use gru_cell::{GruCell, GruCellConfig};
pub use lstm::{Lstm, LstmConfig};
pub use lstm_cell::{LstmCell, LstmCellConfig};
pub use rnn::{Rnn, RnnConfig};
pub use rnn_cell::{RnnCell, RnnCellConfig};
