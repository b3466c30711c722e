//! Pooling: one number for each window.

use crate::testing::{Entry, distinct, normal};
use crate::{program, vjp};
use etude_tensor::Tensor;
use etude_tensor::kernels::pool::PoolGeometry;

/// Overlapping windows, with strides and paddings that differ between the axes and between the ends.
fn uneven() -> PoolGeometry {
    PoolGeometry {
        kernel: [3, 2][..].into(),
        stride: [2, 1][..].into(),
        padding: [(1, 1), (1, 0)][..].into(),
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
            "no batch",
            gradient(PoolGeometry::new(&[2]), vec![0, 4, 2]),
            [normal([0, 2, 2])],
        )
}

pub(super) fn avg_pool_grad() -> Entry {
    let gradient = |geometry: PoolGeometry, with_padding: bool, shape: Vec<usize>| {
        program!([geometry: PoolGeometry, with_padding: bool, shape: Vec<usize>] |gy| {
            let x = gy.tape().var(Tensor::zeros(&shape[..]));
            Ok(vjp(&x.avg_pool(geometry, *with_padding)?, &[&x], gy)?.remove(0))
        })
    };
    Entry::new("the gradient of avg_pool, spread over each window")
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
            "no batch",
            gradient(PoolGeometry::new(&[2]), true, vec![0, 4, 2]),
            [normal([0, 2, 2])],
        )
}
