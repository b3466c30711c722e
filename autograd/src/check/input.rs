//! Inputs for gradient checks: a shape, and a domain to draw from that stays clear of kinks and edges.
//!
//! ```
//! use etude_autograd::check::input::{clear_of, distinct};
//! use etude_autograd::gradcheck;
//! use etude_tensor::Rng;
//!
//! let mut rng = Rng::seed(7);
//! gradcheck(|x| x[0].relu(), &[clear_of(&[0.0], [3, 4]).draw(&mut rng)])?; // not at the kink
//! gradcheck(|x| x[0].max(-1), &[distinct([3, 4]).draw(&mut rng)])?; // nothing to share
//! # Ok::<(), etude_tensor::Error>(())
//! ```

use etude_tensor::{Rng, Shape, Tensor};

/// How far from a kink values stay. A difference of [`gradcheck`](crate::gradcheck()) looks a 32nd to either side.
const MARGIN: f64 = 0.1;

/// Where values are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Evenly from an interval.
    Between(f64, f64),
    /// Evenly from −4 to 4, at least 0.1 from each of these points.
    ClearOf(&'static [f64]),
    /// Evenly from an interval above 0 or from its mirror image below, so that no factor is nearly lost.
    Signed(f64, f64),
    /// In random order, each at least 0.2 from every other: for functions with a kink where elements are equal.
    Distinct,
    /// Within 0.04 of multiples of 0.4, shifted by this: two arguments with different shifts never meet.
    Grid(f64),
    /// Evenly from −2 to 2, plus this on the diagonal of the last two axes: matrices far from singular ones.
    Diagonal(f64),
}

impl Domain {
    /// An input of this domain.
    pub fn input(self, shape: impl Into<Shape>) -> Input {
        Input {
            shape: shape.into(),
            domain: self,
        }
    }

    /// Whether equal elements would leave it.
    pub fn keeps_apart(self) -> bool {
        self == Domain::Distinct
    }

    /// Whether its matrices are regular, so that equal rows would leave it.
    pub fn is_regular(self) -> bool {
        matches!(self, Domain::Diagonal(_))
    }
}

/// One input of a case.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its shape.
    pub shape: Shape,
    /// Where its values are drawn from.
    pub domain: Domain,
}

/// Values from −2 to 2, for functions that are smooth everywhere.
pub fn normal(shape: impl Into<Shape>) -> Input {
    between(-2.0, 2.0, shape)
}

/// Values from an interval: [`Domain::Between`].
pub fn between(low: f64, high: f64, shape: impl Into<Shape>) -> Input {
    Input {
        shape: shape.into(),
        domain: Domain::Between(low, high),
    }
}

/// Values clear of kinks: [`Domain::ClearOf`].
pub fn clear_of(kinks: &'static [f64], shape: impl Into<Shape>) -> Input {
    Input {
        shape: shape.into(),
        domain: Domain::ClearOf(kinks),
    }
}

/// Values from an interval or its mirror image: [`Domain::Signed`].
pub fn signed(low: f64, high: f64, shape: impl Into<Shape>) -> Input {
    Input {
        shape: shape.into(),
        domain: Domain::Signed(low, high),
    }
}

/// Values without ties: [`Domain::Distinct`].
pub fn distinct(shape: impl Into<Shape>) -> Input {
    Input {
        shape: shape.into(),
        domain: Domain::Distinct,
    }
}

/// Values that never meet those of another shift: [`Domain::Grid`].
pub fn grid(shift: f64, shape: impl Into<Shape>) -> Input {
    Input {
        shape: shape.into(),
        domain: Domain::Grid(shift),
    }
}

/// Square matrices, or nearly, that are far from singular: [`Domain::Diagonal`].
pub fn diagonal(plus: f64, shape: impl Into<Shape>) -> Input {
    Input {
        shape: shape.into(),
        domain: Domain::Diagonal(plus),
    }
}

impl Input {
    /// Draws the values.
    pub fn draw(&self, rng: &mut Rng) -> Tensor<f64> {
        let count = self.shape.elements();
        let values: Vec<f64> = match self.domain {
            Domain::Between(low, high) => (0..count).map(|_| even(low, high, rng)).collect(),
            Domain::ClearOf(kinks) => (0..count).map(|_| clear(kinks, rng)).collect(),
            Domain::Signed(low, high) => (0..count)
                .map(|_| even(low, high, rng).copysign(even(-1.0, 1.0, rng)))
                .collect(),
            Domain::Distinct => {
                let places = Tensor::<i64>::permutation(count, rng).to_vec();
                let spread = |place: i64| 0.3 * (place as f64 - count as f64 / 2.0);
                places
                    .into_iter()
                    .map(|place| spread(place) + even(0.0, 0.1, rng))
                    .collect()
            }
            Domain::Grid(shift) => {
                let value = |rng: &mut Rng| {
                    even(-5.0, 6.0, rng).floor() * 0.4 + shift + even(-0.04, 0.04, rng)
                };
                (0..count).map(|_| value(rng)).collect()
            }
            Domain::Diagonal(plus) => {
                let [.., rows, columns] = self.shape[..] else {
                    panic!("matrices have two axes, got {:?}", self.shape);
                };
                let extra = |place: usize| {
                    let (row, column) = (place / columns % rows, place % columns);
                    if row == column { plus } else { 0.0 }
                };
                (0..count)
                    .map(|place| even(-2.0, 2.0, rng) + extra(place))
                    .collect()
            }
        };
        Tensor::from_slice(self.shape.clone(), &values)
            .expect("as many values as the shape has elements")
    }
}

/// A number drawn evenly from an interval.
fn even(low: f64, high: f64, rng: &mut Rng) -> f64 {
    let unit = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    low + unit * (high - low)
}

fn clear(kinks: &[f64], rng: &mut Rng) -> f64 {
    loop {
        let x = even(-4.0, 4.0, rng);
        if kinks.iter().all(|kink| (x - kink).abs() >= MARGIN) {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_distance() {
        let mut rng = Rng::seed(3);
        let clear = clear_of(&[-3.0, 0.0, 3.0], [500]).draw(&mut rng).to_vec();
        assert!(
            clear
                .iter()
                .all(|x| [-3.0, 0.0, 3.0].iter().all(|k| (x - k).abs() >= MARGIN))
        );
        let far = signed(0.3, 0.9, [500]).draw(&mut rng).to_vec();
        assert!(far.iter().all(|x| (0.3..0.9).contains(&x.abs())));
        assert!(far.iter().any(|x| *x < 0.0) && far.iter().any(|x| *x > 0.0));
        let mut values = distinct([500]).draw(&mut rng).to_vec();
        values.sort_by(f64::total_cmp);
        assert!(values.windows(2).all(|pair| pair[1] - pair[0] >= 0.19));
        let (a, b) = (
            grid(0.0, [500]).draw(&mut rng),
            grid(0.2, [500]).draw(&mut rng),
        );
        assert!(
            a.to_vec()
                .iter()
                .all(|a| b.to_vec().iter().all(|b| (a - b).abs() > 0.1))
        );
    }
}
