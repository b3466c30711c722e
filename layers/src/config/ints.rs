//! Keys that hold an integer or a list of integers.

use etude_tensor::{Error, Result};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// One integer, or a list of them with one for each axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OneOrMany<N> {
    /// The same for all axes.
    One(N),
    /// One for each axis; a list of one stands for all.
    Many(Vec<N>),
}

/// Sizes along the spatial axes: `kernel_size`, `strides`, `dilations`.
///
/// ```
/// use etude_layers::Ints;
///
/// assert_eq!(Ints::from(3).sizes("conv2d", "kernel_size", 2, 1)?, [3, 3]);
/// assert_eq!(Ints::from([3, 5]).sizes("conv2d", "kernel_size", 2, 1)?, [3, 5]);
/// let err = Ints::from([3, 5, 7]).sizes("conv2d", "kernel_size", 2, 1).unwrap_err();
/// assert_eq!(err.to_string(), "conv2d: kernel_size [3, 5, 7] has 3 entries; expected an integer, or a list of 1 or 2");
/// let err = Ints::from(0).sizes("conv2d", "strides", 2, 1).unwrap_err();
/// assert_eq!(err.to_string(), "conv2d: strides 0 is too small; expected 1 or more");
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub type Ints = OneOrMany<usize>;

/// Axes of an input, negative from the end.
pub type AxisInts = OneOrMany<isize>;

impl<N> OneOrMany<N> {
    /// The entries as they were given.
    pub fn as_slice(&self) -> &[N] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

impl Ints {
    /// One size for each of `axes` spatial axes, none below `least`. The error names the layer `who` and the `key`.
    ///
    /// # Errors
    /// If the list has another length than 1 or `axes`, or a size is below `least`.
    pub fn sizes(&self, who: &str, key: &str, axes: usize, least: usize) -> Result<Vec<usize>> {
        let given = self.as_slice();
        if given.iter().any(|&size| size < least) {
            let message = format!("{key} {self} is too small; expected {least} or more");
            return Err(Error::config(who, message));
        }
        match given.len() {
            1 => Ok(vec![given[0]; axes]),
            n if n == axes => Ok(given.to_vec()),
            n => {
                let lengths = if axes == 1 {
                    "1".to_string()
                } else {
                    format!("1 or {axes}")
                };
                let message = format!(
                    "{key} {self} has {n} entries; expected an integer, or a list of {lengths}"
                );
                Err(Error::config(who, message))
            }
        }
    }
}

impl<N: fmt::Debug> fmt::Display for OneOrMany<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OneOrMany::One(one) => write!(f, "{one:?}"),
            OneOrMany::Many(many) => write!(f, "{many:?}"),
        }
    }
}

impl<N> From<N> for OneOrMany<N> {
    fn from(one: N) -> Self {
        OneOrMany::One(one)
    }
}

impl<N, const LEN: usize> From<[N; LEN]> for OneOrMany<N> {
    fn from(many: [N; LEN]) -> Self {
        OneOrMany::Many(many.into())
    }
}

impl<N> From<Vec<N>> for OneOrMany<N> {
    fn from(many: Vec<N>) -> Self {
        OneOrMany::Many(many)
    }
}

impl<N: Serialize> Serialize for OneOrMany<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OneOrMany::One(one) => one.serialize(serializer),
            OneOrMany::Many(many) => many.serialize(serializer),
        }
    }
}

impl<'de, N> Deserialize<'de> for OneOrMany<N>
where
    N: Deserialize<'de> + TryFrom<i64> + TryFrom<u64>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntsVisitor(PhantomData))
    }
}

struct IntsVisitor<N>(PhantomData<N>);

impl<'de, N> Visitor<'de> for IntsVisitor<N>
where
    N: Deserialize<'de> + TryFrom<i64> + TryFrom<u64>,
{
    type Value = OneOrMany<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the type refuses tells sizes from axes.
        let kind = if N::try_from(-1_i64).is_ok() {
            ""
        } else {
            " of 0 or more"
        };
        write!(
            f,
            "an integer{kind}, or a list of them with one for each axis"
        )
    }

    fn visit_u64<E: de::Error>(self, one: u64) -> Result<Self::Value, E> {
        let refused = |_| E::invalid_value(de::Unexpected::Unsigned(one), &self);
        N::try_from(one).map(OneOrMany::One).map_err(refused)
    }

    fn visit_i64<E: de::Error>(self, one: i64) -> Result<Self::Value, E> {
        let refused = |_| E::invalid_value(de::Unexpected::Signed(one), &self);
        N::try_from(one).map(OneOrMany::One).map_err(refused)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut many = Vec::new();
        while let Some(one) = list.next_element()? {
            many.push(one);
        }
        if many.is_empty() {
            return Err(de::Error::invalid_length(0, &self));
        }
        Ok(OneOrMany::Many(many))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error<N>(json: &str) -> String
    where
        N: for<'de> Deserialize<'de> + TryFrom<i64> + TryFrom<u64> + fmt::Debug,
    {
        serde_json::from_str::<OneOrMany<N>>(json)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn integers_and_lists_survive_the_way_through_json() {
        for json in ["3", "[3]", "[1,2,3]"] {
            let ints: Ints = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&ints).unwrap(), json);
        }
        let axes: AxisInts = serde_json::from_str("[-1,2]").unwrap();
        assert_eq!(axes, AxisInts::from([-1, 2]));
    }

    #[test]
    fn what_is_neither_is_told_what_would_fit() {
        let sizes = "an integer of 0 or more, or a list of them";
        for json in ["-1", "\"two\"", "1.5", "[]", "true"] {
            let message = error::<usize>(json);
            assert!(message.contains(sizes), "{json}: {message}");
        }
        assert!(error::<usize>("[1, -2]").contains("-2"));
        assert!(error::<isize>("1.5").contains("an integer, or a list"));
    }
}
