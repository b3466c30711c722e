//! The layer trait: any layer, called by names.

use crate::summary::{self, Row, Summary};
use crate::{Args, ArgumentKind, Outputs, Signature};
use etude_autograd::{Item, Module, Tape, Var};
use etude_tensor::{Error, Float, Result, Shape, Tensor};
use serde_json::Value;
use std::any::Any;
use std::fmt;

/// A layer that can be called by the names of its arguments and results: what [`Sequential`](crate::Sequential), the
/// [registry](crate::registry) and the conformance runner know of a layer.
///
/// Code that knows a layer's type calls its own `forward`, with natural arguments. The trait is object-safe; everything beside
/// [`signature`](Layer::signature), [`config`](Layer::config) and [`call`](Layer::call) has a body.
///
/// A layer of one's own, from two of étude's:
///
/// ```
/// use etude_autograd::{Tape, Var};
/// use etude_layers::*;
/// use etude_tensor::{Float, Result, Rng, Tensor};
///
/// /// `y = x + dense(x)`.
/// #[derive(Clone, Module)]
/// struct Residual<T: Float = f32> {
///     dense: Dense<T>,
/// }
///
/// const SIGNATURE: Signature = Signature::new("Residual", &[Argument::float("x")], &["output"]);
///
/// impl<T: Float> Layer<T> for Residual<T> {
///     fn signature(&self) -> Signature {
///         SIGNATURE
///     }
///     fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
///         args.check(&SIGNATURE, want)?;
///         let x = args.float("x")?;
///         let y = self.dense.forward(x).map_err(|err| err.in_layer("dense"))?;
///         Ok(Outputs::one("output", x.try_add(&y)?))
///     }
/// }
///
/// let dense = DenseConfig::new(4).init(&mut Rng::seed(1))?;
/// let model = Sequential::<f32>::new().then(Residual { dense }).then(FlattenConfig::new().init());
/// model.build(&Tensor::zeros([1, 3, 4]))?;
/// assert_eq!(model.params()[0].0, "0.dense.weight");
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub trait Layer<T: Float = f32>: Module<T> + CloneLayer<T> + Any + Send + Sync {
    /// The names of the layer, its arguments and its results.
    fn signature(&self) -> Signature;

    /// The configuration, from which the [registry](crate::registry) makes a layer like this one.
    ///
    /// # Errors
    /// If the layer holds something that JSON can't, such as a closure, or has no configuration at all.
    fn config(&self) -> Result<Value> {
        let signature = self.signature();
        let message = format!(
            "a {} has no configuration that a file could hold; a layer of your own gives one by implementing Layer::config",
            signature.layer
        );
        Err(Error::config(signature.who(), message))
    }

    /// Calls the layer. `want` names the results that are needed; a layer may leave out others. The first argument of the
    /// layer's signature is what it gets from the layer before, the first result what it hands on.
    ///
    /// # Errors
    /// If an argument is missing, unknown or of another kind, or a result that is wanted is unknown (see
    /// [`Args::check`]); and whatever the layer's `forward` reports.
    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>>;

    /// Calls the layer with its first argument, for its first result.
    ///
    /// # Errors
    /// As [`call`](Layer::call).
    fn apply(&self, x: &Var<T>) -> Result<Var<T>> {
        let signature = self.signature();
        let args = Args::new(x.tape()).with(first_argument(&signature)?.name, x);
        Ok(self.call(&args, &signature.gives[..1])?.into_first())
    }

    /// Creates the parameters whose shapes follow from the input, by a run in inference mode. A layer that takes indices or a mask
    /// gets the example [converted](Tensor::cast): of an example, zeros will do, as it is there for its shape.
    ///
    /// # Errors
    /// If the example doesn't fit, or the layer needs more than one argument; then use [`build_of`](Layer::build_of).
    fn build(&self, example: &Tensor<T>) -> Result<()> {
        let (tape, signature) = (Tape::inference(), self.signature());
        let (first, args) = (first_argument(&signature)?, Args::new(&tape));
        self.build_of(&match first.kind {
            ArgumentKind::Float | ArgumentKind::Mask => {
                args.with(first.name, tape.input(example.clone()))
            }
            ArgumentKind::Ints => args.with(first.name, example.cast::<i64>()?),
            ArgumentKind::Bool => args.with(first.name, example.cast::<bool>()?),
        })
    }

    /// [`build`](Layer::build) for a layer with several arguments.
    ///
    /// # Errors
    /// If the arguments don't fit.
    fn build_of(&self, args: &Args<T>) -> Result<()> {
        self.call(args, &self.signature().gives[..1]).map(|_| ())
    }

    /// A table of the layers inside, with their output shapes and parameters, for an input of this shape: a run in
    /// inference mode over zeros, of which there is only one in memory; the layers' results are as large as they are.
    ///
    /// # Errors
    /// If a parameter hasn't been built (the error names it), an input of this shape doesn't fit, the layer or memory, or the
    /// layer needs more than one argument; then use [`summary_of`](Layer::summary_of).
    fn summary(&self, input: &[usize]) -> Result<Summary> {
        Shape::new(input).check_fits("summary", size_of::<i64>().max(size_of::<T>()))?;
        let (tape, signature) = (Tape::inference(), self.signature());
        let (first, args) = (first_argument(&signature)?, Args::new(&tape));
        self.summary_of(&match first.kind {
            ArgumentKind::Float | ArgumentKind::Mask => {
                let zeros = Tensor::zeros([]).broadcast_to(input)?;
                args.with(first.name, tape.input(zeros))
            }
            ArgumentKind::Ints => args.with(first.name, Tensor::scalar(0_i64).broadcast_to(input)?),
            ArgumentKind::Bool => args.with(first.name, Tensor::scalar(false).broadcast_to(input)?),
        })
    }

    /// [`summary`](Layer::summary) for a layer with several arguments.
    ///
    /// # Errors
    /// If a parameter hasn't been built, or the arguments don't fit.
    fn summary_of(&self, args: &Args<T>) -> Result<Summary> {
        summary::check_built(self)?;
        let mut rows = Vec::new();
        self.trace(args, "", &mut rows)?;
        Summary::new(self, rows)
    }

    /// Runs the layer for its first result, and describes it in `rows` under `path`. A container describes the layers inside instead.
    ///
    /// # Errors
    /// As [`call`](Layer::call).
    fn trace(&self, args: &Args<T>, path: &str, rows: &mut Vec<Row>) -> Result<Var<T>> {
        let signature = self.signature();
        let output = self.call(args, &signature.gives[..1])?.into_first();
        rows.push(Row::new(path, signature.layer, output.shape(), self)?);
        Ok(output)
    }
}

fn first_argument(signature: &Signature) -> Result<&crate::Argument> {
    signature.takes.first().ok_or_else(|| {
        let message = "takes no argument, so there is nothing to hand to it";
        Error::value(signature.who(), message)
    })
}

/// Clones of layers whose type isn't known. Every layer that is `Clone` has it.
pub trait CloneLayer<T: Float> {
    /// The same layer: same parameters, memory shared until one of them is written to.
    fn clone_layer(&self) -> Box<dyn Layer<T>>;
}

impl<T: Float, L: Layer<T> + Clone> CloneLayer<T> for L {
    fn clone_layer(&self) -> Box<dyn Layer<T>> {
        Box::new(self.clone())
    }
}

/// The type, and each parameter and buffer under its path.
impl<T: Float> fmt::Debug for dyn Layer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut layer = f.debug_struct(self.signature().layer);
        self.visit_items(&mut |path, item| {
            match item {
                Item::Param(param) => layer.field(path, param),
                Item::Buffer(buffer) => layer.field(path, buffer),
            };
        });
        layer.finish()
    }
}

impl<T: Float> Clone for Box<dyn Layer<T>> {
    fn clone(&self) -> Self {
        (**self).clone_layer()
    }
}
