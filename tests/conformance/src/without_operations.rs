//! What stands for the cases of operations in a build without the cargo feature `operations`.

use crate::execute::Outcome;
use etude_tensor::file::TensorFile;

/// Says what to build.
pub fn check_operation(_: &TensorFile) -> Outcome {
    Outcome::Unsupported(
        "cases of operations need étude's catalogue: build with --features operations".to_string(),
    )
}
