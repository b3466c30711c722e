//! The table of a model's layers.

use etude_autograd::{Item, Module};
use etude_tensor::{Float, Result};
use std::fmt;

/// The layers of a model with their output shapes and parameters; printed, a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// One for each layer, in the order of the run.
    pub rows: Vec<Row>,
    /// How many numbers the parameters have, shared ones counted once.
    pub parameters: usize,
    /// How many of those are trainable.
    pub trainable: usize,
    /// How many numbers the buffers have.
    pub buffers: usize,
}

/// A layer in a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it is in the model.
    pub path: String,
    /// Its type.
    pub layer: String,
    /// The shape of its first result.
    pub output: Vec<usize>,
    /// How many numbers its parameters have.
    pub parameters: usize,
    /// How many of those are trainable.
    pub trainable: usize,
}

impl Row {
    /// A row for the layer `module`.
    ///
    /// # Errors
    /// If a parameter hasn't been built.
    pub fn new<T: Float, M: Module<T> + ?Sized>(
        path: &str,
        layer: &str,
        output: &[usize],
        module: &M,
    ) -> Result<Self> {
        let (parameters, trainable) = counts(module)?;
        Ok(Row {
            path: path.to_string(),
            layer: layer.to_string(),
            output: output.to_vec(),
            parameters,
            trainable,
        })
    }
}

impl Summary {
    /// The summary of `model` with these rows.
    ///
    /// # Errors
    /// If a parameter or buffer hasn't been built.
    pub fn new<T: Float, M: Module<T> + ?Sized>(model: &M, rows: Vec<Row>) -> Result<Self> {
        let (parameters, trainable) = counts(model)?;
        let mut buffers = 0;
        for (path, buffer) in model.buffers() {
            buffers += buffer
                .value()
                .map_err(|err| err.in_layer(&path))?
                .elements();
        }
        Ok(Summary {
            rows,
            parameters,
            trainable,
            buffers,
        })
    }
}

/// How many numbers the parameters have, and how many of those are trainable, shared ones counted once.
fn counts<T: Float, M: Module<T> + ?Sized>(module: &M) -> Result<(usize, usize)> {
    let mut trainable = 0;
    for (path, param) in module.params() {
        if param.is_trainable() {
            trainable += param.value().map_err(|err| err.in_layer(&path))?.elements();
        }
    }
    Ok((module.param_count()?, trainable))
}

/// Complains about the first parameter or buffer that hasn't been built.
pub(crate) fn check_built<T: Float, M: Module<T> + ?Sized>(model: &M) -> Result<()> {
    let mut result = Ok(());
    model.visit_items(&mut |path, item| {
        let value = match item {
            Item::Param(param) => param.value(),
            Item::Buffer(buffer) => buffer.value(),
        };
        if let (Ok(()), Err(err)) = (&result, value) {
            result = Err(err.in_layer(path));
        }
    });
    result
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table =
            vec![["layer", "output shape", "parameters", "trainable"].map(String::from)];
        table.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| {
            table
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let [layer, output, parameters, trainable] = [0, 1, 2, 3].map(width);
        let line = "─".repeat(layer + output + parameters + trainable + 6);
        for (index, row) in table.iter().enumerate() {
            let [a, b, c, d] = row;
            let text = format!("{a:<layer$}  {b:<output$}  {c:>parameters$}  {d}");
            writeln!(f, "{}", text.trim_end())?;
            if index == 0 {
                writeln!(f, "{line}")?;
            }
        }
        writeln!(f, "{line}")?;
        write!(
            f,
            "{} parameters: {} trainable, {} frozen",
            thousands(self.parameters),
            thousands(self.trainable),
            thousands(self.parameters - self.trainable)
        )?;
        match self.buffers {
            0 => Ok(()),
            n => write!(f, "; {} in buffers", thousands(n)),
        }
    }
}

impl Row {
    fn cells(&self) -> [String; 4] {
        let layer = match self.path.as_str() {
            "" => self.layer.clone(),
            path => format!("{path} ({})", self.layer),
        };
        let trainable = match (self.parameters, self.trainable) {
            (0, _) => "",
            (_, 0) => "no",
            (all, some) if all == some => "yes",
            _ => "partly",
        };
        [
            layer,
            format!("{:?}", self.output),
            thousands(self.parameters),
            trainable.to_string(),
        ]
    }
}

/// `12,345`.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three_digits() {
        assert_eq!(
            [0, 999, 1000, 1234567].map(thousands),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
