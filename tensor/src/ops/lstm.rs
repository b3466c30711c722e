//! Long short-term memory over a sequence (Hochreiter and Schmidhuber, 1997; forget gate of Gers et al., 2000), in one call.

use super::rows::slice;
use crate::kernels::lstm::{Backward, Forward, Sizes};
use crate::kernels::product::MatRef;
use crate::{Error, Float, Result, Shape, Tensor};

/// What [`Tensor::lstm`] returns. The gradient needs all of it.
#[derive(Clone, Debug)]
pub struct Lstm<T: Float> {
    /// The hidden state after each step, and behind the last one the cell after it: `[t + 1, b, h]`.
    pub output: Tensor<T>,
    /// The gates after their activations, `[t, b, 4h]`.
    pub gates: Tensor<T>,
    /// The cell after each step, `[t, b, h]`.
    pub cells: Tensor<T>,
}

/// The gradients of [`Tensor::lstm`].
#[derive(Clone, Debug)]
pub struct LstmGrad<T: Float> {
    /// With respect to the input's share in the gates, `[t, b, 4h]`.
    pub sums: Tensor<T>,
    /// With respect to the hidden state before the first step.
    pub hidden: Tensor<T>,
    /// With respect to the cell before the first step.
    pub cell: Tensor<T>,
}

impl<T: Float> Tensor<T> {
    /// Long short-term memory, where `self` is the input's share in the gates, `x·W + b` of all steps, `[t, b, 4h]`: with the
    /// recurrent weight `U` `[h, 4h]`, the hidden state h⁻ and the cell c⁻ before the first step `[b, h]`, and `a` = share + h⁻·U,
    /// step after step `i, f, o = σ(a)`, `g = tanh a`, `c = f·c⁻ + i·g`, `h = o·tanh c`. The blocks of the gates stand in
    /// the order i, f, o, g. NaN spreads as the arithmetic has it.
    ///
    /// If nobody else holds the share, its memory becomes that of the gates.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (share, u) = (Tensor::zeros([5, 2, 12]), Tensor::zeros([3, 12]));
    /// let (h, c) = (Tensor::zeros([2, 3]), Tensor::full([2, 3], 1.0_f64));
    /// let lstm = share.lstm(&u, &h, &c)?;
    /// assert_eq!(lstm.cells.select(0, 0)?, Tensor::full([2, 3], 0.5)); // every gate is half open
    /// assert_eq!(lstm.output.shape(), [6, 2, 3]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or there is no step.
    pub fn lstm(self, recurrent_weight: &Self, hidden: &Self, cell: &Self) -> Result<Lstm<T>> {
        let sizes = check(&self, recurrent_weight, hidden, cell)?;
        let Sizes { steps, rows, units } = sizes;
        let [weight, hidden, cell] = [recurrent_weight, hidden, cell].map(Tensor::contiguous);
        let mut gates = self;
        let mut cells = Tensor::build(Shape::from([steps, rows, units]), |_| {});
        let output = Tensor::build(Shape::from([steps + 1, rows, units]), |output| {
            let (hiddens, last_cell) = output.split_at_mut(steps * rows * units);
            let (gates, cells) = (gates.make_mut(), cells.make_mut());
            let run = Forward {
                recurrent_weight: MatRef::row_major(slice(&weight), units, 4 * units),
                hidden: slice(&hidden),
                cell: slice(&cell),
                gates,
                cells,
                hiddens,
            };
            T::lstm(sizes, run);
            last_cell.copy_from_slice(&cells[(steps - 1) * rows * units..]);
        });
        Ok(Lstm {
            output,
            gates,
            cells,
        })
    }

    /// The gradients of [`lstm`](Tensor::lstm) from that of its output, which is `self`: `kept` is what it returned, and the others
    /// are its arguments. From the last step back, `gc = gh·o·(1 − tanh² c) + gc⁺·f⁺`; the gates' sums get `ga_i = gc·g·i·(1 − i)`,
    /// `ga_f = gc·c⁻·f·(1 − f)`, `ga_o = gh·tanh c·o·(1 − o)` and `ga_g = gc·i·(1 − g²)`, and the hidden state before them `gh⁻ = ga·Uᵀ`.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (share, u) = (Tensor::zeros([1, 1, 4]), Tensor::zeros([1, 4])); // one step of one unit, every gate half open
    /// let (h, c) = (Tensor::zeros([1, 1]), Tensor::full([1, 1], 1.0_f64));
    /// let lstm = share.lstm(&u, &h, &c)?;
    /// let gy = Tensor::from_slice([2, 1, 1], &[0.0, 1.0])?; // of the hidden state, and of the cell behind it
    /// let gradients = gy.lstm_grad((&lstm.gates, &lstm.cells), &u, &c)?;
    /// assert_eq!(gradients.cell.to_vec(), [0.5]);
    /// assert_eq!(gradients.sums.to_vec(), [0.0, 0.25, 0.0, 0.5]); // of i, f, o, g
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn lstm_grad(
        &self,
        kept: (&Self, &Self),
        recurrent_weight: &Self,
        cell: &Self,
    ) -> Result<LstmGrad<T>> {
        let (gates, cells) = kept;
        let sizes = check(gates, recurrent_weight, cell, cell)?;
        let Sizes { steps, rows, units } = sizes;
        if cells.shape() != [steps, rows, units] || self.shape() != [steps + 1, rows, units] {
            let message = format!(
                "cells {:?} and gradient {:?}; expected {:?} and {:?}",
                cells.shape(),
                self.shape(),
                [steps, rows, units],
                [steps + 1, rows, units]
            );
            return Err(Error::shape("lstm", message));
        }
        let [gates, cells, weight, cell] =
            [gates, cells, recurrent_weight, cell].map(Tensor::contiguous);
        let gradient = self.contiguous();
        let (grad_hiddens, grad_last_cell) = slice(&gradient).split_at(steps * rows * units);
        let mut grad_cell = Tensor::from_slice([rows, units], grad_last_cell)?;
        let mut grad_hidden = Tensor::build(Shape::from([rows, units]), |_| {});
        let sums = Tensor::build(gates.to_shape(), |grad_sums| {
            let run = Backward {
                recurrent_weight: MatRef::row_major(slice(&weight), units, 4 * units),
                cell: slice(&cell),
                gates: slice(&gates),
                cells: slice(&cells),
                grad_hiddens,
                grad_cell: grad_cell.make_mut(),
                grad_hidden: grad_hidden.make_mut(),
                grad_sums,
            };
            T::lstm_grad(sizes, run);
        });
        Ok(LstmGrad {
            sums,
            hidden: grad_hidden,
            cell: grad_cell,
        })
    }
}

fn check<T: Float>(
    share: &Tensor<T>,
    weight: &Tensor<T>,
    hidden: &Tensor<T>,
    cell: &Tensor<T>,
) -> Result<Sizes> {
    if let (&[steps, rows, columns], &[units, _]) = (share.shape(), weight.shape())
        && steps > 0
        && weight.shape() == [units, 4 * units]
        && columns == 4 * units
        && hidden.shape() == [rows, units]
        && cell.shape() == [rows, units]
    {
        return Ok(Sizes { steps, rows, units });
    }
    let message = format!(
        "gates {:?}, recurrent weight {:?}, hidden state {:?} and cell {:?}; expected [t, b, 4h] with at least one step, [h, 4h], \
         [b, h] and [b, h]",
        share.shape(),
        weight.shape(),
        hidden.shape(),
        cell.shape()
    );
    Err(Error::shape("lstm", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_by_hand() -> Result<()> {
        // One unit: a = share + 2·h⁻ in each gate.
        let share = Tensor::from([[[0.0, 1.0, -1.0, 0.5]]]);
        let weight = Tensor::full([1, 4], 2.0);
        let lstm = share.lstm(
            &weight,
            &Tensor::full([1, 1], 0.25),
            &Tensor::full([1, 1], 3.0),
        )?;
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let cell = sigmoid(1.5) * 3.0 + sigmoid(0.5) * 1.0_f64.tanh();
        let hidden = sigmoid(-0.5) * cell.tanh();
        for (got, expected) in lstm.output.to_vec().into_iter().zip([hidden, cell]) {
            assert!((got - expected).abs() < 1e-15);
        }
        Ok(())
    }

    #[test]
    fn the_share_of_another_is_left_alone() -> Result<()> {
        let share = Tensor::<f32>::ones([2, 1, 4]);
        let state = Tensor::zeros([1, 1]);
        share.clone().lstm(&Tensor::ones([1, 4]), &state, &state)?;
        assert_eq!(share, Tensor::ones([2, 1, 4]));
        Ok(())
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let state = Tensor::<f32>::zeros([2, 3]);
        let message = Tensor::zeros([5, 2, 12])
            .lstm(&Tensor::zeros([3, 9]), &state, &state)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("lstm: gates [5, 2, 12], recurrent weight [3, 9]"),
            "{message}"
        );
        let no_step = Tensor::zeros([0, 2, 12]).lstm(&Tensor::zeros([3, 12]), &state, &state);
        assert!(no_step.is_err());
    }
}
