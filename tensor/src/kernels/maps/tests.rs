//! Every map at every level of the machine against its reference.

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

/// Blocks of registers, registers and what is left at the end give each element the same bits as if it were alone.
fn place_changes_no_bit<T: Float>() {
    let x = arguments::<T>(150);
    let mut y = vec![T::ZERO; x.len()];
    for level in available_levels() {
        with_level(level, || {
            for op in UNARY {
                let alone = x.iter().map(|&x| {
                    let mut y = [x];
                    T::unary_in_place(op, &mut y);
                    y[0].primal().to_bits()
                });
                let alone: Vec<u64> = alone.collect();
                for start in 0..20 {
                    T::unary(op, &x[start..], &mut y[start..]);
                    for (index, y) in y.iter().enumerate().skip(start) {
                        let (bits, alone) = (y.primal().to_bits(), alone[index]);
                        let nan = y.primal().is_nan() && f64::from_bits(alone).is_nan();
                        assert!(
                            bits == alone || nan,
                            "{op:?} of {:?} at {level:?}, from {start} on",
                            x[index]
                        );
                    }
                }
            }
        });
    }
}

#[test]
fn the_place_in_a_slice_changes_no_bit() {
    place_changes_no_bit::<f32>();
    place_changes_no_bit::<f64>();
}
