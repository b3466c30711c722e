//! Single operations, forward alone or with all their gradients.

use crate::harness::{Outcome, measure};
use crate::inputs::{Order, fill, labels, project};
use etude::tensor::kernels::conv::ConvGeometry;
use etude::{Gradients, Result, Tape, Tensor, Var};

/// `A · B`; `batch` pairs of them where it isn't empty.
pub fn matmul(batch: &[usize], [m, k, n]: [usize; 3]) -> Result<Outcome> {
    let a = same(&[batch, &[m, k]].concat(), 1)?;
    let b = same(&[batch, &[k, n]].concat(), 2)?;
    forward(|| a.matmul(&b))
}

/// The sum of two tensors, the second broadcast to the first.
pub fn add(a: &[usize], b: &[usize]) -> Result<Outcome> {
    let (a, b) = (same(a, 1)?, same(b, 2)?);
    forward(|| a.try_add(&b))
}

/// A function of each of 2²⁰ elements in [−3, 3).
pub fn map(function: fn(&Tensor) -> Tensor) -> Result<Outcome> {
    let x = fill(&[1 << 20], 1, 3.0, Order::Same)?;
    forward(|| Ok(function(&x)))
}

/// The sum over one axis.
pub fn sum(axis: isize) -> Result<Outcome> {
    let x = same(&[2048, 2048], 1)?;
    forward(|| x.sum(axis))
}

/// A transposed copy.
pub fn transpose_copy() -> Result<Outcome> {
    let x = same(&[2048, 2048], 1)?;
    forward(|| Ok(x.transpose(0, 1)?.contiguous()))
}

/// Softmax of 4096 rows.
pub fn softmax() -> Result<Outcome> {
    let x = fill(&[4096, 512], 1, 3.0, Order::Same)?;
    let g = same(&[4096, 512], 50)?;
    both(&[(x, Order::Same)], Order::Same, |tape, v| {
        let y = v[0].softmax(-1)?;
        Ok((weighted(&y, &tape.input(g.clone()))?, y))
    })
}

/// Layer normalization of 4096 rows, with gamma and beta.
pub fn layer_norm() -> Result<Outcome> {
    let x = fill(&[4096, 512], 1, 3.0, Order::Same)?;
    let gamma = fill(&[512], 2, 0.1, Order::Same)? + 1.0;
    let beta = fill(&[512], 3, 0.1, Order::Same)?;
    let g = same(&[4096, 512], 50)?;
    let leaves = [x, gamma, beta].map(|leaf| (leaf, Order::Same));
    both(&leaves, Order::Same, |tape, v| {
        let y = v[0].layer_norm(&v[1], &v[2], 1e-5)?;
        Ok((weighted(&y, &tape.input(g.clone()))?, y))
    })
}

/// The mean cross entropy of 4096 rows of logits.
pub fn cross_entropy() -> Result<Outcome> {
    let x = fill(&[4096, 1000], 1, 3.0, Order::Same)?;
    let targets = labels(4096, 1000)?;
    both(&[(x, Order::Same)], Order::Same, |_, v| {
        let loss = v[0].cross_entropy(&targets)?.mean(..)?;
        Ok((loss.clone(), loss))
    })
}

/// A 3×3 convolution that keeps the images' size, with a bias.
pub struct Convolution {
    /// Images in the batch.
    pub images: usize,
    /// Rows and columns of an image.
    pub side: usize,
    /// Channels in and out, and the groups they are cut into.
    pub channels: [usize; 2],
    /// Blocks of channels that are convolved separately.
    pub groups: usize,
}

impl Convolution {
    /// Forward and backward.
    pub fn run(self) -> Result<Outcome> {
        let (n, side, [inputs, outputs]) = (self.images, self.side, self.channels);
        let fan_in = inputs / self.groups * 9;
        let scale = 1.0 / (fan_in as f32).sqrt();
        let x = fill(&[n, inputs, side, side], 1, 1.0, Order::Images)?;
        let kernel = [outputs, inputs / self.groups, 3, 3];
        let kernel = fill(&kernel, 2, scale, Order::Kernel)?;
        let bias = fill(&[outputs], 3, scale, Order::Same)?;
        let g = fill(&[n, outputs, side, side], 50, 1.0, Order::Images)?;
        let mut geometry = ConvGeometry::new(2);
        geometry.padding.fill((1, 1));
        geometry.groups = self.groups;
        let leaves = [
            (x, Order::Images),
            (kernel, Order::Kernel),
            (bias, Order::Same),
        ];
        both(&leaves, Order::Images, |tape, v| {
            let y = v[0].conv(&v[1], Some(&v[2]), &geometry)?;
            Ok((weighted(&y, &tape.input(g.clone()))?, y))
        })
    }
}

/// 500 times (multiply, add) on 16 elements: what an operation costs beside its arithmetic.
pub fn tiny_chain() -> Result<Outcome> {
    let x = same(&[16], 1)?;
    let a = fill(&[16], 2, 0.01, Order::Same)?;
    let b = fill(&[16], 3, 0.001, Order::Same)? + 1.0;
    both(&[(x, Order::Same)], Order::Same, |tape, v| {
        let (a, b) = (tape.input(a.clone()), tape.input(b.clone()));
        let mut y = v[0].clone();
        for _ in 0..500 {
            y = y * &b;
            y = y + &a;
        }
        Ok((y.sum(..)?, y))
    })
}

fn same(shape: &[usize], seed: u32) -> Result<Tensor> {
    fill(shape, seed, 1.0, Order::Same)
}

/// L = Σ y·g.
fn weighted(y: &Var, g: &Var) -> Result<Var> {
    y.try_mul(g)?.sum(..)
}

/// An operation that isn't recorded. One result is alive while the next is made.
fn forward(operation: impl Fn() -> Result<Tensor>) -> Result<Outcome> {
    let mut last = operation()?;
    let timing = measure(|| last = operation().expect("it went well before"));
    let check = project(&last, Order::Same)?;
    Ok(Outcome { timing, check })
}

/// A recorded operation and the gradients for all `leaves`; `record` gives the loss and the output.
fn both(
    leaves: &[(Tensor, Order)],
    output: Order,
    record: impl Fn(&Tape, &[Var]) -> Result<(Var, Var)>,
) -> Result<Outcome> {
    let tape = Tape::new();
    let step = || -> Result<(Tensor, Vec<Var>, Gradients)> {
        let vars: Vec<Var> = leaves
            .iter()
            .map(|(leaf, _)| tape.var(leaf.clone()))
            .collect();
        let (loss, y) = record(&tape, &vars)?;
        let gradients = loss.backward()?;
        Ok((y.into_tensor(), vars, gradients))
    };
    let mut last = step()?;
    let timing = measure(|| last = step().expect("it went well before"));
    let (y, vars, gradients) = last;
    let mut check = project(&y, output)?;
    for (var, (_, order)) in vars.iter().zip(leaves) {
        check += project(&gradients.get(var)?, *order)?;
    }
    Ok(Outcome { timing, check })
}
