//! How far the functions of calculus are off, at every level of the machine: over the whole range, and at the special values.

use super::maths::ulp;
use super::*;
use crate::kernels::{available_levels, with_level};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Bounds in ULP of `f32` over all arguments, rounded up from what the sweeps found. The sine and the cosine are the system's, of which there
/// are several.
const CALCULUS: [(Unary, f64); 31] = [
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
    (Unary::Rsqrt, 1.5),
    (Unary::Softsign, 1.5),
    (Unary::Sin, 1.0),
    (Unary::Cos, 1.0),
    (Unary::Tan, 0.6),
    (Unary::Asin, 0.6),
    (Unary::Acos, 0.6),
    (Unary::Atan, 0.6),
    (Unary::Sinh, 0.6),
    (Unary::Cosh, 0.6),
    (Unary::Asinh, 0.6),
    (Unary::Acosh, 0.6),
    (Unary::Atanh, 0.6),
    (Unary::Erfc, 0.6),
    (Unary::Lgamma, 0.6),
];

/// The function in `f64` as another library has it than the one that the kernels call: what goes through that one would otherwise be
/// compared with itself.
fn by_another_library(op: Unary) -> Option<fn(f64) -> f64> {
    Some(match op {
        Unary::Sin => libm::sin,
        Unary::Cos => libm::cos,
        Unary::Tan => f64::tan,
        Unary::Asin => f64::asin,
        Unary::Acos => f64::acos,
        Unary::Atan => f64::atan,
        Unary::Sinh => f64::sinh,
        Unary::Cosh => f64::cosh,
        Unary::Asinh => f64::asinh,
        Unary::Acosh => f64::acosh,
        Unary::Atanh => f64::atanh,
        _ => return None,
    })
}

/// For each level, the largest error over the given bit patterns, and where it is. Against another library's function, or the `f64` kernel,
/// which is many times quicker than the library's function and held against it below.
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
        match by_another_library(op) {
            Some(function) => exact.iter_mut().for_each(|x| *x = function(*x)),
            None => f64::unary_in_place(op, &mut exact),
        }
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

/// Bounds in ULP of `f64`, the error of the library's functions (up to 1) included.
const CALCULUS_F64: [(Unary, f64); 17] = [
    (Unary::Exp, 1.0),
    (Unary::ExpM1, 2.0),
    (Unary::Ln, 1.0),
    (Unary::Ln1p, 1.0),
    (Unary::Tanh, 2.0),
    (Unary::Sigmoid, 2.0),
    (Unary::Erf, 2.0),
    (Unary::Elu { alpha: 1.0 }, 2.0),
    (Unary::Softplus, 2.0),
    (Unary::Sin, 2.0),
    (Unary::Cos, 2.0),
    (Unary::Tan, 2.0),
    (Unary::Asin, 2.0),
    (Unary::Acos, 2.0),
    (Unary::Atan, 2.0),
    (Unary::Sinh, 2.0),
    (Unary::Cosh, 2.0),
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
        let exact: Vec<f64> = match by_another_library(op) {
            Some(function) => x.iter().map(|&x| function(x)).collect(),
            None => x.iter().map(|&x| reference::unary(op, x)).collect(),
        };
        for level in available_levels() {
            with_level(level, || f64::unary(op, &x, &mut y));
            for ((&x, &y), &exact) in x.iter().zip(&y).zip(&exact) {
                let error = ulp::of_f64(y, exact);
                assert!(error <= bound, "{op:?} at {level:?}: {error} ULP at {x:e}");
            }
        }
    }
}

/// Values to 17 digits, from a computation with 50, at arguments that both types have. Those of `Lgamma` include the numbers nearest to its
/// zeros, where logarithms cancel.
#[rustfmt::skip]
const EXACT: [(Unary, f64, f64); 51] = [
    (Unary::Asinh, 1.000000013351432e-10, 1.000000013351432e-10),
    (Unary::Asinh, -9.999999747378752e-05, -9.999999730712087e-05),
    (Unary::Asinh, 0.30000001192092896, 0.2956730589816015),
    (Unary::Asinh, -1.5, -1.1947632172871092),
    (Unary::Asinh, 40.0, 4.382182848065498),
    (Unary::Asinh, 1.0000000200408773e+20, 46.744849060481734),
    (Unary::Acosh, 1.0000001192092896, 0.0004882812451493617),
    (Unary::Acosh, 1.000100016593933, 0.014143191065507597),
    (Unary::Acosh, 1.7000000476837158, 1.1232310172720947),
    (Unary::Acosh, 30.0, 4.0940666686320855),
    (Unary::Acosh, 1.0000000200408773e+20, 46.744849060481734),
    (Unary::Atanh, 1.000000013351432e-10, 1.000000013351432e-10),
    (Unary::Atanh, -9.999999747378752e-05, -9.999999780712083e-05),
    (Unary::Atanh, 0.30000001192092896, 0.3095196173030337),
    (Unary::Atanh, -0.75, -0.9729550745276566),
    (Unary::Atanh, 0.9999999403953552, 8.664339742098155),
    (Unary::Erfc, -3.0, 1.9999779095030015),
    (Unary::Erfc, -0.75, 1.7111556336535152),
    (Unary::Erfc, 1.000000013351432e-10, 0.999999999887162),
    (Unary::Erfc, 0.25, 0.7236736098317631),
    (Unary::Erfc, 0.84375, 0.23277433876765838),
    (Unary::Erfc, 1.25, 0.07709987174354177),
    (Unary::Erfc, 2.859375, 5.2599214636261925e-05),
    (Unary::Erfc, 4.5, 1.9661604415428876e-10),
    (Unary::Erfc, 9.0, 4.13703174651381e-37),
    (Unary::Erfc, 9.5, 3.7692144856548797e-41),
    (Unary::Erfc, 10.0, 2.088487583762545e-45),
    (Unary::Lgamma, -20.299999237060547, -41.88728842316223),
    (Unary::Lgamma, -1.5, 0.860047015376481),
    (Unary::Lgamma, -0.5, 1.2655121234846454),
    (Unary::Lgamma, 1.0000000031710769e-30, 69.07755278665029),
    (Unary::Lgamma, 0.25, 1.2880225246980774),
    (Unary::Lgamma, 3.5, 1.2009736023470743),
    (Unary::Lgamma, 100.25, 360.28455963776423),
    (Unary::Lgamma, 12345.5, 103958.24296512322),
    (Unary::Lgamma, 1.0000000150474662e+30, 6.807755382926351e+31),
    (Unary::Lgamma, 0.9999999403953552, 3.440473758723674e-08),
    (Unary::Lgamma, 1.0000001192092896, -6.880945764253472e-08),
    (Unary::Lgamma, 1.9999998807907104, -5.0399815637755424e-08),
    (Unary::Lgamma, 2.000000238418579, 1.0079965877070314e-07),
    (Unary::Lgamma, -2.4570248126983643, -1.1287842529645816e-07),
    (Unary::Lgamma, -2.457024574279785, 2.484696988890678e-07),
    (Unary::Lgamma, -2.747682571411133, -1.4418167987778365e-07),
    (Unary::Lgamma, -2.747682809829712, 3.1223517168561536e-07),
    (Unary::Lgamma, -3.143580913543701, -1.9605461541614247e-07),
    (Unary::Lgamma, -3.955294370651245, 1.7780596858250852e-06),
    (Unary::Lgamma, -4.039361953735352, -3.053971690394376e-06),
    (Unary::Lgamma, -4.991544723510742, 9.666772148365217e-06),
    (Unary::Lgamma, -5.008218288421631, -1.4815572806334704e-05),
    (Unary::Lgamma, -6.00138521194458, 5.9716251821000246e-05),
    (Unary::Lgamma, -7.0001983642578125, -0.0001555986874670934),
];

#[test]
fn values_are_close_to_those_of_a_longer_computation() {
    for (op, x, exact) in EXACT {
        let mut y = [x as f32];
        f32::unary_in_place(op, &mut y);
        let error = ulp::of_f32(y[0], exact);
        assert!(error <= 1.0, "{op:?} of {x}: {error} ULP in f32");
        let mut y = [x];
        f64::unary_in_place(op, &mut y);
        let error = ulp::of_f64(y[0], exact);
        // What numbers around 1 leave where they cancel.
        let cancelled = op == Unary::Lgamma && (y[0] - exact).abs() <= 1e-15;
        assert!(
            error <= 2.0 || cancelled,
            "{op:?} of {x}: {error} ULP in f64"
        );
    }
}

/// Half of the pairs are of any bit patterns, half of ordinary size, 2⁻³⁰ to 2¹⁰.
#[test]
fn functions_of_two_numbers_keep_their_bounds() {
    let number = |bits: u32, any: bool| {
        let ordinary = 127 - 30 + (bits >> 23) % 40;
        f32::from_bits(if any {
            bits
        } else {
            bits & 0x807F_FFFF | ordinary << 23
        })
    };
    let pairs = (0..400_000_u32).map(|index| {
        let (a, b) = (
            index.wrapping_mul(0x9E37_79B1),
            index.wrapping_mul(0x85EB_CA77),
        );
        (number(a, index % 2 == 0), number(b, index % 2 == 0))
    });
    let (a, b): (Vec<f32>, Vec<f32>) = pairs.unzip();
    let xlogy = |a: f64, b: f64| {
        if a == 0.0 && !b.is_nan() {
            0.0
        } else {
            a * b.ln()
        }
    };
    type Exact = fn(f64, f64) -> f64;
    let functions: [(Binary, Exact, f64); 3] = [
        (Binary::Atan2, f64::atan2, 0.6),
        (Binary::Hypot, f64::hypot, 0.6),
        (Binary::Xlogy, xlogy, 2.0),
    ];
    let mut y = vec![0.0; a.len()];
    for (op, exact, bound) in functions {
        for level in available_levels() {
            with_level(level, || {
                f32::binary(op, Operand::Slice(&a), Operand::Slice(&b), &mut y);
            });
            let (mut worst, mut at) = (0.0, 0);
            for (index, &y) in y.iter().enumerate() {
                let error = ulp::of_f32(y, exact(f64::from(a[index]), f64::from(b[index])));
                if error > worst {
                    (worst, at) = (error, index);
                }
            }
            println!(
                "{op:?} at {}: {worst:.3} ULP at {}, {}",
                level.name(),
                a[at],
                b[at]
            );
            assert!(worst <= bound, "{op:?} at {level:?}: {worst} ULP");
        }
    }
}

/// What a function gives at zeros, poles, ends of its domain and infinities, signs of zeros included.
#[rustfmt::skip]
const SPECIAL: [(Unary, f64, f64); 117] = [
    (Unary::Sin, 0.0, 0.0), (Unary::Sin, -0.0, -0.0), (Unary::Sin, INF, NAN), (Unary::Sin, -INF, NAN),
    (Unary::Cos, 0.0, 1.0), (Unary::Cos, -0.0, 1.0), (Unary::Cos, INF, NAN), (Unary::Cos, -INF, NAN),
    (Unary::Tan, 0.0, 0.0), (Unary::Tan, -0.0, -0.0), (Unary::Tan, INF, NAN), (Unary::Tan, -INF, NAN),
    (Unary::Asin, 0.0, 0.0), (Unary::Asin, -0.0, -0.0), (Unary::Asin, 1.5, NAN), (Unary::Asin, -1.5, NAN),
    (Unary::Acos, 1.0, 0.0), (Unary::Acos, 1.5, NAN), (Unary::Acos, -1.5, NAN),
    (Unary::Atan, 0.0, 0.0), (Unary::Atan, -0.0, -0.0), (Unary::Atan, INF, FRAC_PI_2), (Unary::Atan, -INF, -FRAC_PI_2),
    (Unary::Sinh, 0.0, 0.0), (Unary::Sinh, -0.0, -0.0), (Unary::Sinh, INF, INF), (Unary::Sinh, -INF, -INF),
    (Unary::Cosh, 0.0, 1.0), (Unary::Cosh, INF, INF), (Unary::Cosh, -INF, INF),
    (Unary::Asinh, 0.0, 0.0), (Unary::Asinh, -0.0, -0.0), (Unary::Asinh, INF, INF), (Unary::Asinh, -INF, -INF),
    (Unary::Acosh, 1.0, 0.0), (Unary::Acosh, 0.5, NAN), (Unary::Acosh, INF, INF), (Unary::Acosh, -1.0, NAN), (Unary::Acosh, -6646.25, NAN),
    (Unary::Acosh, -1e30, NAN), (Unary::Acosh, -INF, NAN),
    (Unary::Atanh, 0.0, 0.0), (Unary::Atanh, -0.0, -0.0), (Unary::Atanh, 1.0, INF), (Unary::Atanh, -1.0, -INF), (Unary::Atanh, 1.5, NAN),
    (Unary::Erfc, 0.0, 1.0), (Unary::Erfc, INF, 0.0), (Unary::Erfc, -INF, 2.0),
    (Unary::Lgamma, 1.0, 0.0), (Unary::Lgamma, 2.0, 0.0), (Unary::Lgamma, 0.0, INF), (Unary::Lgamma, -3.0, INF), (Unary::Lgamma, -INF, INF),
    (Unary::Rsqrt, 0.0, INF), (Unary::Rsqrt, INF, 0.0), (Unary::Rsqrt, -1.0, NAN),
    (Unary::Softsign, -0.0, -0.0),
    (Unary::Exp, 0.0, 1.0), (Unary::Exp, INF, INF), (Unary::Exp, -INF, 0.0),
    (Unary::Exp2, 0.0, 1.0), (Unary::Exp2, INF, INF), (Unary::Exp2, -INF, 0.0),
    (Unary::ExpM1, 0.0, 0.0), (Unary::ExpM1, -0.0, -0.0), (Unary::ExpM1, INF, INF), (Unary::ExpM1, -INF, -1.0),
    (Unary::Ln, 1.0, 0.0), (Unary::Ln, 0.0, -INF), (Unary::Ln, -0.0, -INF), (Unary::Ln, INF, INF), (Unary::Ln, -1.0, NAN), (Unary::Ln, -INF, NAN),
    (Unary::Log2, 8.0, 3.0), (Unary::Log2, 0.0, -INF), (Unary::Log10, 0.0, -INF), (Unary::Log10, INF, INF),
    (Unary::Ln1p, 0.0, 0.0), (Unary::Ln1p, -0.0, -0.0), (Unary::Ln1p, -1.0, -INF), (Unary::Ln1p, INF, INF), (Unary::Ln1p, -2.0, NAN),
    (Unary::Tanh, 0.0, 0.0), (Unary::Tanh, -0.0, -0.0), (Unary::Tanh, INF, 1.0), (Unary::Tanh, -INF, -1.0),
    (Unary::Erf, 0.0, 0.0), (Unary::Erf, -0.0, -0.0), (Unary::Erf, INF, 1.0), (Unary::Erf, -INF, -1.0),
    (Unary::Sigmoid, 0.0, 0.5), (Unary::Sigmoid, INF, 1.0), (Unary::Sigmoid, -INF, 0.0),
    (Unary::Softplus, INF, INF), (Unary::Softplus, -INF, 0.0),
    (Unary::Elu { alpha: 1.0 }, -0.0, -0.0), (Unary::Elu { alpha: 1.0 }, INF, INF), (Unary::Elu { alpha: 1.0 }, -INF, -1.0),
    (Unary::Selu, 0.0, 0.0), (Unary::Selu, -0.0, -0.0), (Unary::Selu, INF, INF),
    (Unary::Swish, 0.0, 0.0), (Unary::Swish, -0.0, -0.0), (Unary::Swish, INF, INF), (Unary::Swish, -1e4, -0.0), (Unary::Swish, -INF, -0.0),
    (Unary::Gelu, 0.0, 0.0), (Unary::Gelu, -0.0, -0.0), (Unary::Gelu, INF, INF), (Unary::Gelu, -1e4, -0.0), (Unary::Gelu, -INF, -0.0),
    (Unary::GeluTanh, 0.0, 0.0), (Unary::GeluTanh, -0.0, -0.0), (Unary::GeluTanh, INF, INF), (Unary::GeluTanh, -1e4, -0.0), (Unary::GeluTanh, -INF, -0.0),
];

fn special_values<T: Float>() {
    let same = |y: T, expected: f64| {
        let expected = T::from_f64(expected).primal();
        let y = y.primal();
        y.to_bits() == expected.to_bits() || (y.is_nan() && expected.is_nan())
    };
    for level in available_levels() {
        with_level(level, || {
            for (op, x, expected) in SPECIAL {
                let mut y = [T::from_f64(x), T::NAN];
                T::unary_in_place(op, &mut y);
                assert!(
                    same(y[0], expected),
                    "{op:?} of {x} at {level:?}: {:?}",
                    y[0]
                );
                assert!(y[1].is_nan(), "{op:?} of NaN at {level:?}: {:?}", y[1]);
            }
            for (op, a, b, expected) in SPECIAL_PAIRS {
                let mut y = [T::from_f64(a)];
                T::binary_in_place(op, &mut y, Operand::Scalar(T::from_f64(b)));
                assert!(
                    same(y[0], expected),
                    "{op:?} of {a}, {b} at {level:?}: {:?}",
                    y[0]
                );
            }
        });
    }
}

/// The same for two numbers.
#[rustfmt::skip]
const SPECIAL_PAIRS: [(Binary, f64, f64, f64); 18] = [
    (Binary::Atan2, 0.0, 0.0, 0.0), (Binary::Atan2, -0.0, 0.0, -0.0), (Binary::Atan2, 0.0, -0.0, PI), (Binary::Atan2, -0.0, -1.0, -PI),
    (Binary::Atan2, INF, INF, FRAC_PI_4), (Binary::Atan2, 1.0, -INF, PI), (Binary::Atan2, NAN, 0.0, NAN), (Binary::Atan2, 0.0, NAN, NAN),
    (Binary::Hypot, 0.0, -0.0, 0.0), (Binary::Hypot, -INF, NAN, INF), (Binary::Hypot, NAN, INF, INF), (Binary::Hypot, NAN, 1.0, NAN),
    (Binary::Xlogy, 0.0, 0.0, 0.0), (Binary::Xlogy, 0.0, -1.0, 0.0), (Binary::Xlogy, 0.0, INF, 0.0), (Binary::Xlogy, 0.0, NAN, NAN),
    (Binary::Xlogy, 2.0, 0.0, -INF), (Binary::Xlogy, 2.0, -1.0, NAN),
];

#[test]
fn special_values_are_those_of_the_function() {
    special_values::<f32>();
    special_values::<f64>();
}
