//! A small residual network for images of 32×32.

use crate::harness::Outcome;
use crate::inputs::{Order, fill};
use crate::training::{dense, train};
use etude::layers::{
    BatchNorm, BatchNormConfig, Conv2d, Conv2dConfig, Dense, GlobalAvgPool2d, GlobalAvgPool2dConfig,
};
use etude::optim::SgdConfig;
use etude::{Module, Result, Rng, Var};

/// A convolution without bias, and the batch normalisation behind it.
#[derive(Module)]
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    /// With a kernel of `size` × `size` from the next seed, padded so that stride 1 keeps the image's size.
    fn new(seed: &mut u32, ins: usize, outs: usize, size: usize, stride: usize) -> Result<Self> {
        let config = Conv2dConfig::new(outs, size)
            .input_size(ins)
            .strides(stride)
            .padding(size / 2)
            .use_bias(false);
        let mut conv: Conv2d = config.init(&mut Rng::seed(0))?;
        let scale = 1.0 / ((ins * size * size) as f32).sqrt();
        let kernel = fill(&[outs, ins, size, size], *seed, scale, Order::Kernel)?;
        conv.weight.set(kernel)?;
        *seed += 1;
        let norm = BatchNormConfig::new()
            .input_size(outs)
            .momentum(0.9)
            .epsilon(1e-5)
            .init(&mut Rng::seed(0))?;
        Ok(ConvNorm { conv, norm })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        self.norm.forward(&self.conv.forward(x)?, None)
    }
}

/// `relu(second(relu(first(x))) + x)`, with a convolution of `x` where the shape changes.
#[derive(Module)]
struct Block {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
}

impl Block {
    fn new(seed: &mut u32, ins: usize, outs: usize, stride: usize) -> Result<Block> {
        let first = ConvNorm::new(seed, ins, outs, 3, stride)?;
        let second = ConvNorm::new(seed, outs, outs, 3, 1)?;
        let shortcut = match ins == outs {
            true => None,
            false => Some(ConvNorm::new(seed, ins, outs, 1, stride)?),
        };
        Ok(Block {
            first,
            second,
            shortcut,
        })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        let y = self.second.forward(&self.first.forward(x)?.relu()?)?;
        match &self.shortcut {
            Some(shortcut) => y.try_add(&shortcut.forward(x)?)?.relu(),
            None => y.try_add(x)?.relu(),
        }
    }
}

#[derive(Module)]
struct ResNet8 {
    stem: ConvNorm,
    blocks: Vec<Block>,
    #[module(skip)]
    pool: GlobalAvgPool2d,
    dense: Dense,
}

impl ResNet8 {
    fn new() -> Result<ResNet8> {
        let mut seed = 100;
        Ok(ResNet8 {
            stem: ConvNorm::new(&mut seed, 3, 16, 3, 1)?,
            blocks: vec![
                Block::new(&mut seed, 16, 16, 1)?,
                Block::new(&mut seed, 16, 32, 2)?,
                Block::new(&mut seed, 32, 64, 2)?,
            ],
            pool: GlobalAvgPool2dConfig::new().init()?,
            dense: dense(&mut seed, 64, 10, false)?,
        })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        let mut y = self.stem.forward(x)?.relu()?;
        for block in &self.blocks {
            y = block.forward(&y)?;
        }
        self.dense.forward(&self.pool.forward(&y)?)
    }
}

/// The residual network on 32 images, with SGD and momentum.
pub fn resnet8() -> Result<Outcome> {
    let mut model = ResNet8::new()?;
    let x = fill(&[32, 3, 32, 32], 1, 1.0, Order::Images)?;
    let optimizer = SgdConfig::new(0.01).momentum(0.9).init()?;
    train(&mut model, ResNet8::forward, optimizer, x)
}
