//! Whole training steps, and the use of a model.

use crate::harness::{Outcome, measure};
use crate::inputs::{Order, fill, labels, project};
use etude::layers::{
    Activation, Conv2d, Conv2dConfig, Dense, DenseConfig, Flatten, FlattenConfig, MaxPool2d,
    MaxPool2dConfig,
};
use etude::optim::{AdamConfig, Method, Optimizer, SgdConfig};
use etude::{Module, Result, Rng, Tape, Tensor, Var};

/// Dense layers with relu between them.
#[derive(Module)]
struct Mlp {
    layers: Vec<Dense>,
}

impl Mlp {
    fn new(sizes: &[usize]) -> Result<Mlp> {
        let mut seed = 100;
        let last = sizes.len() - 2;
        let layer = |(i, pair): (usize, &[usize])| {
            let layer = dense(&mut seed, pair[0], pair[1], i < last)?;
            Ok(layer)
        };
        let layers = sizes.windows(2).enumerate().map(layer);
        Ok(Mlp {
            layers: layers.collect::<Result<_>>()?,
        })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        let mut y = x.clone();
        for layer in &self.layers {
            y = layer.forward(&y)?;
        }
        Ok(y)
    }
}

/// Two convolutions, a pooling, two dense layers: for images of 28×28.
#[derive(Module)]
struct Cnn {
    conv1: Conv2d,
    conv2: Conv2d,
    #[module(skip)]
    pool: MaxPool2d,
    #[module(skip)]
    flatten: Flatten,
    dense1: Dense,
    dense2: Dense,
}

impl Cnn {
    fn new() -> Result<Cnn> {
        let mut seed = 100;
        let conv1 = conv(&mut seed, 1, 32)?;
        let conv2 = conv(&mut seed, 32, 64)?;
        let mut dense1 = dense(&mut seed, 9216, 128, true)?;
        // The canonical order of the flattened image is channels, rows, columns; ours has the channels last.
        let weight = dense1.weight.value()?.reshape([64, 12, 12, 128])?;
        let weight = weight.permute([1, 2, 0, 3])?.reshape([9216, 128])?;
        dense1.weight.set(weight)?;
        Ok(Cnn {
            conv1,
            conv2,
            pool: MaxPool2dConfig::new().init()?,
            flatten: FlattenConfig::new().init(),
            dense1,
            dense2: dense(&mut seed, 128, 10, false)?,
        })
    }

    fn forward(&self, x: &Var) -> Result<Var> {
        let y = self.conv2.forward(&self.conv1.forward(x)?)?;
        let y = self.flatten.forward(&self.pool.forward(&y)?)?;
        self.dense2.forward(&self.dense1.forward(&y)?)
    }
}

/// A dense layer with weight and bias from the next two seeds.
pub fn dense(seed: &mut u32, inputs: usize, outputs: usize, relu: bool) -> Result<Dense> {
    let mut config = DenseConfig::new(outputs).input_size(inputs);
    if relu {
        config = config.activation(Activation::Relu);
    }
    let mut layer: Dense = config.init(&mut Rng::seed(0))?;
    let scale = 1.0 / (inputs as f32).sqrt();
    let weight = fill(&[outputs, inputs], *seed, scale, Order::Dense)?;
    layer.weight.set(weight)?;
    let bias = layer.bias.as_mut().expect("a bias by default");
    bias.set(fill(&[outputs], *seed + 1, scale, Order::Same)?)?;
    *seed += 2;
    Ok(layer)
}

/// A 3×3 convolution and relu, with kernel and bias from the next two seeds.
fn conv(seed: &mut u32, inputs: usize, outputs: usize) -> Result<Conv2d> {
    let config = Conv2dConfig::new(outputs, 3).input_size(inputs);
    let config = config.activation(Activation::Relu);
    let mut layer: Conv2d = config.init(&mut Rng::seed(0))?;
    let scale = 1.0 / ((inputs * 9) as f32).sqrt();
    let kernel = fill(&[outputs, inputs, 3, 3], *seed, scale, Order::Kernel)?;
    layer.weight.set(kernel)?;
    let bias = layer.bias.as_mut().expect("a bias by default");
    bias.set(fill(&[outputs], *seed + 1, scale, Order::Same)?)?;
    *seed += 2;
    Ok(layer)
}

/// 784-512-512-10 on 128 examples, with Adam.
pub fn mlp() -> Result<Outcome> {
    let mut model = Mlp::new(&[784, 512, 512, 10])?;
    let x = fill(&[128, 784], 1, 1.0, Order::Same)?;
    train(&mut model, Mlp::forward, AdamConfig::new(1e-3).init()?, x)
}

/// 64-32-10 on 32 examples, with SGD: mostly bookkeeping.
pub fn small_mlp() -> Result<Outcome> {
    let mut model = Mlp::new(&[64, 32, 10])?;
    let x = fill(&[32, 64], 1, 1.0, Order::Same)?;
    train(&mut model, Mlp::forward, SgdConfig::new(0.01).init()?, x)
}

/// The convolutional network on 64 images, with Adam.
pub fn cnn() -> Result<Outcome> {
    let mut model = Cnn::new()?;
    let x = fill(&[64, 1, 28, 28], 1, 1.0, Order::Images)?;
    train(&mut model, Cnn::forward, AdamConfig::new(1e-3).init()?, x)
}

/// One answer of the large MLP, without recording.
pub fn infer_mlp() -> Result<Outcome> {
    let model = Mlp::new(&[784, 512, 512, 10])?;
    let x = fill(&[1, 784], 1, 1.0, Order::Same)?;
    let tape = Tape::inference();
    let answer = || Ok(model.forward(&tape.input(x.clone()))?.into_tensor());
    let mut last: Result<Tensor> = answer();
    let timing = measure(|| last = answer());
    let check = project(&last?, Order::Same)?;
    Ok(Outcome { timing, check })
}

/// Steps on one batch: forward, mean cross entropy with 10 classes, backward, update. The check is the loss that the fifth
/// step reports.
pub fn train<M: Module, O: Method>(
    model: &mut M,
    forward: fn(&M, &Var) -> Result<Var>,
    mut optimizer: Optimizer<O>,
    x: Tensor,
) -> Result<Outcome> {
    let targets = labels(x.shape()[0], 10)?;
    let tape = Tape::training(0);
    let mut step = || -> Result<Tensor> {
        let logits = forward(model, &tape.input(x.clone()))?;
        let loss = logits.cross_entropy(&targets)?.mean(..)?;
        let gradients = loss.backward()?;
        optimizer.step(model, &gradients)?;
        Ok(loss.into_tensor())
    };
    for _ in 0..4 {
        step()?;
    }
    let mut last = step();
    let check = f64::from(last.clone()?.item()?);
    let timing = measure(|| last = step());
    last?;
    Ok(Outcome { timing, check })
}
