//! Where the channels stand in an input.

use super::names::names;
use etude_tensor::{Error, Result};

names! {
    /// The order of an input's axes: N is the batch, C the channels, D, H and W the spatial axes.
    ///
    /// Absent in a configuration means channels last.
    pub enum DataFormat("data_format") {
        /// One spatial axis, channels last.
        Nwc = "NWC",
        /// One spatial axis, channels first.
        Ncw = "NCW",
        /// Two spatial axes, channels last; another name of `NWC` where there is one.
        Nhwc = "NHWC",
        /// Two spatial axes, channels first; another name of `NCW` where there is one.
        Nchw = "NCHW",
        /// Three spatial axes, channels last.
        Ndhwc = "NDHWC",
        /// Three spatial axes, channels first.
        Ncdhw = "NCDHW",
    }
}

impl DataFormat {
    /// Whether the channels come before the spatial axes, for a layer `who` with `spatial` spatial axes.
    ///
    /// # Errors
    /// If the format is one for another number of spatial axes.
    ///
    /// ```
    /// use etude_layers::DataFormat;
    ///
    /// assert!(DataFormat::Nchw.is_channels_first("conv2d", 2)?);
    /// assert!(DataFormat::Nchw.is_channels_first("conv1d", 1)?); // the other name of NCW
    /// let err = DataFormat::Nwc.is_channels_first("conv2d", 2).unwrap_err();
    /// assert_eq!(err.to_string(), "conv2d: data_format 'NWC' has 1 spatial axis; expected NHWC or NCHW");
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn is_channels_first(self, who: &str, spatial: usize) -> Result<bool> {
        use DataFormat::{Ncdhw, Nchw, Ncw, Ndhwc, Nhwc, Nwc};
        let (own, first) = match self {
            Nwc => (1, false),
            Ncw => (1, true),
            Nhwc => (2, false),
            Nchw => (2, true),
            Ndhwc => (3, false),
            Ncdhw => (3, true),
        };
        if own == spatial || (own, spatial) == (2, 1) {
            return Ok(first);
        }
        let fitting = match spatial {
            1 => "NWC or NCW",
            2 => "NHWC or NCHW",
            _ => "NDHWC or NCDHW",
        };
        let axes = if own == 1 { "axis" } else { "axes" };
        let message = format!("data_format '{self}' has {own} spatial {axes}; expected {fitting}");
        Err(Error::config(who, message))
    }
}
