//! The same bits every time, and on any number of threads, in both precisions.

use super::Trial;
use crate::Var;
use crate::testing::entry::wrong;
use crate::testing::{AnyProgram, Case, Entry};
use etude_tensor::{Float, Result, Tensor};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// Pools of 1, 2 and 5 threads, made once.
fn pools() -> &'static [ThreadPool] {
    static POOLS: OnceLock<Vec<ThreadPool>> = OnceLock::new();
    POOLS.get_or_init(|| {
        let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
        [1, 2, 5]
            .into_iter()
            .map(|threads| pool(threads).expect("threads can be started"))
            .collect()
    })
}

/// The bits of the value and of every gradient. A 32-bit number fits a 64-bit one exactly.
fn bits<T: Float>(
    case: &Case,
    run: impl Fn(&[Var<T>]) -> Result<Var<T>>,
    inputs: &[Tensor<T>],
) -> Result<Vec<u64>> {
    let tape = case.tape();
    let xs: Vec<Var<T>> = inputs.iter().map(|x| tape.var(x.clone())).collect();
    let y = run(&xs)?;
    let values = y.tensor().clone();
    let mut all = values.to_vec();
    if !case.is_plain {
        let half = Tensor::scalar(T::from_f64(0.5));
        let gy = values.try_mul(&half)?.try_add(&half)?; // uneven, so that no sum is too easy
        let gradients = y.backward_with(&gy)?;
        for x in &xs {
            all.extend(gradients.get(x)?.to_vec());
        }
    }
    Ok(all
        .into_iter()
        .map(|number| number.primal().to_bits())
        .collect())
}

fn hold<T: Float>(
    case: &Case,
    inputs: &[Tensor<T>],
    run: impl Fn(&dyn AnyProgram, &[Var<T>]) -> Result<Var<T>> + Send + Sync,
    trial: &mut Trial,
) -> Result<()> {
    let once = || bits(case, |xs| run(&*case.program, xs), inputs);
    let first = once()?;
    let mut again = vec![("on the same thread".to_string(), once()?)];
    for pool in pools() {
        let name = format!("on {} threads", pool.current_num_threads());
        again.push((name, pool.install(once)?));
    }
    for (name, other) in again {
        if let Some(place) = first.iter().zip(&other).position(|(a, b)| a != b) {
            let (a, b) = (f64::from_bits(first[place]), f64::from_bits(other[place]));
            return Err(wrong(format!(
                "{}: other bits {name}: number {place} of value and gradients is {b:?}, and was {a:?}",
                T::NAME
            )));
        }
        trial.count();
    }
    Ok(())
}

pub(super) fn run(entry: &Entry, trial: &mut Trial) -> Result<()> {
    for case in entry.with_values().chain(&entry.large) {
        let (inputs, _) = trial.draw(case);
        let single = inputs
            .iter()
            .map(Tensor::cast::<f32>)
            .collect::<Result<Vec<_>>>()?;
        hold(case, &inputs, |program, xs| program.run(xs), trial)?;
        hold(case, &single, |program, xs| program.single(xs), trial)?;
    }
    Ok(())
}
