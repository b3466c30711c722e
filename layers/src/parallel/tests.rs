//! What a batch in shards promises.

use super::{BatchLoss, DataParallel, ShardLoss};
use crate::{
    Activation, BatchNormConfig, DenseConfig, DropoutConfig, Layer, Module, Sequential,
    SoftmaxCrossEntropyConfig,
};
use etude_autograd::{Gradients, Tape};
use etude_tensor::{Error, Float, Result, Rng, Tensor};

const SAMPLES: usize = 11;

struct Batch<T: Float> {
    x: Tensor<T>,
    labels: Tensor<i64>,
}

fn batch<T: Float>() -> Batch<T> {
    let x = Tensor::normal([SAMPLES, 4], 1.0, 2.0, &mut Rng::seed(2)).unwrap();
    let labels: Vec<i64> = (0..SAMPLES as i64).map(|i| i * i % 3).collect();
    Batch {
        x,
        labels: Tensor::from_slice([SAMPLES], &labels).unwrap(),
    }
}

/// Dense, and what is given between the two.
fn model<T: Float>(between: Option<Box<dyn Layer<T>>>) -> Sequential<T> {
    let mut rng = Rng::seed(3);
    let hidden = DenseConfig::new(5)
        .input_size(4)
        .activation(Activation::Tanh);
    let mut model = Sequential::new().then(hidden.init(&mut rng).unwrap());
    if let Some(layer) = between {
        model.push(layer);
    }
    model.then(DenseConfig::new(3).input_size(5).init(&mut rng).unwrap())
}

fn norm<T: Float>(synchronized: bool) -> Option<Box<dyn Layer<T>>> {
    let config = BatchNormConfig::new()
        .input_size(5)
        .synchronized(synchronized);
    Some(Box::new(config.init(&mut Rng::seed(4)).unwrap()))
}

/// The batch in shards; targets of 0 don't count if `ignoring`.
fn sharded<T: Float>(model: &Sequential<T>, shards: usize, ignoring: bool) -> Result<BatchLoss<T>> {
    let Batch { x, labels } = batch();
    let mut config = SoftmaxCrossEntropyConfig::new();
    if ignoring {
        config = config.ignore_index(0);
    }
    let loss = config.init()?;
    DataParallel::new(shards, 1)?.run(SAMPLES, |tape, rows| {
        let x = tape.input(x.narrow(0, rows.start, rows.len())?);
        let targets = labels.narrow(0, rows.start, rows.len())?;
        let count = targets
            .to_vec()
            .iter()
            .filter(|&&t| !ignoring || t != 0)
            .count();
        ShardLoss::mean(&loss.forward(&model.forward(&x)?, &targets)?, count as f64)
    })
}

/// The gradients of both, parameter by parameter, and the buffers after their updates.
fn close(model: &Sequential<f64>, a: &Gradients<f64>, b: &Gradients<f64>, bound: f64) -> bool {
    let near = |a: &Tensor<f64>, b: &Tensor<f64>| {
        let mut pairs = a.to_vec().into_iter().zip(b.to_vec());
        pairs.all(|(a, b)| (a - b).abs() < bound)
    };
    let gradients = model
        .params()
        .into_iter()
        .all(|(_, param)| near(a.param(param).unwrap(), b.param(param).unwrap()));
    let buffers = [a, b].map(|gradients| {
        let mut model = model.clone();
        gradients.commit(&mut model).unwrap();
        let buffers = model.buffers().into_iter();
        buffers
            .map(|(_, buffer)| buffer.value().unwrap().clone())
            .collect::<Vec<_>>()
    });
    gradients && buffers[0].iter().zip(&buffers[1]).all(|(a, b)| near(a, b))
}

#[test]
fn any_number_of_shards_gives_the_gradients_of_the_whole_batch() -> Result<()> {
    for ignoring in [false, true] {
        let model = model::<f64>(None);
        let whole = sharded(&model, 1, ignoring)?;
        assert_eq!(whole.weight, if ignoring { 7.0 } else { 11.0 });
        for shards in [2, 3, 4, 11, 64] {
            let parts = sharded(&model, shards, ignoring)?;
            assert_eq!(parts.weight, whole.weight);
            assert!((parts.loss - whole.loss).abs() < 1e-14);
            assert!(
                close(&model, &parts.gradients, &whole.gradients, 1e-14),
                "{shards} shards"
            );
        }
        // One shard is the plain way.
        let Batch { x, labels } = batch();
        let logits = model.forward(&Tape::training(1).input(x))?;
        let config = SoftmaxCrossEntropyConfig::new();
        let config = if ignoring {
            config.ignore_index(0)
        } else {
            config
        };
        let plain = config.init()?.forward(&logits, &labels)?.backward()?;
        assert!(close(&model, &plain, &whole.gradients, 1e-14));
    }
    Ok(())
}

#[test]
fn synchronised_batch_normalisation_sees_the_whole_batch() -> Result<()> {
    let model = model::<f64>(norm(true));
    let whole = sharded(&model, 1, false)?;
    for shards in [2, 3, 5, 11] {
        let parts = sharded(&model, shards, false)?;
        assert!((parts.loss - whole.loss).abs() < 1e-10);
        assert!(
            close(&model, &parts.gradients, &whole.gradients, 1e-10),
            "{shards} shards"
        );
        assert_eq!(parts.gradients.updates().len(), 2);
    }
    Ok(())
}

#[test]
fn masked_synchronised_batch_normalisation_weighs_the_whole_batch() -> Result<()> {
    let norm = BatchNormConfig::new()
        .axis(1)
        .synchronized(true)
        .init::<f64>(&mut Rng::seed(1))?;
    let x = Tensor::normal([7, 3, 4], 1.0, 2.0, &mut Rng::seed(2))?;
    let weights = Tensor::uniform([7, 4], 0.0, 1.0, &mut Rng::seed(3))?;
    // Shards of very different weight: the first two samples count for nothing.
    let weights = weights.try_mul(&Tensor::from([
        [0.0],
        [0.0],
        [1.0],
        [0.5],
        [1.0],
        [1.0],
        [1.0],
    ]))?;
    let g = Tensor::normal([7, 3, 4], 0.0, 1.0, &mut Rng::seed(4))?;
    let run = |shards: usize| {
        DataParallel::new(shards, 1)?.run(7, |tape, rows| {
            let part = |t: &Tensor<f64>| t.narrow(0, rows.start, rows.len());
            let y = norm.forward(&tape.input(part(&x)?), Some(&part(&weights)?))?;
            let loss = y.square()?.try_mul(&tape.input(part(&g)?))?.sum(..)?;
            Ok(ShardLoss::sum(loss, rows.len() as f64))
        })
    };
    let whole = run(1)?;
    for shards in [2, 4, 7] {
        let parts = run(shards)?;
        assert!((parts.loss - whole.loss).abs() < 1e-10);
        for param in [norm.gamma.as_ref().unwrap(), norm.beta.as_ref().unwrap()] {
            let (a, b) = (
                parts.gradients.param(param).unwrap(),
                whole.gradients.param(param).unwrap(),
            );
            for (a, b) in a.to_vec().into_iter().zip(b.to_vec()) {
                assert!((a - b).abs() < 1e-10);
            }
        }
    }
    Ok(())
}

#[test]
fn without_synchronisation_each_shard_uses_its_own_statistics() -> Result<()> {
    let model = model::<f64>(norm(false));
    let (whole, parts) = (sharded(&model, 1, false)?, sharded(&model, 3, false)?);
    assert!((parts.loss - whole.loss).abs() > 1e-3);
    assert_eq!(parts.gradients.updates().len(), 6);
    Ok(())
}

#[test]
fn every_run_has_the_same_bits_on_any_number_of_threads() -> Result<()> {
    for synchronized in [false, true] {
        let model = model::<f32>(norm(synchronized));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let batch = pool
                .build()
                .unwrap()
                .install(|| sharded(&model, 4, false))
                .unwrap();
            let gradients = batch
                .gradients
                .params()
                .map(|(_, gradient)| gradient.to_vec());
            (batch.loss, gradients.collect::<Vec<_>>())
        };
        let first = on(1);
        for threads in [1, 2, 5] {
            assert_eq!(on(threads), first);
        }
    }
    Ok(())
}

#[test]
fn shards_draw_differently_and_runs_alike() -> Result<()> {
    let dropout = DropoutConfig::new(0.5).init()?;
    let masks = |parallel: &mut DataParallel| {
        let drawn = std::sync::Mutex::new(vec![Vec::new(); 2]);
        let param = etude_autograd::Param::new(Tensor::<f64>::ones([1]));
        let batch = parallel.run(2, |tape, rows| {
            let ones = tape
                .input(Tensor::ones([1, 32]))
                .try_mul(&tape.param(&param)?)?;
            let y = dropout.forward(&ones)?;
            drawn.lock().unwrap()[rows.start] = y.tensor().to_vec();
            Ok(ShardLoss::sum(y.sum(..)?, 1.0))
        });
        batch.map(|_| drawn.into_inner().unwrap())
    };
    let mut parallel = DataParallel::new(2, 9)?;
    let (first, second) = (masks(&mut parallel)?, masks(&mut parallel)?);
    assert_ne!(first[0], first[1]);
    assert!(first.iter().all(|mask| !second.contains(mask)));
    assert_eq!(masks(&mut DataParallel::new(2, 9)?)?, first);
    assert_eq!(masks(&mut DataParallel::new(2, 9)?.at_step(1))?, second);
    Ok(())
}

#[test]
fn an_error_in_a_shard_releases_the_others_and_is_the_callers() {
    let model = model::<f64>(norm(true));
    let Batch { x, .. } = batch();
    let run = |fails: &(dyn Fn(usize) -> Result<()> + Sync)| {
        DataParallel::new(3, 1)?.run(SAMPLES, |tape, rows| {
            fails(rows.start)?;
            let y = model.forward(&tape.input(x.narrow(0, rows.start, rows.len())?))?;
            Ok(ShardLoss::sum(y.sum(..)?, rows.len() as f64))
        })
    };
    for bad in [0, 3, 7] {
        let fails = |start: usize| match start == bad {
            true => Err(Error::value("sample", format!("{bad} can't be read"))),
            false => Ok(()),
        };
        let message = run(&fails).unwrap_err().to_string();
        assert_eq!(message, format!("sample: {bad} can't be read"));
    }
    let panics = |start: usize| {
        assert!(start != 3, "on purpose");
        Ok(())
    };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&panics).is_ok()));
    assert!(caught.is_err());
}

#[test]
fn shards_that_do_not_run_the_same_layers_are_told() -> Result<()> {
    let (plain, normed) = (model::<f64>(None), model::<f64>(norm(true)));
    let Batch { x, .. } = batch();
    let err = DataParallel::new(2, 1)?.run(SAMPLES, |tape, rows| {
        let x = tape.input(x.narrow(0, rows.start, rows.len())?);
        let model = if rows.start == 0 { &plain } else { &normed };
        Ok(ShardLoss::sum(
            model.forward(&x)?.sum(..)?,
            rows.len() as f64,
        ))
    });
    let message = err.unwrap_err().to_string();
    assert!(message.contains("didn't ask for as many sums"), "{message}");
    Ok(())
}

#[test]
fn what_is_no_batch_or_no_loss_is_named() {
    let model = model::<f64>(None);
    let x = batch::<f64>().x;
    let message = |samples: usize, weight: f64| {
        let mut parallel = DataParallel::new(2, 1).unwrap();
        let err = parallel.run(samples, |tape, rows| {
            let y = model.forward(&tape.input(x.narrow(0, rows.start, rows.len())?))?;
            Ok(ShardLoss::sum(y.sum(..)?, weight))
        });
        err.unwrap_err().to_string()
    };
    assert_eq!(
        message(0, 1.0),
        "data_parallel: a batch of no samples; expected 1 or more"
    );
    assert!(message(3, 0.0).starts_with("data_parallel: no sample of the batch counts"));
    assert!(message(3, f64::NAN).contains("has the weight NaN"));
    let none = DataParallel::new(0, 1).unwrap_err().to_string();
    assert_eq!(none, "data_parallel: 0 shards; expected 1 or more");
}
