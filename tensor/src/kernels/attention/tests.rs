//! The blocks against the reference.

use super::*;
use crate::kernels::{available_levels, with_level};
use crate::{Rng, Tensor};

/// What to try: heads, queries, keys, d, e, and the options.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    sizes: [usize; 5],
    visible: bool,
    additive: bool,
    causal: bool,
    dropout: bool,
}

/// Output, logsumexp and the four gradients.
type Results<T> = [Vec<T>; 6];

fn run<T: Float>(case: Case, reference: bool) -> Results<T> {
    let [heads, queries, keys, d, e] = case.sizes;
    let mut rng = Rng::seed(11);
    let mut draw = |elements: usize| Tensor::<T>::randn([elements], &mut rng).to_vec();
    // Two samples of half the heads, each position with its heads side by side, as split heads lie.
    let dims = [2, heads / 2];
    let (query, key) = (draw(heads * queries * d), draw(heads * keys * d));
    let (value, gradient) = (draw(heads * keys * e), draw(heads * queries * e));
    let mut additive = draw(heads / 2 * queries * keys);
    let strides = |rows: usize, cols: usize| [rows * heads / 2 * cols, cols].map(|s| s as isize);
    fn matrices<'a, T>(
        data: &'a [T],
        rows: usize,
        cols: usize,
        dims: &'a [usize; 2],
        strides: &'a [isize; 2],
    ) -> Matrices<'a, T> {
        let first = MatRef::new(data, 0, [rows, cols], [(dims[1] * cols) as isize, 1]);
        Matrices::new(first, dims, strides)
    }
    let (query_strides, key_strides) = (strides(queries, d), strides(keys, d));
    let (value_strides, output_strides) = (strides(keys, e), strides(queries, e));
    // Hides all of query 1 from all heads; every third key of the others.
    let visible: Vec<bool> = (0..queries * keys)
        .map(|i| i / keys != 1 && i % 3 != 0)
        .collect();
    if keys > 2 {
        additive[2] = T::NEG_INFINITY;
    }
    let additive_strides = [0, (queries * keys) as isize];
    let attention = Attention {
        query: matrices(&query, queries, d, &dims, &query_strides),
        key: matrices(&key, keys, d, &dims, &key_strides),
        value: matrices(&value, keys, e, &dims, &value_strides),
        scale: 0.4,
        visible: case
            .visible
            .then(|| Matrices::new(MatRef::row_major(&visible, queries, keys), &dims, &[0, 0])),
        additive: case.additive.then(|| {
            Matrices::new(
                MatRef::row_major(&additive, queries, keys),
                &dims,
                &additive_strides,
            )
        }),
        causal: case.causal,
        dropout: case
            .dropout
            .then(|| (Bernoulli::new(0.7, &mut Rng::seed(9)), 0.3)),
    };
    // Whatever was in the memory before must not matter.
    let fill = |elements: usize| vec![T::NAN; elements];
    let (mut output, mut logsumexp) = (fill(heads * queries * e), fill(heads * queries));
    let order = [0, 2, 1];
    let target = Target::new(&mut output, &dims, [queries, e], &order);
    match reference {
        true => reference::attention::forward(&attention, target, &mut logsumexp),
        false => T::attention(&attention, target, &mut logsumexp),
    }
    let mut to = [query.len(), key.len(), value.len(), heads * queries * keys].map(fill);
    let [to_query, to_key, to_value, to_additive] = &mut to;
    let gradients = Gradients {
        query: Target::new(to_query, &dims, [queries, d], &order),
        key: Target::new(to_key, &dims, [keys, d], &order),
        value: Target::new(to_value, &dims, [keys, e], &order),
        additive: Some(Target::new(to_additive, &dims, [queries, keys], &[0, 1, 2])),
    };
    let forward = Forward {
        output: matrices(&output, queries, e, &dims, &output_strides),
        logsumexp: &logsumexp,
        gradient: matrices(&gradient, queries, e, &dims, &output_strides),
    };
    match reference {
        true => reference::attention::backward(&attention, &forward, gradients),
        false => T::attention_grad(&attention, &forward, gradients),
    }
    let [a, b, c, d] = to;
    [output, logsumexp, a, b, c, d]
}

fn cases() -> Vec<Case> {
    let sizes = [
        [2, 3, 4, 2, 3],
        [4, 50, 130, 8, 16],
        [2, 200, 300, 5, 7],
        [32, 49, 20, 16, 8],
        [2, 7, 5, 0, 3],
    ];
    let mut cases = Vec::new();
    for sizes in sizes {
        let plain = Case {
            sizes,
            ..Case::default()
        };
        cases.push(plain);
        cases.push(Case {
            causal: true,
            ..plain
        });
        cases.push(Case {
            visible: true,
            dropout: true,
            ..plain
        });
        cases.push(Case {
            additive: true,
            ..plain
        });
        cases.push(Case {
            visible: true,
            additive: true,
            causal: true,
            dropout: true,
            ..plain
        });
    }
    cases
}

#[test]
fn blocks_agree_with_the_reference_at_every_level() {
    for case in cases() {
        let expected = run::<f64>(case, true);
        for level in available_levels() {
            with_level(level, || {
                close(case, &run::<f64>(case, false), &expected, 1e-12);
                let single =
                    run::<f32>(case, false).map(|x| x.iter().map(|&x| f64::from(x)).collect());
                close(case, &single, &expected, 2e-4);
            });
        }
    }
}

/// Equal to `tolerance` times the largest element.
fn close(case: Case, given: &Results<f64>, expected: &Results<f64>, tolerance: f64) {
    for (which, (given, expected)) in given.iter().zip(expected).enumerate() {
        let finite = expected.iter().filter(|x| x.is_finite());
        let largest = finite.fold(1.0_f64, |largest, x| largest.max(x.abs()));
        for (i, (given, expected)) in given.iter().zip(expected).enumerate() {
            let near = (given - expected).abs() <= tolerance * largest || given == expected;
            assert!(
                near,
                "{case:?}: result {which}, element {i}: {given}, expected {expected}"
            );
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let case = Case {
        sizes: [2, 200, 300, 16, 16],
        causal: true,
        dropout: true,
        ..Case::default()
    };
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| run::<f32>(case, false))
    };
    let alone = on(1);
    assert!(on(2) == alone);
    assert!(on(5) == alone);
}
