//! In its steady state a training step asks the system for nothing: no block that the pool doesn't have, no page that isn't
//! there. Alone in its file, because page faults are counted for the whole process.

use etude::layers::{
    Activation, BatchNormConfig, Conv2dConfig, DenseConfig, DropoutConfig, FlattenConfig,
    MaxPool2dConfig, Padding,
};
use etude::optim::AdamConfig;
use etude::prelude::*;
use etude::tensor::pool;
use std::fs::File;
use std::io::Read;

/// Steps after which one thread has asked for everything once.
const WARM: usize = 3;
/// The same for several threads. Each keeps blocks of its own, and which of them does what is the scheduler's choice: what a thread
/// does for the first time it may do late, on a machine with other work. (Where there is none, 3 steps are enough for two threads as well.)
const WARM_TOGETHER: usize = 100;
/// Steps that are watched.
const WATCHED: usize = 20;

/// The page faults of this process so far that were served without a disk, where the system tells: field 10 of its `stat`,
/// the eighth after the name in parentheses, which may hold spaces. It is read without asking for memory, which would be a fault of looking.
fn page_faults() -> Option<u64> {
    let mut stat = [0; 1024];
    let length = File::open("/proc/self/stat").ok()?.read(&mut stat).ok()?;
    let stat = std::str::from_utf8(&stat[..length]).ok()?;
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

/// The page faults and the blocks asked of the system of each watched step, after so many.
fn watch(warm: usize) -> Result<Vec<(u64, u64)>> {
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
    let mut seen = vec![(0, 0); warm + WATCHED];
    for seen in &mut seen {
        let before = (page_faults().unwrap_or(0), pool::misses());
        step()?;
        *seen = (
            page_faults().unwrap_or(0) - before.0,
            pool::misses() - before.1,
        );
    }
    Ok(seen.split_off(warm))
}

// One test, so that the two runs don't count each other's faults.
#[test]
fn a_step_in_the_steady_state_asks_the_system_for_nothing() -> Result<()> {
    for (threads, warm) in [(1, WARM), (2, WARM_TOGETHER)] {
        let seen = etude::install_on(threads, || watch(warm))??;
        assert!(
            seen.iter().all(|&step| step == (0, 0)),
            "{threads} threads: (page faults, blocks) of each step: {seen:?}"
        );
    }
    Ok(())
}
