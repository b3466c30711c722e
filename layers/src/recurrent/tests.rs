//! What holds for every recurrent layer.

use crate::{
    Activation, Args, GruCellConfig, GruConfig, Layer, LstmCellConfig, LstmConfig, RnnCellConfig,
    RnnConfig, Signature, registry,
};
use etude_autograd::{Module, Tape, Var};
use etude_tensor::{Float, Result, Rng, Tensor};
use serde_json::json;

const KINDS: [&str; 3] = ["Rnn", "Gru", "Lstm"];

fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
    Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(seed)).unwrap()
}

/// A layer or cell over 2 features with 3 units, its biases drawn, too.
fn made(name: &str, more: serde_json::Value) -> Box<dyn Layer<f64>> {
    let mut config = json!({"output_size": 3, "input_size": 2, "bias_initializer": "normal"});
    let keys = more.as_object().unwrap().clone();
    config.as_object_mut().unwrap().extend(keys);
    registry::layer(name, &config, &mut Rng::seed(5)).unwrap()
}

/// The results of a call, by the names that the signature gives.
fn results(layer: &dyn Layer<f64>, args: &Args<f64>) -> Vec<Tensor<f64>> {
    let Signature { gives, .. } = layer.signature();
    let outputs = layer.call(args, gives).unwrap();
    let tensor = |name: &&str| outputs.get(name).unwrap().tensor().contiguous();
    gives.iter().map(tensor).collect()
}

fn close(a: &Tensor<f64>, b: &Tensor<f64>) {
    assert_eq!(a.shape(), b.shape());
    for (a, b) in a.to_vec().iter().zip(b.to_vec()) {
        assert!((a - b).abs() < 1e-14, "{a} and {b}");
    }
}

#[test]
fn a_layer_is_its_cell_step_after_step() -> Result<()> {
    let variants = [
        ("Rnn", json!({})),
        ("Rnn", json!({"activation": "softmax", "use_bias": false})),
        ("Gru", json!({})),
        ("Gru", json!({"reset_after": true})),
        ("Gru", json!({"reset_after": true, "use_bias": false})),
        (
            "Gru",
            json!({"recurrent_activation": "softmax", "activation": "relu"}),
        ),
        ("Lstm", json!({})),
        (
            "Lstm",
            json!({"recurrent_activation": "hard_sigmoid", "activation": "softsign"}),
        ),
    ];
    for (name, keys) in variants {
        let cell = made(&format!("{name}Cell"), keys.clone());
        let mut keys = keys;
        keys["return_sequence"] = json!(true);
        keys["return_state"] = json!(true);
        let layer = made(name, keys);
        let (x, tape) = (numbers(&[4, 5, 2], 1), Tape::inference());
        let whole = results(&*layer, &Args::new(&tape).with("x", tape.input(x.clone())));
        assert_eq!(whole[0].shape(), [4, 5, 3]);

        let zeros = tape.input(Tensor::zeros([4, 3]));
        let (mut hidden, mut state) = (zeros.clone(), zeros);
        for t in 0..5 {
            let data = tape.input(x.select(1, t)?);
            let mut args = Args::new(&tape)
                .with("data", data)
                .with("state", state.clone());
            if name == "Lstm" {
                args = args.with("hidden", hidden.clone());
            }
            let mut after = results(&*cell, &args);
            close(&whole[0].select(1, t)?, &after[0]);
            state = tape.input(after.pop().unwrap());
            hidden = tape.input(after.pop().unwrap_or_else(|| state.tensor().clone()));
        }
        close(&whole[1], hidden.tensor());
        if name == "Lstm" {
            close(&whole[2], state.tensor());
        }
    }
    Ok(())
}

#[test]
fn a_sequence_goes_on_from_the_states_that_its_first_part_left() -> Result<()> {
    for name in KINDS {
        let layer = made(name, json!({"return_sequence": true, "return_state": true}));
        let (x, tape) = (numbers(&[4, 5, 2], 1), Tape::inference());
        let part = |from, len| tape.input(x.narrow(1, from, len).unwrap());
        let whole = results(&*layer, &Args::new(&tape).with("x", part(0, 5)));
        let first = results(&*layer, &Args::new(&tape).with("x", part(0, 2)));
        let mut args = Args::new(&tape).with("x", part(2, 3));
        for (name, state) in layer.signature().gives.iter().zip(&first).skip(1) {
            args = args.with(*name, tape.input(state.clone()));
        }
        let rest = results(&*layer, &args);
        close(&whole[0].narrow(1, 2, 3)?, &rest[0]);
        for (whole, rest) in whole.iter().zip(&rest).skip(1) {
            close(whole, rest);
        }
    }
    Ok(())
}

#[test]
fn masked_steps_are_as_if_they_were_not_there() -> Result<()> {
    let steps = [0, 2, 3]; // those that count, of 0..5
    let mask = Tensor::from([[true, false, true, true, false], [false; 5]]);
    for name in KINDS {
        let layer = made(name, json!({"return_sequence": true, "return_state": true}));
        let (x, start) = (numbers(&[1, 5, 2], 1), numbers(&[1, 3], 2));
        let tape = Tape::inference();
        let twice = |x: &Tensor<f64>| tape.input(Tensor::concat(&[x, x], 0).unwrap());
        let masked = results(
            &*layer,
            &Args::new(&tape)
                .with("x", twice(&x))
                .with("state", twice(&start))
                .with("mask", mask.clone()),
        );
        let rows: Vec<Tensor<f64>> = steps.iter().map(|&t| x.narrow(1, t, 1).unwrap()).collect();
        let left = Tensor::concat(&rows.iter().collect::<Vec<_>>(), 1)?;
        let args = Args::new(&tape)
            .with("x", tape.input(left))
            .with("state", tape.input(start.clone()));
        let short = results(&*layer, &args);
        // Each output stands until the next step that counts.
        for (t, step) in [0, 0, 1, 2, 2].into_iter().enumerate() {
            let (got, expected) = (masked[0].select(1, t as isize)?, short[0].select(1, step)?);
            close(&got.narrow(0, 0, 1)?, &expected);
        }
        for (masked, short) in masked.iter().zip(&short).skip(1) {
            close(&masked.narrow(0, 0, 1)?, short);
        }
        // Where no step counts, the output is 0 and the state stays.
        assert_eq!(masked[0].select(0, 1)?.to_vec(), [0.0; 15]);
        close(&masked[1].narrow(0, 1, 1)?, &start);
    }
    Ok(())
}

#[test]
fn what_masked_steps_hold_has_no_gradient() -> Result<()> {
    for name in KINDS {
        let layer = made(name, json!({}));
        let tape = Tape::new();
        let mut values = numbers(&[1, 4, 2], 1).to_vec();
        values[2..4].fill(f64::NAN);
        let x = tape.var(Tensor::from_slice([1, 4, 2], &values)?);
        let mask = Tensor::from([[true, false, true, true]]);
        let y = layer.call(
            &Args::new(&tape).with("x", &x).with("mask", mask),
            &["output"],
        )?;
        let loss = y.into_first().sum(..)?;
        assert!(loss.item()?.is_finite());
        let gradients = loss.backward()?;
        let bias = layer.params().into_iter().find(|(path, _)| path == "bias");
        let bias = gradients.param(bias.unwrap().1).unwrap();
        assert!(
            bias.to_vec().iter().all(|g| g.is_finite()),
            "{name}: {bias:?}"
        );
    }
    Ok(())
}

#[test]
fn the_last_output_is_that_of_all_steps() -> Result<()> {
    for name in KINDS {
        let (last, all) = (
            made(name, json!({})),
            made(name, json!({"return_sequence": true})),
        );
        let x = Tape::inference().input(numbers(&[3, 4, 2], 1));
        close(
            last.apply(&x)?.tensor(),
            &all.apply(&x)?.tensor().select(1, -1)?,
        );
    }
    Ok(())
}

#[test]
fn parameters_have_their_names_and_shapes() -> Result<()> {
    let shapes = |layer: Box<dyn Layer<f64>>| {
        let params = layer.params().into_iter();
        let shape = |(path, param): (String, &etude_autograd::Param<f64>)| {
            format!("{path} {:?}", param.value().unwrap().shape())
        };
        params.map(shape).collect::<Vec<_>>()
    };
    let lstm = made("Lstm", json!({}));
    assert_eq!(
        shapes(lstm),
        ["weight [2, 12]", "recurrent_weight [3, 12]", "bias [12]"]
    );
    let gru = made("GruCell", json!({"reset_after": true}));
    assert_eq!(
        shapes(gru),
        [
            "weight [2, 9]",
            "recurrent_weight [3, 9]",
            "bias [9]",
            "recurrent_bias [9]"
        ]
    );
    let gru = made("Gru", json!({"reset_after": true, "use_bias": false}));
    assert_eq!(shapes(gru), ["weight [2, 9]", "recurrent_weight [3, 9]"]);
    let config = LstmConfig::new(2).input_size(1).unit_forget_bias(true);
    let lstm = config.init::<f64>(&mut Rng::seed(1))?;
    let bias = lstm.cell.gates.bias.as_ref().unwrap().value()?;
    assert_eq!(bias.to_vec(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    Ok(())
}

#[test]
fn functions_given_in_code_do_what_the_named_ones_do_and_are_not_written() -> Result<()> {
    fn check<T: Float>(named: &dyn Layer<T>, custom: &dyn Layer<T>, args: &Args<T>) -> Result<()> {
        let [a, b] =
            [named, custom].map(|layer| layer.call(args, &["output"]).unwrap().into_first());
        assert_eq!(a.tensor(), b.tensor());
        let message = custom.config().unwrap_err().to_string();
        assert!(message.contains("a function given in code"), "{message}");
        Ok(())
    }
    let rng = || Rng::seed(1);
    let tape = Tape::inference();
    let step = Args::new(&tape)
        .with("data", tape.input(numbers(&[4, 2], 1)))
        .with("state", tape.input(numbers(&[4, 3], 2)));
    let sequence = Args::new(&tape).with("x", tape.input(numbers(&[4, 5, 2], 1)));

    let config = RnnCellConfig::new()
        .output_size(3)
        .activation(Activation::Elu);
    check(
        &config.init(&mut rng())?,
        &config.init(&mut rng())?.with_activation(Var::elu),
        &step,
    )?;
    let config = RnnConfig::new(3).activation(Activation::Elu);
    check(
        &config.init(&mut rng())?,
        &config.init(&mut rng())?.with_activation(Var::elu),
        &sequence,
    )?;

    let config = GruCellConfig::new()
        .output_size(3)
        .activation(Activation::Elu);
    check(
        &config.init(&mut rng())?,
        &config.init(&mut rng())?.with_activation(Var::elu),
        &step,
    )?;
    let config = GruConfig::new(3).recurrent_activation(Activation::HardSigmoid);
    let custom = config
        .init(&mut rng())?
        .with_recurrent_activation(Var::hard_sigmoid);
    check(&config.init(&mut rng())?, &custom, &sequence)?;

    let config = LstmCellConfig::new()
        .output_size(3)
        .activation(Activation::Elu);
    check(
        &config.init(&mut rng())?,
        &config.init(&mut rng())?.with_activation(Var::elu),
        &step,
    )?;
    let config = LstmConfig::new(3).recurrent_activation(Activation::HardSigmoid);
    let custom = config
        .init(&mut rng())?
        .with_recurrent_activation(Var::hard_sigmoid);
    check(&config.init(&mut rng())?, &custom, &sequence)
}

#[test]
fn without_hidden_the_state_of_an_lstm_cell_serves_as_both() -> Result<()> {
    let cell = LstmCellConfig::new()
        .weight_shape([2, 3])
        .init::<f64>(&mut Rng::seed(1))?;
    let tape = Tape::inference();
    let (data, state) = (
        tape.input(numbers(&[4, 2], 1)),
        tape.input(numbers(&[4, 3], 2)),
    );
    let (one, both) = (
        cell.forward(&data, &state, None)?,
        cell.forward(&data, &state, Some(&state))?,
    );
    assert_eq!(
        (one.0.tensor(), one.1.tensor()),
        (both.0.tensor(), both.1.tensor())
    );
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let lstm = LstmConfig::new(3)
        .input_size(2)
        .init::<f64>(&mut Rng::seed(1))?;
    let tape = Tape::inference();
    let zeros = |shape: &[usize]| tape.input(Tensor::zeros(shape));
    let x = zeros(&[4, 5, 2]);
    let of = |result: Result<_>| result.map(|_: (_, _, _)| ()).unwrap_err().to_string();
    let input = |shape: &[usize]| of(lstm.forward_from(&zeros(shape), None, None, None));
    assert_eq!(
        input(&[4, 2]),
        "lstm: expects an input [batch, time, features], got [4, 2]"
    );
    assert_eq!(
        input(&[4, 0, 2]),
        "lstm: expects at least one time step, got an input [4, 0, 2]"
    );
    assert_eq!(
        input(&[4, 5, 3]),
        "lstm: expects 2 input channels, got 3 in an input of shape [4, 5, 3]"
    );
    assert_eq!(
        of(lstm.forward_from(&x, Some(&zeros(&[4, 2])), None, None)),
        "lstm: state has shape [4, 2]; expected [4, 3]"
    );
    assert_eq!(
        of(lstm.forward_from(&x, None, Some(&zeros(&[1, 3])), None)),
        "lstm: cell has shape [1, 3]; expected [4, 3]"
    );
    assert_eq!(
        of(lstm.forward_from(&x, None, None, Some(&Tensor::full([5, 4], true)))),
        "lstm: a mask of shape [5, 4] for an input [4, 5, 2]; expected [4, 5]"
    );
    let state = lstm.call(&Args::new(&tape).with("x", &x), &["output", "state"]);
    assert_eq!(
        state.unwrap_err().to_string(),
        "lstm: has no result 'state'; it gives output"
    );

    let cell = GruCellConfig::new()
        .weight_shape([2, 3])
        .init::<f64>(&mut Rng::seed(1))?;
    let of = |data: &[usize], state: &[usize]| {
        cell.forward(&zeros(data), &zeros(state))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        of(&[4, 5, 2], &[4, 3]),
        "gru_cell: expects data [batch, features], got [4, 5, 2]"
    );
    assert_eq!(
        of(&[4, 2], &[3, 3]),
        "gru_cell: state has shape [3, 3]; expected [4, 3]"
    );
    assert!(of(&[4, 7], &[4, 3]).starts_with("gru_cell: expects 2 input channels, got 7"));
    let zero = RnnConfig::new(0)
        .init::<f32>(&mut Rng::seed(1))
        .unwrap_err();
    assert_eq!(
        zero.to_string(),
        "rnn: output_size is 0; expected 1 or more"
    );
    Ok(())
}

#[test]
fn frozen_parameters_get_no_gradient() -> Result<()> {
    for name in KINDS {
        let layer = made(name, json!({"trainable": false}));
        let x = Tape::new().var(numbers(&[2, 3, 2], 1));
        let gradients = layer.apply(&x)?.sum(..)?.backward()?;
        assert!(
            layer
                .params()
                .iter()
                .all(|(_, param)| gradients.param(param).is_none())
        );
        assert_ne!(gradients.get(&x)?.to_vec(), [0.0; 12]);
    }
    Ok(())
}

#[test]
fn one_operation_for_the_whole_sequence_is_the_scan() -> Result<()> {
    let more = json!({"return_sequence": true, "return_state": true});
    let layer = made("Lstm", more);
    let (x, h, c) = (
        numbers(&[3, 4, 2], 1),
        numbers(&[3, 3], 2),
        numbers(&[3, 3], 3),
    );
    let all = Tensor::full([3, 4], true); // the operation knows no mask, so that this one asks for the scan
    let gradients = |mask: Option<&Tensor<bool>>| -> Result<Vec<Tensor<f64>>> {
        let tape = Tape::new();
        let vars = [&x, &h, &c].map(|x| tape.var(x.clone()));
        let args = Args::new(&tape).with("x", &vars[0]).with("state", &vars[1]);
        let mut args = args.with("cell", &vars[2]);
        if let Some(mask) = mask {
            args = args.with("mask", mask.clone());
        }
        let outputs = layer.call(&args, &["output", "state", "cell"])?;
        let weighed = |name, seed| {
            let output: &Var<f64> = outputs.get(name)?;
            let weights = tape.input(numbers(output.shape(), seed));
            output.try_mul(&weights)?.sum(..)
        };
        let loss = weighed("output", 4)?.try_add(&weighed("state", 5)?)?;
        let loss = loss.try_add(&weighed("cell", 6)?)?;
        let mut found = vec![loss.tensor().clone()];
        let gradients = loss.backward()?;
        for var in &vars {
            found.push(gradients.get(var)?);
        }
        for (_, param) in layer.params() {
            found.push(gradients.param(param).unwrap().clone());
        }
        Ok(found)
    };
    for (one, scan) in gradients(None)?.iter().zip(gradients(Some(&all))?) {
        assert_eq!(one.shape(), scan.shape());
        for (one, scan) in one.to_vec().iter().zip(scan.to_vec()) {
            assert!((one - scan).abs() < 1e-12, "{one} and {scan}");
        }
    }
    Ok(())
}
