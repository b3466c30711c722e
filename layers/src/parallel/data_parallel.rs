//! The way of a batch over its shards.

use super::ShardLoss;
use etude_autograd::{AllReduce, Gradients, Tape, ThreadGroup};
use etude_tensor::kernels::{level, with_level};
use etude_tensor::{Error, Float, Result};
use std::ops::Range;
use std::rc::Rc;
use std::thread;

const WHO: &str = "data_parallel";

/// Goes over batches in shards, each on a thread of its own.
///
/// Without random layers the gradients are those of the batch as a whole, to rounding. They have the same bits on any machine of one
/// instruction set and any number of cores, since neither the cut nor the order of the sums depends on them.
///
/// - **Batch normalisation** uses each shard's own statistics, unless it is `synchronized`: then the whole batch's, forward and
///   backward. Updates of buffers are made in the order of the shards; a synchronised layer makes one, as on the whole batch.
/// - **Random layers** draw differently in each shard and step, and the same when the run is repeated.
/// - **An error or a panic** in one shard releases those that wait for it, and is the caller's.
///
/// ```
/// use etude_autograd::Module;
/// use etude_layers::{DataParallel, DenseConfig, Layer, ShardLoss};
/// use etude_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(1);
/// let model = DenseConfig::new(10).init::<f32>(&mut rng)?;
/// let images = Tensor::normal([32, 64], 0.0, 1.0, &mut rng)?;
/// let labels = Tensor::full([32], 3_i64);
/// model.build(&images)?;
///
/// let mut parallel = DataParallel::new(4, 7)?; // four shards, and the seed for what is random
/// let batch = parallel.run(32, |tape, rows| {
///     let x = tape.input(images.narrow(0, rows.start, rows.len())?);
///     let targets = labels.narrow(0, rows.start, rows.len())?;
///     let losses = model.forward(&x)?.cross_entropy(&targets)?;
///     Ok(ShardLoss::sum(losses.sum(..)?, rows.len() as f64))
/// })?;
/// assert!(batch.gradients.param(&model.weight).is_some());
/// println!("mean loss {}", batch.loss);
/// // optimizer.step(&mut model, &batch.gradients)?;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
///
/// The shards meet in an [`AllReduce`], which a tape can also be given by hand ([`Tape::with_group`]): whatever carries
/// the sums of several processes stands behind the same trait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataParallel {
    shards: usize,
    seed: u64,
    step: u64,
}

/// What came of a batch.
#[derive(Clone, Debug)]
pub struct BatchLoss<T: Float = f32> {
    /// The mean loss, `Σ ℓ / Σ w` over all samples.
    pub loss: T,
    /// `Σ w`: how many samples counted.
    pub weight: f64,
    /// The gradients of the mean loss, and the pending updates of buffers.
    pub gradients: Gradients<T>,
}

impl DataParallel {
    /// Batches in so many shards (fewer where there are fewer samples), whose random layers draw from `seed`.
    ///
    /// # Errors
    /// If `shards` is 0.
    pub fn new(shards: usize, seed: u64) -> Result<Self> {
        if shards == 0 {
            return Err(Error::value(WHO, "0 shards; expected 1 or more"));
        }
        Ok(DataParallel {
            shards,
            seed,
            step: 0,
        })
    }

    /// The same, at the start of training step `step`: a run that is resumed draws what it would have drawn.
    #[must_use]
    pub fn at_step(mut self, step: u64) -> Self {
        self.step = step;
        self
    }

    /// One batch of so many samples, forward and back. `shard` is called for each shard with its tape and the range of its samples,
    /// on several threads at a time; it runs the model and returns the loss. All shards must run the same layers.
    ///
    /// # Errors
    /// If there is no sample, no sample counts, or a loss isn't a scalar; and the first error of a shard.
    pub fn run<T: Float>(
        &mut self,
        samples: usize,
        shard: impl Fn(&Tape<T>, Range<usize>) -> Result<ShardLoss<T>> + Sync,
    ) -> Result<BatchLoss<T>> {
        if samples == 0 {
            return Err(Error::value(
                WHO,
                "a batch of no samples; expected 1 or more",
            ));
        }
        let count = self.shards.min(samples);
        let (seed, step, level) = (self.seed, self.step, level());
        self.step += 1;
        let work = |member: ThreadGroup<T>| {
            let rank = member.rank();
            let rows = samples * rank / count..samples * (rank + 1) / count;
            // A step of its own for each shard, so that no two draw alike.
            let tape = Tape::training(seed).at_step(step * count as u64 + rank as u64);
            let tape = tape.with_group(Rc::new(member));
            with_level(level, || forward_and_back(&tape, shard(&tape, rows)?))
        };
        let mut members = ThreadGroup::new(count).into_iter();
        let first = members.next().expect("there is a shard");
        let done: Vec<Result<Done<T>>> = thread::scope(|scope| {
            let work = &work;
            let others: Vec<_> = members
                .map(|member| scope.spawn(move || work(member)))
                .collect();
            let mut done = vec![work(first)];
            for other in others {
                done.push(
                    other
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                );
            }
            done
        });
        add_up(done)
    }
}

/// A shard's part of the sums.
struct Done<T: Float> {
    sum: T,
    weight: f64,
    gradients: Gradients<T>,
}

fn forward_and_back<T: Float>(tape: &Tape<T>, loss: ShardLoss<T>) -> Result<Done<T>> {
    let ShardLoss { sum, weight } = loss;
    if !(weight >= 0.0 && weight.is_finite()) {
        let message = format!(
            "a shard's loss has the weight {weight}; expected the sum of its samples' weights"
        );
        return Err(Error::value(WHO, message));
    }
    if !sum.tape().is_same(tape) {
        let message = "a shard's loss is on another tape than the one it was given";
        return Err(Error::graph(WHO, message));
    }
    Ok(Done {
        sum: sum.item()?,
        weight,
        gradients: sum.backward()?,
    })
}

/// The batch's loss and gradients, added up in the order of the shards.
fn add_up<T: Float>(done: Vec<Result<Done<T>>>) -> Result<BatchLoss<T>> {
    if done.iter().any(Result::is_err) {
        let mut errors: Vec<Error> = done.into_iter().filter_map(Result::err).collect();
        // What released the others comes before what they then complained of.
        let own = errors.iter().position(|err| err.who() != "all_reduce");
        return Err(errors.swap_remove(own.unwrap_or(0)));
    }
    let mut done = done.into_iter().flatten();
    let Done {
        mut sum,
        mut weight,
        mut gradients,
    } = done.next().expect("there is a shard");
    for next in done {
        sum += next.sum;
        weight += next.weight;
        gradients.merge(next.gradients)?;
    }
    if weight == 0.0 {
        return Err(Error::value(
            WHO,
            "no sample of the batch counts, so there is no mean loss",
        ));
    }
    gradients.scale(1.0 / weight);
    Ok(BatchLoss {
        loss: sum / T::from_f64(weight),
        weight,
        gradients,
    })
}
