//! Convolutions: one mechanism for any number of spatial axes.

mod convolution;

pub use convolution::{
    Conv, Conv1d, Conv1dConfig, Conv2d, Conv2dConfig, Conv3d, Conv3dConfig, ConvConfig,
};
