//! Training in shards: the parameters after some steps are those of training on whole batches.

use etude::layers::{BatchNormConfig, DataParallel, DenseConfig, Sequential, ShardLoss};
use etude::optim::{AdamConfig, SgdConfig};
use etude::{Module, Result, Rng, Tape, Tensor};

const SAMPLES: usize = 10;

fn model() -> Result<Sequential<f64>> {
    let mut rng = Rng::seed(5);
    Ok(Sequential::new()
        .then(DenseConfig::new(6).input_size(3).init(&mut rng)?)
        .then(
            BatchNormConfig::new()
                .input_size(6)
                .synchronized(true)
                .init(&mut rng)?,
        )
        .then(DenseConfig::new(2).input_size(6).init(&mut rng)?))
}

fn batch(step: u64) -> Result<(Tensor<f64>, Tensor<i64>)> {
    let x = Tensor::normal([SAMPLES, 3], 0.5, 2.0, &mut Rng::seed(100 + step))?;
    let labels: Vec<i64> = (0..SAMPLES as i64).map(|i| (i + step as i64) % 2).collect();
    Ok((x, Tensor::from_slice([SAMPLES], &labels)?))
}

/// Parameters and buffers after five steps.
fn trained(shards: Option<usize>) -> Result<Vec<Tensor<f64>>> {
    let mut model = model()?;
    let mut optimizer = SgdConfig::new(0.1).init()?;
    let tape = Tape::training(1);
    let parallel = shards.map(|shards| DataParallel::new(shards, 1));
    let mut parallel = parallel.transpose()?;
    for step in 0..5 {
        let (x, labels) = batch(step)?;
        let gradients = match &mut parallel {
            None => {
                let logits = model.forward(&tape.input(x))?;
                logits.cross_entropy(&labels)?.mean(..)?.backward()?
            }
            Some(parallel) => {
                let batch = parallel.run(SAMPLES, |tape, rows| {
                    let x = tape.input(x.narrow(0, rows.start, rows.len())?);
                    let labels = labels.narrow(0, rows.start, rows.len())?;
                    let losses = model.forward(&x)?.cross_entropy(&labels)?;
                    Ok(ShardLoss::sum(losses.sum(..)?, rows.len() as f64))
                })?;
                batch.gradients
            }
        };
        optimizer.step(&mut model, &gradients)?;
    }
    Ok(model.state_dict()?.into_values().collect())
}

#[test]
fn training_in_shards_is_training_on_whole_batches() -> Result<()> {
    let whole = trained(None)?;
    for shards in [1, 2, 3, 7] {
        for (sharded, whole) in trained(Some(shards))?.iter().zip(&whole) {
            for (sharded, whole) in sharded.to_vec().iter().zip(whole.to_vec()) {
                assert!(
                    (sharded - whole).abs() < 1e-10,
                    "{shards} shards: {sharded}, {whole}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn an_optimizer_takes_the_gradients_and_updates_of_all_shards() -> Result<()> {
    let mut model = model()?;
    let before = model.state_dict()?;
    let (x, labels) = batch(0)?;
    let batch = DataParallel::new(4, 1)?.run(SAMPLES, |tape, rows| {
        let x = tape.input(x.narrow(0, rows.start, rows.len())?);
        let labels = labels.narrow(0, rows.start, rows.len())?;
        let losses = model.forward(&x)?.cross_entropy(&labels)?;
        Ok(ShardLoss::sum(losses.sum(..)?, rows.len() as f64))
    })?;
    AdamConfig::new(1e-2)
        .init()?
        .step(&mut model, &batch.gradients)?;
    let after = model.state_dict()?;
    // A bias before a normalisation has no effect, and no gradient but rounding.
    for (path, value) in after.iter().filter(|(path, _)| *path != "0.bias") {
        assert_ne!(value, &before[path], "{path}");
    }
    Ok(())
}
