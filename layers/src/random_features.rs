//! Attention with positive features: weights that are a product of a feature of the query and one of the key, so that time and memory are
//! linear in the lengths; and the random directions that such features look along.

use crate::orthonormal;
use etude_autograd::Var;
use etude_tensor::{Axes, Float, Result, Rng, Shape, Tensor};

/// `rows` random directions `[rows, width]`: the rows of ⌈rows/width⌉ random orthogonal matrices, one below the other, as many as asked
/// for (Choromanski et al., *Rethinking Attention with Performers*, 2021).
pub(crate) fn orthogonal_rows(rows: usize, width: usize, rng: &mut Rng) -> Result<Tensor<f64>> {
    orthogonal_rows_of(Tensor::randn, rows, width, rng)
}

/// [`orthogonal_rows`] whose matrices are the orthogonal factors of what `draw` draws.
pub(crate) fn orthogonal_rows_of(
    draw: fn([usize; 2], &mut Rng) -> Tensor<f64>,
    rows: usize,
    width: usize,
    rng: &mut Rng,
) -> Result<Tensor<f64>> {
    let largest = [Ord::max(rows, width), width];
    Shape::new(&largest).check_fits("random_features", size_of::<f64>())?;
    let square = |rng: &mut Rng| {
        let drawn = draw([width, width], rng);
        let columns = orthonormal::columns(drawn.to_vec(), width, width);
        // The factor's columns are the directions.
        Tensor::from_slice([width, width], &columns)?.transpose(0, 1)
    };
    let blocks = (0..rows.div_ceil(width)).map(|_| square(rng));
    let blocks = blocks.collect::<Result<Vec<_>>>()?;
    Tensor::concat(&blocks, 0)?.narrow(0, 0, rows)
}

/// For each head `rows` orthogonal rows, each as long as a standard normal vector of that width: `[heads, rows, width]`. Every row for
/// itself is standard normal, and those of a head are as far from each other as can be.
pub(crate) fn orthogonal_normal_rows(
    heads: usize,
    rows: usize,
    width: usize,
    rng: &mut Rng,
) -> Result<Tensor<f64>> {
    Shape::new(&[heads, rows, width]).check_fits("random_features", size_of::<f64>())?;
    let of_head = |rng: &mut Rng| {
        let directions = orthogonal_rows(rows, width, rng)?;
        let normal = Tensor::<f64>::normal([rows, width], 0.0, 1.0, rng)?;
        let lengths = normal.square().sum(Axes::from(-1).keepdims())?.sqrt();
        directions.try_mul(&lengths)
    };
    let each = (0..heads).map(|_| of_head(rng));
    Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 0)
}

/// `z_i = Σ_j (ψ(q_i)·ψ(k_j)) v_j / Σ_j ψ(q_i)·ψ(k_j)` for features `ψ` that aren't negative: `query [.., S1, m]`, `key [.., S2, m]`,
/// `value [.., S2, e]` → `[.., S1, e]`, leading axes broadcast. A query whose weights are all 0 gets 0, and has no gradient.
///
/// Computed as `ψ(q) (ψ(k)ᵀ v)` over `ψ(q) Σ_j ψ(k_j)`: no `S1×S2` product is formed.
pub(crate) fn attend<T: Float>(query: &Var<T>, key: &Var<T>, value: &Var<T>) -> Result<Var<T>> {
    let summed = query.matmul(&key.transpose(-2, -1)?.matmul(value)?)?;
    let total = key.sum(Axes::from(-2).keepdims())?;
    let total = query.matmul(&total.transpose(-2, -1)?)?;
    ratio(&summed, &total)
}

/// [`attend`] with `ψ = exp`, from the exponents of queries and keys, of which none may be NaN, but any finite one is welcome.
///
/// The largest exponent of each feature over the keys is subtracted from the keys' and added to the queries', from which then each
/// query's own largest is subtracted. Neither changes the ratio, so both are constants, and no term is above 1 nor all below.
pub(crate) fn attend_exponents<T: Float>(
    query: &Var<T>,
    key: &Var<T>,
    value: &Var<T>,
) -> Result<Var<T>> {
    let tape = query.tape();
    if key.shape()[key.rank() - 2] == 0 {
        return attend(&query.mul_scalar(0.0)?, key, value); // nothing to take a maximum over
    }
    let of_feature = tape.input(key.tensor().max(Axes::from(-2).keepdims())?);
    let key = key.try_sub(&of_feature)?.exp()?;
    let query = query.try_add(&of_feature)?;
    let of_query = tape.input(query.tensor().max(Axes::from(-1).keepdims())?);
    attend(&query.try_sub(&of_query)?.exp()?, &key, value)
}

/// `summed / total`, and the constant 0 where the total is 0: there, nothing was to be attended to.
pub(crate) fn ratio<T: Float>(summed: &Var<T>, total: &Var<T>) -> Result<Var<T>> {
    let none = total.tensor().equal(&Tensor::scalar(T::ZERO))?;
    if !none.to_vec().contains(&true) {
        return summed.try_div(total);
    }
    let constant = |value: f64| total.tape().scalar(value);
    let quotient = summed.try_div(&constant(1.0).where_(&none, total)?)?;
    constant(0.0).where_(&none, &quotient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn numbers(shape: &[usize], seed: u64, scale: f64) -> Tensor<f64> {
        Tensor::normal(shape, 0.0, scale, &mut Rng::seed(seed)).unwrap()
    }

    #[test]
    fn blocks_of_orthogonal_rows_with_lengths_of_their_own() -> Result<()> {
        let directions = orthogonal_rows(7, 3, &mut Rng::seed(1))?;
        let products = directions.matmul(&directions.transpose(0, 1)?)?;
        for i in 0..7 {
            for j in 0..7 {
                if i / 3 == j / 3 {
                    let expected = f64::from(u8::from(i == j));
                    assert!((products.at(&[i, j])? - expected).abs() < 1e-14);
                }
            }
        }
        // Vectors of 50 standard normal numbers are about √50 long.
        let rows = orthogonal_normal_rows(2, 200, 50, &mut Rng::seed(2))?;
        let mean = rows.square().sum(-1)?.mean(..)?.item()?;
        assert!((mean / 50.0 - 1.0).abs() < 0.05, "{mean}");
        Ok(())
    }

    #[test]
    fn any_finite_exponents_give_the_dense_ratio() -> Result<()> {
        let tape = Tape::new();
        let value = tape.input(numbers(&[2, 5, 3], 3, 1.0));
        for scale in [1.0, 300.0, 1e6] {
            let (q, k) = (numbers(&[2, 4, 6], 1, scale), numbers(&[2, 5, 6], 2, scale));
            // ln Σ_r exp(q_ir + k_jr) is the logarithm of a weight: a softmax of it over the keys is the definition.
            let exponents = q.unsqueeze(2)?.try_add(&k.unsqueeze(1)?)?;
            let weights = exponents.logsumexp(-1)?.softmax(-1)?;
            let expected = weights.matmul(value.tensor())?;
            let (q, k) = (tape.var(q), tape.var(k));
            let got = attend_exponents(&q, &k, &value)?;
            let worst = got.tensor().try_sub(&expected)?.abs().max(..)?.item()?;
            assert!(worst < 1e-10, "{scale}: {worst}");
            let gradients = got.sum(..)?.backward()?;
            assert!(gradients.get(&q)?.to_vec().iter().all(|g| g.is_finite()));
            assert!(gradients.get(&k)?.to_vec().iter().all(|g| g.is_finite()));
        }
        Ok(())
    }

    #[test]
    fn weights_that_are_all_0_give_0_and_no_gradient() -> Result<()> {
        let tape = Tape::new();
        let query = tape.var(Tensor::from([[0.0, 0.0], [1.0, 0.0]]));
        let key = tape.var(Tensor::from([[2.0, 0.0], [6.0, 1.0]]));
        let value = tape.input(Tensor::from([[4.0], [8.0]]));
        let z = attend(&query, &key, &value)?;
        assert_eq!(z.tensor().to_vec(), [0.0, 7.0]);
        let gradient = z.sum(..)?.backward()?.get(&query)?;
        assert_eq!(gradient.to_vec()[..2], [0.0, 0.0]);
        let tape = Tape::new();
        let query = tape.var(Tensor::from([[1e4, 0.0], [1.0, 0.0]]));
        let none = tape.var(Tensor::zeros([0, 2]));
        let z = attend_exponents(&query, &none, &tape.input(Tensor::zeros([0, 1])))?;
        assert_eq!(z.tensor().to_vec(), [0.0, 0.0]);
        Ok(())
    }
}
