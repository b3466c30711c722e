//! A chain of 100,000 operations: no recursion, no leak, and a time that grows with its length and not with its square. Alone in its file,
//! because it looks at the memory of the whole process.

use etude_autograd::Tape;
use etude_tensor::{Result, Tensor, pool};
use std::time::{Duration, Instant};

/// What two chains may take, one walked back and one dropped: some fifty times what they take where the compiler optimises little.
const PATIENCE: Duration = Duration::from_secs(5);

/// The resident memory of this process in bytes, where the system tells.
fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// A chain that is spent by walking back over it.
fn spent(tape: &Tape<f32>) -> Result<f32> {
    let x = tape.var(Tensor::full([16], 1.0));
    let mut y = x.clone();
    for _ in 0..50_000 {
        y = &(&y * 0.9999) + 0.0001;
    }
    let gradient = y.sum(..)?.backward()?.get(&x)?;
    gradient.at(&[0])
}

/// A chain that is dropped with its tape: it goes as a whole, without recursion.
fn dropped() -> Result<()> {
    let tape = Tape::<f32>::new();
    let mut y = tape.var(Tensor::full([16], 1.0));
    for _ in 0..100_000 {
        y = y.tanh()?;
    }
    Ok(())
}

#[test]
fn a_chain_of_100_000_operations() -> Result<()> {
    let tape = Tape::new();
    let expected = 0.9999_f64.powi(50_000) as f32;
    let begun = Instant::now();
    assert!((spent(&tape)? - expected).abs() < 1e-4);
    let walked = begun.elapsed();
    dropped()?;
    let both = begun.elapsed();
    assert!(
        both < PATIENCE,
        "{walked:?} with the walk, {both:?} with the drop"
    );
    assert!(tape.is_empty());
    // The allocator keeps a block or two of its own, so the first rounds don't count.
    let mut sizes = Vec::new();
    for _ in 0..8 {
        spent(&tape)?;
        dropped()?;
        pool::clear();
        sizes.extend(resident());
    }
    if let [.., before, _, _, _, after] = sizes[..] {
        // One leaked chain would be about 30 MB.
        let grown = after.saturating_sub(before);
        assert!(grown < 8 << 20, "{grown} bytes more than before: {sizes:?}");
    }
    Ok(())
}
