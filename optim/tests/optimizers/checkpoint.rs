//! Checkpoints: training goes on to the bit, and what doesn't fit changes nothing.

use crate::net::Net;
use etude_autograd::{Module, Param, Tape, load, save};
use etude_optim::{Adam, AdamConfig, AdamWConfig, Checkpoint, Group, Method, Optimizer, SgdConfig};
use etude_tensor::file::TensorFile;
use etude_tensor::{ErrorKind, Result, Tensor};
use std::path::PathBuf;
use tempfile::TempDir;

fn net() -> Net<f32> {
    Net::of(4, 5, 3, |i| (i as f64 * 0.7).sin())
}

/// A net of the same shapes with other values.
fn other_net() -> Net<f32> {
    Net::of(4, 5, 3, |i| (i as f64 * 0.3).cos())
}

fn train<M: Method>(
    net: &mut Net<f32>,
    optimizer: &mut Optimizer<M>,
    steps: std::ops::Range<u64>,
) -> Result<()> {
    for step in steps {
        let tape = Tape::training(3).at_step(step);
        let x = Tensor::full([2, 4], 0.1 * step as f32);
        let loss = net.loss(&tape, &x, &Tensor::full([2, 3], 1.0))?;
        optimizer.step(net, &loss.backward()?)?;
    }
    Ok(())
}

fn bits(net: &Net<f32>) -> Vec<u32> {
    net.numbers().iter().map(|x| x.to_bits()).collect()
}

/// A folder, and a checkpoint in it after five steps of Adam.
fn saved() -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let (mut net, mut optimizer) = (net(), AdamConfig::new(0.1).init()?);
    train(&mut net, &mut optimizer, 0..5)?;
    Checkpoint::new(5, 3)
        .with("data", "none")
        .save(&path, &net, &optimizer)?;
    Ok((folder, path))
}

fn continues_to_the_bit<M: Method>(config: M) -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let (mut net, mut optimizer) = (net(), Optimizer::new(config.clone())?);
    train(&mut net, &mut optimizer, 0..5)?;
    optimizer.set_learning_rate(0.07)?;
    Checkpoint::new(5, 3).save(&path, &net, &optimizer)?;
    train(&mut net, &mut optimizer, 5..12)?;

    let (mut again, mut optimizer) = (other_net(), Optimizer::new(config)?);
    let checkpoint = Checkpoint::load(&path, &mut again, &mut optimizer)?;
    assert_eq!(
        (checkpoint, optimizer.learning_rate()),
        (Checkpoint::new(5, 3), 0.07)
    );
    train(&mut again, &mut optimizer, 5..12)?;
    assert_eq!(bits(&again), bits(&net));
    Ok(())
}

#[test]
fn training_goes_on_to_the_bit() -> Result<()> {
    continues_to_the_bit(SgdConfig::new(0.1))?;
    continues_to_the_bit(SgdConfig::new(0.1).momentum(0.9).dampening(0.5))?;
    continues_to_the_bit(AdamConfig::new(0.1).amsgrad(true))?;
    continues_to_the_bit(AdamWConfig::new(0.1).group(Group::new("head").frozen(true)))
}

#[test]
fn names_and_strings_are_as_documented() -> Result<()> {
    let (_folder, path) = saved()?;
    let file = TensorFile::read(&path)?;
    let names: Vec<&str> = file
        .tensors
        .keys()
        .map(String::as_str)
        .filter(|name| name.contains("hidden"))
        .collect();
    assert_eq!(
        names,
        [
            "model.hidden.bias",
            "model.hidden.weight",
            "optimizer.m.hidden.bias",
            "optimizer.m.hidden.weight",
            "optimizer.steps.hidden.bias",
            "optimizer.steps.hidden.weight",
            "optimizer.v.hidden.bias",
            "optimizer.v.hidden.weight",
        ]
    );
    let strings: Vec<(&str, &str)> = file
        .metadata
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        strings,
        [
            ("data", "none"),
            ("etude.learning_rate", "0.1"),
            ("etude.optimizer", "adam"),
            ("etude.seed", "3"),
            ("etude.step", "5"),
        ]
    );
    Ok(())
}

/// Damages a checkpoint, loads it, and returns the message; sees that nothing has changed.
fn refused(damage: impl FnOnce(&mut TensorFile)) -> Result<String> {
    let (_folder, path) = saved()?;
    let mut file = TensorFile::read(&path)?;
    damage(&mut file);
    file.write(&path)?;
    let (mut net, mut optimizer) = (other_net(), AdamConfig::new(0.2).init()?);
    train(&mut net, &mut optimizer, 0..2)?;
    let (before, state) = (bits(&net), optimizer.state());
    let err = Checkpoint::load(&path, &mut net, &mut optimizer).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::File);
    assert_eq!(bits(&net), before);
    assert_eq!(optimizer.state(), state);
    let message = err.to_string();
    assert!(message.contains("run.safetensors"), "{message}");
    Ok(message)
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused_by_name_and_changes_nothing() -> Result<()> {
    let small = || Tensor::full([2], 0.0_f32);
    let check = |message: String, expected: &str| assert!(message.contains(expected), "{message}");
    let lacking =
        |name: &'static str| refused(move |file| drop(file.tensors.remove(name).unwrap()));
    let with = |name: &'static str| {
        refused(move |file| drop(file.tensors.insert(name.into(), small().into())))
    };
    let saying = |name: &'static str, text: Option<&'static str>| {
        refused(move |file| match text {
            None => drop(file.metadata.remove(name).unwrap()),
            Some(text) => drop(file.metadata.insert(name.into(), text.into()).unwrap()),
        })
    };
    check(lacking("model.head.bias")?, "'head.bias' is missing");
    check(
        lacking("optimizer.m.head.bias")?,
        "'m.head.bias' is missing",
    );
    check(
        lacking("optimizer.steps.head.bias")?,
        "the step count of 'head.bias' is missing",
    );
    check(
        with("model.tail")?,
        "'tail' belongs to nothing in the model",
    );
    check(
        with("optimizer.m.tail")?,
        "'m.tail' belongs to nothing in the optimizer",
    );
    check(
        with("loose")?,
        "'loose' belongs neither to a model nor to an optimizer",
    );
    check(
        with("model.head.bias")?,
        "'head.bias' has shape [2], the model needs [3]",
    );
    check(
        with("optimizer.v.head.bias")?,
        "'v.head.bias' has shape [2], the parameter [3]",
    );
    check(
        with("optimizer.steps.head.bias")?,
        "'optimizer.steps.head.bias' isn't a step count",
    );
    check(
        refused(|file| {
            drop(
                file.tensors
                    .insert("model.head.bias".into(), Tensor::full([3], 0.0_f64).into()),
            )
        })?,
        "'model.head.bias' holds f64; expected f32",
    );
    check(
        saying("etude.optimizer", Some("sgd"))?,
        "its optimizer is sgd; expected adam",
    );
    check(
        saying("etude.seed", None)?,
        "the string 'etude.seed' is missing",
    );
    check(
        saying("etude.step", Some("-1"))?,
        "the string 'etude.step' is '-1'; expected a number",
    );
    check(
        saying("etude.learning_rate", Some("NaN"))?,
        "learning_rate NaN",
    );
    Ok(())
}

#[test]
fn another_configuration_needs_its_own_state() -> Result<()> {
    let (_folder, path) = saved()?;
    let mut net = other_net();
    let before = bits(&net);
    let mut optimizer = AdamConfig::new(0.1).amsgrad(true).init()?;
    let err = Checkpoint::load(&path, &mut net, &mut optimizer)
        .unwrap_err()
        .to_string();
    assert!(err.contains("'v_max.head.bias' is missing"), "{err}");
    let mut optimizer: Adam = AdamConfig::new(0.1).group(Group::new("encoder")).init()?;
    let err = Checkpoint::load(&path, &mut net, &mut optimizer)
        .unwrap_err()
        .to_string();
    assert!(
        err.contains("no parameter matches the group 'encoder'"),
        "{err}"
    );
    assert_eq!(bits(&net), before);
    Ok(())
}

#[test]
fn no_truncated_file_is_loaded_and_none_panics() -> Result<()> {
    let (_folder, path) = saved()?;
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let (mut net, mut optimizer) = (other_net(), AdamConfig::new(0.2).init()?);
    let before = bits(&net);
    for length in (0..file.metadata().unwrap().len()).rev() {
        file.set_len(length).unwrap();
        assert!(
            Checkpoint::load(&path, &mut net, &mut optimizer).is_err(),
            "{length} bytes"
        );
        assert!(load(&path, &mut net).is_err(), "{length} bytes");
    }
    assert_eq!(bits(&net), before);
    assert!(optimizer.state().steps.is_empty());
    Ok(())
}

#[test]
fn a_failed_save_leaves_the_old_file() -> Result<()> {
    let (folder, path) = saved()?;
    let whole = std::fs::read(&path).unwrap();
    let (mut net, optimizer) = (net(), AdamConfig::new(0.1).init()?);
    // A name of ours among the strings.
    let err = Checkpoint::new(6, 3)
        .with("etude.step", "7")
        .save(&path, &net, &optimizer)
        .unwrap_err();
    assert_eq!(
        err.to_string(),
        "checkpoint: a string is named 'etude.step'; expected a name that doesn't begin with 'etude.'"
    );
    // A folder that isn't there.
    let nowhere = folder.path().join("nowhere").join("run.safetensors");
    let err = Checkpoint::new(6, 3)
        .save(&nowhere, &net, &optimizer)
        .unwrap_err();
    assert_eq!(err.kind(), ErrorKind::File);
    assert!(save(&nowhere, &net).is_err());
    // A model that isn't built.
    net.head.bias = Param::lazy(|shape: &[usize], _| Ok(Tensor::full(shape, 0.0)), 1);
    let err = save(&path, &net).unwrap_err().to_string();
    assert!(err.contains("'head.bias'"), "{err}");
    assert!(Checkpoint::new(6, 3).save(&path, &net, &optimizer).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no temporary file remains"
    );
    Ok(())
}

#[test]
fn a_checkpoint_before_the_first_step_and_unbuilt_parameters() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let mut optimizer = AdamConfig::new(0.1).init()?;
    Checkpoint::default().save(&path, &net(), &optimizer)?;
    let mut lazy = other_net();
    lazy.hidden.weight = Param::lazy(|shape: &[usize], _| Ok(Tensor::full(shape, 0.0)), 1);
    Checkpoint::load(&path, &mut lazy, &mut optimizer)?;
    assert_eq!(bits(&lazy), bits(&net()));
    train(&mut lazy, &mut optimizer, 0..1)
}

#[test]
fn state_by_itself_is_taken_over_and_checked() -> Result<()> {
    let (mut net, mut optimizer) = (net(), AdamConfig::new(0.1).init()?);
    train(&mut net, &mut optimizer, 0..3)?;
    let mut state = optimizer.state();
    let mut copy = AdamConfig::new(0.5).init()?;
    copy.load_state(&net, &state)?;
    let mut twin = net.deep_clone();
    train(&mut net, &mut optimizer, 3..5)?;
    train(&mut twin, &mut copy, 3..5)?;
    assert_eq!(bits(&net), bits(&twin));

    state.tensors.remove("v.head.bias").unwrap();
    let before = copy.state();
    let err = copy.load_state(&net, &state).unwrap_err();
    assert_eq!(
        err.to_string(),
        "adam: the state doesn't fit the optimizer, which stays as it was: 'v.head.bias' is missing"
    );
    assert_eq!(copy.state(), before);
    Ok(())
}
