//! Checkpoints: a file that training continues from.

use crate::{Method, Optimizer, OptimizerState};
use etude_autograd::{Module, file};
use etude_tensor::file::{AnyTensor, TensorFile};
use etude_tensor::{Error, Float, Result, Tensor};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

const MODEL: &str = "model.";
const OPTIMIZER: &str = "optimizer.";
/// In the place of a state name: how many steps a parameter has had.
const STEPS: &str = "optimizer.steps.";
const METHOD: &str = "etude.optimizer";
const LEARNING_RATE: &str = "etude.learning_rate";
const STEP: &str = "etude.step";
const SEED: &str = "etude.seed";
/// What the names of étude's own strings begin with.
const OWN: &str = "etude.";

/// How far training has come: with model and optimizer in one file, all that is needed to go on as if it had never
/// stopped, to the bit.
///
/// The file is a safetensors file. Its tensors are `model.PATH` for each parameter and buffer, `optimizer.NAME.PATH`
/// for each tensor of the optimizer's state (`optimizer.m.features.0.weight`), and `optimizer.steps.PATH`, how many
/// steps that parameter has had (`i64`). Among its strings are the optimizer's name, the current rate, step and seed,
/// under names that begin with `etude.`; the others are yours.
///
/// ```
/// use etude_autograd::Param;
/// use etude_optim::{AdamConfig, Checkpoint};
/// use etude_tensor::Tensor;
///
/// let path = std::env::temp_dir().join(format!("etude-doc-checkpoint-{}.safetensors", std::process::id()));
/// let mut model = Param::new(Tensor::from([1.0_f32, 2.0]));
/// let mut optimizer = AdamConfig::new(1e-3).init()?;
/// // … train for 300 steps …
/// Checkpoint::new(300, 7).with("data", "digits").save(&path, &model, &optimizer)?;
///
/// let checkpoint = Checkpoint::load(&path, &mut model, &mut optimizer)?;
/// assert_eq!((checkpoint.step, checkpoint.seed), (300, 7));
/// assert_eq!(checkpoint.metadata["data"], "digits");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many steps have been made: `Tape::training(seed).at_step(step)` draws the numbers of the next one.
    pub step: u64,
    /// The seed of the run.
    pub seed: u64,
    /// Whatever else belongs to the run, as strings by name.
    pub metadata: BTreeMap<String, String>,
}

impl Checkpoint {
    /// So many steps of a run with this seed.
    pub fn new(step: u64, seed: u64) -> Self {
        Checkpoint {
            step,
            seed,
            metadata: BTreeMap::new(),
        }
    }

    /// With a string of yours. The name mustn't begin with `etude.`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Writes model and optimizer. The file appears whole or not at all: a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// If a parameter hasn't been built, a string's name begins with `etude.`, or the file can't be written; what was
    /// there before stays.
    pub fn save<T: Float, N: Module<T> + ?Sized, M: Method>(
        &self,
        path: impl AsRef<Path>,
        model: &N,
        optimizer: &Optimizer<M, T>,
    ) -> Result<()> {
        if let Some(name) = self.metadata.keys().find(|name| name.starts_with(OWN)) {
            let message = format!(
                "a string is named '{name}'; expected a name that doesn't begin with '{OWN}'"
            );
            return Err(Error::value("checkpoint", message));
        }
        let mut file = TensorFile {
            metadata: self.metadata.clone(),
            ..TensorFile::default()
        };
        file::put(&mut file, MODEL, model)?;
        let state = optimizer.state();
        for (name, tensor) in &state.tensors {
            file.tensors
                .insert(format!("{OPTIMIZER}{name}"), AnyTensor::of(tensor)?);
        }
        for (path, &steps) in &state.steps {
            let steps = Tensor::scalar(steps as i64);
            file.tensors.insert(format!("{STEPS}{path}"), steps.into());
        }
        let mut note = |name: &str, value: String| file.metadata.insert(name.to_string(), value);
        note(METHOD, M::NAME.to_string());
        note(LEARNING_RATE, state.learning_rate.to_string());
        note(STEP, self.step.to_string());
        note(SEED, self.seed.to_string());
        file.write(path)
    }

    /// Reads model and optimizer from a file that [`save`](Checkpoint::save) wrote. The optimizer is of the same
    /// kind; its configuration stays, the current rate is the file's. Parameters that haven't been built yet are
    /// built.
    ///
    /// # Errors
    /// If the file can't be read or isn't sound, is of another optimizer, or a tensor or string in it is missing,
    /// left over or misshapen: the error names it, and model and optimizer stay as they were.
    pub fn load<T: Float, N: Module<T> + ?Sized, M: Method>(
        path: impl AsRef<Path>,
        model: &mut N,
        optimizer: &mut Optimizer<M, T>,
    ) -> Result<Checkpoint> {
        let path = path.as_ref();
        let file = TensorFile::read(path)?;
        restore(&file, model, optimizer)
            .map_err(|err| Error::file("checkpoint", format!("'{}': {err}", path.display())))
    }
}

fn restore<T: Float, N: Module<T> + ?Sized, M: Method>(
    file: &TensorFile,
    model: &mut N,
    optimizer: &mut Optimizer<M, T>,
) -> Result<Checkpoint> {
    let method: String = string(file, METHOD)?;
    if method != M::NAME {
        return Err(refuse(format!(
            "its optimizer is {method}; expected {}",
            M::NAME
        )));
    }
    if let Some(name) = file
        .tensors
        .keys()
        .find(|name| !name.starts_with(MODEL) && !name.starts_with(OPTIMIZER))
    {
        return Err(refuse(format!(
            "'{name}' belongs neither to a model nor to an optimizer"
        )));
    }
    let checkpoint = Checkpoint {
        step: string(file, STEP)?,
        seed: string(file, SEED)?,
        metadata: file
            .metadata
            .iter()
            .filter(|(name, _)| !name.starts_with(OWN))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
    };
    let values = file::state_dict(file, MODEL)?;
    model.check_state_dict(&values)?;
    let shapes: Vec<(String, Vec<usize>)> = (model.params().into_iter())
        .map(|(path, _)| {
            let shape = values[&path].shape().to_vec();
            (path, shape)
        })
        .collect();
    // The last thing that can fail; it changes nothing if it does.
    optimizer.load_state_of(&shapes, &state(file)?)?;
    model.load_state_dict(&values)?;
    Ok(checkpoint)
}

/// The optimizer's state.
fn state<T: Float>(file: &TensorFile) -> Result<OptimizerState<T>> {
    let mut steps = BTreeMap::new();
    let mut tensors = BTreeMap::new();
    for (name, tensor) in &file.tensors {
        if let Some(path) = name.strip_prefix(STEPS) {
            let count = tensor.get::<i64>().and_then(|count| count.item().ok());
            let Some(count) = count.and_then(|count| u64::try_from(count).ok()) else {
                return Err(refuse(format!(
                    "'{name}' isn't a step count; expected one i64, at least 0"
                )));
            };
            steps.insert(path.to_string(), count);
        } else if let Some(name) = name.strip_prefix(OPTIMIZER) {
            let Some(tensor) = tensor.get() else {
                let message = format!(
                    "'{OPTIMIZER}{name}' holds {}; expected {}",
                    tensor.type_name(),
                    T::NAME
                );
                return Err(refuse(message));
            };
            tensors.insert(name.to_string(), tensor.clone());
        }
    }
    Ok(OptimizerState {
        learning_rate: string(file, LEARNING_RATE)?,
        steps,
        tensors,
    })
}

/// One of the file's strings, as what it should be.
fn string<V: FromStr>(file: &TensorFile, name: &str) -> Result<V> {
    let Some(text) = file.metadata.get(name) else {
        return Err(refuse(format!(
            "the string '{name}' is missing; expected a file that Checkpoint::save wrote"
        )));
    };
    text.parse().map_err(|_| {
        refuse(format!(
            "the string '{name}' is '{text}'; expected a number"
        ))
    })
}

fn refuse(message: String) -> Error {
    Error::file("load", message)
}
