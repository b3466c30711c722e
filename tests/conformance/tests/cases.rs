//! The conformance cases of the project pass, and the runner sees what is wrong with a case that doesn't.

use etude_conformance::{Case, Outcome, cases_below, check, run};
use etude_tensor::file::TensorFile;
use etude_tensor::{Result, Tensor};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

#[test]
fn all_cases_pass() -> Result<()> {
    let report = run(&[folder()], "", |_| ())?;
    let bad: Vec<String> = report
        .results
        .iter()
        .filter(|result| result.outcome != Outcome::Passed)
        .map(ToString::to_string)
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert_eq!(
        report.to_string(),
        format!("{} passed, 0 failed, 0 unsupported", report.results.len())
    );
    Ok(())
}

/// What comes of the case `name`, of the core layers if it names no folder, after a change.
fn changed(name: &str, change: impl FnOnce(&mut TensorFile)) -> Result<Outcome> {
    let page = if name.contains('/') { "" } else { "core" };
    let path = folder().join(page).join(name);
    let mut file = TensorFile::read(path.with_extension("safetensors"))?;
    change(&mut file);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.safetensors");
    file.write(&path)?;
    Ok(Case::read(&path).map_or_else(
        |err| Outcome::Failed(vec![err.to_string()]),
        |case| check(&case),
    ))
}

/// Each change must fail with a message that contains all of the words.
#[track_caller]
fn fails(name: &str, words: &[&str], change: impl FnOnce(&mut TensorFile)) {
    let Outcome::Failed(problems) = changed(name, change).unwrap() else {
        panic!("{name} should have failed: {words:?}");
    };
    let text = problems.join("\n");
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

/// Adds `by` to the last element of a tensor.
fn shift(file: &mut TensorFile, name: &str, by: f64) {
    let tensor = file.tensors.get_mut(name).unwrap();
    let mut values = tensor.get::<f64>().unwrap().to_vec();
    *values.last_mut().unwrap() += by;
    *tensor = Tensor::from_slice(tensor.shape(), &values).unwrap().into();
}

fn set(file: &mut TensorFile, key: &str, value: &str) {
    file.metadata.insert(key.into(), value.into());
}

#[test]
fn a_wrong_element_is_named_with_its_place_and_type() {
    fails(
        "dense-plain",
        &["f64: out.output is", "at [3, 2]"],
        |file| shift(file, "out.output", 1e-6),
    );
    fails("dense-plain", &["f32: out.output is"], |file| {
        shift(file, "out.output", 1e-2)
    });
    fails(
        "dense-plain",
        &["f64: grad.arg.x is", "at [3, 5]"],
        |file| shift(file, "grad.arg.x", 1e-6),
    );
    fails("dense-plain", &["f64: grad.param.weight is"], |file| {
        shift(file, "grad.param.weight", 1e-6)
    });
    fails(
        "embedding-repeats",
        &["f64: grad.param.weight is"],
        |file| shift(file, "grad.param.weight", 1e-6),
    );
    fails(
        "flatten-rank4",
        &["out.output has shape [2, 12], expected [24]"],
        |file| {
            let flat = file.tensors["out.output"]
                .get::<f64>()
                .unwrap()
                .reshape([24])
                .unwrap();
            file.tensors.insert("out.output".into(), flat.into());
            file.tensors.remove("ct.output");
            file.tensors.remove("grad.arg.x");
        },
    );
}

#[test]
fn parameters_must_match_on_both_sides() {
    fails(
        "dense-plain",
        &["the case doesn't give the layer's parameter 'bias'"],
        |file| {
            file.tensors.remove("param.bias");
            file.tensors.remove("grad.param.bias");
        },
    );
    fails(
        "dense-plain",
        &["the layer has no parameter 'kernel'; it has weight, bias"],
        |file| {
            file.tensors
                .insert("param.kernel".into(), Tensor::from([1.0]).into());
        },
    );
    fails(
        "dense-plain",
        &["grad.param.weight is expected, but there is no gradient"],
        |file| {
            set(file, "config", r#"{"output_size": 3, "trainable": false}"#);
        },
    );
}

/// Which parameters a transformer block has depends on its input's size, which its first input may tell it.
#[test]
fn a_layer_may_learn_from_the_arguments_which_parameters_it_has() -> Result<()> {
    let lazy = r#"{"output_size": 8, "num_heads": 2}"#;
    let outcome = changed("sequence/transformer_block-shortcut", |file| {
        set(file, "config", lazy)
    })?;
    assert_eq!(outcome, Outcome::Passed);
    fails(
        "sequence/transformer_block-shortcut",
        &["the case doesn't give the layer's parameter 'shortcut.weight'"],
        |file| {
            set(file, "config", lazy);
            file.tensors.remove("param.shortcut.weight");
            file.tensors.remove("grad.param.shortcut.weight");
        },
    );
    Ok(())
}

/// Every layer of the cases that takes `input_size` passes without it as well.
#[test]
fn every_case_passes_with_the_sizes_left_to_the_first_input() -> Result<()> {
    let mut lazy = 0;
    for path in cases_below(folder())? {
        let mut case = Case::read(&path)?;
        let config = case.config.as_object_mut().expect("an object");
        if case.layer == "Embedding" || config.remove("input_size").is_none() {
            continue;
        }
        lazy += 1;
        assert_eq!(check(&case), Outcome::Passed, "{}", path.display());
    }
    assert!(lazy > 10, "{lazy} cases name an input size");
    Ok(())
}

#[test]
fn a_file_that_is_no_case_fails_with_its_reason() {
    fails(
        "dense-plain",
        &["mode is 'test'; expected train or eval"],
        |file| set(file, "mode", "test"),
    );
    fails("dense-plain", &["its metadata has no 'layer'"], |file| {
        file.metadata.remove("layer");
    });
    fails("dense-plain", &["its config isn't JSON"], |file| {
        set(file, "config", "{")
    });
    fails("dense-plain", &["dense: unknown field `units`"], |file| {
        set(file, "config", r#"{"units": 3}"#)
    });
    fails("dense-plain", &["'colour' is none of arg, param"], |file| {
        file.tensors
            .insert("colour".into(), Tensor::from([1.0]).into());
    });
    fails(
        "dense-plain",
        &["there is a 'ct.other' but no 'out.other'"],
        |file| {
            file.tensors
                .insert("ct.other".into(), Tensor::from([1.0]).into());
        },
    );
    fails(
        "dense-plain",
        &["dense: has no argument 'y'; it takes x"],
        |file| {
            file.tensors
                .insert("arg.y".into(), Tensor::from([1.0]).into());
        },
    );
}

#[test]
fn a_layer_that_is_not_known_is_unsupported() -> Result<()> {
    let outcome = changed("dense-plain", |file| set(file, "layer", "Danse"))?;
    let reason = "there is no layer 'Danse'".to_string();
    assert_eq!(outcome, Outcome::Unsupported(reason));
    Ok(())
}
