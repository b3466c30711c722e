//! Convolutions, and the zeros around their inputs. All of them are one operation under different names: a depthwise convolution
//! is a grouped one, a separable one two in a row, a transposed one the adjoint.

mod config;
mod convolution;
mod depthwise;
mod separable;
mod transposed;
mod transposed_size;
mod zero_padding;

pub use convolution::{
    Conv, Conv1d, Conv1dConfig, Conv2d, Conv2dConfig, Conv3d, Conv3dConfig, ConvConfig,
};
pub use depthwise::{
    DepthwiseConv, DepthwiseConv1d, DepthwiseConv1dConfig, DepthwiseConv2d, DepthwiseConv2dConfig,
    DepthwiseConvConfig,
};
pub use separable::{
    SeparableConv, SeparableConv1d, SeparableConv1dConfig, SeparableConv2d, SeparableConv2dConfig,
    SeparableConvConfig,
};
pub use transposed::{
    Conv1dTranspose, Conv1dTransposeConfig, Conv2dTranspose, Conv2dTransposeConfig,
    Conv3dTranspose, Conv3dTransposeConfig, ConvTranspose, ConvTransposeConfig,
};
pub use zero_padding::{
    ZeroPadding, ZeroPadding1d, ZeroPadding1dConfig, ZeroPadding2d, ZeroPadding2dConfig,
    ZeroPadding3d, ZeroPadding3dConfig, ZeroPaddingConfig,
};
