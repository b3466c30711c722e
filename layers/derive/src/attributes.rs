//! What stands in `#[module(…)]`.

use syn::{Attribute, Field, Result, Type};

/// Whether the field has `#[module(skip)]`.
pub fn is_skipped(field: &Field) -> Result<bool> {
    let mut skip = false;
    for attribute in module_attributes(&field.attrs) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("skip") {
                skip = true;
                return Ok(());
            }
            Err(meta.error("a field takes #[module(skip)], which leaves it out of the module"))
        })?;
    }
    Ok(skip)
}

/// The type in `#[module(float = …)]` above a struct.
pub fn float_type(attributes: &[Attribute]) -> Result<Option<Type>> {
    let mut float = None;
    for attribute in module_attributes(attributes) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("float") {
                float = Some(meta.value()?.parse()?);
                return Ok(());
            }
            Err(meta.error("a struct takes #[module(float = f64)], which names the type of its parameters' elements"))
        })?;
    }
    Ok(float)
}

fn module_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("module"))
}
