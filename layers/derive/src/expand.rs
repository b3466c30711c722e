//! The implementation that the derive writes: one line a field, as a person would write it by hand.

use crate::attributes::{Role, StructAttributes};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Field, Generics, Ident, Index, Result, Type, TypeParam,
    TypeParamBound,
};

/// Where the user's crate sees étude's.
pub struct Crates {
    /// The crate that has `Module`.
    pub autograd: TokenStream,
    /// The crate that has `Float`.
    pub tensor: TokenStream,
}

/// `impl Module<T> for Struct`.
pub fn module(input: &DeriveInput, crates: &Crates) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "derive(Module) works on structs; for an enum write `impl Module` with a `match` that shows the fields of \
             the variant at hand to the visitor",
        ));
    };
    let attributes = StructAttributes::read(&input.attrs)?;
    if attributes.no_parameters {
        return without_parameters(input, crates);
    }
    let autograd = &crates.autograd;
    let float = float(input, attributes.float);
    let mut visits = Vec::new();
    let mut visits_mut = Vec::new();
    let mut bounds = Vec::new();
    for (index, field) in data.fields.iter().enumerate() {
        let role = Role::read(field)?;
        if role == Role::Skipped {
            continue;
        }
        let (name, place) = name_and_place(index, field);
        // The span of the field's type, so that a field which isn't a module is underlined where it stands.
        let span = field.ty.span();
        if role == Role::Flattened {
            visits.push(
                quote::quote_spanned!(span=> #autograd::Module::visit(&self.#place, visitor);),
            );
            visits_mut.push(
                quote::quote_spanned!(span=> #autograd::Module::visit_mut(&mut self.#place, visitor);),
            );
        } else {
            visits.push(quote::quote_spanned!(span=> visitor.field(#name, &self.#place);));
            visits_mut.push(quote::quote_spanned!(span=> visitor.field(#name, &mut self.#place);));
        }
        if mentions_other_parameter(field, &input.generics, &float) {
            let field_type = &field.ty;
            bounds.push(quote!(#field_type: #autograd::Module<#float>));
        }
    }

    let name = &input.ident;
    let mut generics = input.generics.clone();
    let where_clause = generics.make_where_clause();
    for bound in bounds {
        where_clause.predicates.push(syn::parse2(bound)?);
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #autograd::Module<#float> for #name #type_generics #where_clause {
            fn visit<'module>(&'module self, visitor: &mut #autograd::Visitor<'_, 'module, #float>) {
                #(#visits)*
                let _ = visitor; // in a struct without parameters nobody looks at it
            }
            fn visit_mut(&mut self, visitor: &mut #autograd::VisitorMut<'_, #float>) {
                #(#visits_mut)*
                let _ = visitor;
            }
        }
    })
}

/// The implementation of a struct without parameters, for every element type.
fn without_parameters(
    input: &DeriveInput,
    Crates { autograd, tensor }: &Crates,
) -> Result<TokenStream> {
    let name = &input.ident;
    let (_, type_generics, where_clause) = input.generics.split_for_impl();
    let mut generics = input.generics.clone();
    generics
        .params
        .push(syn::parse2(quote!(ModuleFloat: #tensor::Float))?);
    let (impl_generics, _, _) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #autograd::Module<ModuleFloat> for #name #type_generics #where_clause {
            fn visit<'module>(&'module self, _: &mut #autograd::Visitor<'_, 'module, ModuleFloat>) {}
            fn visit_mut(&mut self, _: &mut #autograd::VisitorMut<'_, ModuleFloat>) {}
        }
    })
}

/// The element type: the attribute's, else the first type parameter bounded by `Float`, else `f32`.
fn float(input: &DeriveInput, named: Option<Type>) -> TokenStream {
    if let Some(named) = named {
        return named.into_token_stream();
    }
    let in_where = where_bounded_by_float(&input.generics);
    let parameter = input
        .generics
        .type_params()
        .find(|parameter| is_float_bound(&parameter.bounds) || in_where.contains(&parameter.ident));
    parameter.map_or_else(
        || quote!(f32),
        |TypeParam { ident, .. }| ident.to_token_stream(),
    )
}

fn is_float_bound<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> bool {
    bounds.into_iter().any(|bound| {
        matches!(bound, TypeParamBound::Trait(bound)
            if bound.path.segments.last().is_some_and(|last| last.ident == "Float"))
    })
}

/// The type parameters that get their bound `Float` in the `where` clause.
fn where_bounded_by_float(generics: &Generics) -> Vec<Ident> {
    let predicates = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    predicates
        .filter_map(|predicate| match predicate {
            syn::WherePredicate::Type(bounded) if is_float_bound(&bounded.bounds) => {
                syn::parse2::<Ident>(bounded.bounded_ty.to_token_stream()).ok()
            }
            _ => None,
        })
        .collect()
}

/// A field's name in paths, and how to reach it.
fn name_and_place(index: usize, field: &Field) -> (String, TokenStream) {
    match &field.ident {
        Some(ident) => (ident.unraw().to_string(), ident.to_token_stream()),
        None => (index.to_string(), Index::from(index).to_token_stream()),
    }
}

/// Whether the field's type needs a bound of its own: it names a type parameter other than the element type, as
/// `block: B` does in `struct Residual<T: Float, B>`.
fn mentions_other_parameter(field: &Field, generics: &Generics, float: &TokenStream) -> bool {
    let float = float.to_string();
    generics
        .type_params()
        .filter(|parameter| parameter.ident != float)
        .any(|parameter| mentions(field.ty.to_token_stream(), &parameter.ident))
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == *name,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
