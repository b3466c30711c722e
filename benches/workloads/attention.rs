//! Attention: a multi-head layer alone, and a small GPT.
//!
//! The canonical input projection is one matrix whose rows are those of query, key and value; the layer has three.

use crate::harness::{Outcome, measure};
use crate::inputs::{Order, fill, labels, project};
use etude::autograd::AttentionOptions;
use etude::layers::{
    Activation, Dense, DenseConfig, Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig,
    LearnedPositionalEncoding, LearnedPositionalEncodingConfig, MultiHeadAttention,
    MultiHeadAttentionConfig,
};
use etude::optim::AdamWConfig;
use etude::{Gradients, Module, Param, Result, Rng, Tape, Tensor, Var};

/// Self-attention of so many features and heads, its four parameters from the next four seeds.
fn attention(seed: &mut u32, features: usize, heads: usize) -> Result<MultiHeadAttention> {
    let config = MultiHeadAttentionConfig::new(heads).input_size(features);
    let mut layer: MultiHeadAttention = config.init(&mut Rng::seed(0))?;
    let scale = 1.0 / (features as f32).sqrt();
    let weight = fill(&[3 * features, features], *seed, scale, Order::Dense)?;
    let bias = fill(&[3 * features], *seed + 1, scale, Order::Same)?;
    let projections = [&mut layer.query, &mut layer.key, &mut layer.value];
    for (index, projection) in projections.into_iter().enumerate() {
        let weight = weight.narrow(1, index * features, features)?;
        projection.weight.set(weight.contiguous())?;
        let own = projection.bias.as_mut().expect("a bias by default");
        own.set(bias.narrow(0, index * features, features)?.contiguous())?;
    }
    let weight = fill(&[features, features], *seed + 2, scale, Order::Dense)?;
    layer.out.weight.set(weight)?;
    let bias = layer.out.bias.as_mut().expect("a bias by default");
    bias.set(fill(&[features], *seed + 3, scale, Order::Same)?)?;
    *seed += 4;
    Ok(layer)
}

/// Multi-head self-attention over 16 sequences of 128 positions with 256 features, 8 heads: output and all gradients.
pub fn layer() -> Result<Outcome> {
    let layer = attention(&mut 100, 256, 8)?;
    let x = fill(&[16, 128, 256], 1, 1.0, Order::Same)?;
    let g = fill(&[16, 128, 256], 50, 1.0, Order::Same)?;
    let tape = Tape::new();
    let step = || -> Result<(Tensor, Tensor, Gradients)> {
        let x = tape.var(x.clone());
        let y = layer.forward(&x, None, None)?;
        let gradients = y.try_mul(&tape.input(g.clone()))?.sum(..)?.backward()?;
        Ok((y.into_tensor(), gradients.get(&x)?, gradients))
    };
    let mut last = step()?;
    let timing = measure(|| last = step().expect("it went well before"));
    let (y, gx, gradients) = last;
    let of = |param: &Param| gradients.param(param).expect("a gradient").clone();
    let projections = [&layer.query, &layer.key, &layer.value];
    let bias = |bias: &Option<Param>| of(bias.as_ref().expect("a bias by default"));
    let weights = projections.map(|projection| of(&projection.weight));
    let biases = projections.map(|projection| bias(&projection.bias));
    let check = project(&y, Order::Same)?
        + project(&gx, Order::Same)?
        + project(&Tensor::concat(&weights, 1)?, Order::Dense)?
        + project(&Tensor::concat(&biases, 0)?, Order::Same)?
        + project(&of(&layer.out.weight), Order::Dense)?
        + project(&bias(&layer.out.bias), Order::Same)?;
    Ok(Outcome { timing, check })
}

/// A small GPT (Radford et al., 2019): four blocks that normalise first.
#[derive(Module)]
struct Gpt {
    token: Embedding,
    position: LearnedPositionalEncoding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Dense,
}

#[derive(Module)]
struct Block {
    norm1: LayerNorm,
    attention: MultiHeadAttention,
    norm2: LayerNorm,
    up: Dense,
    down: Dense,
}

impl Block {
    fn forward(&self, x: &Var) -> Result<Var> {
        let options = AttentionOptions::new().causal(true);
        let attended = self
            .attention
            .attend(&self.norm1.forward(x)?, None, options)?;
        let x = x.try_add(&attended)?;
        let inner = self.up.forward(&self.norm2.forward(&x)?)?;
        x.try_add(&self.down.forward(&inner)?)
    }
}

/// A dense layer, its weight, and its bias if it has one, from the next seeds.
fn dense(seed: &mut u32, config: DenseConfig, inputs: usize) -> Result<Dense> {
    let outputs = config.output_size;
    let mut layer: Dense = config.input_size(inputs).init(&mut Rng::seed(0))?;
    let scale = 1.0 / (inputs as f32).sqrt();
    layer
        .weight
        .set(fill(&[outputs, inputs], *seed, scale, Order::Dense)?)?;
    *seed += 1;
    if let Some(bias) = &mut layer.bias {
        bias.set(fill(&[outputs], *seed, scale, Order::Same)?)?;
        *seed += 1;
    }
    Ok(layer)
}

fn gpt() -> Result<Gpt> {
    let rng = &mut Rng::seed(0);
    let norm = || {
        LayerNormConfig::new()
            .input_size(128)
            .epsilon(1e-5)
            .init(&mut Rng::seed(0))
    };
    let mut token: Embedding = EmbeddingConfig::new(96, 128).init(rng)?;
    token.weight.set(fill(&[96, 128], 100, 0.1, Order::Same)?)?;
    let mut position: LearnedPositionalEncoding = LearnedPositionalEncodingConfig::new(128)
        .input_size(128)
        .init(rng)?;
    position
        .weight
        .set(fill(&[128, 128], 101, 0.1, Order::Same)?)?;
    let mut seed = 102;
    let mut block = |_| {
        Ok(Block {
            norm1: norm()?,
            attention: attention(&mut seed, 128, 4)?,
            norm2: norm()?,
            up: dense(
                &mut seed,
                DenseConfig::new(512).activation(Activation::Gelu),
                128,
            )?,
            down: dense(&mut seed, DenseConfig::new(128), 512)?,
        })
    };
    let blocks = (0..4).map(&mut block).collect::<Result<_>>()?;
    Ok(Gpt {
        token,
        position,
        blocks,
        norm: norm()?,
        head: dense(&mut seed, DenseConfig::new(96).use_bias(false), 128)?,
    })
}

/// Steps of the GPT on 16 sequences of 128 characters, with AdamW. The check is the loss that the fifth step reports.
pub fn train() -> Result<Outcome> {
    let mut model = gpt()?;
    let tokens = labels(16 * 129, 96)?.reshape([16, 129])?;
    let (x, targets) = (tokens.narrow(1, 0, 128)?, tokens.narrow(1, 1, 128)?);
    let mut optimizer = AdamWConfig::new(1e-3).weight_decay(0.01).init()?;
    let tape = Tape::training(0);
    let mut step = || -> Result<Tensor> {
        let mut y = model.position.forward(&model.token.forward(&tape, &x)?)?;
        for block in &model.blocks {
            y = block.forward(&y)?;
        }
        let logits = model.head.forward(&model.norm.forward(&y)?)?;
        let loss = logits.cross_entropy(&targets)?.mean(..)?;
        let gradients = loss.backward()?;
        optimizer.step(&mut model, &gradients)?;
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
