//! `#[derive(Module)]`: a struct's parameters and buffers, by name.
//!
//! ```
//! use etude_autograd::{Module as _, Param};
//! use etude_derive::Module;
//! use etude_tensor::{Float, Tensor};
//!
//! #[derive(Module)]
//! struct Linear<T: Float> {
//!     weight: Param<T>,
//!     bias: Option<Param<T>>, // no path while it is None
//! }
//!
//! #[derive(Module)]
//! struct Net<T: Float> {
//!     layers: Vec<Linear<T>>, // elements are named by their index
//!     head: Linear<T>,
//!     width: usize, // plain numbers and strings have no parameters
//!     #[module(skip)]
//!     notes: std::collections::HashMap<String, String>,
//! }
//!
//! let linear = |bias: bool| Linear {
//!     weight: Param::new(Tensor::<f32>::full([2, 2], 0.5)),
//!     bias: bias.then(|| Param::new(Tensor::full([2], 0.0))),
//! };
//! let net = Net { layers: vec![linear(true), linear(false)], head: linear(true), width: 2, notes: Default::default() };
//! let paths: Vec<String> = net.params().into_iter().map(|(path, _)| path).collect();
//! assert_eq!(paths, ["layers.0.weight", "layers.0.bias", "layers.1.weight", "head.weight", "head.bias"]);
//! ```
//!
//! # The element type
//!
//! A struct with a type parameter bounded by `Float` is a module over that parameter; one without is a module over
//! `f32`, or over what `#[module(float = f64)]` above the struct says:
//!
//! ```
//! use etude_autograd::{Module as _, Param};
//! use etude_derive::Module;
//! use etude_tensor::Tensor;
//!
//! #[derive(Module)]
//! #[module(float = f64)]
//! struct Scale(Param<f64>);
//!
//! assert_eq!(Scale(Param::new(Tensor::full([3], 1.0))).params()[0].0, "0");
//! ```
//!
//! A layer that has no parameters, only a configuration, is a module over every type:
//!
//! ```
//! #[derive(Clone, etude_derive::Module)]
//! #[module(no_parameters)]
//! struct Scale {
//!     factor: f64,
//! }
//!
//! fn count<T: etude_tensor::Float>(module: &impl etude_autograd::Module<T>) -> usize {
//!     module.params().len()
//! }
//! assert_eq!(count::<f32>(&Scale { factor: 2.0 }) + count::<f64>(&Scale { factor: 3.0 }), 0);
//! ```
//!
//! # Fields of fields
//!
//! Where a struct is put together from another, `flatten` leaves the name of the part out of the paths:
//!
//! ```
//! use etude_autograd::{Module as _, Param};
//! use etude_derive::Module;
//! use etude_tensor::Tensor;
//!
//! #[derive(Module)]
//! struct Weights {
//!     weight: Param,
//! }
//!
//! #[derive(Module)]
//! struct Layer {
//!     #[module(flatten)]
//!     weights: Weights,
//! }
//!
//! let layer = Layer { weights: Weights { weight: Param::new(Tensor::zeros([2])) } };
//! assert_eq!(layer.params()[0].0, "weight");
//! ```
//!
//! # What doesn't compile
//!
//! A field that is neither a module nor plain data has to be left out by name:
//!
//! ```compile_fail,E0277
//! #[derive(etude_derive::Module)]
//! struct Net {
//!     weight: etude_autograd::Param,
//!     started: std::time::Instant,
//! }
//! ```
//!
//! An enum or a union doesn't say which fields there are, and a misspelt attribute is told what exists:
//!
//! ```compile_fail
//! #[derive(etude_derive::Module)]
//! enum Net {
//!     Small(etude_autograd::Param),
//! }
//! ```
//! ```compile_fail
//! #[derive(etude_derive::Module)]
//! struct Net {
//!     #[module(skipp)]
//!     weight: etude_autograd::Param,
//! }
//! ```

//! # Configurations
//!
//! [`config`](macro@config) makes a struct a layer's configuration: read from JSON and written to it, built by `new` and setters.
//!
//! ```
//! use etude_derive::config;
//!
//! /// The configuration of a blur.
//! #[config]
//! pub struct BlurConfig {
//!     /// How many points one output is made from.
//!     #[required]
//!     pub kernel_size: usize,
//!     /// How many points go in; from the first input if absent.
//!     pub input_size: Option<usize>,
//!     /// Whether the edges are repeated.
//!     #[default = true]
//!     pub repeat: bool,
//! }
//!
//! let config = BlurConfig::new(3).repeat(false);
//! assert_eq!(config, serde_json::from_str(r#"{"kernel_size": 3, "repeat": false}"#).unwrap());
//! assert_eq!(config.input_size(8).input_size, Some(8));
//! let refused = serde_json::from_str::<BlurConfig>(r#"{"kernel_size": 3, "colour": "red"}"#);
//! assert!(refused.unwrap_err().to_string().contains("unknown field `colour`"));
//! ```
//!
//! A key has a default, is required, or is an `Option`; one that is none of these doesn't compile:
//!
//! ```compile_fail
//! #[etude_derive::config]
//! pub struct BlurConfig {
//!     /// How many points one output is made from.
//!     pub kernel_size: usize,
//! }
//! ```

#![forbid(unsafe_code)]

mod attributes;
mod config;
mod expand;

use expand::Crates;
use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

/// Writes `etude_autograd::Module` for a struct: each field under its name, tuple fields under their index, those with
/// `#[module(skip)]` left out. See the [crate's page](crate).
///
/// This one is for crates that depend on `etude-autograd` and `etude-tensor`; the facade `etude` exports [`FacadeModule`] under
/// the same name.
#[proc_macro_derive(Module, attributes(module))]
pub fn derive_module(input: TokenStream) -> TokenStream {
    let crates = Crates {
        autograd: quote!(::etude_autograd),
        tensor: quote!(::etude_tensor),
    };
    expand(input, &crates)
}

/// The same as [`Module`](macro@Module), for crates that know étude only by its facade.
#[proc_macro_derive(FacadeModule, attributes(module))]
pub fn derive_facade_module(input: TokenStream) -> TokenStream {
    let crates = Crates {
        autograd: quote!(::etude::autograd),
        tensor: quote!(::etude::tensor),
    };
    expand(input, &crates)
}

/// Makes a struct a layer's configuration. See the [crate's page](crate#configurations).
///
/// A field is a key. `#[required]` makes it an argument of `new`; `#[default = value]` gives what it is otherwise; an `Option`
/// without either is absent, and left out of the JSON while it is. Every key has a setter of its name and documentation; numbers
/// and `bool` are taken as they are, all other types as `impl Into` of theirs. The struct gets `Clone`, `Debug`, `PartialEq`,
/// serde's two traits (an unknown key is an error) and, if nothing is required, `Default`. The crate must depend on `serde`.
#[proc_macro_attribute]
pub fn config(arguments: TokenStream, input: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        let message = "config takes no arguments: what there is to say stands at the fields";
        return syn::Error::new(proc_macro2::Span::call_site(), message)
            .into_compile_error()
            .into();
    }
    let input = parse_macro_input!(input as DeriveInput);
    let written = config::config(input);
    written
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

fn expand(input: TokenStream, crates: &Crates) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let written = expand::module(&input, crates);
    written
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
