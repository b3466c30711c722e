//! What is known of a shape before the first input.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

/// A size of a shape that isn't wholly known: a layer that gives 5 features, and takes as many as come, has a weight of shape
/// `["in".into(), 5.into()]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// So many.
    Known(usize),
    /// Left to the first input, or to a file. Within a layer what has the same name has the same size.
    Open(&'static str),
    /// The same without a name.
    Any,
}

impl Size {
    fn fits(self, size: usize) -> bool {
        match self {
            Size::Known(known) => known == size,
            Size::Open(_) | Size::Any => true,
        }
    }
}

impl From<usize> for Size {
    fn from(size: usize) -> Self {
        Size::Known(size)
    }
}

impl From<&'static str> for Size {
    fn from(name: &'static str) -> Self {
        Size::Open(name)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Known(size) => size.fmt(f),
            Size::Open(name) => f.write_str(name),
            Size::Any => f.write_str("any"),
        }
    }
}

/// Whether `shape` is one of those that `sizes` leave open.
pub(crate) fn fits(sizes: &[Size], shape: &[usize]) -> bool {
    let each = || {
        sizes
            .iter()
            .zip(shape)
            .all(|(known, &size)| known.fits(size))
    };
    sizes.len() == shape.len() && each()
}

/// `[in, 5]`.
pub(crate) fn written(sizes: &[Size]) -> String {
    let sizes: Vec<String> = sizes.iter().map(Size::to_string).collect();
    format!("[{}]", sizes.join(", "))
}

/// What the open sizes of a model turn out to be, value by value.
#[derive(Default)]
pub(crate) struct OpenSizes {
    /// By layer and name: the size, and the path of the value that said so first.
    found: HashMap<(String, &'static str), (usize, String)>,
}

impl OpenSizes {
    /// What is wrong with a value of this shape at `path`, if anything is.
    pub fn misfit(&mut self, path: &str, sizes: &[Size], shape: &[usize]) -> Option<String> {
        let needs = || {
            let needed = written(sizes);
            Some(format!(
                "'{path}' has shape {shape:?}, the model needs {needed}"
            ))
        };
        if !fits(sizes, shape) {
            return needs();
        }
        let layer = path.rsplit_once('.').map_or("", |(layer, _)| layer);
        for (known, &size) in sizes.iter().zip(shape) {
            let Size::Open(name) = *known else { continue };
            match self.found.entry((layer.to_string(), name)) {
                Entry::Vacant(vacant) => {
                    vacant.insert((size, path.to_string()));
                }
                Entry::Occupied(occupied) => match occupied.get() {
                    (found, _) if *found == size => {}
                    (_, first) if first == path => return needs(),
                    (found, first) => {
                        return Some(format!(
                            "'{path}' has shape {shape:?}, but '{first}' makes {name} {found}"
                        ));
                    }
                },
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_sizes_fit_all_and_agree_within_a_layer() {
        let mut open = OpenSizes::default();
        let weight = ["in".into(), 5.into()];
        let wrong = open.misfit("0.weight", &weight, &[4, 10]).unwrap();
        assert_eq!(
            wrong,
            "'0.weight' has shape [4, 10], the model needs [in, 5]"
        );
        assert!(open.misfit("0.weight", &weight, &[4, 5, 1]).is_some());
        assert_eq!(open.misfit("0.weight", &weight, &[4, 5]), None);
        assert_eq!(open.misfit("1.weight", &weight, &[3, 5]), None);
        let gamma = ["in".into()];
        let wrong = open.misfit("0.gamma", &gamma, &[3]).unwrap();
        assert_eq!(wrong, "'0.gamma' has shape [3], but '0.weight' makes in 4");
        let square = ["heads".into(), "heads".into()];
        let wrong = open.misfit("mix", &square, &[2, 3]).unwrap();
        assert_eq!(
            wrong,
            "'mix' has shape [2, 3], the model needs [heads, heads]"
        );
    }
}
