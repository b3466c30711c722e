//! Arithmetic that consumes its left operand, whose memory becomes the result's if nobody else looks at it.
//!
//! `y * &b + &c` makes a product that nothing but the sum needs: the sum is written over it. What a rule has saved or another variable
//! shows is shared storage, and stays as it is.

use crate::node::RuleHandle;
use crate::{Anomalies, Rule, Save, Var};
use etude_tensor::kernels::maps::Binary;
use etude_tensor::{Float, Result, Shape};

impl<T: Float> Var<T> {
    /// `y = op(a, b)`, where this is `a`, recorded with `rule`. `saves(a, b)` lists the operands that the rule needs; one that needs
    /// `y` can't go this way, as it is recorded before there is a `y`. `otherwise` is the operation on operands that stay.
    pub(super) fn consume<R: Rule<T>, const N: usize>(
        self,
        other: &Var<T>,
        op: Binary,
        rule: R,
        saves: impl for<'a> FnOnce(&'a Var<T>, &'a Var<T>) -> [Save<'a, T>; N],
        otherwise: fn(&Var<T>, &Var<T>) -> Result<Var<T>>,
    ) -> Result<Var<T>> {
        if self.tape().anomalies_cell().get() != Anomalies::Ignore {
            return otherwise(&self, other); // whose messages show the operands
        }
        let repeated;
        let other = if self.tensor().same_shape(other.tensor()) {
            other
        } else if Shape::broadcast(op.name(), self.shape(), other.shape())?[..] == *self.shape() {
            repeated = other.broadcast_to(self.tensor().to_shape())?;
            &repeated
        } else {
            return otherwise(&self, other);
        };
        let (tape, inputs) = (self.tape(), [&self, other]);
        let node = match tape.follows(&rule, &inputs)? {
            true => {
                let (rule, saved) = (RuleHandle::new(rule), saves(&self, other));
                Some(tape.push(rule, &inputs, self.tensor(), &saved)?)
            }
            false => None,
        };
        let (tensor, tape, _) = self.into_parts();
        let y = tensor.into_binary(op, other.tensor())?;
        Ok(Var::new(y, tape, node))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tape, Var};
    use etude_tensor::{Result, Tensor};

    fn three(tape: &Tape<f64>) -> [Var<f64>; 3] {
        let numbers = |start: f64| Tensor::from([start, start + 1.0, start + 3.0]);
        [2.0, 0.5, -4.0].map(|start| tape.var(numbers(start)))
    }

    #[test]
    fn a_product_that_only_a_sum_needs_lends_it_its_memory() {
        let tape = Tape::new();
        let [a, _, c] = three(&tape);
        let product = &a * 3.0;
        let memory = product.tensor().storage_id();
        let sum = product + &c;
        assert_eq!(sum.tensor().storage_id(), memory);
        let difference = sum - 1.0; // a number is repeated over the three
        assert_eq!(difference.tensor().storage_id(), memory);
        assert_eq!(difference.tensor().to_vec(), [1.0, 5.0, 13.0]);
    }

    #[test]
    fn what_somebody_still_needs_stays() -> Result<()> {
        let tape = Tape::new();
        let [a, b, c] = three(&tape);
        let (a_before, c_before) = (a.tensor().to_vec(), c.tensor().to_vec());
        let seen = &a + &c;
        let seen_before = seen.tensor().to_vec();
        let e = a.exp()?; // saves its output
        let y = (e * &b + &c) * (seen.clone() - &b) * &c;
        let by_reference = {
            let sum = a.exp()?.try_mul(&b)?.try_add(&c)?;
            sum.try_mul(&seen.try_sub(&b)?)?.try_mul(&c)?
        };
        assert_eq!(y.tensor(), by_reference.tensor());
        assert_eq!(a.tensor().to_vec(), a_before);
        assert_eq!(c.tensor().to_vec(), c_before);
        assert_eq!(seen.tensor().to_vec(), seen_before);
        let xs = [&a, &b, &c];
        let gradients = crate::grad(&y.sum(..)?, &xs)?;
        let expected = crate::grad(&by_reference.sum(..)?, &xs)?;
        for (gradient, expected) in gradients.iter().zip(&expected) {
            assert_eq!(gradient.tensor(), expected.tensor());
        }
        Ok(())
    }

    #[test]
    fn a_result_of_another_shape_gets_memory_of_its_own() {
        let tape = Tape::new();
        let [a, b, _] = three(&tape);
        let row = &a * 1.0;
        let memory = row.tensor().storage_id();
        let table = row * b.reshape([3, 1]).unwrap();
        assert_eq!(table.shape(), [3, 3]);
        assert_ne!(table.tensor().storage_id(), memory);
    }

    #[test]
    #[should_panic(expected = "add: shapes [3] and [2] don't broadcast")]
    fn shapes_that_do_not_broadcast_are_refused() {
        let tape = Tape::new();
        let [a, ..] = three(&tape);
        let _ = a + tape.input(Tensor::zeros([2]));
    }

    #[test]
    fn an_anomaly_shows_both_operands_as_they_were() {
        let tape = Tape::new();
        let [a, ..] = three(&tape);
        let product = &a * 1.0;
        tape.detect_anomalies(crate::Anomalies::Nan);
        let undefined = tape.input(Tensor::from([f64::NAN; 3]));
        let message = product.into_product(&undefined).unwrap_err();
        let expected = "mul: the result has shape [3] with 3 NaN of 3 elements, the first at [0]; input 0: shape [3] without NaN";
        assert!(message.to_string().starts_with(expected), "{message}");
    }

    #[test]
    #[should_panic(expected = "mul: its operands are on different tapes")]
    fn two_tapes_are_refused() {
        let [a, ..] = three(&Tape::new());
        let [b, ..] = three(&Tape::new());
        let _ = a * b;
    }
}
