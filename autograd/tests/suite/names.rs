//! A variable has the same methods as a tensor: the names in the source of both are compared. What only one of them has stands here, with its
//! reason.

use crate::documentation::sources;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Methods of tensors that read, and have no namesake on variables.
const TENSORS_ONLY: [(&str, &str); 14] = [
    (
        "binary",
        "takes the code of a kernel: on a variable each function has its name",
    ),
    ("cast", "a variable keeps the element type of its tape"),
    (
        "compare",
        "takes the code of a kernel: on a variable each comparison has its name",
    ),
    (
        "count_nonzero",
        "counts values, and no gradient leads back: x.tensor()",
    ),
    (
        "flat_nonzero",
        "finds places, and no gradient leads back: x.tensor()",
    ),
    (
        "into_binary",
        "writes into the memory of an operand, which a recording may hold",
    ),
    (
        "into_unary",
        "writes into the memory of an operand, which a recording may hold",
    ),
    (
        "nonzero",
        "finds places, and no gradient leads back: x.tensor()",
    ),
    (
        "ones_like",
        "a new constant: tape.input(x.tensor().ones_like())",
    ),
    (
        "resize_nearest",
        "for integers and masks: resize takes Interpolation::Nearest",
    ),
    (
        "square_sum",
        "the norm of gradients, outside of any recording: x.square()?.sum(..)",
    ),
    (
        "unary",
        "takes the code of a kernel: on a variable each function has its name",
    ),
    ("unique", "finds values and places: x.tensor()"),
    (
        "zeros_like",
        "a new constant: tape.input(x.tensor().zeros_like())",
    ),
];

/// Methods of variables that have no namesake on tensors.
const VARIABLES_ONLY: [(&str, &str); 2] = [
    ("all_reduce_sum", "adds up what several tapes have"),
    (
        "attention_with_weights",
        "scaled_dot_product_attention of tensors gives the weights where they are asked for",
    ),
];

/// The names, without `try_`, of the public methods that read `self`, or have none, in blocks that begin with one of `blocks`.
fn methods(files: &[PathBuf], blocks: &[&str], with_receiver: bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("the source can be read");
        let mut inside = false;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("impl") {
                inside = blocks.contains(&line);
            }
            let Some(rest) = line.strip_prefix("    pub fn ").filter(|_| inside) else {
                continue;
            };
            let (name, arguments) = rest.split_once('(').expect("a function has arguments");
            let name = name.split('<').next().unwrap_or(name);
            let first = match arguments {
                "" => lines.next().unwrap_or_default().trim(),
                same_line => same_line,
            };
            let reads = first.starts_with("&self")
                || first.starts_with("self")
                || first.starts_with("mut self");
            if reads || !with_receiver {
                names.insert(name.strip_prefix("try_").unwrap_or(name).to_string());
            }
        }
    }
    names
}

#[test]
fn tensors_and_variables_have_the_same_methods() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of_tensors = sources(&root.join("../tensor/src/ops"));
    let mut of_vars = sources(&root.join("src/ops"));
    of_vars.push(root.join("src/operators.rs"));
    // Methods of masks and of indices alone aren't compared: variables hold floats. Nor are those that write in place.
    let generic = ["impl<T: Element> Tensor<T> {", "impl<T: Float> Tensor<T> {"];
    let tensors = methods(&of_tensors, &generic, true);
    let vars = methods(&of_vars, &["impl<T: Float> Var<T> {"], true);
    assert!(
        tensors.len() > 100 && vars.len() > 100,
        "the source was read"
    );
    // Derivatives of kernels, which rules call, and parts of other operations under the names of these.
    let is_inner = |name: &str| {
        name.ends_with("_grad")
            || name.ends_with("_for")
            || name.ends_with("_grad_parameters")
            || name.ends_with("_with")
    };
    let named = |list: &[(&str, &str)]| -> BTreeSet<String> {
        list.iter().map(|(name, _)| name.to_string()).collect()
    };
    let lacking: BTreeSet<String> = (tensors.difference(&vars))
        .filter(|name| !is_inner(name))
        .cloned()
        .collect();
    assert_eq!(lacking, named(&TENSORS_ONLY), "only on Tensor");
    let everything = methods(&of_tensors, &generic, false);
    let more: BTreeSet<String> = vars.difference(&everything).cloned().collect();
    assert_eq!(more, named(&VARIABLES_ONLY), "only on Var");
}
