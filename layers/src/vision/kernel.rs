//! Weight and bias of a convolution inside a block, whose sizes follow from the block's input.

use crate::Module;
use crate::config::Initializer::Zeros;
use crate::parameters::{build, leaf, optional_param, param};
use etude_autograd::{Initializer, Param, Var};
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::{Float, Result, Rng};

/// A square kernel and its bias. Unlike [`Conv`](crate::Conv) it is told how many channels come out when it is called: in a block that number
/// often follows from the input, too.
#[derive(Clone, Debug, Module)]
pub(super) struct Kernel<T: Float> {
    pub weight: Param<T>,
    pub bias: Option<Param<T>>,
}

impl<T: Float> Kernel<T> {
    pub fn new(
        weight: impl Initializer + 'static,
        use_bias: bool,
        trainable: bool,
        rng: &mut Rng,
    ) -> Self {
        let filters = "filters".into();
        let sizes = ["kernel".into(), "kernel".into(), "in".into(), filters];
        Kernel {
            weight: param(weight, &sizes, trainable, rng),
            bias: optional_param(use_bias, Zeros, &[filters], trainable, rng),
        }
    }

    /// `x [b, h, w, in]` → `[b, h', w', filters]`, with `weight [kernel, kernel, in/groups, filters]`.
    pub fn conv(
        &self,
        x: &Var<T>,
        kernel: usize,
        filters: usize,
        geometry: &ConvGeometry,
    ) -> Result<Var<T>> {
        let channels = x.shape()[3] / geometry.groups;
        build("weight", &self.weight, &[kernel, kernel, channels, filters])?;
        build("bias", self.bias.as_ref(), &[filters])?;
        let tape = x.tape();
        let bias = leaf(tape, &self.bias)?;
        x.conv(&tape.param(&self.weight)?, bias.as_ref(), geometry)
    }

    /// A convolution of kernel size 1: each position by itself.
    pub fn pointwise(&self, x: &Var<T>, filters: usize) -> Result<Var<T>> {
        self.conv(x, 1, filters, &ConvGeometry::new(2))
    }
}

/// How a kernel of this size moves with `⌊kernel/2⌋` zeros on every side: the symmetric "same" of backbones, which doesn't depend on
/// the input's size.
pub(super) fn centred(kernel: usize, stride: usize, groups: usize) -> ConvGeometry {
    let mut geometry = ConvGeometry::new(2);
    geometry.stride.fill(stride);
    geometry.padding.fill((kernel / 2, kernel / 2));
    geometry.groups = groups;
    geometry
}
