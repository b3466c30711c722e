//! How windows are padded at the borders.

use super::window::Window;
use etude_tensor::{Error, Result};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;

/// What stands around the input of a convolution or a pooling.
///
/// In configuration files `"VALID"` or `"SAME"` (in upper or lower case), an integer for both sides of every
/// spatial axis, or a list with an entry for each spatial axis: an integer for both sides, or `[before, after]`. For
/// one spatial axis a flat list of two integers is the pair itself.
///
/// ```
/// use etude_layers::Padding;
///
/// let padding: Padding = serde_json::from_str("[1, [0, 2]]").unwrap();
/// assert_eq!(padding.explicit("conv2d", 2)?, Some(vec![(1, 1), (0, 2)]));
/// let pair: Padding = serde_json::from_str("[1, 2]").unwrap();
/// assert_eq!(pair.explicit("conv1d", 1)?, Some(vec![(1, 2)]));
/// assert_eq!(pair.explicit("conv2d", 2)?, Some(vec![(1, 1), (2, 2)]));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Nothing: windows stay inside the input.
    Valid,
    /// As much as gives `⌈n/s⌉` windows; the odd element goes after.
    Same,
    /// So much before and after, on every spatial axis.
    All(usize),
    /// An entry for each spatial axis.
    Axes(Vec<Sides>),
}

/// The padding of one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// So much before and after.
    Both(usize),
    /// So much before, so much after.
    Pair([usize; 2]),
}

impl Sides {
    fn pair(self) -> (usize, usize) {
        match self {
            Sides::Both(p) => (p, p),
            Sides::Pair([before, after]) => (before, after),
        }
    }
}

impl Padding {
    /// `(before, after)` for each of `spatial` axes; `None` for `SAME`, which depends on the input's size.
    ///
    /// # Errors
    /// If a list has another length than `spatial`.
    pub fn explicit(&self, who: &str, spatial: usize) -> Result<Option<Vec<(usize, usize)>>> {
        let sides = match self {
            Padding::Same => return Ok(None),
            Padding::Valid => vec![(0, 0); spatial],
            Padding::All(p) => vec![(*p, *p); spatial],
            Padding::Axes(axes) => match axes[..] {
                [Sides::Both(before), Sides::Both(after)] if spatial == 1 => vec![(before, after)],
                _ if axes.len() == spatial => axes.iter().map(|axis| axis.pair()).collect(),
                _ => {
                    return Err(Error::config(
                        who,
                        format!(
                            "padding {self} has {} entries; expected one for each of {spatial} spatial axes, an integer or [before, after]",
                            axes.len()
                        ),
                    ));
                }
            },
        };
        Ok(Some(sides))
    }

    /// `(before, after)` for each axis, given its window.
    ///
    /// # Errors
    /// As for [`explicit`](Padding::explicit).
    pub fn around(&self, who: &str, windows: &[Window]) -> Result<Vec<(usize, usize)>> {
        let explicit = self.explicit(who, windows.len())?;
        Ok(explicit.unwrap_or_else(|| windows.iter().map(Window::same_padding).collect()))
    }
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Padding::Valid => f.write_str("'VALID'"),
            Padding::Same => f.write_str("'SAME'"),
            Padding::All(p) => write!(f, "{p}"),
            Padding::Axes(axes) => {
                let axes: Vec<String> = axes.iter().map(Sides::to_string).collect();
                write!(f, "[{}]", axes.join(", "))
            }
        }
    }
}

impl From<usize> for Padding {
    fn from(all: usize) -> Self {
        Padding::All(all)
    }
}

impl<const N: usize> From<[usize; N]> for Padding {
    fn from(axes: [usize; N]) -> Self {
        Padding::Axes(axes.map(Sides::Both).into())
    }
}

impl<const N: usize> From<[[usize; 2]; N]> for Padding {
    fn from(axes: [[usize; 2]; N]) -> Self {
        Padding::Axes(axes.map(Sides::Pair).into())
    }
}

impl Serialize for Padding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Padding::Valid => serializer.serialize_str("VALID"),
            Padding::Same => serializer.serialize_str("SAME"),
            Padding::All(p) => p.serialize(serializer),
            Padding::Axes(axes) => axes.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Padding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PaddingVisitor)
    }
}

struct PaddingVisitor;

impl<'de> Visitor<'de> for PaddingVisitor {
    type Value = Padding;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "'VALID', 'SAME', an integer of 0 or more, or a list with an entry for each spatial axis, \
             an integer of 0 or more or [before, after]",
        )
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Padding, E> {
        match name {
            "VALID" | "valid" => Ok(Padding::Valid),
            "SAME" | "same" => Ok(Padding::Same),
            _ => Err(E::invalid_value(de::Unexpected::Str(name), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, all: u64) -> Result<Padding, E> {
        let refused = |_| E::invalid_value(de::Unexpected::Unsigned(all), &self);
        usize::try_from(all).map(Padding::All).map_err(refused)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Padding, A::Error> {
        let mut axes = Vec::new();
        while let Some(axis) = list.next_element()? {
            axes.push(axis);
        }
        if axes.is_empty() {
            return Err(de::Error::invalid_length(0, &self));
        }
        Ok(Padding::Axes(axes))
    }
}

impl fmt::Display for Sides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sides::Both(p) => write!(f, "{p}"),
            Sides::Pair(pair) => write!(f, "{pair:?}"),
        }
    }
}

impl Serialize for Sides {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Sides::Both(p) => p.serialize(serializer),
            Sides::Pair(pair) => pair.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Sides {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SidesVisitor)
    }
}

struct SidesVisitor;

impl<'de> Visitor<'de> for SidesVisitor {
    type Value = Sides;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer of 0 or more for both sides of an axis, or [before, after]")
    }

    fn visit_u64<E: de::Error>(self, both: u64) -> Result<Sides, E> {
        let refused = |_| E::invalid_value(de::Unexpected::Unsigned(both), &self);
        usize::try_from(both).map(Sides::Both).map_err(refused)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sides, A::Error> {
        let mut sides = Vec::new();
        while let Some(side) = list.next_element::<usize>()? {
            sides.push(side);
        }
        match sides[..] {
            [before, after] => Ok(Sides::Pair([before, after])),
            _ => Err(de::Error::invalid_length(sides.len(), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_the_way_through_json() {
        for json in [
            "\"VALID\"",
            "\"SAME\"",
            "2",
            "[1,2]",
            "[[0,1],[2,3]]",
            "[1,[2,3],0]",
        ] {
            let padding: Padding = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&padding).unwrap(), json);
        }
        assert_eq!(
            serde_json::from_str::<Padding>("\"same\"").unwrap(),
            Padding::Same
        );
    }

    #[test]
    fn what_fits_no_form_is_told_them() {
        for json in ["-1", "\"FULL\"", "1.5", "[]", "null"] {
            let message = serde_json::from_str::<Padding>(json)
                .unwrap_err()
                .to_string();
            assert!(
                message.contains("'VALID', 'SAME', an integer of 0 or more"),
                "{json}: {message}"
            );
        }
        for json in ["[1, -1]", "[[1, 2, 3]]", "[\"a\"]", "[[1]]"] {
            let message = serde_json::from_str::<Padding>(json)
                .unwrap_err()
                .to_string();
            assert!(message.contains("[before, after]"), "{json}: {message}");
        }
        let negative = serde_json::from_str::<Padding>("[[-1, 2]]")
            .unwrap_err()
            .to_string();
        assert!(negative.contains("-1"), "{negative}");
    }

    #[test]
    fn a_list_has_one_entry_an_axis() {
        let message = Padding::from([1, 2, 3])
            .explicit("conv2d", 2)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("conv2d: padding [1, 2, 3] has 3 entries"),
            "{message}"
        );
        assert!(Padding::from([1]).explicit("conv2d", 2).is_err());
        assert_eq!(
            Padding::from([[1, 0]]).explicit("conv1d", 1).unwrap(),
            Some(vec![(1, 0)])
        );
    }
}
