//! One batch on several threads.
//!
//! A batch is cut into a fixed number of **shards**. Each goes forward and back on a thread and a tape of its own, over the same
//! parameters; then the gradients are added up in the order of the shards. The number of shards belongs to the model's
//! arithmetic, like the batch size; how many of them run at the same time is the machine's affair, and changes no bit.

mod data_parallel;
mod shard_loss;
#[cfg(test)]
mod tests;

pub use data_parallel::{BatchLoss, DataParallel};
pub use shard_loss::ShardLoss;
