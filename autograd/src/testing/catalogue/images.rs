//! Pooling of whole images: into so many windows, or into one number.

use crate::program;
use crate::testing::{Entry, clear_of, distinct, normal};
use etude_tensor::Tensor;

pub(super) fn adaptive_avg_pool() -> Entry {
    let pool = |output: Vec<usize>| program!([output: Vec<usize>] |x| x.adaptive_avg_pool(output));
    Entry::new("the average of each of so many windows, which cover the axes")
        .needs_an_axis()
        .large(pool(vec![7, 3]), [normal([8, 40, 40, 16])])
        .case("one axis", pool(vec![2]), [normal([2, 5, 2])]).options(r#"{"output": [2]}"#)
        .case("to more", pool(vec![5]), [normal([1, 3, 1])]).options(r#"{"output": [5]}"#)
        .case("two axes", pool(vec![3, 2]), [normal([1, 4, 3, 2])]).options(r#"{"output": [3, 2]}"#)
        .case("three axes", pool(vec![2, 1, 3]), [normal([1, 3, 2, 4, 1])]).options(r#"{"output": [2, 1, 3]}"#)
        .case(
            "channels in front",
            program!(|x| x
                .permute([0, 2, 3, 1])?
                .adaptive_avg_pool([2, 2])?
                .permute([0, 3, 1, 2])),
            [normal([2, 2, 3, 4])],
        )
        .case("no batch", pool(vec![2]), [normal([0, 4, 2])]).options(r#"{"output": [2]}"#)
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_avg_pool([0]),
            "adaptive_avg_pool: output sizes [0] given, each has to be at least 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_avg_pool([2, 2]),
            "adaptive_avg_pool: output sizes [2, 2] need an input [batch, 2 sizes, channels], got [1, 4, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 0, 2])).adaptive_avg_pool([1]),
            "adaptive_avg_pool: a window over an empty axis has no elements: input [1, 0, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_avg_pool([1 << 50]),
            "adaptive_avg_pool: a tensor of shape [1, 1125899906842624, 2] doesn't fit into memory",
        )
}

pub(super) fn adaptive_lp_pool() -> Entry {
    let pool = |output: Vec<usize>, p: f64| program!([output: Vec<usize>, p: f64] |x| x.adaptive_lp_pool(output, *p));
    let numbers = |shape: &[usize]| clear_of(&[0.0], shape);
    Entry::new("(Σ |x|ᵖ)^(1/p) over each of so many windows, which cover the axes")
        .needs_an_axis()
        .large(pool(vec![7, 3], 2.0), [normal([8, 40, 40, 16])])
        .case("one axis", pool(vec![2], 2.0), [numbers(&[2, 5, 2])])
        .options(r#"{"output": [2], "p": 2}"#)
        .case("to more", pool(vec![5], 3.0), [numbers(&[1, 3, 1])])
        .options(r#"{"output": [5], "p": 3}"#)
        .case("two axes", pool(vec![3, 2], 2.5), [numbers(&[1, 4, 3, 2])])
        .options(r#"{"output": [3, 2], "p": 2.5}"#)
        .case(
            "three axes",
            pool(vec![2, 1, 3], 1.0),
            [numbers(&[1, 3, 2, 4, 1])],
        )
        .options(r#"{"output": [2, 1, 3], "p": 1}"#)
        .case("no batch", pool(vec![2], 2.0), [numbers(&[0, 4, 2])])
        .options(r#"{"output": [2], "p": 2}"#)
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_lp_pool([2], 0.5),
            "adaptive_lp_pool: p = 0.5; expected a finite number of at least 1 (for infinity, max_pool of abs)",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_lp_pool([2, 2], 2.0),
            "adaptive_lp_pool: output sizes [2, 2] need an input [batch, 2 sizes, channels], got [1, 4, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_lp_pool([0], 2.0),
            "adaptive_lp_pool: output sizes [0] given, each has to be at least 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 0, 2])).adaptive_lp_pool([1], 2.0),
            "adaptive_lp_pool: a window over an empty axis has no elements: input [1, 0, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_lp_pool([1 << 50], 2.0),
            "adaptive_lp_pool: a tensor of shape [1, 1125899906842624, 2] doesn't fit into memory",
        )
}

pub(super) fn adaptive_max_pool() -> Entry {
    let pool = |output: Vec<usize>| program!([output: Vec<usize>] |x| x.adaptive_max_pool(output));
    Entry::new("the largest element of each of so many windows, which cover the axes")
        .needs_an_axis()
        .large(pool(vec![7, 3]), [distinct([8, 40, 40, 16])])
        .case("one axis", pool(vec![2]), [distinct([2, 5, 2])])
        .options(r#"{"output": [2]}"#)
        .case("to more", pool(vec![5]), [distinct([1, 3, 1])])
        .options(r#"{"output": [5]}"#)
        .case("two axes", pool(vec![3, 2]), [distinct([1, 4, 3, 2])])
        .options(r#"{"output": [3, 2]}"#)
        .case(
            "three axes",
            pool(vec![2, 1, 3]),
            [distinct([1, 3, 2, 4, 1])],
        )
        .options(r#"{"output": [2, 1, 3]}"#)
        .case(
            "channels in front",
            program!(|x| x
                .permute([0, 2, 3, 1])?
                .adaptive_max_pool([2, 2])?
                .permute([0, 3, 1, 2])),
            [distinct([2, 2, 3, 4])],
        )
        .case("no batch", pool(vec![2]), [distinct([0, 4, 2])])
        .options(r#"{"output": [2]}"#)
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 0, 2])).adaptive_max_pool([1]),
            "adaptive_max_pool: a window over an empty axis has no elements: input [1, 0, 2]",
        )
        .refuses(
            |tape| {
                tape.var(Tensor::zeros([1, 4, 2]))
                    .adaptive_max_pool([1 << 50])
            },
            "adaptive_max_pool: a tensor of shape [1, 1125899906842624, 2] doesn't fit into memory",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_max_pool([0]),
            "adaptive_max_pool: output sizes [0] given, each has to be at least 1",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 4, 2])).adaptive_max_pool([2, 2]),
            "adaptive_max_pool: output sizes [2, 2] need an input [batch, 2 sizes, channels], got [1, 4, 2]",
        )
}

pub(super) fn global_avg_pool() -> Entry {
    Entry::new("the mean of all of an image")
        .needs_an_axis()
        .case(
            "one axis",
            program!(|x| x.global_avg_pool()),
            [normal([2, 3, 2])],
        )
        .also("two axes", [normal([1, 2, 3, 2])])
        .also("three axes", [normal([1, 2, 1, 3, 2])])
        .also("no batch", [normal([0, 4, 2])])
        .refuses(
            |tape| tape.var(Tensor::zeros([4, 2])).global_avg_pool(),
            "global_avg_pool: expects an input [batch, sizes…, channels], got [4, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 0, 2])).global_avg_pool(),
            "global_avg_pool: an image of no elements has no value: input [1, 0, 2]",
        )
}

pub(super) fn global_max_pool() -> Entry {
    Entry::new("the largest element of all of an image; of equal ones the first takes the gradient")
        .needs_an_axis()
        .case(
            "one axis",
            program!(|x| x.global_max_pool()),
            [distinct([2, 3, 2])],
        )
        .also("two axes", [distinct([1, 2, 3, 2])])
        .also("three axes", [distinct([1, 2, 1, 3, 2])])
        .also("no batch", [distinct([0, 4, 2])])
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 0, 2])).global_max_pool(),
            "global_max_pool: an image of no elements has no value: input [1, 0, 2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([4, 2])).global_max_pool(),
            "global_max_pool: expects an input [batch, sizes…, channels], got [4, 2]",
        )
}

pub(super) fn global_lp_pool() -> Entry {
    let pool = |p: f64| program!([p: f64] |x| x.global_lp_pool(*p));
    Entry::new("(Σ |x|ᵖ)^(1/p) over all of an image")
        .needs_an_axis()
        .case("p = 2", pool(2.0), [clear_of(&[0.0], [2, 3, 2])])
        .options(r#"{"p": 2}"#)
        .also("two axes", [clear_of(&[0.0], [1, 2, 3, 2])])
        .also("no batch", [clear_of(&[0.0], [0, 4, 2])])
        .case("p = 3", pool(3.0), [clear_of(&[0.0], [1, 2, 1, 3, 2])])
        .options(r#"{"p": 3}"#)
        .refuses(
            |tape| tape.var(Tensor::zeros([2])).global_lp_pool(2.0),
            "global_lp_pool: expects an input [batch, sizes…, channels], got [2]",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 3, 2])).global_lp_pool(f64::NAN),
            "global_lp_pool: p is NaN; expected a number or ±∞",
        )
        .refuses(
            |tape| tape.var(Tensor::zeros([1, 0, 2])).global_lp_pool(2.0),
            "global_lp_pool: an image of no elements has no value: input [1, 0, 2]",
        )
}
