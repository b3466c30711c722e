//! Pooling: one number for each window.

use crate::testing::{Entry, clear_of, distinct, normal};
use crate::{program, vjp};
use etude_tensor::Tensor;
use etude_tensor::kernels::pool::PoolGeometry;

/// Overlapping windows, with strides and paddings that differ between the axes and between the ends.
fn uneven() -> PoolGeometry {
    PoolGeometry {
        kernel: [3, 2][..].into(),
        stride: [2, 1][..].into(),
        dilation: [1, 1][..].into(),
        padding: [(1, 1), (1, 0)][..].into(),
    }
}

/// Windows with gaps, other ones along each axis, which overlap and begin in the padding.
fn spread() -> PoolGeometry {
    PoolGeometry::new(&[2, 2])
        .stride(1)
        .dilation([2, 3])
        .padding([(1, 0), (2, 1)])
}

/// Windows of two, with as much padding: the first has no element of the input.
fn padded() -> PoolGeometry {
    PoolGeometry {
        padding: [(2, 0)][..].into(),
        ..PoolGeometry::new(&[2])
    }
}

pub(super) fn max_pool() -> Entry {
    let pool = |geometry: PoolGeometry| program!([geometry: PoolGeometry] |x| x.max_pool(geometry));
    Entry::new("the largest element of each window; of equal ones the first takes the gradient")
        .needs_an_axis()
        .large(
            pool(PoolGeometry::new(&[2, 2])),
            [distinct([8, 40, 40, 16])],
        )
        .case(
            "one axis",
            pool(PoolGeometry::new(&[2])),
            [distinct([2, 4, 2])],
        ).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]]}"#)
        .case(
            "a rest that fits no window",
            pool(PoolGeometry::new(&[2])),
            [distinct([1, 5, 1])],
        ).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]]}"#)
        .case("two axes, uneven", pool(uneven()), [distinct([1, 4, 3, 2])]).options(r#"{"kernel": [3, 2], "stride": [2, 1], "padding": [[1, 1], [1, 0]]}"#)
        .case("dilated", pool(spread()), [distinct([1, 3, 3, 2])]).options(r#"{"kernel": [2, 2], "stride": [1, 1], "dilation": [2, 3], "padding": [[1, 0], [2, 1]]}"#)
        .case(
            "three axes",
            pool(PoolGeometry::new(&[2, 1, 2])),
            [distinct([1, 2, 2, 4, 1])],
        ).options(r#"{"kernel": [2, 1, 2], "stride": [2, 1, 2], "padding": [[0, 0], [0, 0], [0, 0]]}"#)
        .case(
            "no batch",
            pool(PoolGeometry::new(&[2])),
            [distinct([0, 4, 2])],
        ).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]]}"#)
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .max_pool(&PoolGeometry::new(&[5]))
            },
            "max_pool: a kernel of 5 with dilation 1 covers 5 elements, but the input axis has 4 and the padding (0, 0): give at least 5 together",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([4, 2]))
                    .max_pool(&PoolGeometry::new(&[2]))
            },
            "max_pool: a window [2] needs an input [batch, 1 sizes, channels], got [4, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).max_pool(&padded()),
            "max_pool: padding (2, 0) has to be smaller than the window of 2 on each side",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .max_pool(&PoolGeometry::new(&[2]).dilation(4))
            },
            "max_pool: a kernel of 2 with dilation 4 covers 5 elements, but the input axis has 4 and the padding (0, 0): give at least 5 together",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .max_pool(&PoolGeometry::new(&[2]).dilation(0))
            },
            "max_pool: kernel 2, stride 2 and dilation 0 given, each has to be at least 1",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .max_pool(&PoolGeometry::new(&[2]).dilation(2).padding(3))
            },
            "max_pool: padding (3, 3) has to be smaller than the window of 3 on each side",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 1, 2]))
                    .max_pool(&PoolGeometry::new(&[2]).dilation(3).padding(2))
            },
            "max_pool: window 0 of 2 elements with dilation 3 sees nothing but padding (2, 2): give at most dilation 1, the size of the axis, \
             or less padding",
        )
}

pub(super) fn avg_pool() -> Entry {
    let pool = |geometry: PoolGeometry, with_padding: bool| program!([geometry: PoolGeometry, with_padding: bool] |x| x.avg_pool(geometry, *with_padding));
    Entry::new("the average of each window, over its size or over its elements inside x")
        .needs_an_axis()
        .large(
            pool(PoolGeometry::new(&[2, 2]), true),
            [normal([8, 40, 40, 16])],
        )
        .case(
            "one axis",
            pool(PoolGeometry::new(&[2]), true),
            [normal([2, 4, 2])],
        ).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]], "with_padding": true}"#)
        .case(
            "a rest that fits no window",
            pool(PoolGeometry::new(&[2]), true),
            [normal([1, 5, 1])],
        ).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]], "with_padding": true}"#)
        .case(
            "uneven, padding counts",
            pool(uneven(), true),
            [normal([1, 4, 3, 2])],
        ).options(r#"{"kernel": [3, 2], "stride": [2, 1], "padding": [[1, 1], [1, 0]], "with_padding": true}"#)
        .case("dilated, padding counts", pool(spread(), true), [normal([1, 3, 3, 2])]).options(r#"{"kernel": [2, 2], "stride": [1, 1], "dilation": [2, 3], "padding": [[1, 0], [2, 1]], "with_padding": true}"#)
        .case("dilated, padding doesn't", pool(spread(), false), [normal([1, 3, 3, 2])]).options(r#"{"kernel": [2, 2], "stride": [1, 1], "dilation": [2, 3], "padding": [[1, 0], [2, 1]], "with_padding": false}"#)
        .case(
            "uneven, padding doesn't",
            pool(uneven(), false),
            [normal([1, 4, 3, 2])],
        ).options(r#"{"kernel": [3, 2], "stride": [2, 1], "padding": [[1, 1], [1, 0]], "with_padding": false}"#)
        .case(
            "three axes",
            pool(PoolGeometry::new(&[2, 1, 2]), false),
            [normal([1, 2, 2, 4, 1])],
        ).options(r#"{"kernel": [2, 1, 2], "stride": [2, 1, 2], "padding": [[0, 0], [0, 0], [0, 0]], "with_padding": false}"#)
        .case(
            "no batch",
            pool(PoolGeometry::new(&[2]), true),
            [normal([0, 4, 2])],
        ).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]], "with_padding": true}"#)
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .avg_pool(&PoolGeometry::new(&[5]), true)
            },
            "avg_pool: a kernel of 5 with dilation 1 covers 5 elements, but the input axis has 4 and the padding (0, 0): give at least 5 together",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([4, 2])).avg_pool(&PoolGeometry::new(&[2]), true),
            "avg_pool: a window [2] needs an input [batch, 1 sizes, channels], got [4, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).avg_pool(&padded(), true),
            "avg_pool: padding (2, 0) has to be smaller than the window of 2 on each side",
        )
}

pub(super) fn lp_pool() -> Entry {
    let pool = |geometry: PoolGeometry, p: f64| program!([geometry: PoolGeometry, p: f64] |x| x.lp_pool(geometry, *p));
    let pair = || PoolGeometry::new(&[2]);
    let some = |shape: &[usize]| [clear_of(&[0.0], shape)];
    Entry::new("(Σ |x|ᵖ)^(1/p) of each window")
        .needs_an_axis()
        .large(
            pool(PoolGeometry::new(&[2, 2]), 2.0),
            some(&[8, 40, 40, 16]),
        )
        .case("p = 2", pool(pair(), 2.0), some(&[2, 4, 2])).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]], "p": 2}"#)
        .case("p = 1", pool(pair(), 1.0), some(&[2, 4, 2])).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]], "p": 1}"#)
        .case("p = 2.5, dilated", pool(spread(), 2.5), some(&[1, 3, 3, 2])).options(r#"{"kernel": [2, 2], "stride": [1, 1], "dilation": [2, 3], "padding": [[1, 0], [2, 1]], "p": 2.5}"#)
        .case("p = 2.5, uneven", pool(uneven(), 2.5), some(&[1, 4, 3, 2])).options(r#"{"kernel": [3, 2], "stride": [2, 1], "padding": [[1, 1], [1, 0]], "p": 2.5}"#)
        .case(
            "p = 3, three axes",
            pool(PoolGeometry::new(&[2, 1, 2]), 3.0),
            some(&[1, 2, 2, 4, 1]),
        ).options(r#"{"kernel": [2, 1, 2], "stride": [2, 1, 2], "padding": [[0, 0], [0, 0], [0, 0]], "p": 3}"#)
        .case("no batch", pool(pair(), 2.0), some(&[0, 4, 2])).options(r#"{"kernel": [2], "stride": [2], "padding": [[0, 0]], "p": 2}"#)
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .lp_pool(&PoolGeometry::new(&[2]), 0.5)
            },
            "lp_pool: p = 0.5; expected a finite number of at least 1 (for infinity, max_pool of abs)",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .lp_pool(&PoolGeometry::new(&[5]), 2.0)
            },
            "lp_pool: a kernel of 5 with dilation 1 covers 5 elements, but the input axis has 4 and the padding (0, 0): give at least 5 together",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([4, 2])).lp_pool(&PoolGeometry::new(&[2]), 2.0),
            "lp_pool: a window [2] needs an input [batch, 1 sizes, channels], got [4, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).lp_pool(&padded(), 2.0),
            "lp_pool: padding (2, 0) has to be smaller than the window of 2 on each side",
        )
}

pub(super) fn max_pool_grad() -> Entry {
    let gradient = |geometry: PoolGeometry, shape: Vec<usize>| {
        program!([geometry: PoolGeometry, shape: Vec<usize>] |gy| {
            let count = shape.iter().product::<usize>() as i64;
            let mixed: Vec<i64> = (0..count).map(|i| i * 7 % 11).collect();
            let x = gy.tape().var(Tensor::from_slice(&shape[..], &mixed)?.cast()?);
            Ok(vjp(&x.max_pool(geometry)?, &[&x], gy)?.remove(0))
        })
    };
    Entry::new("the gradient of max_pool, put where the maxima were found")
        .large(
            gradient(PoolGeometry::new(&[2, 2]), vec![4, 40, 40, 16]),
            [normal([4, 20, 20, 16])],
        )
        .needs_an_axis()
        .case(
            "one axis",
            gradient(PoolGeometry::new(&[2]), vec![1, 4, 2]),
            [normal([1, 2, 2])],
        )
        .case(
            "two axes, uneven",
            gradient(uneven(), vec![1, 4, 3, 1]),
            [normal([1, 2, 3, 1])],
        )
        .case(
            "dilated",
            gradient(spread(), vec![1, 3, 3, 1]),
            [normal([1, 2, 3, 1])],
        )
        .case(
            "no batch",
            gradient(PoolGeometry::new(&[2]), vec![0, 4, 2]),
            [normal([0, 2, 2])],
        )
        .never_refuses("only rules call it, with what max_pool has accepted")
}

pub(super) fn avg_pool_grad() -> Entry {
    let gradient = |geometry: PoolGeometry, with_padding: bool, shape: Vec<usize>| {
        program!([geometry: PoolGeometry, with_padding: bool, shape: Vec<usize>] |gy| {
            let x = gy.tape().var(Tensor::zeros(&shape[..]));
            Ok(vjp(&x.avg_pool(geometry, *with_padding)?, &[&x], gy)?.remove(0))
        })
    };
    Entry::new("the gradient of avg_pool, spread over each window")
        .large(
            gradient(PoolGeometry::new(&[2, 2]), true, vec![4, 40, 40, 16]),
            [normal([4, 20, 20, 16])],
        )
        .needs_an_axis()
        .case(
            "one axis",
            gradient(PoolGeometry::new(&[2]), true, vec![1, 4, 2]),
            [normal([1, 2, 2])],
        )
        .case(
            "uneven",
            gradient(uneven(), false, vec![1, 4, 3, 1]),
            [normal([1, 2, 3, 1])],
        )
        .case(
            "dilated",
            gradient(spread(), false, vec![1, 3, 3, 1]),
            [normal([1, 2, 3, 1])],
        )
        .case(
            "no batch",
            gradient(PoolGeometry::new(&[2]), true, vec![0, 4, 2]),
            [normal([0, 2, 2])],
        )
        .never_refuses("only rules call it, with what avg_pool has accepted")
}
