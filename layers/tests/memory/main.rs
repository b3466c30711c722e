//! What layers take of the pool of memory. The pool belongs to the whole process, so these tests are a program of their own, and take turns.

mod linear_in_length;
mod windows_copied_once;

use etude_autograd::Tape;
use etude_layers::*;
use etude_tensor::{Result, Rng, Tensor, pool};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by the test that measures.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    // A test that failed leaves nothing behind that the next one doesn't clear.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bytes that a step over an input of this shape takes, divided by its positions.
fn bytes_per_position(layer: &dyn Layer, shape: &[usize], want: &[&str]) -> Result<f64> {
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
fn kept() -> f64 {
    let (own, shared) = pool::kept_bytes();
    (own + shared) as f64
}

/// Of an input of this shape.
fn positions(shape: &[usize]) -> f64 {
    shape[..shape.len() - 1].iter().product::<usize>() as f64
}
