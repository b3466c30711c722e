//! Pooling: a window becomes one number, channel by channel.

mod avg_pool;
mod config;
mod global_avg_pool;
mod max_pool;

pub use avg_pool::{
    AvgPool, AvgPool1d, AvgPool1dConfig, AvgPool2d, AvgPool2dConfig, AvgPoolConfig,
};
pub use global_avg_pool::{GlobalAvgPool2d, GlobalAvgPool2dConfig};
pub use max_pool::{
    MaxPool, MaxPool1d, MaxPool1dConfig, MaxPool2d, MaxPool2dConfig, MaxPoolConfig,
};
