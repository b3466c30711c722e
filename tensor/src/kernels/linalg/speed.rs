//! How many times as fast as the reference the kernels are with `faer`, on one thread: a table to be read.
//!
//! ```sh
//! cargo test --release -p etude-tensor --features faer --lib linalg_speed -- --ignored --nocapture
//! ```

use super::Triangle;
use crate::reference::linalg as reference;
use crate::{Float, Rng, Tensor};
use std::hint::black_box;
use std::time::Instant;

/// Seconds that one of many runs takes.
fn seconds(mut body: impl FnMut()) -> f64 {
    let (start, mut runs) = (Instant::now(), 0);
    while runs == 0 || start.elapsed().as_secs_f64() < 0.05 {
        body();
        runs += 1;
    }
    start.elapsed().as_secs_f64() / runs as f64
}

/// The median of what the first takes over what the second takes, in turns.
fn times(mut reference: impl FnMut(), mut fast: impl FnMut()) -> f64 {
    let ratio = |_| seconds(&mut reference) / seconds(&mut fast);
    let mut ratios: Vec<f64> = (0..3).map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[1]
}

type Solve<T> = fn(Triangle, &[T], usize, &mut [T]) -> Result<(), usize>;
type Root<T> = fn(&[T], usize, &mut [T]) -> Result<(), (usize, T)>;

/// One figure for each function, of square matrices.
fn figures<T: Float>(n: usize) -> [f64; 6] {
    let a = Tensor::<T>::randn([n, n], &mut Rng::seed(1));
    let square = a.matmul(&a.transpose(0, 1).unwrap()).unwrap();
    let positive = square.try_add(&Tensor::eye(n)).unwrap().to_vec();
    let a = a.to_vec();
    let mut l = vec![T::ZERO; n * n];
    T::cholesky(&positive, n, &mut l).unwrap();
    let solve = |by: Solve<T>| by(Triangle::Lower, &l, n, &mut a.clone()).unwrap();
    let cholesky = |by: Root<T>| {
        let mut l = vec![T::ZERO; n * n];
        by(&positive, n, &mut l).unwrap();
        black_box(l);
    };
    [
        times(|| cholesky(reference::cholesky), || cholesky(T::cholesky)),
        times(
            || drop(reference::lu(&mut a.clone(), n)),
            || drop(T::lu(&mut a.clone(), n)),
        ),
        times(|| solve(reference::substitute), || solve(T::substitute)),
        times(|| drop(reference::qr(&a, n, n)), || drop(T::qr(&a, n, n))),
        times(|| drop(reference::eigh(&a, n)), || drop(T::eigh(&a, n))),
        times(|| drop(reference::svd(&a, n, n)), || drop(T::svd(&a, n, n))),
    ]
}

#[test]
#[ignore = "a measurement: minutes"]
fn linalg_speed() {
    let sizes = [32, 128, 512];
    let columns = sizes.map(figures::<f32>).into_iter();
    let columns: Vec<[f64; 6]> = columns.chain(sizes.map(figures::<f64>)).collect();
    println!(
        "| | `f32` 32 | 128 | 512 | `f64` 32 | 128 | 512 |\n|---|---:|---:|---:|---:|---:|---:|"
    );
    let names = ["cholesky", "lu", "substitute", "qr", "eigh", "svd"];
    for (row, name) in names.iter().enumerate() {
        let cells = columns
            .iter()
            .map(|column| format!(" {:.1} |", column[row]));
        println!("| `{name}` |{}", cells.collect::<String>());
    }
}
