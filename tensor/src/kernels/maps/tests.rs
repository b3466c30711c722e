//! Every map at every level of the machine against its reference; the functions of calculus over the whole range too.

use super::maths::ulp;
use super::*;
use crate::kernels::{available_levels, with_level};

const UNARY: [Unary; 48] = [
    Unary::Neg,
    Unary::Abs,
    Unary::Sign,
    Unary::Square,
    Unary::Sqrt,
    Unary::Recip,
    Unary::Rsqrt,
    Unary::Exp,
    Unary::Exp2,
    Unary::ExpM1,
    Unary::Ln,
    Unary::Ln1p,
    Unary::Log2,
    Unary::Log10,
    Unary::Sin,
    Unary::Cos,
    Unary::Tan,
    Unary::Asin,
    Unary::Acos,
    Unary::Atan,
    Unary::Sinh,
    Unary::Cosh,
    Unary::Tanh,
    Unary::Asinh,
    Unary::Acosh,
    Unary::Atanh,
    Unary::Sigmoid,
    Unary::Erf,
    Unary::Erfc,
    Unary::Lgamma,
    Unary::Polygamma { order: 2 },
    Unary::Floor,
    Unary::Ceil,
    Unary::Round,
    Unary::Trunc,
    Unary::Relu,
    Unary::Relu6,
    Unary::LeakyRelu { slope: 0.01 },
    Unary::Elu { alpha: 1.5 },
    Unary::Selu,
    Unary::HardSigmoid,
    Unary::Softplus,
    Unary::Softsign,
    Unary::Swish,
    Unary::HardSwish,
    Unary::Gelu,
    Unary::GeluTanh,
    Unary::Clamp {
        low: -0.5,
        high: 1.5,
    },
];

const BINARY: [Binary; 40] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::Pow,
    Binary::Atan2,
    Binary::Hypot,
    Binary::Rem,
    Binary::Copysign,
    Binary::Xlogy,
    Binary::Maximum,
    Binary::Minimum,
    Binary::MaximumShare,
    Binary::MinimumShare,
    Binary::PowBaseSlope,
    Binary::PowExponentSlope,
    Binary::AbsGrad,
    Binary::SquareGrad,
    Binary::SqrtGrad,
    Binary::RecipGrad,
    Binary::ExpM1Grad,
    Binary::Ln1pGrad,
    Binary::SinGrad,
    Binary::CosGrad,
    Binary::TanhGrad,
    Binary::SigmoidGrad,
    Binary::ErfGrad,
    Binary::ReluGrad,
    Binary::Relu6Grad,
    Binary::LeakyReluGrad { slope: 0.01 },
    Binary::EluGrad { alpha: 1.5 },
    Binary::SeluGrad,
    Binary::HardSigmoidGrad,
    Binary::SoftplusGrad,
    Binary::SoftsignGrad,
    Binary::SwishGrad,
    Binary::HardSwishGrad,
    Binary::GeluGrad,
    Binary::GeluTanhGrad,
    Binary::ClampGrad {
        low: -0.5,
        high: 1.5,
    },
];

const COMPARISONS: [Comparison; 6] = [
    Comparison::Eq,
    Comparison::Ne,
    Comparison::Lt,
    Comparison::Le,
    Comparison::Gt,
    Comparison::Ge,
];

/// Bounds in ULP of `f32` over all arguments, rounded up from what the exhaustive sweeps found.
const CALCULUS: [(Unary, f64); 16] = [
    (Unary::Exp, 1.0),
    (Unary::Exp2, 1.1),
    (Unary::Log2, 1.5),
    (Unary::Log10, 1.9),
    (Unary::ExpM1, 1.1),
    (Unary::Ln, 0.9),
    (Unary::Ln1p, 1.0),
    (Unary::Tanh, 1.4),
    (Unary::Sigmoid, 1.0),
    (Unary::Erf, 1.4),
    (Unary::Elu { alpha: 1.0 }, 1.1),
    (Unary::Softplus, 1.8),
    (Unary::Swish, 1.4),
    (Unary::Gelu, 2.0),
    (Unary::GeluTanh, 1.4),
    (Unary::Selu, 1.9),
];

/// For each level, the largest error over the given bit patterns, and where it is. Against the `f64` kernel, which is many
/// times quicker than the library's function and held against it below.
fn worst_f32(op: Unary, patterns: impl Iterator<Item = u32>) -> Vec<(f64, f32)> {
    let levels = available_levels();
    let mut worst = vec![(0.0, 0.0); levels.len()];
    let (mut x, mut exact, mut y) = (Vec::new(), Vec::new(), [0.0; 4096]);
    let mut patterns = patterns.peekable();
    while patterns.peek().is_some() {
        x.clear();
        x.extend(patterns.by_ref().take(y.len()).map(f32::from_bits));
        exact.clear();
        exact.extend(x.iter().map(|&x| f64::from(x)));
        f64::unary_in_place(op, &mut exact);
        for (&level, worst) in levels.iter().zip(&mut worst) {
            let y = &mut y[..x.len()];
            with_level(level, || f32::unary(op, &x, y));
            for ((&x, &exact), &y) in x.iter().zip(&exact).zip(&*y) {
                let error = ulp::of_f32(y, exact);
                if error > worst.0 {
                    *worst = (error, x);
                }
            }
        }
    }
    worst
}

/// Against the library's function in `f64`.
#[test]
fn pow_is_close() {
    for level in available_levels() {
        with_level(level, || {
            let x: Vec<f32> = (0..200_000).map(|i| i as f32 / 8192.0 - 1.0).collect();
            let mut y = vec![0.0; x.len()];
            let special = [
                0.0,
                -0.0,
                1.0,
                -1.0,
                2.0,
                -2.0,
                3.0,
                0.5,
                -0.5,
                f32::INFINITY,
                f32::NEG_INFINITY,
                f32::NAN,
                8_388_609.0,
                16_777_216.0,
            ];
            let bases = x.iter().step_by(7).copied().chain(special);
            for a in bases {
                let powers: Vec<f32> = special.into_iter().chain([7.25, -33.3, 127.9]).collect();
                let y = &mut y[..powers.len()];
                f32::binary(Binary::Pow, Operand::Scalar(a), Operand::Slice(&powers), y);
                for (&b, &y) in powers.iter().zip(&*y) {
                    let exact = f64::from(a).powf(f64::from(b));
                    assert!(ulp::of_f32(y, exact) <= 1.0, "{a} to the {b}: {y}, {exact}");
                }
            }
        });
    }
}

#[test]
fn f32_functions_keep_their_bounds_over_the_whole_range() {
    for (op, bound) in CALCULUS {
        for (error, x) in worst_f32(op, (0..=u32::MAX).step_by(4093)) {
            assert!(error <= bound, "{op:?}: {error} ULP at {x:e}");
        }
    }
}

#[test]
#[ignore = "all 2³² arguments at every level: some minutes a function; ETUDE_SWEEP=Exp runs one alone, ETUDE_STRIDE=61 takes one argument in 61"]
fn exhaustive_f32_sweep() {
    let only = std::env::var("ETUDE_SWEEP").ok();
    let stride = std::env::var("ETUDE_STRIDE").map_or(1, |stride| {
        stride.parse().expect("ETUDE_STRIDE is a number")
    });
    for (op, bound) in CALCULUS {
        let name = format!("{op:?}");
        let name = name.split(' ').next().unwrap_or_default(); // without its parameters
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let chunks = parallel::map_chunks(256, Work::nanoseconds(1e12), |chunk| {
            let first = (chunk as u32) << 24;
            worst_f32(op, (first..=first | 0x00FF_FFFF).step_by(stride))
        });
        for (index, level) in available_levels().into_iter().enumerate() {
            let (error, x) = chunks
                .iter()
                .map(|chunk| chunk[index])
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .expect("chunks");
            println!("{op:?} at {}: {error:.3} ULP at {x:e}", level.name());
            assert!(error <= bound, "{op:?}: bound {bound}");
        }
    }
}

/// Arguments of every kind: special values, both sides of the kinks, ordinary numbers.
fn arguments<T: Float>(count: usize) -> Vec<T> {
    let special = [
        0.0,
        -0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1.0,
        -1.0,
        1e-40,
        -1e-40,
        0.5,
        1.5,
        -0.5,
        2.5,
        -2.5,
        3.0,
        -3.0,
        6.0,
        2.0,
        90.0,
        -90.0,
        12.0,
        -12.0,
    ];
    (0..count)
        .map(|index| match special.get(index) {
            Some(&x) => T::from_f64(x),
            None => {
                T::from_f64(f64::from((index as u32).wrapping_mul(2_654_435_761) >> 8) / 2e6 - 4.0)
            }
        })
        .collect()
}

/// Whether the results agree to `tolerance`, relatively above 1 and absolutely below.
fn close<T: Float>(got: T, reference: T, tolerance: f64) -> bool {
    let (got, reference) = (got.primal(), reference.primal());
    got == reference
        || (got.is_nan() && reference.is_nan())
        || (got - reference).abs() <= tolerance * reference.abs().max(1.0)
}

/// Every map of one type at every level, on lengths 0 to 70 and slices off their alignment.
fn agrees_with_the_reference<T: Float>(tolerance: f64) {
    let (a, b) = (arguments::<T>(80), arguments::<T>(97));
    for (level, length) in available_levels()
        .into_iter()
        .flat_map(|level| (0..71).map(move |length| (level, length)))
    {
        with_level(level, || {
            let start = length % 5;
            let (x, other) = (&a[start..start + length], &b[17..17 + length]);
            let mut storage = [T::ZERO; 80];
            let y = &mut storage[3..3 + length];
            let check = |what: &dyn std::fmt::Debug, y: &[T], reference: &dyn Fn(usize) -> T| {
                for (index, &y) in y.iter().enumerate() {
                    let reference = reference(index);
                    // Where the definition is ∞·0, a kernel may give the limit.
                    let undefined = reference.is_nan() && x[index].primal().is_infinite();
                    assert!(
                        undefined || close(y, reference, tolerance),
                        "{what:?} at {level:?} of {:?}, {:?}: {y:?}, reference {reference:?}",
                        x[index],
                        other[index],
                    );
                }
            };
            for op in UNARY {
                T::unary(op, x, y);
                check(&op, y, &|index| reference::unary(op, x[index]));
                y.copy_from_slice(x);
                T::unary_in_place(op, y);
                check(&op, y, &|index| reference::unary(op, x[index]));
            }
            let scalar = T::from_f64(1.25);
            for op in BINARY {
                use Operand::{Scalar, Slice};
                T::binary(op, Slice(x), Slice(other), y);
                check(&op, y, &|index| {
                    reference::binary(op, x[index], other[index])
                });
                T::binary(op, Slice(x), Scalar(scalar), y);
                check(&op, y, &|index| reference::binary(op, x[index], scalar));
                T::binary(op, Scalar(scalar), Slice(x), y);
                check(&op, y, &|index| reference::binary(op, scalar, x[index]));
                T::binary(op, Scalar(scalar), Scalar(scalar), y);
                check(&op, y, &|_| reference::binary(op, scalar, scalar));
                y.copy_from_slice(x);
                T::binary_in_place(op, y, Slice(other));
                check(&op, y, &|index| {
                    reference::binary(op, x[index], other[index])
                });
                y.copy_from_slice(x);
                T::binary_in_place(op, y, Scalar(scalar));
                check(&op, y, &|index| reference::binary(op, x[index], scalar));
            }
            let mut holds = [false; 80];
            let holds = &mut holds[1..1 + length];
            for op in COMPARISONS {
                use Operand::{Scalar, Slice};
                // The same slice shifted meets ties and NaN on both sides.
                let equal = &a[start..start + length];
                for (left, right) in [
                    (Slice(x), Slice(other)),
                    (Slice(x), Slice(equal)),
                    (Slice(x), Scalar(scalar)),
                    (Scalar(T::ZERO), Slice(x)),
                    (Scalar(scalar), Scalar(scalar)),
                ] {
                    T::compare(op, left, right, holds);
                    for (index, &holds) in holds.iter().enumerate() {
                        let (a, b) = (left.at(index), right.at(index));
                        let expected = reference::compare(op, a, b);
                        assert_eq!(holds, expected, "{op:?} at {level:?} of {a:?}, {b:?}");
                    }
                }
            }
            let mask: Vec<bool> = (0..length).map(|index| index % 3 == 1).collect();
            {
                use Operand::{Scalar, Slice};
                for (left, right) in [
                    (Slice(x), Slice(other)),
                    (Slice(x), Scalar(scalar)),
                    (Scalar(scalar), Slice(x)),
                    (Scalar(scalar), Scalar(T::NAN)),
                ] {
                    T::select(&mask, left, right, y);
                    for (index, &y) in y.iter().enumerate() {
                        let chosen = if mask[index] { left } else { right };
                        let (got, expected) = (y.primal(), chosen.at(index).primal());
                        assert_eq!(got.to_bits(), expected.to_bits(), "select at {level:?}");
                    }
                }
            }
            y.copy_from_slice(other);
            T::scaled_add(scalar, x, y);
            check(&"scaled_add", y, &|index| other[index] + scalar * x[index]);
        });
    }
}

#[test]
fn f32_agrees_with_the_reference() {
    agrees_with_the_reference::<f32>(2e-6);
}

#[test]
fn f64_agrees_with_the_reference() {
    agrees_with_the_reference::<f64>(4e-15);
}

/// Bounds in ULP of `f64`, the error of the library's functions (up to 1) included.
const CALCULUS_F64: [(Unary, f64); 9] = [
    (Unary::Exp, 1.0),
    (Unary::ExpM1, 2.0),
    (Unary::Ln, 1.0),
    (Unary::Ln1p, 1.0),
    (Unary::Tanh, 2.0),
    (Unary::Sigmoid, 2.0),
    (Unary::Erf, 2.0),
    (Unary::Elu { alpha: 1.0 }, 2.0),
    (Unary::Softplus, 2.0),
];

/// Half of the arguments are any bit pattern, half are of ordinary size, 2⁻⁴⁰ to 2¹⁰.
#[test]
fn f64_functions_keep_their_bounds_over_the_whole_range() {
    let x: Vec<f64> = (1..200_000_u64)
        .map(|index| {
            let bits = index.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let ordinary = 1023 - 40 + (bits >> 52) % 50;
            match index % 2 {
                0 => f64::from_bits(bits),
                _ => f64::from_bits(bits & 0x800F_FFFF_FFFF_FFFF | ordinary << 52),
            }
        })
        .collect();
    let mut y = vec![0.0; x.len()];
    for (op, bound) in CALCULUS_F64 {
        let exact: Vec<f64> = x.iter().map(|&x| reference::unary(op, x)).collect();
        for level in available_levels() {
            with_level(level, || f64::unary(op, &x, &mut y));
            for ((&x, &y), &exact) in x.iter().zip(&y).zip(&exact) {
                let error = ulp::of_f64(y, exact);
                assert!(error <= bound, "{op:?} at {level:?}: {error} ULP at {x:e}");
            }
        }
    }
}
