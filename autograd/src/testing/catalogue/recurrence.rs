//! Recurrence over whole sequences.

use crate::testing::{Entry, Input, normal};
use crate::{LstmWeights, Tape, Var, program};
use etude_tensor::{Result, Tensor};

/// An input `[t, b, in]`, weights for `h` units, and the states before the first step.
fn sequence([t, b, input, h]: [usize; 4]) -> Vec<Input> {
    vec![
        normal([t, b, input]),
        normal([input, 4 * h]),
        normal([h, 4 * h]),
        normal([b, h]),
        normal([b, h]),
    ]
}

pub(super) fn lstm() -> Entry {
    let biased = program!(|x, w, u, h, c, b| x.lstm(
        &LstmWeights {
            weight: w,
            recurrent_weight: u,
            bias: Some(b)
        },
        h,
        c
    ));
    let plain = program!(|x, w, u, h, c| x.lstm(
        &LstmWeights {
            weight: w,
            recurrent_weight: u,
            bias: None
        },
        h,
        c
    ));
    // Of weights as small as those that layers begin with: over sums of many large terms no difference is as accurate as is asked for.
    let large = program!(|x, w, u, h, c, b| x.lstm(
        &LstmWeights {
            weight: &w.mul_scalar(0.2)?,
            recurrent_weight: &u.mul_scalar(0.2)?,
            bias: Some(b)
        },
        h,
        c
    ));
    let with_bias = |sizes: [usize; 4]| [sequence(sizes), vec![normal([4 * sizes[3]])]].concat();
    Entry::new("long short-term memory over a sequence: the hidden state after each step, and the last cell")
        .needs_an_axis()
        .large(large, with_bias([6, 30, 8, 20]))
        .case("three steps", biased, with_bias([3, 2, 2, 2])).options("{}")
        .also("sizes 1", with_bias([1, 1, 1, 1]))
        .also("no rows", with_bias([2, 0, 2, 2]))
        .also("no features", with_bias([2, 2, 0, 1]))
        .case("without a bias", plain, sequence([2, 3, 2, 1])).options("{}")
        .refuses(
            |tape| of_zeros(tape, [5, 2, 3], 2, 2),
            "lstm: weight [2, 12] and bias None for an input [5, 2, 3] and 3 units; expected [3, 12] and [12]",
        )
        .refuses(
            |tape| of_zeros(tape, [5, 2, 3], 3, 1),
            "lstm: gates [5, 2, 12], recurrent weight [3, 12], hidden state [1, 3]",
        )
        .refuses(
            |tape| of_zeros(tape, [0, 2, 3], 3, 2),
            "lstm: gates [0, 2, 12], recurrent weight [3, 12], hidden state [2, 3] and cell [2, 3]; expected [t, b, 4h] with at least one step, [h, 4h], [b, h] and [b, h]",
        )
}

/// Three units on an input of this shape, all 0, with a weight for so many numbers and a hidden state of so many rows.
fn of_zeros(tape: &Tape<f64>, input: [usize; 3], numbers: usize, rows: usize) -> Result<Var<f64>> {
    let zeros = |shape: &[usize]| tape.var(Tensor::zeros(shape));
    let weights = LstmWeights {
        weight: &zeros(&[numbers, 12]),
        recurrent_weight: &zeros(&[3, 12]),
        bias: None,
    };
    zeros(&input).lstm(&weights, &zeros(&[rows, 3]), &zeros(&[2, 3]))
}
