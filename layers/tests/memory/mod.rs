//! What a layer takes of the pool of memory. The pool belongs to the whole process: a test that measures it is alone in its file.

use etude_autograd::Tape;
use etude_layers::*;
use etude_tensor::{Result, Rng, Tensor, pool};

/// The bytes that a step over an input of this shape takes, divided by its positions.
pub fn bytes_per_position(layer: &dyn Layer, shape: &[usize], want: &[&str]) -> Result<f64> {
    let x = Tensor::<f32>::normal(shape, 0.0, 1.0, &mut Rng::seed(1))?;
    layer.build(&x)?;
    pool::clear();
    let tape = Tape::training(1);
    let name = layer.signature().takes[0].name;
    let args = Args::new(&tape).with(name, tape.var(x));
    let outputs = layer.call(&args, want)?;
    let mut loss = tape.scalar(0.0);
    for name in want {
        loss = loss.try_add(&outputs.get(name)?.square()?.sum(..)?)?;
    }
    drop((args, outputs));
    drop(loss.backward()?);
    drop(loss);
    Ok(kept() / positions(shape))
}

/// The bytes that the pool keeps for what comes next.
pub fn kept() -> f64 {
    let (own, shared) = pool::kept_bytes();
    (own + shared) as f64
}

/// Of an input of this shape.
pub fn positions(shape: &[usize]) -> f64 {
    shape[..shape.len() - 1].iter().product::<usize>() as f64
}
