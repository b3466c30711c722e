//! A [`Sequential`] in a file: its values and its configuration, so that it can be opened without the code that built it; and
//! in another element type.

use crate::{Layer, Module, Sequential, SequentialConfig, read_config};
use etude_autograd::file::{put, state_dict};
use etude_autograd::{Param, StateDict};
use etude_tensor::file::TensorFile;
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;
use std::path::Path;

const WHO: &str = "sequential";
/// The file's strings: the configuration, and which parameters are frozen.
const CONFIG: &str = "etude.sequential";
const FROZEN: &str = "etude.frozen";
/// How to do without a configuration.
const SAVE_OTHERWISE: &str = "else save the values alone, with etude::save(path, &model); to read them, build the same model in \
                              code, and call etude::load(path, &mut model)";
const CAST_OTHERWISE: &str = "else build the same model of the other type in code, and give it the values with \
                              other.cast_from(&model)";

impl<T: Float> Sequential<T> {
    /// Writes the model to a safetensors file: every parameter and buffer under its path, and the configuration among the file's
    /// strings. [`open`](Sequential::open) makes the same model of it.
    ///
    /// The file appears whole or not at all: a crash leaves the old one or the new one.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_layers::{Activation, DenseConfig, Sequential};
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let mut rng = Rng::seed(1);
    /// let model = Sequential::<f32>::new()
    ///     .then(DenseConfig::new(8).activation(Activation::Relu).init(&mut rng)?)
    ///     .named("head", DenseConfig::new(2).init(&mut rng)?)?;
    /// let x = Tape::inference().input(Tensor::ones([3, 4]));
    /// let y = model.forward(&x)?;
    ///
    /// let path = std::env::temp_dir().join(format!("etude-doc-model-{}.safetensors", std::process::id()));
    /// model.save(&path)?;
    /// let again = Sequential::<f32>::open(&path)?;
    /// assert_eq!(again.forward(&x)?.tensor(), y.tensor());
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a configuration doesn't say all of the model: a layer that the [registry](crate::registry) doesn't know, a function given in
    /// code, a parameter that two layers share; if a parameter hasn't been built, or the file can't be written. The error names
    /// it, and what was there before stays.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let config = configuration(self).map_err(|err| otherwise(&err, SAVE_OTHERWISE))?;
        let state = self.state_dict()?;
        // What is written must open: the registry makes the layers, and the values fit them.
        remade(&config, &state, &frozen(self)).map_err(|err| otherwise(&err, SAVE_OTHERWISE))?;
        let mut file = TensorFile::default();
        put(&mut file, "", self)?;
        file.metadata.insert(CONFIG.into(), config.to_string());
        let frozen = Value::from(frozen(self)).to_string();
        file.metadata.insert(FROZEN.into(), frozen);
        file.write(path)
    }

    /// The model that [`save`](Sequential::save) wrote: the registry makes its layers.
    ///
    /// # Errors
    /// If the file can't be read or isn't sound, holds no such model, a layer or a key that isn't known, another element type, or
    /// values that don't fit the configuration. The error names the file and what is wrong in it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = TensorFile::read(path)?;
        read(&file).map_err(|err| Error::file("open", format!("'{}': {err}", path.display())))
    }

    /// The same model in another element type: `model.cast::<f64>()`. It has parameters of its own.
    ///
    /// ```
    /// use etude_layers::{DenseConfig, Layer, Sequential};
    /// use etude_tensor::{Rng, Tensor};
    ///
    /// let model = Sequential::<f32>::new().then(DenseConfig::new(2).init(&mut Rng::seed(1))?);
    /// model.build(&Tensor::zeros([1, 4]))?;
    /// let precise: Sequential<f64> = model.cast()?;
    /// assert_eq!(precise.config()?, model.config()?);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`save`](Sequential::save), which also needs a configuration that says all; and if a value can't be converted. What has no such
    /// configuration is built in code, and [takes the values over](Module::cast_from).
    pub fn cast<U: Float>(&self) -> Result<Sequential<U>> {
        let config = configuration(self).map_err(|err| otherwise(&err, CAST_OTHERWISE))?;
        let cast = |(path, value): (String, etude_tensor::Tensor<T>)| match value.cast::<U>() {
            Ok(value) => Ok((path, value)),
            Err(err) => Err(err.in_layer(&path)),
        };
        let state = self.state_dict()?.into_iter().map(cast);
        remade(&config, &state.collect::<Result<_>>()?, &frozen(self))
            .map_err(|err| otherwise(&err, CAST_OTHERWISE))
    }
}

/// The configuration of a model, if it says all of it.
fn configuration<T: Float>(model: &Sequential<T>) -> Result<Value> {
    if let Some((path, first)) = model.aliases().into_iter().next() {
        let message =
            format!("'{path}' and '{first}' are one parameter, which a configuration can't say");
        return Err(Error::config(WHO, message));
    }
    model.config()
}

/// An error about a configuration, and how to do without one.
fn otherwise(err: &Error, how: &str) -> Error {
    let with_advice = Error::new(err.kind(), err.who(), format!("{}; {how}", err.message()));
    match err.path() {
        Some(path) => with_advice.in_layer(path),
        None => with_advice,
    }
}

/// The paths of the parameters that aren't trained.
fn frozen<T: Float>(model: &Sequential<T>) -> Vec<String> {
    let is_frozen = |(path, param): (String, &Param<T>)| (!param.is_trainable()).then_some(path);
    model.params().into_iter().filter_map(is_frozen).collect()
}

/// The model of a configuration, with these values.
fn remade<T: Float>(
    config: &Value,
    state: &StateDict<T>,
    frozen: &[String],
) -> Result<Sequential<T>> {
    let config: SequentialConfig = read_config(WHO, config)?;
    let mut model = config.init(&mut Rng::seed(0))?;
    model.load_state_dict(state)?;
    model.update_params(&mut |path, param| {
        param.set_trainable(!frozen.iter().any(|frozen| frozen == path));
        Ok(())
    })?;
    Ok(model)
}

fn read<T: Float>(file: &TensorFile) -> Result<Sequential<T>> {
    let json = |key: &str| match file.metadata.get(key) {
        None => Err(Error::file(
            WHO,
            format!(
                "holds no '{key}' among its strings: Sequential::save didn't write it; read its values with etude::load"
            ),
        )),
        Some(text) => serde_json::from_str::<Value>(text)
            .map_err(|err| Error::file(WHO, format!("'{key}' isn't JSON: {err}"))),
    };
    let frozen = json(FROZEN)?;
    let Some(frozen) = frozen.as_array().and_then(|paths| {
        let paths = paths.iter().map(|path| path.as_str().map(str::to_string));
        paths.collect::<Option<Vec<_>>>()
    }) else {
        let message = format!("'{FROZEN}' is {frozen}; expected a list of paths");
        return Err(Error::file(WHO, message));
    };
    remade(&json(CONFIG)?, &state_dict(file, "")?, &frozen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Activation, BatchNormConfig, DenseConfig, EmbeddingConfig, FlattenConfig, LstmConfig,
    };
    use crate::{Args, Outputs, Signature};
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    /// A path of its own for each test, removed at the end.
    struct Temporary(std::path::PathBuf);

    impl Temporary {
        fn new(name: &str) -> Self {
            let name = format!("etude-sequential-{name}-{}.safetensors", std::process::id());
            Temporary(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn model() -> Result<Sequential<f64>> {
        let mut rng = Rng::seed(1);
        let inner = Sequential::new()
            .then(
                DenseConfig::new(4)
                    .activation(Activation::Gelu)
                    .init(&mut rng)?,
            )
            .then(BatchNormConfig::new().init(&mut rng)?);
        let mut model = Sequential::new()
            .then(EmbeddingConfig::new(5, 3).init(&mut rng)?)
            .then(LstmConfig::new(6).init(&mut rng)?)
            .named("features", inner)?
            .named("head", DenseConfig::new(2).init(&mut rng)?)?;
        run(&model)?; // builds it
        model.freeze("features.0.bias")?;
        Ok(model)
    }

    fn run<T: Float>(model: &Sequential<T>) -> Result<Tensor<T>> {
        let ids = Tensor::from([[0, 1, 2], [4, 4, 4]]);
        let args = Args::new(&Tape::inference()).with("x", ids);
        Ok(model.call(&args, &["output"])?.into_first().into_tensor())
    }

    #[test]
    fn a_model_opens_without_the_code_that_built_it() -> Result<()> {
        let (model, file) = (model()?, Temporary::new("opens"));
        model.save(&file.0)?;
        let again = Sequential::<f64>::open(&file.0)?;
        assert_eq!(run(&again)?, run(&model)?);
        assert_eq!(again.config()?, model.config()?);
        assert_eq!(frozen(&again), ["features.0.bias"]);
        assert_eq!(again.state_dict()?, model.state_dict()?);
        Ok(())
    }

    #[test]
    fn another_element_type_is_another_model_with_the_same_values() -> Result<()> {
        let model = model()?;
        let single: Sequential<f32> = model.cast()?;
        let (a, b) = (run(&model)?, run(&single)?.cast::<f64>()?);
        assert!(
            a.to_vec()
                .iter()
                .zip(b.to_vec())
                .all(|(a, b)| (a - b).abs() < 1e-6)
        );
        assert_eq!(frozen(&single), ["features.0.bias"]);
        let file = Temporary::new("cast");
        single.save(&file.0)?;
        let message = Sequential::<f64>::open(&file.0).unwrap_err().to_string();
        assert!(message.contains("holds f32; expected f64"), "{message}");
        Ok(())
    }

    /// A layer that the registry doesn't know.
    #[derive(Clone, Module)]
    #[module(no_parameters)]
    struct Own;

    const OWN: Signature = Signature::new("Own", &[crate::Argument::float("x")], &["output"]);

    impl<T: Float> Layer<T> for Own {
        fn signature(&self) -> Signature {
            OWN
        }
        fn config(&self) -> Result<Value> {
            Ok(serde_json::json!({}))
        }
        fn call(&self, args: &Args<T>, _: &[&str]) -> Result<Outputs<T>> {
            Ok(Outputs::one("output", args.float("x")?.clone()))
        }
    }

    #[test]
    fn what_would_not_open_is_not_written() -> Result<()> {
        let file = Temporary::new("refused");
        let good = Sequential::<f64>::new().then(FlattenConfig::new().init());
        good.save(&file.0)?;
        let before = std::fs::read(&file.0).unwrap();
        let refusal = |model: &Sequential<f64>| {
            let message = model.save(&file.0).unwrap_err().to_string();
            assert_eq!(std::fs::read(&file.0).unwrap(), before, "{message}");
            message
        };
        let dense = || DenseConfig::new(2).init::<f64>(&mut Rng::seed(1));
        let unbuilt = refusal(&Sequential::new().then(dense()?));
        assert!(
            unbuilt.contains("'0.weight' hasn't been built"),
            "{unbuilt}"
        );
        let own = refusal(&Sequential::new().named("mine", Own)?);
        assert!(
            own.contains("'mine'") && own.contains("no layer 'Own'") && own.contains("etude::save"),
            "{own}"
        );
        let custom = Sequential::new().then(dense()?.with_activation(|x| x.square()));
        custom.build(&Tensor::zeros([1, 2]))?;
        let custom = refusal(&custom);
        assert!(
            custom.contains("'0'") && custom.contains("given in code"),
            "{custom}"
        );
        let dense = dense()?;
        let tied = Sequential::new().then(dense.clone()).then(dense);
        tied.build(&Tensor::zeros([1, 2]))?;
        let message = tied.cast::<f32>().unwrap_err().to_string();
        assert!(
            message.contains("are one parameter") && message.contains("cast_from(&model)"),
            "{message}"
        );
        let tied = refusal(&tied);
        assert!(
            tied.contains("'1.weight' and '0.weight' are one parameter")
                && tied.contains("etude::load(path, &mut model)"),
            "{tied}"
        );
        Ok(())
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named() -> Result<()> {
        let file = Temporary::new("wrong");
        let message = |change: &dyn Fn(&mut TensorFile)| {
            model()?.save(&file.0)?;
            let mut content = TensorFile::read(&file.0)?;
            change(&mut content);
            content.write(&file.0)?;
            let err = Sequential::<f64>::open(&file.0).unwrap_err();
            assert!(err.to_string().contains(file.0.to_str().unwrap()), "{err}");
            Ok::<_, Error>(err.to_string())
        };
        let plain = message(&|content| content.metadata.clear())?;
        assert!(
            plain.contains("Sequential::save didn't write it"),
            "{plain}"
        );
        let replace = |content: &mut TensorFile, from: &str, to: &str| {
            let config = content.metadata.get_mut(CONFIG).unwrap();
            assert!(config.contains(from), "{config}");
            *config = config.replace(from, to);
        };
        let layer = message(&|content| replace(content, "\"Lstm\"", "\"Lstn\""))?;
        assert!(
            layer.contains("there is no layer 'Lstn'") && layer.contains("'1'"),
            "{layer}"
        );
        let key = message(&|content| replace(content, "use_bias", "use_bais"))?;
        assert!(key.contains("unknown field `use_bais`"), "{key}");
        let broken = message(&|content| replace(content, "{", "["))?;
        assert!(broken.contains("isn't JSON"), "{broken}");
        let missing = message(&|content| {
            content.tensors.remove("head.weight").unwrap();
        })?;
        assert!(missing.contains("'head.weight' is missing"), "{missing}");
        let nowhere = Sequential::<f64>::open("/nowhere/model.safetensors").unwrap_err();
        assert!(
            nowhere.to_string().contains("/nowhere/model.safetensors"),
            "{nowhere}"
        );
        Ok(())
    }
}
