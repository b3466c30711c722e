//! Attention without scores: what queries ask of keys goes through sums over keys, which are computed once.

use etude_autograd::Var;
use etude_tensor::{Float, Result, Tensor};

/// Positions of a chunk of the causal sums.
const CHUNK: usize = 64;

/// `yᵢ = Σⱼ (qᵢ·kⱼ)·vⱼ` over all `j`, for `q [b, n, m]`, `k [b, l, m]` and `v [b, l, e]`: `q·(kᵀ·v)`.
pub(crate) fn sums_over_all<T: Float>(q: &Var<T>, k: &Var<T>, v: &Var<T>) -> Result<Var<T>> {
    q.matmul(&k.transpose(-2, -1)?.matmul(v)?)
}

/// `yᵢ = Σⱼ (qᵢ·kⱼ)·vⱼ` over `j ≤ i`. Positions are taken in chunks: within one the products are masked, and what came before it stands in a
/// running sum of `kⱼᵀ·vⱼ`. So time is linear in the length, and nothing of `n × n` arises.
pub(crate) fn sums_so_far<T: Float>(q: &Var<T>, k: &Var<T>, v: &Var<T>) -> Result<Var<T>> {
    let [batch, n, _] = *q.shape() else {
        unreachable!("three axes");
    };
    let chunk = CHUNK.min(n.max(1));
    let chunks = n.div_ceil(chunk);
    let in_chunks = |x: &Var<T>| {
        let width = x.shape()[2];
        let padded = match chunks * chunk - n {
            0 => x.clone(),
            missing => x.pad([(0, 0), (0, missing), (0, 0)], 0.0)?,
        };
        padded.reshape([batch, chunks, chunk, width])
    };
    let (q, k, v) = (in_chunks(q)?, in_chunks(k)?, in_chunks(v)?);
    let near: Vec<T> = (0..chunk * chunk)
        .map(|ij| T::from_f64(f64::from(u8::from(ij % chunk <= ij / chunk))))
        .collect();
    let near = q.tape().input(Tensor::from_slice([chunk, chunk], &near)?);
    let k_t = k.transpose(-2, -1)?;
    let within = q.matmul(&k_t)?.try_mul(&near)?.matmul(&v)?;
    let before = later(&k_t.matmul(&v)?.cumsum(1)?)?;
    let y = within.try_add(&q.matmul(&before)?)?;
    let width = y.shape()[3];
    y.reshape([batch, chunks * chunk, width])?.narrow(1, 0, n)
}

/// Everything one place later along axis 1, after a zero; the last goes.
fn later<T: Float>(x: &Var<T>) -> Result<Var<T>> {
    let Some(kept) = x.shape()[1].checked_sub(1) else {
        return Ok(x.clone());
    };
    let mut border = vec![(0, 0); x.rank()];
    border[1] = (1, 0);
    x.narrow(1, 0, kept)?.pad(border, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::{Tape, gradcheck};
    use etude_tensor::Rng;

    #[test]
    fn chunks_and_running_sums_agree_with_masked_products() -> Result<()> {
        for n in [1, 5, 64, 65, 300] {
            let draw = |width: usize, seed: u64| {
                let x = Tensor::<f64>::randn([2, n, width], &mut Rng::seed(seed));
                Tape::inference().input(x)
            };
            let tape = Tape::inference();
            let [q, k, v] =
                [draw(3, 1), draw(3, 2), draw(4, 3)].map(|x| tape.input(x.into_tensor()));
            let y = sums_so_far(&q, &k, &v)?;
            let seen: Vec<f64> = (0..n * n)
                .map(|ij| f64::from(u8::from(ij % n <= ij / n)))
                .collect();
            let products = q.matmul(&k.transpose(1, 2)?)?;
            let expected = products
                .try_mul(&tape.input(Tensor::from_slice([n, n], &seen)?))?
                .matmul(&v)?;
            let apart = y.try_sub(&expected)?.tensor().abs().to_vec();
            assert!(apart.iter().all(|&apart| apart < 1e-11), "length {n}");
        }
        Ok(())
    }

    #[test]
    fn the_gradient_goes_through_the_running_sums() -> Result<()> {
        let draw = |seed: u64| Tensor::<f64>::randn([1, 70, 1], &mut Rng::seed(seed));
        gradcheck(
            |x| sums_so_far(&x[0], &x[1], &x[2]),
            &[draw(1), draw(2), draw(3)],
        )?;
        Ok(())
    }
}
