//! What stands in `#[module(…)]`.

use syn::{Attribute, Field, Result, Type};

/// What a field is to its module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A module of its own, under the field's name.
    Named,
    /// `#[module(flatten)]`: its fields count as the struct's.
    Flattened,
    /// `#[module(skip)]`: not looked at.
    Skipped,
}

impl Role {
    pub fn read(field: &Field) -> Result<Role> {
        let mut role = Role::Named;
        for attribute in module_attributes(&field.attrs) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("skip") {
                    role = Role::Skipped;
                } else if meta.path.is_ident("flatten") {
                    role = Role::Flattened;
                } else {
                    return Err(meta.error(
                        "a field takes #[module(skip)], which leaves it out of the module, or #[module(flatten)], which makes \
                         its fields the struct's own",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(role)
    }
}

/// What `#[module(…)]` above a struct says.
#[derive(Default)]
pub struct StructAttributes {
    /// `float = f64`: the type of the parameters' elements.
    pub float: Option<Type>,
    /// `no_parameters`: a module over every element type, whose fields aren't looked at.
    pub no_parameters: bool,
}

impl StructAttributes {
    pub fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut found = StructAttributes::default();
        for attribute in module_attributes(attributes) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("float") {
                    found.float = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("no_parameters") {
                    found.no_parameters = true;
                } else {
                    return Err(meta.error(
                        "a struct takes #[module(float = f64)], which names the type of its parameters' elements, or \
                         #[module(no_parameters)], which makes it a module over every type",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

fn module_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("module"))
}
