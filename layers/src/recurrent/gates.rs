//! The parameters of a recurrent layer: a block of columns for each gate.

use crate::Module;
use crate::config::Initializer;
use crate::config::defaults::check_size;
use crate::parameters::{build, check_channels, leaf, param};
use etude_autograd::{Param, Size, Tape, Var};
use etude_tensor::{Error, Float, Result, Rng, Tensor};

/// The parameters of a recurrent layer or cell of `h` units with `G` gates (a simple recurrent layer has one block, its
/// candidate). Gate number k stands in columns `k·h..(k + 1)·h` of each.
///
/// | parameter | shape |
/// |---|---|
/// | `weight` | `[in, G·h]`, for the input |
/// | `recurrent_weight` | `[h, G·h]`, for the state |
/// | `bias` | `[G·h]`, absent with `use_bias: false` |
/// | `recurrent_bias` | `[G·h]`, only of a GRU with `reset_after` and `use_bias` |
#[derive(Clone, Debug, Module)]
pub struct Gates<T: Float = f32> {
    /// `[in, G·h]`.
    pub weight: Param<T>,
    /// `[h, G·h]`.
    pub recurrent_weight: Param<T>,
    /// `[G·h]`.
    pub bias: Option<Param<T>>,
    /// `[G·h]`.
    pub recurrent_bias: Option<Param<T>>,
    #[module(skip)]
    who: &'static str,
    #[module(skip)]
    count: usize,
    #[module(skip)]
    units: usize,
}

/// The parameters that meet the input, on a tape.
pub(super) struct InputWeights<T: Float> {
    pub weight: Var<T>,
    pub bias: Option<Var<T>>,
}

impl<T: Float> InputWeights<T> {
    /// The share of the input in all gates, `x·weight + bias`: `[rows, in]` → `[rows, G·h]`.
    pub fn project(&self, x: &Var<T>) -> Result<Var<T>> {
        match &self.bias {
            Some(bias) => x.affine(&self.weight, bias),
            None => x.matmul(&self.weight),
        }
    }
}

/// What the parameters are made from.
pub(super) struct Plan {
    /// The layer, for messages.
    pub who: &'static str,
    /// How many gates.
    pub count: usize,
    /// How many units.
    pub output_size: usize,
    /// How many features go in, if it is known.
    pub input_size: Option<usize>,
    pub use_bias: bool,
    pub recurrent_bias: bool,
    /// The gate whose bias starts at 1, whatever the others do.
    pub open_gate: Option<usize>,
    pub weight_initializer: Initializer,
    pub recurrent_initializer: Option<Initializer>,
    pub bias_initializer: Initializer,
    pub trainable: bool,
}

impl Plan {
    /// The parameters, seeded from `rng`; drawn now if the input's size is known.
    pub fn init<T: Float>(self, rng: &mut Rng) -> Result<Gates<T>> {
        let Plan {
            who,
            count,
            output_size,
            ..
        } = self;
        check_size(who, "output_size", output_size)?;
        let recurrent_initializer = self
            .recurrent_initializer
            .unwrap_or(self.weight_initializer);
        let mut param = |initializer, sizes: &[Size], open_gate| {
            let draw =
                move |shape: &[usize], seed| blocks(initializer, count, open_gate, shape, seed);
            param(draw, sizes, self.trainable, rng)
        };
        // Saturating: too many to count are too many for memory, too.
        let columns = Size::Known(count.saturating_mul(output_size));
        let gates = Gates {
            weight: param(self.weight_initializer, &["in".into(), columns], None),
            recurrent_weight: param(recurrent_initializer, &[output_size.into(), columns], None),
            bias: self
                .use_bias
                .then(|| param(self.bias_initializer, &[columns], self.open_gate)),
            recurrent_bias: (self.use_bias && self.recurrent_bias)
                .then(|| param(self.bias_initializer, &[columns], None)),
            who,
            count,
            units: output_size,
        };
        if let Some(input_size) = self.input_size {
            check_size(who, "input_size", input_size)?;
            gates.make(input_size)?;
        }
        Ok(gates)
    }
}

/// Values for a parameter of `count` blocks of columns, each drawn as a parameter of its own.
fn blocks(
    initializer: Initializer,
    count: usize,
    open_gate: Option<usize>,
    shape: &[usize],
    seed: u64,
) -> Result<Tensor<f64>> {
    let (&columns, leading) = shape.split_last().expect("a matrix or a vector");
    let block = [leading, &[columns / count]].concat();
    let seeds = &mut Rng::seed(seed);
    let drawn = (0..count).map(|gate| {
        let seed = seeds.next_u64();
        match open_gate {
            Some(open) if open == gate => Ok(Tensor::ones(&block[..])),
            _ => initializer.draw(&block, seed),
        }
    });
    Tensor::concat(
        &drawn
            .collect::<Result<Vec<_>>>()?
            .iter()
            .collect::<Vec<_>>(),
        -1,
    )
}

impl<T: Float> Gates<T> {
    /// The layer, for messages.
    pub(super) fn who(&self) -> &'static str {
        self.who
    }

    /// `h`.
    pub(super) fn units(&self) -> usize {
        self.units
    }

    /// Draws the parameters, if they aren't there.
    fn make(&self, input_size: usize) -> Result<()> {
        // Saturating: too many to count are too many for memory, too.
        let columns = self.count.saturating_mul(self.units);
        build("weight", &self.weight, &[input_size, columns])?;
        let shape = [self.units, columns];
        build("recurrent_weight", &self.recurrent_weight, &shape)?;
        build("bias", self.bias.as_ref(), &[columns])?;
        build("recurrent_bias", self.recurrent_bias.as_ref(), &[columns])
    }

    /// What the input is multiplied by and what is added, on the tape of `x` `[…, in]`, drawn now if they aren't there. `given`
    /// is the shape that the caller gave, for messages.
    pub(super) fn on_tape(&self, x: &Var<T>, given: &[usize]) -> Result<InputWeights<T>> {
        let input_size = x.shape()[x.rank() - 1];
        check_channels(self.who, &self.weight, 0, input_size, given)?;
        self.make(input_size)?;
        let tape = x.tape();
        Ok(InputWeights {
            weight: tape.param(&self.weight)?,
            bias: leaf(tape, &self.bias)?,
        })
    }

    /// The recurrent weight on a tape.
    pub(super) fn recurrent_weight(&self, tape: &Tape<T>) -> Result<Var<T>> {
        tape.param(&self.recurrent_weight)
    }

    /// The recurrent bias on a tape, if there is one.
    pub(super) fn recurrent_bias(&self, tape: &Tape<T>) -> Result<Option<Var<T>>> {
        leaf(tape, &self.recurrent_bias)
    }

    /// The gates of number `from..from + count` of something whose last axis holds a block for each gate: a view.
    pub(super) fn pick(&self, all: &Var<T>, from: usize, count: usize) -> Result<Var<T>> {
        all.narrow(-1, from * self.units, count * self.units)
    }

    /// Refuses a state that isn't `[rows, h]`.
    pub(super) fn check_state(&self, name: &str, state: &Var<T>, rows: usize) -> Result<()> {
        let expected = [rows, self.units];
        if state.shape() == expected {
            return Ok(());
        }
        let message = format!(
            "{name} has shape {:?}; expected {expected:?}",
            state.shape()
        );
        Err(Error::shape(self.who, message))
    }
}

/// The two sizes of a cell, of which `weight_shape` is another spelling.
pub(super) fn cell_sizes(
    who: &str,
    output_size: Option<usize>,
    input_size: Option<usize>,
    weight_shape: Option<[usize; 2]>,
) -> Result<(usize, Option<usize>)> {
    let differ = |key: &str, size: usize, shape: [usize; 2]| {
        let message = format!(
            "{key} is {size} and weight_shape {shape:?}; give weight_shape, which is [input_size, output_size], or the two sizes"
        );
        Err(Error::config(who, message))
    };
    match (weight_shape, output_size) {
        (None, None) => Err(Error::config(
            who,
            "neither output_size nor weight_shape is given; expected one of them",
        )),
        (None, Some(output_size)) => Ok((output_size, input_size)),
        (Some(shape), Some(size)) if size != shape[1] => differ("output_size", size, shape),
        (Some(shape), _) => match input_size {
            Some(size) if size != shape[0] => differ("input_size", size, shape),
            _ => Ok((shape[1], Some(shape[0]))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_drawn_as_a_matrix_of_its_own() -> Result<()> {
        let weight = blocks(Initializer::Orthogonal, 3, None, &[4, 12], 7)?;
        for gate in 0..3 {
            let block = weight.narrow(1, 4 * gate, 4)?;
            let gram = block.transpose(0, 1)?.matmul(&block)?;
            for (i, g) in gram.to_vec().into_iter().enumerate() {
                let expected = if i % 5 == 0 { 1.0 } else { 0.0 };
                assert!((g - expected).abs() < 1e-14);
            }
        }
        assert_ne!(weight.narrow(1, 0, 4)?, weight.narrow(1, 4, 4)?);
        let bias = blocks(Initializer::Zeros, 4, Some(1), &[8], 7)?;
        assert_eq!(bias.to_vec(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        Ok(())
    }

    #[test]
    fn a_cells_sizes_are_given_once() {
        assert_eq!(
            cell_sizes("c", None, None, Some([2, 3])).unwrap(),
            (3, Some(2))
        );
        assert_eq!(cell_sizes("c", Some(3), None, None).unwrap(), (3, None));
        let message = |output, input, shape| {
            let sizes = cell_sizes("c", output, input, shape);
            sizes.unwrap_err().to_string()
        };
        assert_eq!(
            message(None, Some(2), None),
            "c: neither output_size nor weight_shape is given; expected one of them"
        );
        assert!(
            message(Some(2), None, Some([2, 3]))
                .starts_with("c: output_size is 2 and weight_shape [2, 3]")
        );
        assert!(message(None, Some(3), Some([2, 3])).starts_with("c: input_size is 3 and"));
    }
}
