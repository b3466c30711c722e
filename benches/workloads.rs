//! Workloads of fixed shapes and values, for holding étude against other frameworks: a line of JSON each.
//!
//! `cargo bench --bench workloads -- [--only ID[,ID…]] [--list] [--threads N]`
//!
//! Each workload runs in a process of its own, on 2 threads unless told otherwise. `check` is a projection of everything that
//! was computed (of training: the loss of the fifth step), which another implementation should meet to 1e-3. One
//! iteration of a forward workload is the operation with a fresh result; of one that ends in `-fb`, the recording of y,
//! L = Σ y·g, and all gradients of L; of training, a whole step. See `workloads/harness.rs` for the clock and
//! `workloads/inputs.rs` for the values.

#[path = "shared/arguments.rs"]
mod arguments;
#[path = "workloads/attention.rs"]
mod attention;
#[path = "workloads/harness.rs"]
mod harness;
#[path = "workloads/inputs.rs"]
mod inputs;
#[path = "workloads/operations.rs"]
mod operations;
#[path = "shared/process.rs"]
mod process;
#[path = "workloads/recurrent.rs"]
mod recurrent;
#[path = "workloads/resnet.rs"]
mod resnet;
#[path = "workloads/training.rs"]
mod training;

use etude::{Error, Tensor};
use harness::Outcome;
use operations::Convolution;

const WORKLOADS: [&str; 27] = [
    "matmul-64",
    "matmul-256",
    "matmul-1024",
    "bmm-64x128x64",
    "add-1m",
    "bcast-add",
    "gelu-1m",
    "exp-1m",
    "sum-axis0",
    "sum-axis1",
    "transpose-copy",
    "softmax-fb",
    "layernorm-fb",
    "xent-fb",
    "conv3x3-fb",
    "conv3x3-56",
    "dwconv3x3-fb",
    "lstm-fb",
    "mha-fb",
    "tiny-chain",
    "train-mlp",
    "train-cnn",
    "train-lstm",
    "train-gpt",
    "train-resnet8",
    "train-digits-mlp-small",
    "infer-mlp-1",
];

fn main() -> Result<(), String> {
    harness::main(&WORKLOADS, run)
}

fn run(id: &str) -> etude::Result<Outcome> {
    match id {
        "matmul-64" => operations::matmul(&[], [64; 3]),
        "matmul-256" => operations::matmul(&[], [256; 3]),
        "matmul-1024" => operations::matmul(&[], [1024; 3]),
        "bmm-64x128x64" => operations::matmul(&[64], [128, 64, 128]),
        "add-1m" => operations::add(&[1 << 20], &[1 << 20]),
        "bcast-add" => operations::add(&[1024, 1024], &[1024]),
        "gelu-1m" => operations::map(Tensor::gelu),
        "exp-1m" => operations::map(Tensor::exp),
        "sum-axis0" => operations::sum(0),
        "sum-axis1" => operations::sum(1),
        "transpose-copy" => operations::transpose_copy(),
        "softmax-fb" => operations::softmax(),
        "layernorm-fb" => operations::layer_norm(),
        "xent-fb" => operations::cross_entropy(),
        "conv3x3-fb" => convolution(32, 28, [32, 64], 1),
        "conv3x3-56" => convolution(8, 56, [64, 64], 1),
        "dwconv3x3-fb" => convolution(32, 28, [64, 64], 64),
        "lstm-fb" => recurrent::layer(),
        "mha-fb" => attention::layer(),
        "tiny-chain" => operations::tiny_chain(),
        "train-mlp" => training::mlp(),
        "train-cnn" => training::cnn(),
        "train-lstm" => recurrent::train(),
        "train-gpt" => attention::train(),
        "train-resnet8" => resnet::resnet8(),
        "train-digits-mlp-small" => training::small_mlp(),
        "infer-mlp-1" => training::infer_mlp(),
        _ => Err(Error::value(id, "no such workload; --list shows them")),
    }
}

fn convolution(
    images: usize,
    side: usize,
    channels: [usize; 2],
    groups: usize,
) -> etude::Result<Outcome> {
    Convolution {
        images,
        side,
        channels,
        groups,
    }
    .run()
}
