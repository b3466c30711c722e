//! `#[derive(Module)]` for crates that depend on the facade only.

use etude::layers::{Dense, DenseConfig, Dropout, DropoutConfig};
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
