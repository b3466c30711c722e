//! Extreme values, where a formula taken literally gives 0 · ∞ or ∞ − ∞.

use super::{Row, SAME};
use etude_autograd::{AttentionOptions, program};
use etude_tensor::Tensor;

pub(super) fn rows() -> Vec<Row> {
    let zeros = || Tensor::full([3], 0.0);
    let huge = || Tensor::from([[1e4, -1e4, 0.0], [0.0, 0.0, 1e4]]);
    const LOW: f64 = f64::NEG_INFINITY;
    let nothing = || Tensor::from([[LOW, LOW, LOW]]);
    let partly = || Tensor::from([[LOW, 1.0, 1.0]]);
    // The first row sees nothing.
    let seen = || Tensor::from([[false, false], [true, true]]);
    let (rows, queries) = (seen(), seen());
    let second = || Tensor::from([false, true]);
    let (taken, positive) = (second(), second());
    vec![
        Row::new(
            [
                "`logsumexp`",
                "logits of ±10⁴",
                "1 for the largest, 0 elsewhere",
                SAME,
            ],
            program!(|x| x.logsumexp(1)),
            [huge()],
            [vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0]],
        ),
        Row::new(
            ["`softmax`", "logits of ±10⁴", "0", SAME],
            program!(|x| x.softmax(1)?.square()),
            [huge()],
            [vec![0.0; 6]],
        ),
        Row::new(
            [
                "`log_softmax` and the cross entropy",
                "logits of ±10⁴",
                "p − target",
                SAME,
            ],
            program!(|x| x.cross_entropy(&Tensor::from([1_i64, 2]))),
            [huge()],
            [vec![1.0, -1.0, 0.0, 0.0, 0.0, 0.0]],
        ),
        Row::new(
            [
                "`log_softmax` of one class",
                "logits of ±10⁴",
                "target − p",
                SAME,
            ],
            program!(|x| x.log_softmax(1)?.narrow(1, 2, 1)),
            [huge()],
            [vec![-1.0, 0.0, 1.0, 0.0, 0.0, 0.0]],
        ),
        Row::new(
            ["`logsumexp`", "a row of −∞", "0", "NaN"],
            program!(|x| x.logsumexp(1)),
            [nothing()],
            [vec![0.0; 3]],
        ),
        Row::new(
            [
                "`logsumexp`",
                "−∞ in a row",
                "0 there, else the softmax",
                SAME,
            ],
            program!(|x| x.logsumexp(1)),
            [partly()],
            [vec![0.0, 0.5, 0.5]],
        ),
        Row::new(
            ["`softmax` of one class", "a row of −∞", "0", "NaN"],
            program!(|x| x.softmax(1)?.narrow(1, 2, 1)),
            [nothing()],
            [vec![0.0; 3]],
        ),
        Row::new(
            ["`softmax` of one class", "−∞ in a row", "0 there", SAME],
            program!(|x| x.softmax(1)?.narrow(1, 2, 1)),
            [partly()],
            [vec![0.0, -0.25, 0.25]],
        ),
        Row::new(
            [
                "`log_softmax` of one class",
                "a row of −∞",
                "the target: p is 0",
                "NaN",
            ],
            program!(|x| x.log_softmax(1)?.narrow(1, 2, 1)),
            [nothing()],
            [vec![0.0, 0.0, 1.0]],
        ),
        Row::new(
            [
                "`log_softmax` of one class",
                "−∞ in a row",
                "target − p, 0 there",
                SAME,
            ],
            program!(|x| x.log_softmax(1)?.narrow(1, 2, 1)),
            [partly()],
            [vec![0.0, -0.5, 0.5]],
        ),
        Row::at(
            ["`sigmoid`", "−10⁴", "0"],
            program!(|x| x.sigmoid()),
            -1e4,
            0.0,
        ),
        Row::at(
            ["`sigmoid`", "10⁴", "0"],
            program!(|x| x.sigmoid()),
            1e4,
            0.0,
        ),
        Row::at(
            ["`softplus`", "−10⁴", "0"],
            program!(|x| x.softplus()),
            -1e4,
            0.0,
        ),
        Row::at(
            ["`softplus`", "10⁴", "1"],
            program!(|x| x.softplus()),
            1e4,
            1.0,
        ),
        Row::at(["`tanh`", "10⁴", "0"], program!(|x| x.tanh()), 1e4, 0.0),
        Row::at(["`gelu`", "−10⁴", "0"], program!(|x| x.gelu()), -1e4, 0.0),
        Row::at(["`gelu`", "10⁴", "1"], program!(|x| x.gelu()), 1e4, 1.0),
        Row::at(["`elu`", "−10⁴", "0"], program!(|x| x.elu()), -1e4, 0.0),
        Row::at(
            ["`sqrt`", "0", "∞: the slope it has"],
            program!(|x| x.sqrt()),
            0.0,
            f64::INFINITY,
        ),
        Row::new(
            ["`sqrt`, of which nobody asks a gradient", "0", "0", "NaN"],
            program!(|x| x.sqrt()?.mul_scalar(0.0)),
            [Tensor::full([37], 0.0)],
            [vec![0.0; 37]],
        ),
        Row::at(
            ["`pow_scalar(2)`", "0", "0"],
            program!(|x| x.pow_scalar(2.0)),
            0.0,
            0.0,
        ),
        Row::at(
            ["`pow_scalar(1)`", "0", "1"],
            program!(|x| x.pow_scalar(1.0)),
            0.0,
            1.0,
        ),
        Row::at(
            ["`pow_scalar(0)`", "0", "0"],
            program!(|x| x.pow_scalar(0.0)),
            0.0,
            0.0,
        ),
        Row::new(
            ["`norm` with p = 1, 2", "zeros", "0", SAME],
            program!(|x| x.norm(1.0, ..)?.try_add(&x.norm(2.0, ..)?)),
            [zeros()],
            [vec![0.0; 3]],
        ),
        Row::new(
            ["`norm` with p = 3, ∞", "zeros", "0", SAME],
            program!(|x| x.norm(3.0, ..)?.try_add(&x.norm(f64::INFINITY, ..)?)),
            [zeros()],
            [vec![0.0; 3]],
        ),
        Row::new(
            ["`hypot(a, b)`", "a = b = 0", "0", "NaN"],
            program!(|a, b| a.hypot(b)),
            [zeros(), zeros()],
            [vec![0.0; 3], vec![0.0; 3]],
        ),
        Row::new(
            ["`atan2(a, b)`", "a = b = 0", "0", "NaN"],
            program!(|a, b| a.atan2(b)),
            [zeros(), zeros()],
            [vec![0.0; 3], vec![0.0; 3]],
        ),
        Row::new(
            ["`atan2(a, b)`", "a = b = 10⁻²⁵", "±5·10²⁴", "±∞ in 32 bits"],
            program!(|a, b| a.atan2(b)),
            [Tensor::full([37], 1e-25), Tensor::full([37], 1e-25)],
            [vec![5e24; 37], vec![-5e24; 37]],
        ),
        Row::new(
            ["`atan2(a, b)`", "a = b = 10²⁰", "±5·10⁻²¹", "0 in 32 bits"],
            program!(|a, b| a.atan2(b)),
            [Tensor::full([37], 1e20), Tensor::full([37], 1e20)],
            [vec![5e-21; 37], vec![-5e-21; 37]],
        ),
        Row::new(
            ["`std`", "equal numbers", "0", SAME],
            program!(|x| x.std(.., 0)),
            [Tensor::full([3], 2.0)],
            [vec![0.0; 3]],
        ),
        Row::new(
            ["`masked_softmax`", "a row that sees nothing", "0", SAME],
            program!([rows: Tensor<bool>] |x| x.masked_softmax(rows, -1)?.square()),
            [Tensor::from([[1e4, -1e4], [3.0, 3.0]])],
            [vec![0.0; 4]],
        ),
        Row::new(
            [
                "`scaled_dot_product_attention`",
                "a query that sees nothing",
                "0",
                SAME,
            ],
            program!([queries: Tensor<bool>] |q, v| {
                let options = AttentionOptions::new().mask(queries.clone());
                q.scaled_dot_product_attention(q, v, &options)?.narrow(0, 0, 1)
            }),
            [
                Tensor::from([[1e4, -1e4], [3.0, 3.0]]),
                Tensor::from([[1.0], [2.0]]),
            ],
            [vec![0.0; 4], vec![0.0; 2]],
        ),
        Row::new(
            ["`where_`", "a NaN that isn't taken", "0", SAME],
            program!([taken: Tensor<bool>] |x| x.where_(taken, &x.tape().scalar(1.0))),
            [Tensor::from([f64::NAN, 3.0])],
            [vec![0.0, 1.0]],
        ),
        Row::new(
            [
                "`where_` over `sqrt`",
                "a number below 0 that isn't taken",
                "0",
                "NaN",
            ],
            program!([positive: Tensor<bool>] |x| x.sqrt()?.where_(positive, &x.tape().scalar(1.0))),
            [Tensor::from([-1.0, 4.0])],
            [vec![0.0, 0.25]],
        ),
    ]
}
