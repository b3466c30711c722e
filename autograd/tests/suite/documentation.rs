//! The documentation of variables: every public method has an example that runs, every operation its gradient.

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

/// The names of the public methods of variables in a source, each with its documentation.
fn methods(source: &str) -> Vec<(String, String)> {
    let (mut methods, mut docs, mut of_variables) = (Vec::new(), String::new(), false);
    for line in source.lines() {
        let code = line.trim();
        if line.starts_with("impl") {
            of_variables = line == "impl<T: Float> Var<T> {";
        } else if let Some(doc) = code.strip_prefix("///") {
            docs += &format!("{doc}\n");
        } else if let Some(rest) = code.strip_prefix("pub fn ") {
            let name = rest.split(['(', '<']).next().expect("a first part");
            let docs = std::mem::take(&mut docs);
            if of_variables && line.starts_with("    pub") {
                methods.push((name.to_string(), docs));
            }
        } else if !code.starts_with("#[") {
            docs.clear();
        }
    }
    methods
}

#[test]
fn every_method_of_a_variable_shows_what_it_does_and_every_operation_its_gradient() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut count, mut lacking) = (0, Vec::new());
    for path in sources(&source) {
        for (name, docs) in methods(&std::fs::read_to_string(path).unwrap()) {
            count += 1;
            if !docs.contains("\n ```\n use ") {
                lacking.push(format!("an example of `{name}`"));
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
