//! Kernels alone, on one thread, at every level of instruction set that the machine has: what a change to one of them did.
//!
//! `cargo bench -p etude-tensor --bench kernels -- map/exp` runs what has this in its name. The workloads of the whole framework are in the facade's
//! `benches/workloads.rs`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use etude_tensor::kernels::maps::{MapKernels, Unary};
use etude_tensor::kernels::product::{MatRef, Product};
use etude_tensor::kernels::reduce::{ReduceKernels, RowKernels};
use etude_tensor::kernels::{available_levels, with_level};

/// In the first level of cache, in the second, in memory.
const LENGTHS: [usize; 3] = [1 << 10, 1 << 16, 1 << 22];

/// `count` numbers between −4 and 4, in no order.
fn numbers(count: usize) -> Vec<f32> {
    let scattered = |index: usize| (index as u32).wrapping_mul(2_654_435_761) >> 8;
    (0..count)
        .map(|index| scattered(index) as f32 / 2_097_152.0 - 4.0)
        .collect()
}

/// Runs `body` under the name `group/level/size` for every level and size; an element is what the throughput counts.
fn at_every_level(
    criterion: &mut Criterion,
    group: &str,
    sizes: &[usize],
    elements: impl Fn(usize) -> usize,
    mut body: impl FnMut(usize) -> Box<dyn FnMut()>,
) {
    let mut group = criterion.benchmark_group(group);
    for &size in sizes {
        group.throughput(Throughput::Elements(elements(size) as u64));
        let mut run = body(size);
        for level in available_levels() {
            group.bench_function(BenchmarkId::new(level.name(), size), |bencher| {
                bencher.iter(|| with_level(level, &mut run));
            });
        }
    }
}

fn maps(criterion: &mut Criterion) {
    let functions = [
        ("square", Unary::Square),
        ("exp", Unary::Exp),
        ("ln", Unary::Ln),
        ("tanh", Unary::Tanh),
        ("sigmoid", Unary::Sigmoid),
        ("erf", Unary::Erf),
        ("gelu", Unary::Gelu),
    ];
    for (name, op) in functions {
        at_every_level(
            criterion,
            &format!("map/{name}"),
            &LENGTHS,
            |n| n,
            |n| {
                let (x, mut y) = (numbers(n), vec![0.0; n]);
                Box::new(move || f32::unary(op, black_box(&x), black_box(&mut y)))
            },
        );
    }
}

fn reductions(criterion: &mut Criterion) {
    type Reduction = (&'static str, fn(&[f32]) -> f32);
    let functions: [Reduction; 3] = [
        ("sum", f32::sum_of),
        ("max", f32::max_of),
        ("moments", |x| f32::moments(x).1),
    ];
    for (name, reduce) in functions {
        at_every_level(
            criterion,
            &format!("reduce/{name}"),
            &LENGTHS,
            |n| n,
            |n| {
                let x = numbers(n);
                Box::new(move || {
                    black_box(reduce(black_box(&x)));
                })
            },
        );
    }
    const WIDTH: usize = 512;
    at_every_level(
        criterion,
        "rows/softmax",
        &[1, 128],
        |rows| rows * WIDTH,
        |rows| {
            let (x, mut y) = (numbers(rows * WIDTH), vec![0.0; rows * WIDTH]);
            Box::new(move || f32::softmax(black_box(&x), WIDTH, black_box(&mut y)))
        },
    );
}

fn products(criterion: &mut Criterion) {
    // An element is a multiplication with its addition.
    at_every_level(
        criterion,
        "product/square",
        &[16, 64, 256],
        |n| n * n * n,
        |n| {
            let (a, b, mut c) = (numbers(n * n), numbers(n * n), vec![0.0; n * n]);
            Box::new(move || {
                let (a, b) = (MatRef::row_major(&a, n, n), MatRef::row_major(&b, n, n));
                Product::new(black_box(a), black_box(b)).write(black_box(&mut c));
            })
        },
    );
}

criterion_group!(kernels, maps, reductions, products);

fn main() {
    // On a pool of one thread nothing is split.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("one thread");
    pool.install(|| {
        kernels();
        Criterion::default().configure_from_args().final_summary();
    });
}
