//! What the tape's bookkeeping costs. `cargo test --release -p etude-autograd --test suite cost -- --ignored --nocapture`

use etude_autograd::Tape;
use etude_tensor::{Result, Tensor};
use std::time::Instant;

/// 500 × (multiply, add) on 16 elements, everything tracked: nanoseconds an operation, the best of many runs.
#[test]
#[ignore = "a measurement: run it in release, on a quiet machine"]
fn nanoseconds_an_operation() -> Result<()> {
    let tensor = |value: f32| Tensor::full([16], value);
    let (x, a, b) = (tensor(1.0), tensor(0.01), tensor(1.001));
    let tape = Tape::new();
    let (mut forward, mut backward) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..2000 {
        let start = Instant::now();
        let (x, a, b) = (
            tape.var(x.clone()),
            tape.var(a.clone()),
            tape.var(b.clone()),
        );
        let mut y = x.clone();
        for _ in 0..500 {
            y = y.try_mul(&b)?;
            y = y.try_add(&a)?;
        }
        let loss = y.sum(..)?;
        let recorded = Instant::now();
        let gradients = loss.backward()?;
        let done = Instant::now();
        assert!(gradients.get(&x)?.at(&[0])? > 1.0);
        forward = forward.min((recorded - start).as_secs_f64());
        backward = backward.min((done - recorded).as_secs_f64());
    }
    let [forward, backward] = [forward, backward].map(|seconds| seconds * 1e9 / 1000.0);
    println!(
        "forward {forward:.0} ns, backward {backward:.0} ns, together {:.0} ns an operation",
        forward + backward
    );
    Ok(())
}
