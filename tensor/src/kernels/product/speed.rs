//! How fast products are, beside the limit of the arithmetic units, a second implementation and PyTorch: a table to be read.
//!
//! ```sh
//! ETUDE_PYTHON=python3 cargo test --release -p etude-tensor --lib product_speed -- --ignored --nocapture
//! ```
//!
//! Without `ETUDE_PYTHON`, a Python that has PyTorch, the columns of PyTorch are empty.

use super::{Fast, MatRef, Product};
use crate::kernels::simd::{self, Kernel, Lanes, Vector};
use crate::kernels::{level, parallel};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

/// Sums that don't wait for each other, enough to keep every arithmetic unit busy, and few enough for the registers.
const CHAINS: usize = 12;

/// `steps` multiply-adds of whole registers in each chain, without memory: nothing on this processor is faster.
struct Peak {
    steps: usize,
}

impl<T: Lanes> Kernel<T> for Peak {
    /// How many floating-point operations that was.
    type Output = usize;

    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) -> usize {
        // SAFETY: our caller's promise: the processor has the instructions of V.
        let (zero, factor) = unsafe { black_box((V::zero(), V::zero())) };
        let mut sums = [zero; CHAINS];
        for _ in 0..self.steps {
            for sum in &mut sums {
                *sum = factor.mul_add(zero, *sum);
            }
        }
        black_box(sums);
        2 * CHAINS * V::LANES * self.steps
    }
}

/// How long a body runs before it counts.
const WAKING: Duration = Duration::from_millis(5);

/// What `body` does in a second: its operations over the time it takes.
fn rate(mut body: impl FnMut() -> usize) -> f64 {
    // Threads that sleep, and processors that were idle, take milliseconds to come back.
    let start = Instant::now();
    while start.elapsed() < WAKING {
        body();
    }
    let start = Instant::now();
    let mut operations = 0;
    // A clock is no good for what takes a microsecond.
    while operations < 1 << 28 {
        operations += body();
    }
    operations as f64 / start.elapsed().as_secs_f64()
}

/// The median rate of PyTorch's product of this size and type, on one and on two threads.
fn torch(name: &str, size: usize) -> Option<[f64; 2]> {
    let script = format!(
        "
import time, torch
a, b = (torch.rand({size}, {size}, dtype=torch.{name}) for _ in range(2))
c = torch.empty_like(a)
for threads in (1, 2):
    torch.set_num_threads(threads)
    rates = []
    for _ in range(max(7, min(40, 2**31 // {size}**3))):
        torch.mm(a, b, out=c)
        start, operations = time.perf_counter(), 0
        while operations < 2**28:
            torch.mm(a, b, out=c)
            operations += 2 * {size}**3
        rates.append(operations / (time.perf_counter() - start))
    print(sorted(rates)[len(rates) // 2])
"
    );
    let python = std::env::var("ETUDE_PYTHON").ok()?;
    let output = Command::new(python).args(["-c", &script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut rates = text.lines().map_while(|line| line.parse().ok());
    Some([rates.next()?, rates.next()?])
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// `c = a·b` of square matrices by the crate `matrixmultiply`.
trait Second: Fast {
    fn second(size: usize, a: &[Self], b: &[Self], c: &mut [Self]);
}

macro_rules! second {
    ($t:ty, $gemm:path) => {
        impl Second for $t {
            fn second(n: usize, a: &[$t], b: &[$t], c: &mut [$t]) {
                assert!(a.len() == n * n && b.len() == n * n && c.len() == n * n);
                let (row, a, b) = (n as isize, a.as_ptr(), b.as_ptr());
                // SAFETY: the three slices are n rows of n elements, as was just checked.
                unsafe {
                    $gemm(
                        n,
                        n,
                        n,
                        1.0,
                        a,
                        row,
                        1,
                        b,
                        row,
                        1,
                        0.0,
                        c.as_mut_ptr(),
                        row,
                        1,
                    )
                }
            }
        }
    };
}
second!(f32, matrixmultiply::sgemm);
second!(f64, matrixmultiply::dgemm);

/// One line of the table, all of its figures taken in turns.
fn line<T: Second>((name, torch_name): (&str, &str), size: usize, pools: &[rayon::ThreadPool; 2]) {
    let numbers = |seed: usize| -> Vec<T> {
        (0..size * size)
            .map(|i| T::from_f64(((i * seed) % 17) as f64 - 8.0))
            .collect()
    };
    let (a, b) = (numbers(3), numbers(5));
    let mut c = vec![T::ZERO; size * size];
    let mut ours = |transposed: bool| {
        let (a, b) = (
            MatRef::row_major(&a, size, size),
            MatRef::row_major(&b, size, size),
        );
        match transposed {
            false => Product::new(a, b).write(&mut c),
            true => Product::new(a.t(), b.t()).write(&mut c),
        }
        2 * size.pow(3)
    };
    let peak = || simd::run::<T, Peak>(Peak { steps: 200_000 });
    let mut other = vec![T::ZERO; size * size];
    let turns = (1 << 31) / size.pow(3);
    let turns = turns.clamp(7, 40);
    let mut alone: [Vec<f64>; 4] = Default::default();
    for _ in 0..turns {
        let turn = [
            pools[0].install(|| rate(peak)),
            pools[0].install(|| rate(|| ours(false))),
            pools[0].install(|| rate(|| ours(true))),
            rate(|| {
                T::second(size, &a, &b, &mut other);
                2 * size.pow(3)
            }),
        ];
        for (rates, rate) in alone.iter_mut().zip(turn) {
            rates.push(rate);
        }
    }
    // By themselves: a processor that has just been idle takes milliseconds to come back.
    let mut together: [Vec<f64>; 2] = Default::default();
    for _ in 0..turns {
        let turn = [
            pools[1].install(|| {
                rate(|| {
                    let much = parallel::Work::nanoseconds(1e9);
                    parallel::map_chunks(2, much, |_| peak()).into_iter().sum()
                })
            }),
            pools[1].install(|| rate(|| ours(false))),
        ];
        for (rates, rate) in together.iter_mut().zip(turn) {
            rates.push(rate);
        }
    }
    let [peak, one, transposed, second] = alone.map(median);
    let [two_peak, two] = together.map(median);
    let torch = torch(torch_name, size);
    let beside = |ours: f64, threads: usize| match torch {
        Some(rates) => format!("{:.2}", ours / rates[threads - 1]),
        None => String::new(),
    };
    println!(
        "| `{name}` {size} | {:.1} | {:.0} % | {:.0} % | {:.2} | {} | {:.1} | {:.0} % | {} |",
        one / 1e9,
        100.0 * one / peak,
        100.0 * transposed / peak,
        one / second,
        beside(one, 1),
        two / 1e9,
        100.0 * two / two_peak,
        beside(two, 2),
    );
    assert!(one > second / 2.0, "half as fast as the other at {size}");
}

#[test]
#[ignore = "a measurement: two minutes on a quiet machine"]
fn product_speed() {
    let pools = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap()
    });
    println!("level {:?}", level());
    println!(
        "| type, size | 1 thread, GFLOP/s | of peak | Aᵀ·Bᵀ, of peak | times matrixmultiply | times PyTorch | 2 threads, GFLOP/s | of peak | times PyTorch |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for size in [16, 64, 128, 256, 512, 1024, 2048] {
        line::<f32>(("f32", "float32"), size, &pools);
    }
    for size in [64, 256, 1024] {
        line::<f64>(("f64", "float64"), size, &pools);
    }
}
