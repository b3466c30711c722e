//! Layers one after the other.

use crate::registry;
use crate::summary::Row;
use crate::{Args, Argument, ArgumentKind, Layer, Outputs, Signature};
use etude_autograd::{Module, Var, Visitor, VisitorMut};
use etude_tensor::{Error, Float, Result, Rng};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;

const WHO: &str = "sequential";
const OVER_FLOATS: Signature = Signature::new("Sequential", &[Argument::float("x")], &["output"]);
const OVER_INTS: Signature = Signature::new("Sequential", &[Argument::ints("x")], &["output"]);
const OVER_BOOLS: Signature = Signature::new("Sequential", &[Argument::bools("x")], &["output"]);

/// Layers one after the other: each gets the first result of the one before as its first argument.
///
/// Layers are named by their number, or by a name of their own, which is what paths begin with: `0.weight`, `head.bias`.
/// An error inside names the path.
///
/// ```
/// use etude_autograd::{Module, Tape};
/// use etude_layers::{Activation, DenseConfig, Layer, Sequential};
/// use etude_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(1);
/// let model = Sequential::<f32>::new()
///     .then(DenseConfig::new(8).activation(Activation::Relu).init(&mut rng)?)
///     .named("head", DenseConfig::new(2).init(&mut rng)?)?;
/// model.build(&Tensor::zeros([1, 4]))?;
///
/// let tape = Tape::inference();
/// assert_eq!(model.forward(&tape.input(Tensor::zeros([5, 4])))?.shape(), [5, 2]);
/// let paths: Vec<String> = model.params().into_iter().map(|(path, _)| path).collect();
/// assert_eq!(paths, ["0.weight", "0.bias", "head.weight", "head.bias"]);
///
/// println!("{}", model.summary(&[5, 4])?);
/// let wrong = model.forward(&tape.input(Tensor::zeros([5, 3]))).unwrap_err();
/// assert_eq!(wrong.to_string(), "dense: '0' expects 4 input channels, got 3 in an input of shape [5, 3]");
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone)]
pub struct Sequential<T: Float = f32> {
    layers: Vec<(String, Box<dyn Layer<T>>)>,
}

impl<T: Float> Sequential<T> {
    /// No layers: the identity.
    pub fn new() -> Self {
        Sequential { layers: Vec::new() }
    }

    /// With one more layer, named by its number.
    #[must_use]
    pub fn then(mut self, layer: impl Layer<T>) -> Self {
        self.push(Box::new(layer));
        self
    }

    /// With one more layer, named `name`.
    ///
    /// # Errors
    /// If there is a layer of this name, or it is empty or contains a dot, which separates names in paths.
    pub fn named(mut self, name: &str, layer: impl Layer<T>) -> Result<Self> {
        self.push_named(name, Box::new(layer))?;
        Ok(self)
    }

    /// Adds a layer, named by its number.
    pub fn push(&mut self, layer: Box<dyn Layer<T>>) {
        let mut number = self.layers.len();
        while self.get(&number.to_string()).is_some() {
            number += 1; // somebody has used a number as a name
        }
        self.layers.push((number.to_string(), layer));
    }

    /// Adds a layer, named `name`.
    ///
    /// # Errors
    /// As [`named`](Sequential::named).
    pub fn push_named(&mut self, name: &str, layer: Box<dyn Layer<T>>) -> Result<()> {
        let refuse = |why: &str| {
            Err(Error::config(
                WHO,
                format!("a layer can't be named '{name}': {why}"),
            ))
        };
        if name.is_empty() {
            return refuse("a name has at least one character");
        }
        if name.contains('.') {
            return refuse("a dot separates names in paths");
        }
        if self.get(name).is_some() {
            return refuse("there is a layer of this name");
        }
        self.layers.push((name.to_string(), layer));
        Ok(())
    }

    /// The layers with their names.
    pub fn layers(&self) -> impl Iterator<Item = (&str, &dyn Layer<T>)> {
        self.layers
            .iter()
            .map(|(name, layer)| (name.as_str(), &**layer))
    }

    /// The layer of this name.
    pub fn get(&self, name: &str) -> Option<&dyn Layer<T>> {
        self.layers()
            .find(|(there, _)| *there == name)
            .map(|(_, layer)| layer)
    }

    /// The layer of this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut dyn Layer<T>> {
        let entry = self.layers.iter_mut().find(|(there, _)| there == name);
        entry.map(|(_, layer)| &mut **layer)
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Runs the layers in their order.
    ///
    /// # Errors
    /// The first error of a layer, with its path.
    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let mut x = x.clone();
        for (name, layer) in &self.layers {
            let _scope = x.tape().scope(name);
            x = layer.apply(&x).map_err(|err| err.in_layer(name))?;
        }
        Ok(x)
    }

    /// The arguments for the first layer, whose name for its input needn't be `x`.
    fn args_of_first(&self, args: &Args<T>, first: &dyn Layer<T>) -> Result<Args<T>> {
        args.check(&Layer::signature(self), &[])?;
        let name = match first.signature().takes.first() {
            Some(argument) => argument.name,
            None => "x", // the layer itself says that it takes no argument
        };
        let input = args.get("x").expect("checked");
        Ok(Args::new(args.tape()).with(name, input.clone()))
    }

    /// Runs the layers with `run`, which gets each with its name and arguments.
    fn run(
        &self,
        args: &Args<T>,
        mut run: impl FnMut(&str, &dyn Layer<T>, &Args<T>) -> Result<Var<T>>,
    ) -> Result<Var<T>> {
        let mut layers = self.layers();
        let Some((name, first)) = layers.next() else {
            args.check(&Layer::signature(self), &[])?;
            return args.float("x").cloned();
        };
        let first_args = self.args_of_first(args, first)?;
        let mut x = {
            let _scope = args.tape().scope(name);
            run(name, first, &first_args).map_err(|err| err.in_layer(name))?
        };
        for (name, layer) in layers {
            let argument = layer
                .signature()
                .takes
                .first()
                .map_or("x", |argument| argument.name);
            let args = Args::new(args.tape()).with(argument, x);
            let _scope = args.tape().scope(name);
            x = run(name, layer, &args).map_err(|err| err.in_layer(name))?;
        }
        Ok(x)
    }
}

impl<T: Float> fmt::Debug for Sequential<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut model = f.debug_struct("Sequential");
        for (name, layer) in self.layers() {
            model.field(name, &layer);
        }
        model.finish()
    }
}

impl<T: Float> Default for Sequential<T> {
    fn default() -> Self {
        Sequential::new()
    }
}

impl<T: Float> Module<T> for Sequential<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        for (name, layer) in &self.layers {
            visitor.field(name, layer);
        }
    }

    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        for (name, layer) in &mut self.layers {
            visitor.field(name, layer);
        }
    }
}

impl<T: Float> Layer<T> for Sequential<T> {
    /// It takes `x`, which is what its first layer takes.
    fn signature(&self) -> Signature {
        let first = self
            .layers
            .first()
            .and_then(|(_, first)| first.signature().takes.first().copied());
        match first.map(|argument| argument.kind) {
            Some(ArgumentKind::Ints) => OVER_INTS,
            Some(ArgumentKind::Bool) => OVER_BOOLS,
            _ => OVER_FLOATS,
        }
    }

    fn config(&self) -> Result<Value> {
        let mut entries = Vec::new();
        for (name, layer) in &self.layers {
            let config = layer.config().map_err(|err| err.in_layer(name))?;
            entries.push(json!({"name": name, "layer": layer.signature().layer, "config": config}));
        }
        Ok(json!({ "layers": entries }))
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&Layer::signature(self), want)?;
        let output = self.run(args, |_, layer, args| {
            Ok(layer
                .call(args, &layer.signature().gives[..1])?
                .into_first())
        })?;
        Ok(Outputs::one("output", output))
    }

    /// A row for each layer inside.
    fn trace(&self, args: &Args<T>, path: &str, rows: &mut Vec<Row>) -> Result<Var<T>> {
        self.run(args, |name, layer, args| {
            let path = if path.is_empty() {
                name.to_string()
            } else {
                format!("{path}.{name}")
            };
            layer.trace(args, &path, rows)
        })
    }
}

/// The configuration of a [`Sequential`]: the registry's name and the configuration of each layer.
///
/// ```
/// use etude_layers::{Layer, Sequential, SequentialConfig, read_config};
/// use etude_tensor::Rng;
/// use serde_json::json;
///
/// let json = json!({"layers": [
///     {"name": "0", "layer": "Flatten", "config": {}},
///     {"name": "head", "layer": "Dense", "config": {"output_size": 10}},
/// ]});
/// let config: SequentialConfig = read_config("sequential", &json)?;
/// let model: Sequential = config.init(&mut Rng::seed(1))?;
/// let again: SequentialConfig = read_config("sequential", &model.config()?)?;
/// assert_eq!(again.layers[1].name.as_deref(), Some("head"));
/// assert_eq!(again.layers[1].config["output_size"], 10);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequentialConfig {
    /// The layers in their order.
    pub layers: Vec<SequentialEntry>,
}

/// One layer in a [`SequentialConfig`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequentialEntry {
    /// Its name; its number if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its type, by which the registry knows it.
    pub layer: String,
    /// Its configuration.
    #[serde(default = "no_keys")]
    pub config: Value,
}

fn no_keys() -> Value {
    Value::Object(Map::new())
}

impl SequentialConfig {
    /// The model, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a layer isn't known, its configuration doesn't fit, or two have the same name; the error names the layer.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Sequential<T>> {
        let mut model = Sequential::new();
        for (number, entry) in self.layers.iter().enumerate() {
            let name = entry.name.clone().unwrap_or_else(|| number.to_string());
            let layer = registry::layer(&entry.layer, &entry.config, rng)
                .map_err(|err| err.in_layer(&name))?;
            model.push_named(&name, layer)?;
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, DenseConfig, DropoutConfig, EmbeddingConfig, FlattenConfig};
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn model() -> Sequential<f64> {
        let mut rng = Rng::seed(1);
        let head = Sequential::new()
            .then(
                DenseConfig::new(3)
                    .activation(Activation::Tanh)
                    .init(&mut rng)
                    .unwrap(),
            )
            .named(
                "last",
                DenseConfig::new(2).trainable(false).init(&mut rng).unwrap(),
            )
            .unwrap();
        Sequential::new()
            .then(EmbeddingConfig::new(5, 4).init(&mut rng).unwrap())
            .then(FlattenConfig::new().init())
            .then(DropoutConfig::new(0.5).init().unwrap())
            .named("head", head)
            .unwrap()
    }

    fn ids() -> Tensor<i64> {
        Tensor::from([[0, 1, 2], [4, 4, 4]])
    }

    fn run(model: &Sequential<f64>) -> Result<Var<f64>> {
        let args = Args::new(&Tape::inference()).with("x", ids());
        Ok(model.call(&args, &["output"])?.into_first())
    }

    #[test]
    fn a_model_of_several_kinds_of_layers_runs_and_is_summed_up() -> Result<()> {
        let mut model = model();
        let unbuilt = model.summary(&[2, 3]).unwrap_err().to_string();
        assert!(
            unbuilt.starts_with("param: 'head.0.weight' hasn't been built yet"),
            "{unbuilt}"
        );
        assert_eq!(run(&model)?.shape(), [2, 2]);
        model.freeze("head.0.bias")?;
        let summary = model.summary(&[2, 3])?;
        let expected = "\
layer              output shape  parameters  trainable
──────────────────────────────────────────────────────
0 (Embedding)      [2, 3, 4]             20  yes
1 (Flatten)        [2, 12]                0
2 (Dropout)        [2, 12]                0
head.0 (Dense)     [2, 3]                39  partly
head.last (Dense)  [2, 2]                 8  no
──────────────────────────────────────────────────────
67 parameters: 56 trainable, 11 frozen";
        assert_eq!(summary.to_string(), expected);
        assert_eq!(summary.rows[3].path, "head.0");
        Ok(())
    }

    #[test]
    fn a_model_survives_the_way_through_its_configuration() -> Result<()> {
        let model = model();
        run(&model)?; // builds it
        let config: SequentialConfig = crate::read_config(WHO, &model.config()?)?;
        let mut again: Sequential<f64> = config.init(&mut Rng::seed(99))?;
        again.load_state_dict(&model.state_dict()?)?;
        assert_eq!(run(&again)?.tensor(), run(&model)?.tensor());
        assert_eq!(again.config()?, model.config()?);
        Ok(())
    }

    #[test]
    fn a_model_that_begins_with_ids_is_built_by_an_example_of_their_shape() -> Result<()> {
        let model = model();
        model.build(&Tensor::zeros([2, 3]))?;
        assert_eq!(model.param_count()?, 67);
        let outside = model.build(&Tensor::full([2, 3], 5.0)).unwrap_err();
        assert!(outside.to_string().contains("id 5"), "{outside}");
        let debug = format!("{model:?}");
        assert!(
            debug.starts_with("Sequential { 0: Embedding { weight: Param([5, 4]) }, 1: Flatten,"),
            "{debug}"
        );
        Ok(())
    }

    #[test]
    fn the_summary_of_a_batch_that_memory_cannot_hold_is_refused() -> Result<()> {
        let model = Sequential::<f32>::new().then(FlattenConfig::new().init());
        assert_eq!(model.summary(&[1, 8])?.rows[0].output, [1, 8]);
        for batch in [1 << 45, usize::MAX] {
            let message = model.summary(&[batch, 8]).unwrap_err().to_string();
            assert!(message.contains("doesn't fit into memory"), "{message}");
        }
        Ok(())
    }

    #[test]
    fn a_clone_is_the_same_model_and_a_deep_clone_another() -> Result<()> {
        let model = model();
        run(&model)?;
        let ids = |model: &Sequential<f64>| {
            model
                .params()
                .iter()
                .map(|(_, param)| param.id())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&model), ids(&model.clone()));
        assert!(
            ids(&model.deep_clone())
                .iter()
                .all(|id| !ids(&model).contains(id))
        );
        Ok(())
    }

    #[test]
    fn names_are_unique_and_have_no_dots() {
        let model = Sequential::<f32>::new().then(FlattenConfig::new().init());
        for (name, why) in [
            ("0", "there is a layer"),
            ("a.b", "a dot"),
            ("", "at least one"),
        ] {
            let message = model
                .clone()
                .named(name, FlattenConfig::new().init())
                .unwrap_err()
                .to_string();
            assert!(message.contains(why), "{message}");
        }
    }

    #[test]
    fn without_layers_it_is_the_identity() -> Result<()> {
        let x = Tape::inference().input(Tensor::from([1.0_f32]));
        assert_eq!(Sequential::new().forward(&x)?.tensor(), x.tensor());
        assert_eq!(Sequential::new().apply(&x)?.tensor(), x.tensor());
        Ok(())
    }

    #[test]
    fn mistakes_in_a_configuration_are_named() {
        let message = |json: Value| {
            let config: Result<SequentialConfig> = crate::read_config(WHO, &json);
            config
                .and_then(|config| config.init::<f32>(&mut Rng::seed(1)))
                .unwrap_err()
                .to_string()
        };
        let unknown = message(json!({"layers": [{"layer": "Danse"}]}));
        assert!(
            unknown.starts_with("registry: '0' there is no layer 'Danse'"),
            "{unknown}"
        );
        let wrong = message(
            json!({"layers": [{"layer": "Dense", "name": "a", "config": {"output_size": 0}}]}),
        );
        assert_eq!(wrong, "dense: 'a' output_size is 0; expected 1 or more");
    }
}
