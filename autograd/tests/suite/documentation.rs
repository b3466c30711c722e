//! The documentation of variables and tensors: every public method has an example that runs, every operation its equation, those of
//! variables their gradient, those of floats a word on NaN.

use etude_autograd::{Kind, Op};
use std::path::{Path, PathBuf};

/// The Rust files in a folder and in those under it.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A public method and its documentation.
pub struct Method {
    pub name: String,
    pub docs: String,
    /// Of the `impl` that it stands in.
    header: String,
}

/// The public methods in a source that stand in an `impl` of this type.
pub fn methods(source: &str, of: fn(&str) -> bool) -> Vec<Method> {
    let (mut methods, mut docs, mut header) = (Vec::new(), String::new(), "");
    for line in source.lines() {
        let code = line.trim();
        if line.starts_with("impl") {
            header = line;
        } else if let Some(doc) = code.strip_prefix("///") {
            docs += &format!("{doc}\n");
        } else if let Some(rest) = code.strip_prefix("pub fn ") {
            let name = rest.split(['(', '<']).next().expect("a first part");
            let docs = std::mem::take(&mut docs);
            if of(header) && line.starts_with("    pub") {
                methods.push(Method {
                    name: name.into(),
                    docs,
                    header: header.into(),
                });
            }
        } else if !code.starts_with("#[") {
            docs.clear();
        }
    }
    methods
}

pub fn of_variables(header: &str) -> bool {
    header == "impl<T: Float> Var<T> {"
}

fn of_tensors(header: &str) -> bool {
    header.contains(" Tensor<") && !header.contains(" for ")
}

/// Whether the documentation shows what is computed by an equation, or another relation, in backticks: in words, not in the example, and not
/// that of the gradient.
fn has_equation(docs: &str) -> bool {
    let prose: String = docs.split("```").step_by(2).collect();
    let computed = prose
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim_start().starts_with("Gradient:"))
        .flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    let relations = [" = ", " ← ", " += ", " < ", " ≤ ", " > ", " ≥ ", " ≠ "];
    computed
        .into_iter()
        .any(|code| relations.iter().any(|relation| code.contains(relation)))
}

#[test]
fn every_method_of_a_variable_shows_what_it_does_and_every_operation_its_gradient() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut count, mut lacking) = (0, Vec::new());
    for path in sources(&source) {
        let operation = path.parent().is_some_and(|folder| folder.ends_with("ops"));
        for method in methods(&std::fs::read_to_string(path).unwrap(), of_variables) {
            let Method { name, docs, .. } = method;
            count += 1;
            if !docs.contains("\n ```\n use ") {
                lacking.push(format!("an example of `{name}`"));
            }
            if operation && !has_equation(&docs) {
                lacking.push(format!("an equation of `{name}`"));
            }
            // Masks and indices have left the tape.
            let op = Op::from_name(name.strip_prefix("try_").unwrap_or(&name));
            let differentiable = op.is_some_and(|op| op.kind() != Kind::Plain);
            if differentiable && !docs.contains("\n Gradient: ") {
                lacking.push(format!(
                    "the gradient of `{name}`, in a paragraph that begins with this word"
                ));
            }
        }
    }
    assert!(count > 170, "the source was read: {count} methods");
    assert!(lacking.is_empty(), "the documentation lacks {lacking:#?}");
}

#[test]
fn every_operation_on_tensors_shows_its_equation_and_an_example_and_says_a_word_on_nan() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tensor/src/ops");
    let (mut count, mut lacking) = (0, Vec::new());
    for path in sources(&source) {
        for method in methods(&std::fs::read_to_string(path).unwrap(), of_tensors) {
            let Method { name, docs, header } = method;
            count += 1;
            if !docs.contains("\n ```\n use ") {
                lacking.push(format!("an example of `{name}`"));
            }
            if !has_equation(&docs) {
                lacking.push(format!("an equation of `{name}`"));
            }
            // What computes with floats says it itself or refers to the operation that does. What only moves elements does nothing with NaN.
            let computes = header.starts_with("impl<T: Float>");
            let elsewhere = docs.contains("](Tensor::") || docs.contains("](Self::");
            if computes && !docs.contains("NaN") && !elsewhere {
                lacking.push(format!("a word on NaN of `{name}`"));
            }
        }
    }
    assert!(count > 200, "the source was read: {count} methods");
    assert!(lacking.is_empty(), "the documentation lacks {lacking:#?}");
}
