//! `#[derive(Module)]` for crates that depend on the facade only.

use etude::layers::{BatchNormConfig, Dense, DenseConfig, Dropout, DropoutConfig};
use etude::optim::{AdamConfig, Checkpoint};
use etude::prelude::*;

/// A model as a user writes it: layers, plain data, and something that is no module.
#[derive(Clone, Module)]
struct Net<T: Float = f32> {
    blocks: Vec<Dense<T>>,
    dropout: Dropout,
    head: Option<Dense<T>>,
    width: usize,
    #[module(skip)]
    _started: std::time::Instant,
}

#[derive(Module)]
struct Pair<A, T: Float>(A, Param<T>);

#[derive(Module)]
struct Plain {
    dense: Dense,
}

#[test]
fn paths_follow_the_fields() -> Result<()> {
    let mut rng = Rng::seed(1);
    let width = 3;
    let mut dense = || {
        DenseConfig::new(width)
            .input_size(width)
            .init::<f64>(&mut rng)
    };
    let net = Net {
        blocks: vec![dense()?, dense()?],
        dropout: DropoutConfig::new(0.5).init()?,
        head: Some(dense()?),
        width,
        _started: std::time::Instant::now(),
    };
    let paths = |module: &dyn Module<f64>| -> Vec<String> {
        module.params().into_iter().map(|(path, _)| path).collect()
    };
    let expected = [
        "blocks.0.weight",
        "blocks.0.bias",
        "blocks.1.weight",
        "blocks.1.bias",
        "head.weight",
        "head.bias",
    ];
    assert_eq!(paths(&net), expected);
    assert_eq!(net.param_count()?, 3 * (net.width * net.width + net.width));

    let pair = Pair(net.clone(), Param::new(Tensor::<f64>::zeros([2])));
    assert_eq!(paths(&pair).last().unwrap(), "1");
    assert_eq!(paths(&pair)[0], "0.blocks.0.weight");

    let plain = Plain {
        dense: DenseConfig::new(2)
            .use_bias(false)
            .input_size(2)
            .init(&mut rng)?,
    };
    assert_eq!(plain.params()[0].0, "dense.weight");
    Ok(())
}

/// Both halves have a `weight`, and flattening leaves no name to tell them apart.
#[derive(Clone, Debug, Module)]
struct Two {
    #[module(flatten)]
    a: Dense,
    #[module(flatten)]
    b: Dense,
}

#[test]
fn two_parameters_under_one_path_are_refused_before_anything_is_lost() -> Result<()> {
    let mut rng = Rng::seed(1);
    let config = DenseConfig::new(2).input_size(2).use_bias(false);
    let mut model = Two {
        a: config.init(&mut rng)?,
        b: config.init(&mut rng)?,
    };
    let before = format!(
        "{:?}",
        [&model.a, &model.b].map(|dense| dense.weight.value())
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.safetensors");
    let tape = Tape::new();
    let x = tape.input(etude::ones([3, 2]));
    let y = model.b.forward(&model.a.forward(&x)?)?;
    let gradients = y.sum(..)?.backward()?;
    let mut optimizer = AdamConfig::new(0.1).init()?;
    let refusals = [
        etude::save(&file, &model),
        optimizer.step(&mut model, &gradients),
        Checkpoint::new(0, 0).save(&file, &model, &optimizer),
        model.load_state_dict(&model.a.state_dict()?),
    ];
    for refusal in refusals {
        let message = refusal.unwrap_err().to_string();
        assert!(
            message.contains("'weight' names two different parameters"),
            "{message}"
        );
    }
    assert!(!file.exists());
    let after = format!(
        "{:?}",
        [&model.a, &model.b].map(|dense| dense.weight.value())
    );
    assert_eq!(after, before);

    // The same layer in both places is one parameter, once.
    model.b = model.a.clone();
    etude::save(&file, &model)?;
    etude::load(&file, &mut model)?;
    Ok(())
}

#[test]
fn a_model_of_ones_own_becomes_one_of_another_element_type() -> Result<()> {
    fn net<T: Float>(seed: u64) -> Result<Net<T>> {
        let mut rng = Rng::seed(seed);
        Ok(Net {
            blocks: vec![DenseConfig::new(3).init(&mut rng)?],
            dropout: DropoutConfig::new(0.5).init()?,
            head: None,
            width: 3,
            _started: std::time::Instant::now(),
        })
    }
    let mut single = net::<f32>(1)?;
    let mut precise = net::<f64>(2)?;
    let unbuilt = precise.cast_from(&single).unwrap_err().to_string();
    assert!(
        unbuilt.contains("'blocks.0.weight' hasn't been built"),
        "{unbuilt}"
    );
    single.blocks[0].build(&etude::zeros([1, 4]))?;
    single.freeze("blocks.0.bias")?;
    precise.cast_from(&single)?;
    assert_eq!(
        precise.blocks[0].weight.value()?,
        &single.blocks[0].weight.value()?.cast::<f64>()?
    );
    let bias = precise.blocks[0].bias.as_ref().unwrap();
    assert!(!bias.is_trainable());
    Ok(())
}

#[test]
fn a_misshapen_checkpoint_leaves_a_model_of_open_sizes_as_it_was() -> Result<()> {
    let mut rng = Rng::seed(1);
    let mut model = |width: usize| -> Result<Sequential> {
        Ok(Sequential::new()
            .then(DenseConfig::new(width).init(&mut rng)?)
            .then(BatchNormConfig::new().init(&mut rng)?))
    };
    let folder = tempfile::tempdir().unwrap();
    let [narrow, wide] = ["narrow", "wide"].map(|name| folder.path().join(name));
    for (width, path) in [(5, &narrow), (10, &wide)] {
        let model = model(width)?;
        model.build(&etude::zeros([2, 4]))?;
        let optimizer = AdamConfig::new(0.1).init()?;
        Checkpoint::new(3, 0).save(path, &model, &optimizer)?;
    }
    let mut open = model(5)?;
    let mut optimizer = AdamConfig::new(0.1).init()?;
    let message = Checkpoint::load(&wide, &mut open, &mut optimizer)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("'0.weight' has shape [4, 10], the model needs [in, 5]"),
        "{message}"
    );
    assert!(open.params().iter().all(|(_, param)| !param.is_built()));
    let checkpoint = Checkpoint::load(&narrow, &mut open, &mut optimizer)?;
    assert_eq!(checkpoint.step, 3);

    // Sizes that are open agree within a layer.
    let mut values = open.state_dict()?;
    values.insert("1.beta".into(), etude::zeros([6]));
    let mut fresh = model(5)?;
    let message = fresh.load_state_dict(&values).unwrap_err().to_string();
    assert!(
        message.contains("'1.beta' has shape [6], but '1.gamma' makes channels 5"),
        "{message}"
    );
    Ok(())
}
