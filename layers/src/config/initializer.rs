//! The initializers, by name: what the first values of a parameter are drawn from.

use super::names::names;
use crate::orthonormal;
use etude_tensor::{Error, Result, Rng, Shape, Tensor};

names! {
    /// What the first values of a parameter are drawn from.
    ///
    /// With `fan_in` and `fan_out`, the number of inputs and outputs that a weight connects (see [`fans`]). A truncated normal
    /// of deviation σ redraws beyond ±2σ' with σ' = σ / 0.8796…, so that its deviation is σ.
    ///
    /// ```
    /// use etude_layers::Initializer;
    ///
    /// let weight = Initializer::Xavier.draw(&[30, 20], 7)?;
    /// let bound = (6.0_f64 / 50.0).sqrt();
    /// assert!(weight.to_vec().iter().all(|w| w.abs() <= bound));
    /// assert_eq!(weight, Initializer::Xavier.draw(&[30, 20], 7)?); // the same seed, the same values
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub enum Initializer("initializer") {
        /// 0.
        Zeros = "zeros",
        /// 1.
        Ones = "ones",
        /// Uniform within ±√(6/(fan_in + fan_out)) (Glorot and Bengio, 2010).
        Xavier = "Xavier",
        /// Truncated normal of deviation √(2/(fan_in + fan_out)) (Glorot and Bengio, 2010).
        XavierNormal = "Xavier_normal",
        /// Truncated normal of deviation √(2/fan_in) (He et al., 2015).
        He = "He",
        /// Uniform within ±√(6/fan_in) (He et al., 2015).
        HeUniform = "He_uniform",
        /// Truncated normal of deviation √(1/fan_in) (LeCun et al., 1998).
        Lecun = "Lecun",
        /// Uniform within ±√(3/fan_in) (LeCun et al., 1998).
        LecunUniform = "Lecun_uniform",
        /// Normal, mean 0 and deviation 1.
        Normal = "normal",
        /// Uniform within ±0.05.
        Uniform = "uniform",
        /// Normal of deviation 0.05, redrawn beyond ±0.1.
        TruncatedNormal = "truncated_normal",
        /// Orthonormal columns (rows where there are fewer of them) of the shape seen as a matrix `[Π leading, last]`
        /// (Saxe, McClelland and Ganguli, 2013). A vector is a matrix of one row: it gets length 1.
        Orthogonal = "orthogonal",
    }
}

/// The deviation of a standard normal redrawn beyond ±2.
pub(crate) const DEVIATION_WITHIN_TWO: f64 = 0.879_625_661_034_239_8;

impl Initializer {
    /// Values for a parameter of `shape`. Equal seeds give equal values, in 64 bits whatever the parameter's type.
    ///
    /// # Errors
    /// If the shape has more elements than memory holds; and `orthogonal` needs a shape of rank 1 or more.
    pub fn draw(self, shape: &[usize], seed: u64) -> Result<Tensor<f64>> {
        Shape::new(shape).check_fits("initializer", size_of::<f64>())?;
        if shape.contains(&0) {
            return Ok(Tensor::zeros(shape));
        }
        let (fan_in, fan_out) = fans(shape);
        let rng = &mut Rng::seed(seed);
        match self {
            Initializer::Zeros => Ok(Tensor::zeros(shape)),
            Initializer::Ones => Ok(Tensor::ones(shape)),
            Initializer::Xavier => uniform(shape, (6.0 / (fan_in + fan_out)).sqrt(), rng),
            Initializer::XavierNormal => truncated(shape, (2.0 / (fan_in + fan_out)).sqrt(), rng),
            Initializer::He => truncated(shape, (2.0 / fan_in).sqrt(), rng),
            Initializer::HeUniform => uniform(shape, (6.0 / fan_in).sqrt(), rng),
            Initializer::Lecun => truncated(shape, (1.0 / fan_in).sqrt(), rng),
            Initializer::LecunUniform => uniform(shape, (3.0 / fan_in).sqrt(), rng),
            Initializer::Normal => Tensor::normal(shape, 0.0, 1.0, rng),
            Initializer::Uniform => uniform(shape, 0.05, rng),
            Initializer::TruncatedNormal => Tensor::truncated_normal(shape, 0.0, 0.05, 2.0, rng),
            Initializer::Orthogonal => orthogonal(shape, rng),
        }
    }
}

impl etude_autograd::Initializer for Initializer {
    fn draw(&self, shape: &[usize], seed: u64) -> Result<Tensor<f64>> {
        Initializer::draw(*self, shape, seed)
    }
}

/// Uniform within ±bound.
fn uniform(shape: &[usize], bound: f64, rng: &mut Rng) -> Result<Tensor<f64>> {
    Tensor::uniform(shape, -bound, bound, rng)
}

/// Normal, redrawn beyond two deviations, with `deviation` the one after the redrawing.
fn truncated(shape: &[usize], deviation: f64, rng: &mut Rng) -> Result<Tensor<f64>> {
    Tensor::truncated_normal(shape, 0.0, deviation / DEVIATION_WITHIN_TWO, 2.0, rng)
}

/// `(fan_in, fan_out)` of a shape: how many inputs and outputs each weight connects. Rank 0 gives 1 and 1, rank 1 its
/// length twice, rank 2 rows and columns; above, `shape[-2]·r` and `shape[-1]·r` with the product `r` of the leading
/// sizes, which are the kernel's.
pub fn fans(shape: &[usize]) -> (f64, f64) {
    let (fan_in, fan_out) = match shape {
        [] => (1, 1),
        [n] => (*n, *n),
        [leading @ .., fan_in, fan_out] => {
            let receptive: f64 = leading.iter().map(|&size| size as f64).product();
            return (*fan_in as f64 * receptive, *fan_out as f64 * receptive);
        }
    };
    (fan_in as f64, fan_out as f64)
}

fn orthogonal(shape: &[usize], rng: &mut Rng) -> Result<Tensor<f64>> {
    let [.., columns] = *shape else {
        let message = "orthogonal needs a vector or more, got a scalar; choose another initializer";
        return Err(Error::shape("initializer", message));
    };
    let rows = shape.iter().product::<usize>() / columns;
    let (tall, wide) = (Ord::max(rows, columns), Ord::min(rows, columns));
    let normal = Tensor::<f64>::normal([tall, wide], 0.0, 1.0, rng)?;
    let q = Tensor::from_slice(
        [tall, wide],
        &orthonormal::columns(normal.to_vec(), tall, wide),
    )?;
    let q = if rows < columns {
        q.transpose(0, 1)?
    } else {
        q
    };
    q.reshape(shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest absolute value and deviation of 20,000 draws for a kernel of fans 200 and 400.
    fn spread(initializer: Initializer) -> (f64, f64) {
        let values = initializer.draw(&[5, 5, 8, 16], 3).unwrap().to_vec();
        let more = initializer.draw(&[25, 8, 16], 4).unwrap().to_vec();
        let all: Vec<f64> = values.into_iter().chain(more).collect();
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        assert!(
            mean.abs() < 5.0 * (variance / n).sqrt(),
            "{initializer}: mean {mean}"
        );
        (all.iter().fold(0.0, |m, v| v.abs().max(m)), variance.sqrt())
    }

    #[test]
    fn each_has_its_bounds_and_its_deviation() {
        let (fan_in, fan_out) = (200.0_f64, 400.0);
        let uniform = |bound: f64| (bound, bound / 3.0_f64.sqrt());
        let truncated = |deviation: f64| (2.0 * deviation / DEVIATION_WITHIN_TWO, deviation);
        let expected = [
            (
                Initializer::Xavier,
                uniform((6.0 / (fan_in + fan_out)).sqrt()),
            ),
            (
                Initializer::XavierNormal,
                truncated((2.0 / (fan_in + fan_out)).sqrt()),
            ),
            (Initializer::HeUniform, uniform((6.0 / fan_in).sqrt())),
            (Initializer::He, truncated((2.0 / fan_in).sqrt())),
            (Initializer::LecunUniform, uniform((3.0 / fan_in).sqrt())),
            (Initializer::Lecun, truncated((1.0 / fan_in).sqrt())),
            (Initializer::Uniform, uniform(0.05)),
            (
                Initializer::TruncatedNormal,
                (0.1, 0.05 * DEVIATION_WITHIN_TWO),
            ),
            (Initializer::Normal, (f64::INFINITY, 1.0)),
        ];
        for (initializer, (bound, deviation)) in expected {
            let (largest, spread) = spread(initializer);
            assert!(largest <= bound, "{initializer}: {largest} beyond {bound}");
            let infinite = bound.is_infinite();
            assert!(
                infinite || largest > 0.98 * bound,
                "{initializer}: {largest} far within {bound}"
            );
            assert!(
                (spread / deviation - 1.0).abs() < 0.03,
                "{initializer}: deviation {spread}, not {deviation}"
            );
        }
    }

    #[test]
    fn orthogonal_columns_or_rows() {
        for shape in [&[2, 3, 4][..], &[4, 6], &[5, 5], &[7], &[1]] {
            let q = Initializer::Orthogonal.draw(shape, 1).unwrap().to_vec();
            let columns = shape[shape.len() - 1];
            let rows = q.len() / columns;
            let at = |i: usize, j: usize| {
                if rows < columns {
                    q[j * columns + i]
                } else {
                    q[i * columns + j]
                }
            };
            let (tall, wide) = (rows.max(columns), rows.min(columns));
            for a in 0..wide {
                for b in 0..wide {
                    let dot: f64 = (0..tall).map(|i| at(i, a) * at(i, b)).sum();
                    assert!(
                        (dot - f64::from(u8::from(a == b))).abs() < 1e-14,
                        "{shape:?}: {a}·{b} = {dot}"
                    );
                }
            }
        }
        let message = Initializer::Orthogonal
            .draw(&[], 1)
            .unwrap_err()
            .to_string();
        assert!(message.contains("got a scalar"), "{message}");
    }

    #[test]
    fn fans_of_every_rank() {
        assert_eq!(fans(&[]), (1.0, 1.0));
        assert_eq!(fans(&[7]), (7.0, 7.0));
        assert_eq!(fans(&[3, 5]), (3.0, 5.0));
        assert_eq!(fans(&[3, 3, 4, 8]), (36.0, 72.0));
    }

    #[test]
    fn a_shape_beyond_memory_is_an_error() {
        for shape in [[usize::MAX, 3], [1 << 40, 1 << 20]] {
            let message = Initializer::Xavier.draw(&shape, 1).unwrap_err().to_string();
            assert!(message.contains("doesn't fit into memory"), "{message}");
        }
    }

    #[test]
    fn no_elements_need_no_draws() {
        for name in Initializer::NAMES {
            let empty = name
                .parse::<Initializer>()
                .unwrap()
                .draw(&[0, 4], 1)
                .unwrap();
            assert_eq!(empty.shape(), [0, 4]);
        }
    }
}
