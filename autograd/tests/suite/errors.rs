//! The errors that a method's documentation tells of are tried: its catalogue entry refuses something with a message of each kind.

use crate::documentation::{Method, methods, of_variables, sources};
use etude_autograd::testing::entry;
use etude_autograd::{Kind, Op};
use std::collections::BTreeMap;
use std::path::Path;

/// Words of a section `# Errors`, and those of which the message of a refusal has one.
const KINDS: [(&str, &[&str]); 21] = [
    ("axis is out of range", &["is out of range for rank"]),
    ("axis doesn't exist", &["is out of range for rank"]),
    ("no such axis", &["is out of range for rank"]),
    ("the axis or", &["is out of range for rank"]),
    ("index is out of range", &["index"]),
    ("an index", &["index"]),
    ("named twice", &["is named twice", "are the same"]),
    ("behind", &["behind"]),
    ("larger than memory", &["memory"]),
    (
        "no element",
        &[
            "no element",
            "empty",
            "with elements",
            "without elements",
            "at least 1 each",
        ],
    ),
    ("there are none", &["no tensors"]),
    ("broadcast", &["broadcast"]),
    ("is NaN", &["NaN"]),
    ("is singular", &["is singular"]),
    ("groups", &["groups"]),
    ("the bias", &["bias"]),
    ("a window is longer", &["covers"]),
    ("padding as long", &["padding ("]),
    ("dropout", &["dropout"]),
    ("fewer than two axes", &["two axes", "expects images"]),
    ("output size", &["output"]),
];

/// The sections `# Errors` of the methods of variables, by the method's name. One that says that it errs as another has that one's words too.
fn errors() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = std::fs::read_to_string(path).unwrap();
        for Method { name, docs, .. } in methods(&source, of_variables) {
            if let Some((_, errors)) = docs.split_once("# Errors\n") {
                found.insert(
                    name,
                    errors.split_whitespace().collect::<Vec<_>>().join(" "),
                );
            }
        }
    }
    let as_others = |text: &String| match text.strip_prefix("As ") {
        None => text.clone(),
        Some(rest) => {
            let name = rest.split('`').nth(1).expect("the name of another method");
            format!("{text} {}", found[name])
        }
    };
    found
        .iter()
        .map(|(name, text)| (name.clone(), as_others(text)))
        .collect()
}

#[test]
fn each_kind_of_error_that_is_documented_is_tried() {
    let errors = errors();
    let (mut tried, mut lacking) = (0, Vec::new());
    for &op in Op::ALL.iter().filter(|op| op.kind() != Kind::Adjoint) {
        let names = [op.name().to_string(), format!("try_{}", op.name())];
        let Some(text) = names.iter().find_map(|name| errors.get(name)) else {
            continue; // a method of masks or integers
        };
        let refusals = entry(op).refusals;
        for (words, messages) in KINDS.iter().filter(|(words, _)| text.contains(words)) {
            tried += 1;
            let has = |part: &&str| {
                refusals
                    .iter()
                    .any(|refusal| refusal.message.contains(*part))
            };
            if !messages.iter().any(has) {
                lacking.push(format!("{}: nothing is refused as \"{words}\"", op.name()));
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking:#?}");
    assert!(tried > 150, "the documentation was read: {tried} errors");
}
