//! Every function of channels, at every level of the machine, against the definition computed in `f64`.

use super::*;
use crate::kernels::{available_levels, with_level};
use crate::{Rng, Tensor};

/// Rows and columns: below and above a tile, a chunk, and what a tile takes together.
const SIZES: [(usize, usize); 9] = [
    (1, 1),
    (7, 1),
    (5, 3),
    (100, 16),
    (5003, 16),
    (700, 48),
    (300, 64),
    (90, 200),
    (3, 1500),
];

fn numbers<T: Float>(count: usize, seed: u64) -> Vec<T> {
    let x = Tensor::<f64>::randn([count], &mut Rng::seed(seed));
    x.to_vec()
        .into_iter()
        .map(|x| T::from_f64(3.0 + x))
        .collect()
}

#[track_caller]
fn assert_close<T: Float>(got: &[T], expected: &[f64], scale: f64, tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
        let error = (got.primal() - expected).abs();
        assert!(
            error <= tolerance * scale,
            "{index}: {got}, expected {expected}"
        );
    }
}

fn column(x: &[f64], width: usize, column: usize) -> Vec<f64> {
    x.iter().skip(column).step_by(width).copied().collect()
}

/// What is summed over a column of x, with that of g and the mean.
type OfColumn<'a> = dyn Fn(&[f64], &[f64], f64) -> f64 + 'a;

fn all_agree<T: Float>(tolerance: f64) {
    for (rows, width) in SIZES {
        let (x, g) = (numbers::<T>(rows * width, 1), numbers::<T>(rows * width, 2));
        let exact = |x: &[T]| -> Vec<f64> { x.iter().map(|x| x.primal()).collect() };
        let (x64, g64) = (exact(&x), exact(&g));
        let [mut mean, mut deviations, mut sum, mut dot] = [(); 4].map(|()| vec![T::one(); width]);
        moments(&x, &mut mean, &mut deviations);
        gradient_sums(&x, &g, &mean, &mut sum, &mut dot);
        let mean64 = exact(&mean);
        let of_columns = |f: &OfColumn| -> Vec<f64> {
            (0..width)
                .map(|j| f(&column(&x64, width, j), &column(&g64, width, j), mean64[j]))
                .collect()
        };
        let n = rows as f64;
        let expected = of_columns(&|x, _, _| x.iter().sum::<f64>() / n);
        assert_close(&mean, &expected, 4.0, tolerance);
        let expected = of_columns(&|x, _, m| x.iter().map(|x| (x - m) * (x - m)).sum());
        assert_close(&deviations, &expected, 1.0 + n, tolerance);
        let expected = of_columns(&|_, g, _| g.iter().sum());
        assert_close(&sum, &expected, 4.0 * n, tolerance);
        let expected = of_columns(&|x, g, m| x.iter().zip(g).map(|(x, g)| g * (x - m)).sum());
        assert_close(&dot, &expected, 4.0 * n, tolerance);

        let mut y = vec![T::ZERO; x.len()];
        for a in [None, Some((&g[..], &sum[..]))] {
            let of = Combination {
                a,
                b: &x,
                mean: &mean,
                slope: &dot,
                shift: &deviations,
            };
            combine(of, &mut y);
            let mut expected = vec![T::ZERO; x.len()];
            reference::combine_columns(&of, &mut expected);
            assert_close(&y, &exact(&expected), 1e2 * n, tolerance);
        }
    }
}

#[test]
fn every_level_agrees_with_the_definition() {
    for level in available_levels() {
        with_level(level, || {
            all_agree::<f32>(1e-6);
            all_agree::<f64>(1e-13);
        });
    }
}

#[test]
fn the_reference_agrees_too() {
    type Plain = crate::Dual<f64>;
    all_agree::<Plain>(1e-13);
}

#[test]
fn a_large_mean_costs_no_digits() {
    let x: Vec<f64> = (0..40_000).map(|i| 1e9 + f64::from(i % 2)).collect();
    let (mut mean, mut deviations) = ([0.0], [0.0]);
    moments(&x, &mut mean, &mut deviations);
    assert_eq!((mean, deviations), ([1e9 + 0.5], [10_000.0]));
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (x, g) = (numbers::<f32>(160_000, 1), numbers::<f32>(160_000, 2));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let [mut mean, mut deviations, mut sum, mut dot] = [(); 4].map(|()| vec![0.0; 16]);
            moments(&x, &mut mean, &mut deviations);
            gradient_sums(&x, &g, &mean, &mut sum, &mut dot);
            [mean, deviations, sum, dot]
        })
    };
    assert_eq!(run(1), run(3));
}
