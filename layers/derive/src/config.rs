//! What `#[config]` writes around a configuration: serde's attributes, `new`, the setters, and the defaults as functions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Field, Fields, GenericArgument, Ident, Meta,
    PathArguments, Result, Type,
};

/// One key of a configuration.
struct Key {
    name: Ident,
    docs: Vec<Attribute>,
    /// What a caller gives: the field's type, for an `Option` the type inside.
    given: Type,
    optional: bool,
    start: Start,
}

/// What a key is before anybody sets it.
enum Start {
    Required,
    Absent,
    Default(Expr),
}

/// The struct as it is, with everything that a configuration has.
pub fn config(mut input: DeriveInput) -> Result<TokenStream> {
    let name = input.ident.clone();
    let generics = input.generics.clone();
    let (params, arguments, bounds) = generics.split_for_impl();
    let turbofish = arguments.as_turbofish();
    let path = quote!(#name #turbofish).to_string();
    let not_named = "config works on structs with named fields: the fields are the keys";
    let Data::Struct(data) = &mut input.data else {
        return Err(Error::new(name.span(), not_named));
    };
    let Fields::Named(fields) = &mut data.fields else {
        return Err(Error::new(name.span(), not_named));
    };
    let keys = fields
        .named
        .iter_mut()
        .map(|field| read_key(&path, field))
        .collect::<Result<Vec<_>>>()?;

    let new = new(&keys);
    let setters = keys.iter().map(setter);
    let default_functions = keys.iter().map(default_function);
    let default = required(&keys).next().is_none().then(|| {
        quote! {
            #[automatically_derived]
            impl #params Default for #name #arguments #bounds {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    Ok(quote! {
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #input

        impl #params #name #arguments #bounds {
            #new
            #(#setters)*
            #(#default_functions)*
        }

        #default
    })
}

/// Takes the attributes of `#[config]` off the field, and puts serde's on it. `config` is the type's path, as an expression
/// writes it.
fn read_key(config: &str, field: &mut Field) -> Result<Key> {
    let Some(name) = field.ident.clone() else {
        return Err(Error::new_spanned(field, "a key has a name"));
    };
    // A type that a macro by example hands on comes in an invisible group.
    while let Type::Group(group) = &field.ty {
        field.ty = (*group.elem).clone();
    }
    let inside = inside_option(&field.ty).cloned();
    let mut start = inside.is_some().then_some(Start::Absent);
    for attribute in &field.attrs {
        if attribute.path().is_ident("required") {
            attribute.meta.require_path_only()?;
            start = Some(Start::Required);
        } else if attribute.path().is_ident("default") {
            let Meta::NameValue(value) = &attribute.meta else {
                let message = "write the default as #[default = value]";
                return Err(Error::new_spanned(attribute, message));
            };
            start = Some(Start::Default(value.value.clone()));
        }
    }
    let Some(start) = start else {
        let message = format!(
            "`{name}` needs #[required] or #[default = value]; only an Option is absent without a word"
        );
        return Err(Error::new_spanned(field, message));
    };
    field.attrs.retain(|attribute| {
        !["required", "default"]
            .iter()
            .any(|own| attribute.path().is_ident(own))
    });
    match &start {
        Start::Required => {}
        Start::Absent => field
            .attrs
            .push(syn::parse_quote!(#[serde(default, skip_serializing_if = "Option::is_none")])),
        Start::Default(_) => {
            let path = format!("{config}::{}", default_name(&name));
            field
                .attrs
                .push(syn::parse_quote!(#[serde(default = #path)]));
        }
    }
    let docs = field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    Ok(Key {
        docs: docs.cloned().collect(),
        optional: inside.is_some(),
        given: inside.unwrap_or_else(|| field.ty.clone()),
        name,
        start,
    })
}

/// `new`, which takes what is required.
fn new(keys: &[Key]) -> TokenStream {
    let arguments = required(keys).map(argument);
    let fields = keys.iter().map(|key| {
        let name = &key.name;
        let value = match &key.start {
            Start::Required => taken(key),
            Start::Absent => quote!(None),
            Start::Default(_) => {
                let default = default_name(name);
                quote!(Self::#default())
            }
        };
        quote!(#name: #value)
    });
    let doc = match required(keys).next() {
        Some(_) => " With what is required; every other key as its default.",
        None => " Every key as its default.",
    };
    quote! {
        #[doc = #doc]
        pub fn new(#(#arguments),*) -> Self {
            Self { #(#fields),* }
        }
    }
}

/// The method that sets a key. It says of itself what the field says.
fn setter(key: &Key) -> TokenStream {
    let Key { name, docs, .. } = key;
    let (argument, value) = (argument(key), taken(key));
    quote! {
        #(#docs)*
        #[must_use]
        pub fn #name(mut self, #argument) -> Self {
            self.#name = #value;
            self
        }
    }
}

/// The default of a key as a function, which serde asks for by name.
fn default_function(key: &Key) -> Option<TokenStream> {
    let Start::Default(value) = &key.start else {
        return None;
    };
    let (name, given) = (default_name(&key.name), &key.given);
    Some(if key.optional {
        quote!(fn #name() -> Option<#given> { #value })
    } else {
        quote!(fn #name() -> #given { #value })
    })
}

fn required(keys: &[Key]) -> impl Iterator<Item = &Key> {
    keys.iter()
        .filter(|key| matches!(key.start, Start::Required))
}

/// `name: usize`, or `name: impl Into<Padding>`. Numbers are taken as they are: a literal `3` is an `i32` to whoever asks for
/// `impl Into<usize>`.
fn argument(key: &Key) -> TokenStream {
    let Key { name, given, .. } = key;
    if is_primitive(given) {
        quote!(#name: #given)
    } else {
        quote!(#name: impl Into<#given>)
    }
}

/// The field's value from the argument.
fn taken(key: &Key) -> TokenStream {
    let name = &key.name;
    let value = if is_primitive(&key.given) {
        quote!(#name)
    } else {
        quote!(#name.into())
    };
    if key.optional {
        quote!(Some(#value))
    } else {
        value
    }
}

fn default_name(key: &Ident) -> Ident {
    format_ident!("default_{key}")
}

fn is_primitive(given: &Type) -> bool {
    let names = [
        "bool", "f32", "f64", "i32", "i64", "isize", "u32", "u64", "usize",
    ];
    matches!(given, Type::Path(path) if names.iter().any(|name| path.path.is_ident(name)))
}

/// The `A` of `Option<A>`.
fn inside_option(given: &Type) -> Option<&Type> {
    let Type::Path(path) = given else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(inside) => Some(inside),
                _ => None,
            })
        }
        _ => None,
    }
}
