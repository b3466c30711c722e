//! A module: anything that has parameters, and can show them with their paths.
//!
//! One trait with two methods, which `#[derive(Module)]` writes: each shows the fields, one by one, to a visitor. The
//! visitor knows the path so far. Everything else (counting, freezing, saving, stepping) is built on these two.

use crate::paths;
use crate::{Buffer, BufferId, Param, ParamId};
use etude_tensor::{Error, Float, Result};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Anything with parameters and buffers: a layer, a model, a vector of layers.
///
/// Paths are dotted and follow the fields: `encoder.layers.3.weight`. A parameter that stands in two places (tied
/// weights: two clones of one [`Param`]) is one parameter; its first path is its name, the others are aliases.
///
/// The trait is usually derived. By hand it takes two lines a field:
///
/// ```
/// use etude_autograd::{Module, Param, Visitor, VisitorMut};
/// use etude_tensor::Tensor;
///
/// struct Affine {
///     weight: Param,
///     bias: Option<Param>,
/// }
///
/// impl Module for Affine {
///     fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, f32>) {
///         visitor.field("weight", &self.weight);
///         visitor.field("bias", &self.bias);
///     }
///     fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, f32>) {
///         visitor.field("weight", &mut self.weight);
///         visitor.field("bias", &mut self.bias);
///     }
/// }
///
/// let affine = Affine { weight: Param::new(Tensor::zeros([2, 3])), bias: None };
/// let both = vec![affine];
/// assert_eq!(both.params()[0].0, "0.weight");
/// assert_eq!(both.param_count()?, 6);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parameters of element type `{T}` to show: it isn't a module over `{T}`",
    label = "not a module over `{T}`",
    note = "a field that holds no parameters is left out of a derived module with #[module(skip)]",
    note = "a struct whose parameters aren't f32 says so above it: #[module(float = f64)], or a parameter T: Float"
)]
pub trait Module<T: Float = f32> {
    /// Shows each field to the visitor, in the order of declaration.
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>);

    /// The same, to be changed.
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>);

    /// Calls `f` with the path and each parameter and buffer, wherever it stands, shared ones more than once.
    fn visit_items<'a>(&'a self, f: &mut dyn FnMut(&str, Item<'a, T>)) {
        self.visit(&mut Visitor {
            path: String::new(),
            f,
        });
    }

    /// Like [`visit_items`](Module::visit_items), with items to be changed.
    fn visit_items_mut(&mut self, f: &mut dyn FnMut(&str, ItemMut<'_, T>)) {
        self.visit_mut(&mut VisitorMut {
            path: String::new(),
            f,
        });
    }

    /// The parameters with their paths, each shared one once, under its first path.
    fn params(&self) -> Vec<(String, &Param<T>)> {
        let mut met = HashSet::new();
        let mut params = Vec::new();
        self.visit_items(&mut |path, item| {
            if let Item::Param(param) = item
                && met.insert(param.id())
            {
                params.push((path.to_string(), param));
            }
        });
        params
    }

    /// The buffers with their paths, each shared one once, under its first path.
    fn buffers(&self) -> Vec<(String, &Buffer<T>)> {
        let mut met = HashSet::new();
        let mut buffers = Vec::new();
        self.visit_items(&mut |path, item| {
            if let Item::Buffer(buffer) = item
                && met.insert(buffer.id())
            {
                buffers.push((path.to_string(), buffer));
            }
        });
        buffers
    }

    /// The further paths of shared parameters and buffers, each with the first path of the same.
    fn aliases(&self) -> Vec<(String, String)> {
        let mut params: HashMap<ParamId, String> = HashMap::new();
        let mut buffers: HashMap<BufferId, String> = HashMap::new();
        let mut aliases = Vec::new();
        self.visit_items(&mut |path, item| {
            let first = match item {
                Item::Param(param) => params.entry(param.id()).or_insert_with(|| path.to_string()),
                Item::Buffer(buffer) => buffers
                    .entry(buffer.id())
                    .or_insert_with(|| path.to_string()),
            };
            if first != path {
                aliases.push((path.to_string(), first.clone()));
            }
        });
        aliases
    }

    /// Calls `f` with the path and each parameter, to be changed: each shared one once, and its other places follow. While `f`
    /// runs, the parameter's memory belongs to it alone, so that writing copies nothing.
    ///
    /// # Errors
    /// The first error of `f`, with the path added; the parameters after it aren't visited.
    fn update_params(
        &mut self,
        f: &mut dyn FnMut(&str, &mut Param<T>) -> Result<()>,
    ) -> Result<()> {
        // The other places of a shared parameter give up their value first and get the new one at the end.
        let mut met = HashSet::new();
        let mut shared = HashSet::new();
        self.visit_items_mut(&mut |_, item| {
            if let ItemMut::Param(param) = item
                && !met.insert(param.id())
            {
                param.take();
                shared.insert(param.id());
            }
        });
        let mut updated = HashMap::new();
        let mut result = Ok(());
        let mut met = HashSet::new();
        self.visit_items_mut(&mut |path, item| {
            let ItemMut::Param(param) = item else { return };
            if !met.insert(param.id()) {
                return;
            }
            if result.is_ok() {
                result = f(path, param).map_err(|err| err.in_layer(path));
            }
            if let (true, Ok(value)) = (shared.contains(&param.id()), param.value()) {
                updated.insert(param.id(), (value.clone(), param.is_trainable()));
            }
        });
        if !shared.is_empty() {
            self.visit_items_mut(&mut |_, item| {
                if let ItemMut::Param(param) = item
                    && let Some((value, trainable)) = updated.get(&param.id())
                {
                    param.set_checked(value.clone());
                    param.set_trainable(*trainable);
                }
            });
        }
        result
    }

    /// How many numbers the parameters have, shared ones counted once.
    ///
    /// # Errors
    /// If a parameter hasn't been built, which the error names.
    fn param_count(&self) -> Result<usize> {
        let elements = |(path, param): (String, &Param<T>)| match param.value() {
            Ok(value) => Ok(value.elements()),
            Err(err) => Err(err.in_layer(&path)),
        };
        self.params().into_iter().map(elements).sum()
    }

    /// Freezes the parameters whose path matches: no gradient is computed for them, and no optimizer changes them. A pattern is
    /// a path or the beginning of one (`features` is all under it); `*` stands for any characters.
    /// Returns how many there are.
    ///
    /// # Errors
    /// If no parameter matches.
    fn freeze(&mut self, pattern: &str) -> Result<usize> {
        set_trainable(self, "freeze", pattern, false)
    }

    /// Makes the parameters whose path matches trainable again; see [`freeze`](Module::freeze).
    ///
    /// # Errors
    /// If no parameter matches.
    fn unfreeze(&mut self, pattern: &str) -> Result<usize> {
        set_trainable(self, "unfreeze", pattern, true)
    }

    /// Another model with the same values: `clone()` is the same model (same ids, what threads and recomputation take),
    /// this one trains by itself. What was shared inside it is still shared inside it.
    #[must_use]
    fn deep_clone(&self) -> Self
    where
        Self: Clone + Sized,
    {
        let mut copy = self.clone();
        let mut params: HashMap<ParamId, ParamId> = HashMap::new();
        let mut buffers: HashMap<BufferId, BufferId> = HashMap::new();
        copy.visit_items_mut(&mut |_, item| match item {
            ItemMut::Param(param) => {
                param.set_id(*params.entry(param.id()).or_insert_with(ParamId::fresh));
            }
            ItemMut::Buffer(buffer) => {
                buffer.set_id(*buffers.entry(buffer.id()).or_insert_with(BufferId::fresh));
            }
        });
        copy
    }

    /// Checks that each path names one parameter or buffer. What goes by paths (files, optimizers) asks for it.
    ///
    /// # Errors
    /// If one names two, as it does where two parts with a field of that name are flattened; the error names it.
    fn check_paths(&self) -> Result<()> {
        crate::state::check_paths(self)
    }

    /// The values of all parameters and buffers by path; see [`StateDict`](crate::StateDict).
    ///
    /// # Errors
    /// If one hasn't been built, or one path names two; the error names it.
    fn state_dict(&self) -> Result<crate::StateDict<T>> {
        crate::state::collect(self)
    }

    /// Checks that [`load_state_dict`](Module::load_state_dict) would take `state`.
    ///
    /// # Errors
    /// If it wouldn't.
    fn check_state_dict(&self, state: &crate::StateDict<T>) -> Result<()> {
        crate::state::check(self, state)
    }

    /// Takes the values of all parameters and buffers from `state`; what hasn't been built is built by it.
    ///
    /// # Errors
    /// If an entry is missing, is left over, or has another shape, as far as it is [known](Param::of_shape) of what hasn't been
    /// built: the error names them all, and the model stays as it was.
    fn load_state_dict(&mut self, state: &crate::StateDict<T>) -> Result<()> {
        crate::state::load(self, state)
    }

    /// Takes the values of a model in another element type, converted, and which of its parameters are frozen: how a model of one's
    /// own becomes one in `f64`. What hasn't been built is built by it; what is shared in one must be in the other.
    ///
    /// ```
    /// use etude_autograd::{Module, Param};
    /// use etude_tensor::Tensor;
    ///
    /// let single = vec![Param::new(Tensor::from([1.5_f32, -2.0]))];
    /// let mut precise = vec![Param::new(Tensor::<f64>::zeros([2]))];
    /// precise.cast_from(&single)?;
    /// assert_eq!(precise[0].value()?.to_vec(), [1.5_f64, -2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `other` hasn't been built, a value can't be converted, or the paths or shapes differ; this model then stays as it was.
    fn cast_from<U: Float, M: Module<U>>(&mut self, other: &M) -> Result<()>
    where
        Self: Sized,
    {
        crate::state::cast_from(self, other)
    }
}

fn set_trainable<T: Float, M: Module<T> + ?Sized>(
    model: &mut M,
    operation: &str,
    pattern: &str,
    trainable: bool,
) -> Result<usize> {
    let paths: Vec<(String, ParamId)> = model
        .params()
        .into_iter()
        .map(|(path, param)| (path, param.id()))
        .collect();
    let matching: HashSet<ParamId> = paths
        .iter()
        .filter(|(path, _)| paths::matches(pattern, path))
        .map(|&(_, id)| id)
        .collect();
    if matching.is_empty() {
        let names: Vec<&str> = paths.iter().map(|(path, _)| path.as_str()).collect();
        return Err(Error::value(
            operation,
            format!(
                "no parameter matches '{pattern}'; there are {}",
                names.join(", ")
            ),
        ));
    }
    model.visit_items_mut(&mut |_, item| {
        if let ItemMut::Param(param) = item
            && matching.contains(&param.id())
        {
            param.set_trainable(trainable);
        }
    });
    Ok(matching.len())
}

/// What a visitor meets.
#[derive(Debug)]
pub enum Item<'a, T: Float> {
    /// A parameter.
    Param(&'a Param<T>),
    /// A buffer.
    Buffer(&'a Buffer<T>),
}

/// What a visitor meets, to be changed.
#[derive(Debug)]
pub enum ItemMut<'a, T: Float> {
    /// A parameter.
    Param(&'a mut Param<T>),
    /// A buffer.
    Buffer(&'a mut Buffer<T>),
}

/// Goes through a module's fields and knows the path.
pub struct Visitor<'v, 'a, T: Float> {
    path: String,
    f: &'v mut dyn FnMut(&str, Item<'a, T>),
}

impl<T: Float> fmt::Debug for Visitor<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visitor(at '{}')", self.path)
    }
}

impl<'a, T: Float> Visitor<'_, 'a, T> {
    /// Visits a field, whose name is added to the path on the way.
    pub fn field<M: Module<T> + ?Sized>(&mut self, name: &str, module: &'a M) {
        let outer = enter(&mut self.path, name);
        module.visit(self);
        self.path.truncate(outer);
    }
}

/// Goes through a module's fields, to be changed, and knows the path.
pub struct VisitorMut<'v, T: Float> {
    path: String,
    f: &'v mut dyn FnMut(&str, ItemMut<'_, T>),
}

impl<T: Float> fmt::Debug for VisitorMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VisitorMut(at '{}')", self.path)
    }
}

impl<T: Float> VisitorMut<'_, T> {
    /// Visits a field, whose name is added to the path on the way.
    pub fn field<M: Module<T> + ?Sized>(&mut self, name: &str, module: &mut M) {
        let outer = enter(&mut self.path, name);
        module.visit_mut(self);
        self.path.truncate(outer);
    }
}

/// Adds a name to a path, and says how long the path was.
fn enter(path: &mut String, name: &str) -> usize {
    let outer = path.len();
    if outer > 0 && !name.is_empty() {
        path.push('.');
    }
    path.push_str(name);
    outer
}

impl<T: Float> Module<T> for Param<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        (visitor.f)(&visitor.path, Item::Param(self));
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        (visitor.f)(&visitor.path, ItemMut::Param(self));
    }
}

impl<T: Float> Module<T> for Buffer<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        (visitor.f)(&visitor.path, Item::Buffer(self));
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        (visitor.f)(&visitor.path, ItemMut::Buffer(self));
    }
}

impl<T: Float, M: Module<T>> Module<T> for Option<M> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        if let Some(module) = self {
            module.visit(visitor);
        }
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        if let Some(module) = self {
            module.visit_mut(visitor);
        }
    }
}

impl<T: Float, M: Module<T> + ?Sized> Module<T> for Box<M> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        (**self).visit(visitor);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        (**self).visit_mut(visitor);
    }
}

/// Elements are named by their index.
impl<T: Float, M: Module<T>> Module<T> for [M] {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        for (index, module) in self.iter().enumerate() {
            visitor.field(&index.to_string(), module);
        }
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        for (index, module) in self.iter_mut().enumerate() {
            visitor.field(&index.to_string(), module);
        }
    }
}

impl<T: Float, M: Module<T>> Module<T> for Vec<M> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        self.as_slice().visit(visitor);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        self.as_mut_slice().visit_mut(visitor);
    }
}

impl<T: Float, M: Module<T>, const N: usize> Module<T> for [M; N] {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        self.as_slice().visit(visitor);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        self.as_mut_slice().visit_mut(visitor);
    }
}

/// Tuples of modules, named by position: the case of two, three and four.
macro_rules! tuple_module {
    ($($module:ident $index:tt),*) => {
        impl<T: Float, $($module: Module<T>),*> Module<T> for ($($module,)*) {
            fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
                $(visitor.field(stringify!($index), &self.$index);)*
            }
            fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
                $(visitor.field(stringify!($index), &mut self.$index);)*
            }
        }
    };
}
tuple_module!(A 0, B 1);
tuple_module!(A 0, B 1, C 2);
tuple_module!(A 0, B 1, C 2, D 3);

/// Plain data has no parameters, so that a size or a rate can stand among a module's fields.
macro_rules! plain_data {
    ($($type:ty)*) => {$(
        impl<T: Float> Module<T> for $type {
            fn visit<'a>(&'a self, _: &mut Visitor<'_, 'a, T>) {}
            fn visit_mut(&mut self, _: &mut VisitorMut<'_, T>) {}
        }
    )*};
}
plain_data!(() bool u8 i32 u32 i64 u64 isize usize f32 f64 String &'static str);
