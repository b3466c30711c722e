//! The fast kernels against the reference, at every level and on several threads.

use super::*;
use crate::kernels::product::MatRef;
use crate::kernels::{available_levels, with_level};

fn numbers<T: Float>(len: usize, factor: f64) -> Vec<T> {
    (0..len)
        .map(|i| T::from_f64((i as f64 * factor + 0.5).sin()))
        .collect()
}

/// Everything that a run forward and a run back leave.
fn run<T: Float>(sizes: Sizes, fast: bool) -> Vec<Vec<T>> {
    let Sizes { steps, rows, units } = sizes;
    let sequence = |blocks: usize, factor| numbers::<T>(steps * rows * blocks * units, factor);
    let state = |factor| numbers::<T>(rows * units, factor);
    let weight = numbers::<T>(units * 4 * units, 1.3);
    let recurrent_weight = MatRef::row_major(&weight, units, 4 * units);
    let (hidden, cell) = (state(0.9), state(2.1));
    let mut gates = sequence(4, 0.7);
    let (mut cells, mut hiddens) = (sequence(1, 0.0), sequence(1, 0.0));
    let forward = Forward {
        recurrent_weight,
        hidden: &hidden,
        cell: &cell,
        gates: &mut gates,
        cells: &mut cells,
        hiddens: &mut hiddens,
    };
    if fast {
        T::lstm(sizes, forward)
    } else {
        reference::forward(sizes, forward)
    }
    let grad_hiddens = sequence(1, 1.7);
    let (mut grad_cell, mut grad_hidden) = (state(0.4), state(7.0));
    let mut grad_sums = sequence(4, 7.0);
    let backward = Backward {
        recurrent_weight,
        cell: &cell,
        gates: &gates,
        cells: &cells,
        grad_hiddens: &grad_hiddens,
        grad_cell: &mut grad_cell,
        grad_hidden: &mut grad_hidden,
        grad_sums: &mut grad_sums,
    };
    if fast {
        T::lstm_grad(sizes, backward)
    } else {
        reference::backward(sizes, backward)
    }
    vec![gates, cells, hiddens, grad_cell, grad_hidden, grad_sums]
}

const CASES: [Sizes; 6] = [
    Sizes {
        steps: 1,
        rows: 1,
        units: 1,
    },
    Sizes {
        steps: 4,
        rows: 3,
        units: 5,
    },
    Sizes {
        steps: 3,
        rows: 25,
        units: 17,
    },
    Sizes {
        steps: 2,
        rows: 60,
        units: 9,
    },
    Sizes {
        steps: 3,
        rows: 0,
        units: 4,
    },
    Sizes {
        steps: 3,
        rows: 2,
        units: 0,
    },
];

fn agree<T: Float>(bound: f64) {
    for sizes in CASES {
        let expected = run::<T>(sizes, false);
        for level in available_levels() {
            for (got, expected) in with_level(level, || run::<T>(sizes, true))
                .iter()
                .zip(&expected)
            {
                for (got, expected) in got.iter().zip(expected) {
                    let error = (got.primal() - expected.primal()).abs();
                    assert!(error < bound, "{sizes:?} {level:?}: {error}");
                }
            }
        }
    }
}

#[test]
fn fast_is_the_reference() {
    agree::<f64>(1e-12);
    agree::<f32>(1e-4);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let sizes = Sizes {
        steps: 7,
        rows: 50,
        units: 33,
    };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| run::<f32>(sizes, true))
    };
    let one = on(1);
    assert_eq!(on(2), one);
    assert_eq!(on(5), one);
}

#[test]
#[should_panic(expected = "length of a sequence")]
fn lengths_are_checked() {
    let weight = [0.0; 4];
    f32::lstm(
        Sizes {
            steps: 2,
            rows: 1,
            units: 1,
        },
        Forward {
            recurrent_weight: MatRef::row_major(&weight, 1, 4),
            hidden: &[0.0],
            cell: &[0.0],
            gates: &mut [0.0; 4],
            cells: &mut [0.0; 2],
            hiddens: &mut [0.0; 2],
        },
    );
}
