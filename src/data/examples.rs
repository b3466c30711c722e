//! Inputs with their labels.

use crate::{Error, Result, Tensor};

/// Examples of a classification task: inputs along the first axis, and the class of each.
#[derive(Clone, Debug)]
pub struct Examples {
    inputs: Tensor<f32>,
    labels: Tensor<i64>,
}

impl Examples {
    /// Examples from inputs `[n, …]` and labels `[n]`. `n` may be 0.
    ///
    /// # Errors
    /// If the labels aren't of rank 1, or there aren't as many as inputs.
    ///
    /// ```
    /// use etude::{Tensor, data::Examples};
    ///
    /// let examples = Examples::new(etude::zeros([2, 8, 8, 1]), Tensor::from([3_i64, 7]))?;
    /// assert_eq!(examples.len(), 2);
    /// # Ok::<(), etude::Error>(())
    /// ```
    pub fn new(inputs: Tensor<f32>, labels: Tensor<i64>) -> Result<Self> {
        if labels.rank() != 1 || inputs.shape().first() != Some(&labels.elements()) {
            return Err(Error::shape(
                "data",
                format!(
                    "inputs {:?} with labels {:?}; expected inputs [n, …] with labels [n]",
                    inputs.shape(),
                    labels.shape()
                ),
            ));
        }
        // Batches copy rows: they lie one behind the other from here on.
        Ok(Examples {
            inputs: inputs.contiguous(),
            labels: labels.contiguous(),
        })
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.labels.elements()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs, `[n, …]`.
    pub fn inputs(&self) -> &Tensor<f32> {
        &self.inputs
    }

    /// The class of each input, `[n]`.
    pub fn labels(&self) -> &Tensor<i64> {
        &self.labels
    }

    /// The examples with these numbers, in this order.
    ///
    /// # Errors
    /// If a number is not below [`len`](Examples::len).
    pub fn pick(&self, numbers: &[usize]) -> Result<Examples> {
        if let Some(number) = numbers.iter().find(|&&number| number >= self.len()) {
            let message = format!("example {number} of {}, counted from 0", self.len());
            return Err(Error::index("data", message));
        }
        let size = self.inputs.shape()[1..].iter().product::<usize>();
        let (inputs, labels) = (self.inputs.as_slice(), self.labels.as_slice());
        let (inputs, labels) = inputs.zip(labels).expect("contiguous since `new`");
        let rows = numbers
            .iter()
            .flat_map(|&i| &inputs[i * size..(i + 1) * size]);
        let rows: Vec<f32> = rows.copied().collect();
        let classes: Vec<i64> = numbers.iter().map(|&i| labels[i]).collect();
        let mut shape = self.inputs.shape().to_vec();
        shape[0] = numbers.len();
        Examples::new(
            Tensor::from_slice(shape, &rows)?,
            Tensor::from_slice([classes.len()], &classes)?,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_picked_in_order() {
        let inputs = Tensor::from_slice([3, 2], &[0.0, 0.1, 1.0, 1.1, 2.0, 2.1]).unwrap();
        let labels = Tensor::from_slice([3], &[0, 1, 2]).unwrap();
        let examples = Examples::new(inputs, labels).unwrap();
        let picked = examples.pick(&[2, 0]).unwrap();
        assert_eq!(picked.inputs().to_vec(), [2.0, 2.1, 0.0, 0.1]);
        assert_eq!(picked.labels().to_vec(), [2, 0]);
        assert_eq!(examples.pick(&[]).unwrap().inputs().shape(), [0, 2]);
        let err = examples.pick(&[1, 3]).unwrap_err().to_string();
        assert_eq!(err, "data: example 3 of 3, counted from 0");
    }

    #[test]
    fn as_many_labels_as_inputs() {
        let message =
            |inputs: Tensor<f32>, labels| Examples::new(inputs, labels).unwrap_err().to_string();
        assert_eq!(
            message(Tensor::zeros([3, 2]), Tensor::zeros([2])),
            "data: inputs [3, 2] with labels [2]; expected inputs [n, …] with labels [n]"
        );
        assert!(message(Tensor::zeros([2]), Tensor::zeros([2, 1])).contains("labels [2, 1]"));
        assert!(message(Tensor::zeros(()), Tensor::zeros([1])).contains("inputs []"));
    }
}
