//! Where the first NaN came from: results and gradients are looked at as they arise.

use crate::caller::caller;
use crate::recording::Recording;
use crate::{Tape, Var};
use etude_tensor::{Error, Float, Result, Tensor};
use std::backtrace::Backtrace;
use std::fmt::Write;

/// What [`Tape::detect_anomalies`] takes for an anomaly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anomalies {
    /// Nothing: the results aren't looked at.
    #[default]
    Ignore,
    /// NaN.
    Nan,
    /// NaN and the infinities. (Masks of attention are often −∞ on purpose.)
    NotFinite,
}

impl Anomalies {
    fn is_met_by<T: Float>(self, x: T) -> bool {
        match self {
            Anomalies::Ignore => false,
            Anomalies::Nan => x.is_nan(),
            Anomalies::NotFinite => !x.is_finite(),
        }
    }

    /// How many elements are one, and the place of the first.
    fn find<T: Float>(self, x: &Tensor<T>) -> Option<(usize, Vec<usize>)> {
        let values = x.to_vec();
        let mut places = (0..values.len()).filter(|&place| self.is_met_by(values[place]));
        let mut rest = places.next()?;
        let count = 1 + places.count();
        let mut index = vec![0; x.rank()];
        for (index, &size) in index.iter_mut().zip(x.shape()).rev() {
            *index = rest % size;
            rest /= size;
        }
        Some((count, index))
    }

    fn name(self) -> &'static str {
        match self {
            Anomalies::Ignore | Anomalies::Nan => "NaN",
            Anomalies::NotFinite => "NaN or infinity",
        }
    }

    /// A word on a tensor: how many anomalies of how many elements, and where the first one stands.
    fn describe<T: Float>(self, x: &Tensor<T>) -> String {
        match self.find(x) {
            None => format!("shape {:?} without {}", x.shape(), self.name()),
            Some((count, first)) => format!(
                "shape {:?} with {count} {} of {} elements, the first at {first:?}",
                x.shape(),
                self.name(),
                x.elements()
            ),
        }
    }
}

/// Where an operation was called from.
pub(crate) struct Site {
    layer: Option<String>,
    stack: Backtrace,
}

impl Site {
    fn here<T: Float>(tape: &Tape<T>, recording: &Recording<T>, inputs: &[&Var<T>]) -> Site {
        Site {
            layer: tape.names().borrow().layer(recording, inputs),
            stack: Backtrace::force_capture(),
        }
    }

    fn describe(&self) -> String {
        let mut text = String::new();
        if let Some(layer) = &self.layer {
            write!(text, "; layer '{layer}'").expect("a string takes everything");
        }
        if let Some(caller) = caller(&self.stack.to_string()) {
            write!(text, "; called from {caller}").expect("a string takes everything");
        }
        text
    }
}

impl<T: Float> Tape<T> {
    /// Looks at each result, and on the way back at each gradient, and makes the first anomaly an error that names the
    /// operation, the shapes, the layer and the line that called it. It costs a call stack an operation: for searching, not
    /// for training.
    ///
    /// The layer is known where a [scope](Tape::scope) is open, or after [`name_params`](Tape::name_params).
    ///
    /// ```
    /// use etude_autograd::{Anomalies, Tape};
    /// use etude_tensor::Tensor;
    ///
    /// let tape = Tape::new();
    /// tape.detect_anomalies(Anomalies::Nan);
    /// let x = tape.var(Tensor::from([1.0_f64, -1.0]));
    /// let message = x.ln().unwrap_err().to_string();
    /// assert!(message.starts_with("ln: the result has shape [2] with 1 NaN of 2 elements, the first at [1]"), "{message}");
    ///
    /// // arcsin x is fine at 1, but its derivative isn't: found on the way back, and named after the operation.
    /// let x = tape.var(Tensor::from([1.0_f64]));
    /// let y = x.asin()?.try_mul(&tape.scalar(0.0))?.sum(..)?;
    /// let message = y.backward().unwrap_err().to_string();
    /// assert!(message.starts_with("asin: the gradient of input 0 has shape [1] with 1 NaN"), "{message}");
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn detect_anomalies(&self, what: Anomalies) {
        self.anomalies_cell().set(what);
    }

    /// Looks at the result of an operation.
    ///
    /// # Errors
    /// If the result is an anomaly.
    #[cold]
    pub(crate) fn look_at_result(
        &self,
        operation: &str,
        inputs: &[&Var<T>],
        output: &Tensor<T>,
    ) -> Result<()> {
        let what = self.anomalies_cell().get();
        if what.find(output).is_none() {
            return Ok(());
        }
        let mut message = format!("the result has {}", what.describe(output));
        for (number, input) in inputs.iter().enumerate() {
            write!(
                message,
                "; input {number}: {}",
                what.describe(input.tensor())
            )
            .expect("a string takes everything");
        }
        let site = self.site(&self.recording().borrow(), inputs);
        Err(Error::value(operation, message + &site.describe()))
    }

    /// The place of the call that is being made, with these inputs.
    #[cold]
    pub(crate) fn site(&self, recording: &Recording<T>, inputs: &[&Var<T>]) -> Site {
        Site::here(self, recording, inputs)
    }
}

/// Looks at a gradient that the rule of `operation` gave.
pub(crate) fn check_backward<T: Float>(
    what: Anomalies,
    operation: &str,
    input: usize,
    gradient: &Tensor<T>,
    site: Option<&Site>,
) -> Result<()> {
    if what.find(gradient).is_none() {
        return Ok(());
    }
    let place = site.map(Site::describe).unwrap_or_default();
    Err(Error::value(
        operation,
        format!(
            "the gradient of input {input} has {}{place}",
            what.describe(gradient)
        ),
    ))
}

/// While a walk back runs, gradients are looked at as rules deliver them, with the name of the operation they belong to, and
/// not the steps of the rules' own arithmetic.
pub(crate) struct Paused<'a, T: Float> {
    tape: &'a Tape<T>,
    detected: Anomalies,
}

impl<'a, T: Float> Paused<'a, T> {
    pub(crate) fn new(tape: &'a Tape<T>) -> Self {
        let detected = tape.anomalies_cell().replace(Anomalies::Ignore);
        Paused { tape, detected }
    }

    pub(crate) fn detected(&self) -> Anomalies {
        self.detected
    }
}

impl<T: Float> Drop for Paused<'_, T> {
    fn drop(&mut self) {
        self.tape.anomalies_cell().set(self.detected);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;

    #[test]
    fn the_layer_of_constants_and_checkpoints() -> Result<()> {
        let mut frozen = Param::new(Tensor::from([0.0_f64]));
        frozen.set_trainable(false);
        let model = vec![vec![frozen, Param::new(Tensor::from([0.0_f64]))]];
        let message = |result: Result<Var<f64>>| result.unwrap_err().to_string();
        for tape in [Tape::new(), Tape::inference()] {
            tape.detect_anomalies(Anomalies::NotFinite);
            tape.name_params(&model);
            for param in &model[0] {
                let w = tape.param(param)?;
                assert!(message(w.recip()).contains("; layer '0'"), "{tape:?}");
                let alone = tape.without_recording(|| tape.param(param)?.recip());
                assert!(message(alone).contains("; layer '0'"), "{tape:?}");
            }
        }
        // The first run of a checkpoint records nothing; the second has a tape of its own.
        let tape = Tape::new();
        tape.detect_anomalies(Anomalies::NotFinite);
        tape.name_params(&model);
        let x = tape.var(Tensor::from([1.0]));
        let w = model[0][1].clone();
        let first = crate::checkpoint(&[&x], move |x| x[0].try_div(&x[0].tape().param(&w)?));
        assert!(message(first).contains("; layer '0'"));
        for recorded in [false, true] {
            let x = tape.var(Tensor::from([0.0]));
            let y = {
                let _scope = tape.scope("head");
                crate::checkpoint(&[&x], |x| x[0].sqrt())?.sum(..)?
            };
            let back = match recorded {
                false => y.backward().map(|_| ()),
                true => crate::grad(&y, &[&x]).map(|_| ()),
            };
            let message = back.unwrap_err().to_string();
            assert!(message.contains("; layer 'head'"), "{recorded}: {message}");
        }
        Ok(())
    }

    #[test]
    fn the_layer_is_that_of_the_parameters_or_the_scope() -> Result<()> {
        let model = vec![vec![Param::new(Tensor::from([0.0_f64]))]];
        let tape = Tape::new();
        tape.detect_anomalies(Anomalies::NotFinite);
        tape.name_params(&model);
        let w = tape.param(&model[0][0])?;
        let message = |result: Result<Var<f64>>| result.unwrap_err().to_string();
        assert!(message(w.recip()).contains("; layer '0'"));
        let y = w.tanh()?;
        assert!(message(y.recip()).contains("; layer 'after 0'"));
        let _scope = tape.scope("head");
        let _inner = tape.scope("norm");
        assert!(message(y.recip()).contains("; layer 'head.norm'"));
        Ok(())
    }

    #[test]
    fn inputs_and_gradients_are_described() -> Result<()> {
        let tape = Tape::new();
        tape.detect_anomalies(Anomalies::Nan);
        let bad = tape.input(Tensor::from([[1.0, f64::NAN], [f64::NAN, 0.0]]));
        let x = tape.var(Tensor::ones([2, 2]));
        let message = x.try_mul(&bad).unwrap_err().to_string();
        let expected = "mul: the result has shape [2, 2] with 2 NaN of 4 elements, the first at [0, 1]; \
                        input 0: shape [2, 2] without NaN; input 1: shape [2, 2] with 2 NaN";
        assert!(message.starts_with(expected), "{message}");
        // Infinity is no NaN, and nothing is looked at any more once it is switched off.
        assert!(tape.input(Tensor::scalar(0.0)).recip().is_ok());
        tape.detect_anomalies(Anomalies::Ignore);
        assert!(x.try_mul(&bad).is_ok());
        Ok(())
    }

    #[test]
    fn a_gradient_that_overflows_is_found_in_recorded_walks_too() -> Result<()> {
        let tape = Tape::new();
        let x = tape.var(Tensor::scalar(0.0_f64));
        tape.detect_anomalies(Anomalies::NotFinite);
        let y = x.sqrt()?;
        let message = crate::grad(&y, &[&x]).unwrap_err().to_string();
        assert!(
            message.starts_with("sqrt: the gradient of input 0 has shape []"),
            "{message}"
        );
        // What was switched on is on again after a failed walk.
        assert!(x.recip().is_err());
        Ok(())
    }
}
