//! Every fast path against the triple loop, at every level of the machine.

use super::{MatRef, Product};
use crate::kernels::maps::{MapKernels, Unary};
use crate::kernels::{available_levels, with_level};
use crate::{Float, reference};
use proptest::prelude::*;

/// Numbers between −1 and 1 without a pattern.
fn numbers<T: Float>(count: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| T::from_f64(next())).collect()
}

/// The product against the reference, at every level. A sum of k products may be off by k·ε times the largest partial sum.
fn check<T: Float>(product: &Product<'_, T>) {
    let size = product.batch_size() * product.a.rows() * product.b.cols();
    let before = numbers::<T>(size, 99);
    let mut expected = before.clone();
    reference::product::product(product, &mut expected);
    let tolerance = 4.0 * T::EPSILON * (product.a.cols() as f64 + 4.0);
    for level in available_levels() {
        let mut c = before.clone();
        with_level(level, || product.write(&mut c));
        for (i, (c, e)) in c.iter().zip(&expected).enumerate() {
            let error = (c.primal() - e.primal()).abs();
            assert!(
                error <= tolerance * e.primal().abs().max(1.0),
                "{level:?}: element {i} is {c}, expected {e}, of [{}, {}] · [{}, {}]",
                product.a.rows(),
                product.a.cols(),
                product.b.rows(),
                product.b.cols(),
            );
        }
    }
}

/// A matrix that isn't contiguous in the way that `layout` says, in data of its own.
fn strided<T: Float>(
    rows: usize,
    cols: usize,
    layout: usize,
    seed: u64,
) -> (Vec<T>, usize, [isize; 2]) {
    let (r, c) = (rows as isize, cols as isize);
    let (length, offset, strides) = match layout {
        0 => (r * c, 0, [c, 1]),
        1 => (r * c, 0, [1, r]),
        2 => (r * (c + 3) + 2, 2, [c + 3, 1]),
        3 => (c * (r + 1), 1, [1, r + 1]),
        4 => (r * c * 6, 1, [3 * c, 2]),
        5 => (r * c, (r * c - 1).max(0), [-c, -1]),
        6 => (c.max(1), 0, [0, 1]),
        _ => (r.max(1), 0, [1, 0]),
    };
    (
        numbers(length.max(0) as usize, seed),
        offset as usize,
        strides,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_shape_and_any_strides_agree_with_the_reference(
        m in 0usize..40, k in 0usize..70, n in 0usize..70,
        a_layout in 0usize..8, b_layout in 0usize..8, bias: bool, accumulate: bool,
    ) {
        fn go<T: Float>([m, k, n]: [usize; 3], layouts: [usize; 2], bias: bool, accumulate: bool) {
            let (a, a_offset, a_strides) = strided::<T>(m, k, layouts[0], 1);
            let (b, b_offset, b_strides) = strided::<T>(k, n, layouts[1], 2);
            let row = numbers(n, 3);
            let a = MatRef::new(&a, a_offset, [m, k], a_strides);
            let b = MatRef::new(&b, b_offset, [k, n], b_strides);
            let mut product = Product::new(a, b);
            if bias {
                product = product.bias(&row);
            }
            if accumulate {
                product = product.accumulate();
            }
            check(&product);
        }
        go::<f32>([m, k, n], [a_layout, b_layout], bias, accumulate);
        go::<f64>([m, k, n], [a_layout, b_layout], bias, accumulate);
    }
}

#[test]
fn large_products_agree_with_the_reference() {
    // Several blocks of depth, rows and columns; several tasks; thin and flat shapes.
    for [m, k, n] in [
        [130, 600, 200],
        [7, 300, 1100],
        [400, 20, 40],
        [1, 784, 512],
        [300, 513, 1],
        [64, 784, 128],
    ] {
        for layouts in [[0, 0], [1, 0], [0, 1], [1, 1], [4, 4]] {
            let (a, a_offset, a_strides) = strided::<f32>(m, k, layouts[0], 1);
            let (b, b_offset, b_strides) = strided::<f32>(k, n, layouts[1], 2);
            let a = MatRef::new(&a, a_offset, [m, k], a_strides);
            let b = MatRef::new(&b, b_offset, [k, n], b_strides);
            check(&Product::new(a, b));
            let bias = numbers(n, 5);
            check(&Product::new(a, b).bias(&bias).accumulate());
        }
    }
}

/// Row-major operands, and column-major ones.
fn both_ways<T: Float>(m: usize, k: usize, n: usize) {
    let (a, b) = (numbers::<T>(m * k, 1), numbers::<T>(k * n, 2));
    let bias = numbers(n, 5);
    for (a, b) in [
        (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n)),
        (
            MatRef::row_major(&a, k, m).t(),
            MatRef::row_major(&b, n, k).t(),
        ),
    ] {
        check(&Product::new(a, b));
        check(&Product::new(a, b).bias(&bias));
        check(&Product::new(a, b).bias(&bias).accumulate());
    }
}

#[test]
fn products_that_share_a_packed_b_agree_with_the_reference() {
    // Several slabs of depth, where blocks are short and where they are long; then several of columns; then two in a batch.
    for (m, k, n) in [(389, 1700, 70), (389, 4200, 33)] {
        both_ways::<f32>(m, k, n);
    }
    both_ways::<f64>(389, 1540, 90);
    let (m, k, n) = (384, 1540, 700);
    let (a, b) = (numbers::<f64>(m * k, 1), numbers::<f64>(k * n, 2));
    let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
    check(&Product::new(a, b).bias(&numbers(n, 5)));
    let (m, k, n) = (400, 1200, 71);
    let (a, b) = (numbers::<f32>(2 * m * k, 1), numbers::<f32>(2 * k * n, 2));
    let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
    let strides = [(m * k) as isize, (k * n) as isize];
    check(&Product::new(a, b).batched(&[2], &strides[..1], &strides[1..]));
}

#[test]
fn batches_agree_with_the_reference() {
    let (a, b) = (numbers::<f64>(2000, 1), numbers::<f64>(2000, 2));
    let (a, b) = (MatRef::row_major(&a, 5, 7), MatRef::row_major(&b, 7, 3));
    check(&Product::new(a, b).batched(&[4, 3], &[105, 35], &[0, 21]));
    check(&Product::new(a, b).batched(&[4], &[35], &[0]));
    check(&Product::new(a, b).batched(&[4], &[0], &[21]).accumulate());
    check(&Product::new(a, b).batched(&[2, 0], &[1, 1], &[1, 1]));
    let (a, b) = (
        numbers::<f32>(3 * 100 * 90, 1),
        numbers::<f32>(3 * 90 * 80, 2),
    );
    let (a, b) = (
        MatRef::row_major(&a, 100, 90),
        MatRef::row_major(&b, 90, 80),
    );
    check(&Product::new(a, b).batched(&[3], &[9000], &[7200]));
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    for [m, k, n] in [
        [256, 300, 256],
        [1, 784, 512],
        [64, 784, 128],
        [2000, 64, 8],
        [400, 1700, 64],
    ] {
        let (a, b) = (numbers::<f32>(m * k, 1), numbers::<f32>(k * n, 2));
        let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut c = vec![0.0; m * n];
            pool.install(|| Product::new(a, b).write(&mut c));
            c
        };
        let alone = on(1);
        assert!(on(2) == alone && on(5) == alone);
    }
}

#[test]
fn a_function_is_applied_to_every_element_once_all_sums_are_there() {
    // Vectors, one part, several parts, a shared B in several slabs, no depth, a batch.
    for ([m, k, n], count) in [
        ([1, 700, 300], 1),
        ([300, 700, 1], 1),
        ([5, 7, 3], 1),
        ([200, 300, 90], 1),
        ([400, 1700, 64], 1),
        ([4, 0, 6], 1),
        ([9, 8, 7], 5),
    ] {
        let (a, b) = (numbers::<f32>(m * k, 1), numbers::<f32>(count * k * n, 2));
        let bias = numbers::<f32>(n, 3);
        let (dims, strides) = ([count], [(k * n) as isize]);
        let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
        let product = Product::new(a, b)
            .batched(&dims, &[0], &strides)
            .bias(&bias);
        for product in [product, product.accumulate()] {
            let mut expected = numbers::<f32>(count * m * n, 4);
            let mut c = expected.clone();
            product.write(&mut expected);
            f32::unary_in_place(Unary::Tanh, &mut expected);
            product.then(Unary::Tanh).write(&mut c);
            assert!(c == expected, "{m} {k} {n}");
            check(&product.then(Unary::Tanh));
        }
    }
}

#[test]
fn an_element_has_the_same_bits_wherever_it_stands() {
    for [m, k, n] in [[50, 600, 45], [400, 1700, 64]] {
        let (a, b) = (numbers::<f32>(m * k, 1), numbers::<f32>(k * n, 2));
        let (a, b) = (MatRef::row_major(&a, m, k), MatRef::row_major(&b, k, n));
        let mut whole = vec![0.0; m * n];
        Product::new(a, b).write(&mut whole);
        let mut part = vec![0.0; 4 * 5];
        Product::new(a.part(41, 4, 0, k), b.part(0, k, 3, 5)).write(&mut part);
        for i in 0..4 {
            for j in 0..5 {
                assert_eq!(part[i * 5 + j], whole[(41 + i) * n + 3 + j]);
            }
        }
    }
}

#[test]
fn nan_and_infinity_take_part() {
    let (a, b) = ([0.0_f32, f32::INFINITY, 1.0, f32::NAN], [1.0_f32, 0.0]);
    let mut c = [0.0; 2];
    Product::new(MatRef::row_major(&a, 2, 2), MatRef::row_major(&b, 2, 1)).write(&mut c);
    assert!(c[0].is_nan() && c[1].is_nan());
}

#[test]
fn a_second_implementation_agrees() {
    // The reference sums one by one; `matrixmultiply` is packed like ours and was written by others.
    let (m, k, n) = (200, 700, 150);
    let (a, b) = (numbers::<f64>(m * k, 1), numbers::<f64>(k * n, 2));
    let mut expected = vec![0.0; m * n];
    // SAFETY: the three slices are as long as their shapes and strides say.
    unsafe {
        matrixmultiply::dgemm(
            m,
            k,
            n,
            1.0,
            a.as_ptr(),
            1,
            m as isize,
            b.as_ptr(),
            n as isize,
            1,
            0.0,
            expected.as_mut_ptr(),
            n as isize,
            1,
        );
    }
    for level in available_levels() {
        let mut c = vec![0.0; m * n];
        let (a, b) = (MatRef::row_major(&a, k, m).t(), MatRef::row_major(&b, k, n));
        with_level(level, || Product::new(a, b).write(&mut c));
        let close = |(c, e): (&f64, &f64)| (c - e).abs() < 1e-12 * k as f64;
        assert!(c.iter().zip(&expected).all(close), "{level:?}");
    }
}
