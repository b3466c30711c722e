//! In its steady state a training step asks the system for nothing: no block that the pool doesn't have, no page that isn't
//! there. Alone in its file, because page faults are counted for the whole process.

use etude::layers::{
    Activation, BatchNormConfig, Conv2dConfig, DenseConfig, DropoutConfig, FlattenConfig,
    MaxPool2dConfig, Padding,
};
use etude::optim::AdamConfig;
use etude::prelude::*;
use etude::tensor::pool;

/// Steps after which everything has been asked for once.
const WARM: usize = 3;
/// Steps that are watched.
const WATCHED: usize = 20;

/// The page faults of this process so far that were served without a disk, where the system tells: field 10 of its `stat`,
/// the eighth after the name in parentheses, which may hold spaces.
fn page_faults() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(7)?.parse().ok()
}

fn network() -> Result<Sequential> {
    let mut rng = Rng::seed(3);
    let conv = Conv2dConfig::new(16, 3).padding(Padding::Same);
    let hidden = DenseConfig::new(64).activation(Activation::Relu);
    Ok(Sequential::new()
        .then(conv.init(&mut rng)?)
        .then(BatchNormConfig::new().init(&mut rng)?)
        .then(MaxPool2dConfig::new().init()?)
        .then(DropoutConfig::new(0.25).init()?)
        .then(FlattenConfig::new().init())
        .then(hidden.init(&mut rng)?)
        .then(DenseConfig::new(10).init(&mut rng)?))
}

/// The page faults and the blocks asked of the system of each watched step.
fn watch() -> Result<Vec<(u64, u64)>> {
    let mut rng = Rng::seed(1);
    let images = Tensor::normal([64, 16, 16, 3], 0.0, 1.0, &mut rng)?;
    let labels: Vec<i64> = (0..64).map(|label| label % 10).collect();
    let labels = Tensor::from_slice([64], &labels)?;
    let mut model = network()?;
    let mut optimizer = AdamConfig::new(1e-3).init()?;
    let tape = Tape::training(5);
    let mut step = || -> Result<()> {
        let scores = model.forward(&tape.input(images.clone()))?;
        let loss = scores.cross_entropy(&labels)?.mean(..)?;
        optimizer.step(&mut model, &loss.backward()?)
    };
    // Looked at from the first step on, so that looking itself is in its steady state when it counts.
    let mut seen = vec![(0, 0); WARM + WATCHED];
    for seen in &mut seen {
        let before = (page_faults().unwrap_or(0), pool::misses());
        step()?;
        *seen = (
            page_faults().unwrap_or(0) - before.0,
            pool::misses() - before.1,
        );
    }
    Ok(seen.split_off(WARM))
}

#[test]
fn a_step_after_the_third_asks_the_system_for_nothing() -> Result<()> {
    let seen = etude::install_on(1, watch)??;
    assert!(
        seen.iter().all(|&step| step == (0, 0)),
        "(page faults, blocks) of each step: {seen:?}"
    );
    Ok(())
}
