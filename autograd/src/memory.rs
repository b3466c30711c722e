//! What a recording keeps in memory until the walk back, by operation and by layer.

use crate::node::NodeNumber;
use crate::{Module, Picture, Tape};
use etude_tensor::Float;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// The bytes that the operations of a recording have saved for their rules. From [`Tape::memory`].
///
/// Each piece of memory counts once, for the first operation that saved it, also where several hold it or parts of it. The
/// parameters don't count: the model holds them anyway.
#[derive(Clone, Debug)]
pub struct MemoryReport {
    picture: Picture,
    /// The place in the picture of each node that saved something, and the bytes.
    saved: Vec<(usize, usize)>,
}

/// What one kind of operation, or one layer, has saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryShare {
    /// The operation's name, or the layer's path; empty for what belongs to no layer.
    pub name: String,
    /// How many operations have saved something.
    pub operations: usize,
    /// How many bytes.
    pub bytes: usize,
}

impl MemoryReport {
    /// All bytes.
    pub fn bytes(&self) -> usize {
        self.saved.iter().map(|&(_, bytes)| bytes).sum()
    }

    /// By kind of operation, the largest first.
    pub fn operations(&self) -> Vec<MemoryShare> {
        self.shares(|place| self.picture.at(place).0)
    }

    /// By layer, the largest first. Layers are known from the [scopes](Tape::scope) in which operations ran, and, after
    /// [`named`](MemoryReport::named), from the parameters that they use.
    pub fn layers(&self) -> Vec<MemoryShare> {
        self.shares(|place| self.picture.at(place).1.unwrap_or_default())
    }

    /// The report with the layers of `model`, found as [`Picture::named`] does.
    #[must_use]
    pub fn named<T: Float, M: Module<T> + ?Sized>(mut self, model: &M) -> Self {
        self.picture = self.picture.named(model);
        self
    }

    fn shares<'a>(&'a self, name: impl Fn(usize) -> &'a str) -> Vec<MemoryShare> {
        let mut shares: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for &(place, bytes) in &self.saved {
            let share = shares.entry(name(place)).or_default();
            *share = (share.0 + 1, share.1 + bytes);
        }
        let share = |(name, (operations, bytes)): (&str, (usize, usize))| MemoryShare {
            name: name.to_string(),
            operations,
            bytes,
        };
        let mut shares: Vec<MemoryShare> = shares.into_iter().map(share).collect();
        shares.sort_by_key(|share| std::cmp::Reverse(share.bytes)); // stable: equal ones by name
        shares
    }
}

impl<T: Float> Tape<T> {
    /// What the recording has saved up to now.
    ///
    /// ```
    /// use etude_autograd::{Param, Tape};
    /// use etude_tensor::Tensor;
    ///
    /// let model = vec![vec![Param::new(Tensor::<f32>::ones([8, 8]))]];
    /// let tape = Tape::training(1);
    /// let x = tape.input(Tensor::ones([100, 8]));
    /// let y = x.matmul(&tape.param(&model[0][0])?)?.tanh()?;
    ///
    /// let report = tape.memory().named(&model);
    /// assert_eq!(report.bytes(), 2 * 100 * 8 * 4); // x for the product, y for tanh
    /// assert_eq!(report.operations()[0].bytes, 100 * 8 * 4);
    /// assert_eq!(report.layers()[0].name, "0");
    /// println!("{report}");
    /// # drop(y);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn memory(&self) -> MemoryReport {
        let recording = self.recording().borrow();
        let names = self.names().borrow();
        let first = recording.first.get();
        let numbers = first..first + recording.nodes.len() as u64;
        let numbers: Vec<NodeNumber> = numbers.filter_map(NodeNumber::new).collect();
        let (picture, places) = Picture::of_nodes(&recording, &names, numbers.iter().copied());
        let held = recording.params.values().chain(recording.bound.values());
        let mut counted: HashSet<usize> = held.map(|held| held.tensor.storage_id()).collect();
        let mut saved = Vec::new();
        for number in numbers {
            let slots = recording.saved[recording.saved_range(number)]
                .iter()
                .flatten();
            let mut bytes = 0;
            for slot in slots {
                if counted.insert(slot.tensor.storage_id()) {
                    bytes += slot.tensor.storage_bytes();
                }
            }
            if bytes > 0 {
                saved.push((places[&number], bytes));
            }
        }
        MemoryReport { picture, saved }
    }
}

/// Two tables: bytes by layer and by operation.
impl fmt::Display for MemoryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} bytes are kept for the way back", self.bytes())?;
        for (title, shares) in [("layer", self.layers()), ("operation", self.operations())] {
            writeln!(f, "{title:<28} {:>10} {:>14}", "operations", "bytes")?;
            for share in shares {
                let name = if share.name.is_empty() {
                    "(none)"
                } else {
                    &share.name
                };
                writeln!(f, "{name:<28} {:>10} {:>14}", share.operations, share.bytes)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;
    use etude_tensor::{Result, Tensor};

    #[test]
    fn what_is_held_twice_counts_once_and_parameters_do_not() -> Result<()> {
        let tape = Tape::<f32>::new();
        let w = Param::new(Tensor::ones([16]));
        let x = tape.var(Tensor::ones([16]));
        let y = x.try_mul(&tape.param(&w)?)?; // x; the weight is the model's
        assert_eq!(tape.memory().bytes(), 64);
        let z = x.try_mul(&x)?; // the same x
        assert_eq!(tape.memory().bytes(), 64);
        let e = y.try_add(&z)?.exp()?; // its own output
        let report = tape.memory();
        assert_eq!(report.bytes(), 128);
        let names: Vec<_> = report
            .operations()
            .into_iter()
            .map(|share| share.name)
            .collect();
        assert_eq!(names, ["exp", "mul"]);
        assert!(report.to_string().starts_with("128 bytes are kept"));
        e.sum(..)?.backward()?;
        assert_eq!(tape.memory().bytes(), 0);
        Ok(())
    }

    #[test]
    fn scopes_nest_and_end() -> Result<()> {
        let tape = Tape::<f32>::new();
        let x = tape.var(Tensor::ones([4]));
        let outer = tape.scope("block");
        let inner = tape.scope("norm");
        let y = x.tanh()?;
        drop(inner);
        let y = y.tanh()?;
        drop(outer);
        let _y = y.reshape([2, 2])?.sum(0)?.tanh()?;
        let layers = tape.memory().layers();
        let layers: Vec<_> = layers
            .iter()
            .map(|share| (share.name.as_str(), share.bytes))
            .collect();
        assert_eq!(layers, [("block", 16), ("block.norm", 16), ("", 8)]);
        Ok(())
    }
}
