//! The exported cases of operations: whole, the same each time, and the runner sees what is wrong with one that has been changed.
//!
//! `cargo test -p etude-conformance --features operations --test operations`

use etude_conformance::{Outcome, cases_below, check_operation, export, run};
use etude_tensor::Tensor;
use etude_tensor::file::TensorFile;
use std::fs;

#[test]
fn what_is_exported_is_the_same_twice_and_passes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let exported = export(first.path(), "").unwrap();
    assert!(
        exported.operations > 130 && exported.cases > 500,
        "{exported:?}"
    );
    assert_eq!(export(second.path(), "").unwrap(), exported);
    let files = cases_below(first.path()).unwrap();
    assert_eq!(files.len(), exported.cases, "a name for each case");
    for file in &files {
        let again = second.path().join(file.file_name().unwrap());
        assert!(
            fs::read(file).unwrap() == fs::read(again).unwrap(),
            "{file:?}"
        );
    }
    let report = run(&[first.path()], "", |_| ()).unwrap();
    let failed = report
        .results
        .iter()
        .filter(|result| result.outcome != Outcome::Passed);
    let failed: Vec<String> = failed.map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));

    // Every kind of number is looked at: a change of any one fails, by its name.
    let path = first.path().join("mul-0-one_shape.safetensors");
    let sound = TensorFile::read(&path).unwrap();
    assert_eq!(sound.metadata["call"], "a.try_mul(b)");
    assert_eq!(sound.metadata["options"], "{}");
    assert_eq!(sound.metadata["arguments"], r#"["a","b"]"#);
    for name in ["out.output", "grad.arg.b", "grad2.arg.a", "grad2.ct.output"] {
        let mut changed = sound.clone();
        let values = changed.tensors[name].cast::<f64>().unwrap();
        changed.tensors.insert(name.into(), (&values + 1e-6).into());
        let Outcome::Failed(problems) = check_operation(&changed) else {
            panic!("a change of {name} passed");
        };
        assert!(
            problems[0].starts_with(&format!("f64: {name} is ")),
            "{problems:?}"
        );
    }
}

/// A case with this key changed.
fn changed(folder: &std::path::Path, key: &str, value: &str) -> Outcome {
    let mut file = TensorFile::read(folder.join("gather-0-first_axis.safetensors")).unwrap();
    file.metadata.insert(key.into(), value.into());
    check_operation(&file)
}

#[test]
fn what_the_catalogue_does_not_have_is_no_pass() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), "gather").unwrap();
    let changed = |key, value| changed(folder.path(), key, value);
    assert_eq!(
        changed("operation", "gether"),
        Outcome::Unsupported("there is no operation 'gether'".into())
    );
    assert_eq!(
        changed("case", "no axis"),
        Outcome::Unsupported("the catalogue's entry of gather has no case 'no axis'".into())
    );
    assert!(matches!(
        changed("options", r#"{"axis": 1}"#),
        Outcome::Failed(_)
    ));
    assert!(matches!(changed("rtol", "-1"), Outcome::Failed(_)));
    assert_eq!(changed("options", r#"{ "axis": 0 }"#), Outcome::Passed);

    let mut file = TensorFile::read(folder.path().join("gather-0-first_axis.safetensors")).unwrap();
    let zeros = Tensor::<i64>::zeros([4, 2]);
    file.tensors.insert("arg.indices".into(), zeros.into());
    assert!(matches!(check_operation(&file), Outcome::Failed(_)));
}
