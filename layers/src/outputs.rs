//! The results of a call, by name.

use etude_autograd::Var;
use etude_tensor::{Error, Float, Result};
use smallvec::SmallVec;

/// What a layer returns: named variables.
#[derive(Clone, Debug)]
pub struct Outputs<T: Float = f32> {
    entries: SmallVec<[(&'static str, Var<T>); 1]>,
}

impl<T: Float> Outputs<T> {
    /// One result.
    pub fn one(name: &'static str, value: Var<T>) -> Self {
        Outputs {
            entries: SmallVec::from_buf([(name, value)]),
        }
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Var<T>) -> Self {
        self.entries.push((name, value));
        self
    }

    /// The result of this name.
    ///
    /// # Errors
    /// If the call didn't give it.
    pub fn get(&self, name: &str) -> Result<&Var<T>> {
        let entry = self.entries.iter().find(|(given, _)| *given == name);
        entry.map(|(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = self.entries.iter().map(|(name, _)| *name).collect();
            let message = format!(
                "there is no result '{name}'; the call gave {}",
                names.join(", ")
            );
            Error::value("outputs", message)
        })
    }

    /// The names and results, in the order of the layer's signature.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Var<T>)> {
        self.entries.iter().map(|(name, value)| (*name, value))
    }

    /// The first result: what a layer hands on to the next.
    pub fn into_first(self) -> Var<T> {
        let first = self.entries.into_iter().next();
        first.expect("there is at least the one it was made with").1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    #[test]
    fn results_by_name() {
        let tape = Tape::<f32>::inference();
        let outputs = Outputs::one("output", tape.scalar(1.0)).with("state", tape.scalar(2.0));
        assert_eq!(outputs.get("state").unwrap().item().unwrap(), 2.0);
        let message = outputs.get("cell").unwrap_err().to_string();
        assert_eq!(
            message,
            "outputs: there is no result 'cell'; the call gave output, state"
        );
        assert_eq!(outputs.into_first().item().unwrap(), 1.0);
    }
}
