//! Twenty steps as PyTorch makes them, to 1e-10: see `golden/trajectories.py`.

use crate::net::{Affine, Net};
use etude_autograd::Tape;
use etude_optim::{AdamConfig, AdamWConfig, Method, Optimizer, SgdConfig};
use etude_tensor::{Result, Tensor};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

/// PyTorch's options as a configuration of ours; every option must be known.
fn config<C: serde::de::DeserializeOwned>(options: &Value) -> C {
    let mut config = serde_json::Map::new();
    for (name, value) in options.as_object().unwrap() {
        match name.as_str() {
            "lr" => config.insert("learning_rate".into(), value.clone()),
            "eps" => config.insert("epsilon".into(), value.clone()),
            "betas" => {
                config.insert("beta1".into(), value[0].clone());
                config.insert("beta2".into(), value[1].clone())
            }
            same => config.insert(same.into(), value.clone()),
        };
    }
    serde_json::from_value(config.into()).unwrap()
}

fn follow<M: Method>(golden: &Value, case: &Value, config: M) -> Result<()> {
    let tensor = |name: &str, shape: [usize; 2]| Tensor::from_slice(shape, &numbers(&golden[name]));
    let (x, y) = (tensor("x", [6, 3])?, tensor("y", [6, 1])?);
    let start =
        |name: &str, shape: &[usize]| Tensor::from_slice(shape, &numbers(&golden["start"][name]));
    let mut net = Net {
        hidden: Affine::new(start("w1", &[3, 2])?, start("b1", &[2])?),
        head: Affine::new(start("w2", &[2, 1])?, start("b2", &[1])?),
    };
    let mut optimizer = Optimizer::new(config)?;
    let tape = Tape::training(0);
    let (losses, params) = (numbers(&case["losses"]), case["params"].as_array().unwrap());
    assert_eq!((losses.len(), params.len()), (20, 20));
    for (step, (expected_loss, expected)) in losses.iter().zip(params).enumerate() {
        let loss = net.loss(&tape, &x, &y)?;
        let distance = (loss.item()? - expected_loss).abs();
        assert!(
            distance < 1e-10,
            "{}, loss before step {step}: {distance:e} away",
            case["name"]
        );
        optimizer.step(&mut net, &loss.backward()?)?;
        for (index, (ours, theirs)) in net.numbers().iter().zip(numbers(expected)).enumerate() {
            let distance = (ours - theirs).abs();
            assert!(
                distance < 1e-10,
                "{}, step {step}, parameter {index}: {distance:e} away",
                case["name"]
            );
        }
    }
    Ok(())
}

#[test]
fn each_optimizer_follows_pytorch() -> Result<()> {
    let golden: Value = serde_json::from_str(include_str!("golden/trajectories.json")).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 13);
    for case in cases {
        let options = &case["options"];
        match case["optimizer"].as_str().unwrap() {
            "SGD" => follow(&golden, case, config::<SgdConfig>(options))?,
            "Adam" => follow(&golden, case, config::<AdamConfig>(options))?,
            "AdamW" => follow(&golden, case, config::<AdamWConfig>(options))?,
            other => panic!("{other}"),
        }
    }
    Ok(())
}

#[test]
fn unknown_keys_are_refused_and_defaults_are_pytorchs() {
    let wrong = serde_json::from_str::<AdamConfig>(r#"{"lr": 0.1}"#)
        .unwrap_err()
        .to_string();
    assert!(
        wrong.starts_with("unknown field `lr`, expected one of `learning_rate`, `beta1`"),
        "{wrong}"
    );
    let adamw: AdamWConfig = serde_json::from_str(r#"{"learning_rate": 0.001}"#).unwrap();
    assert_eq!(
        adamw,
        AdamWConfig::new(1e-3)
            .weight_decay(0.01)
            .betas(0.9, 0.999)
            .epsilon(1e-8)
    );
    let text = serde_json::to_string(&SgdConfig::new(0.5).momentum(0.9)).unwrap();
    assert_eq!(
        text,
        r#"{"learning_rate":0.5,"momentum":0.9,"dampening":0.0,"nesterov":false,"weight_decay":0.0}"#
    );
}
