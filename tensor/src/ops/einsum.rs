//! Einstein's sum convention.

use super::contraction::{Contract, contract};
use crate::{Float, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// The sum over products that `expression` writes down, as NumPy's and PyTorch's `einsum`: `"ij,jk->ik"` is
    /// `y[i, k] = Σⱼ a[i, j] · b[j, k]`. A list of operands, each a letter an axis, and, after `->`, the letters of the result. Letters
    /// that aren't there are summed over. A letter twice on an operand is its diagonal; `...` stands for any number of axes, which
    /// broadcast. Without `->` the result has, in alphabetical order, the letters that come once, behind those of `...`. A NaN takes part
    /// as arithmetic says, times 0 too.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let a = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let v = Tensor::from([1.0, -1.0]);
    /// assert_eq!(Tensor::einsum("ij,j->i", &[&a, &v])?, a.matmul(&v)?);
    /// assert_eq!(Tensor::einsum("ii->", &[&a])?.item()?, 5.0); // the trace
    /// assert_eq!(Tensor::einsum("i,j", &[&v, &v])?, Tensor::from([[1.0, -1.0], [-1.0, 1.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the expression isn't one, or doesn't fit the operands.
    pub fn einsum(expression: &str, operands: &[&Self]) -> Result<Self> {
        einsum(expression, operands)
    }
}

/// [`Tensor::einsum`] on operands of any kind.
///
/// # Errors
/// If the expression isn't one, or doesn't fit the operands.
pub fn einsum<X: Contract>(expression: &str, operands: &[&X]) -> Result<X> {
    let shapes: Vec<&[usize]> = operands.iter().map(|x| x.sizes()).collect();
    let (labels, output) = super::einsum_expression::parse(expression, &shapes)?;
    let operands = operands.iter().map(|&x| x.clone()).zip(labels).collect();
    contract("einsum", operands, &output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// The sum, written out over every index.
    fn naive(inputs: &[&str], output: &str, operands: &[&Tensor<f64>]) -> Tensor<f64> {
        let mut labels: Vec<char> = inputs.concat().chars().collect();
        labels.sort_unstable();
        labels.dedup();
        let size = |label: char| {
            let all = inputs
                .iter()
                .zip(operands)
                .flat_map(|(l, x)| l.chars().zip(x.shape().to_vec()));
            all.filter(|&(l, _)| l == label)
                .map(|(_, n)| n)
                .max()
                .unwrap()
        };
        let sizes: Vec<usize> = labels.iter().map(|&l| size(l)).collect();
        let shape: Vec<usize> = output.chars().map(size).collect();
        let mut y = vec![0.0; shape.iter().product()];
        for n in 0..sizes.iter().product::<usize>() {
            let mut rest = n;
            let mut index = vec![0; labels.len()];
            for axis in (0..labels.len()).rev() {
                index[axis] = rest % sizes[axis];
                rest /= sizes[axis];
            }
            let at = |l: char| index[labels.iter().position(|&of| of == l).unwrap()];
            let factor = |(l, x): (&&str, &&Tensor<f64>)| {
                let place: Vec<isize> = l
                    .chars()
                    .zip(x.shape())
                    .map(|(l, &n)| if n == 1 { 0 } else { at(l) as isize })
                    .collect();
                x.at(&place).unwrap()
            };
            let place = output
                .chars()
                .zip(&shape)
                .fold(0, |place, (l, &n)| place * n + at(l));
            y[place] += inputs.iter().zip(operands).map(factor).product::<f64>();
        }
        Tensor::from_slice(shape, &y).unwrap()
    }

    #[test]
    fn every_kind_of_expression() {
        let sizes = [('b', 2), ('i', 3), ('j', 4), ('k', 5), ('l', 2)];
        let rng = &mut Rng::seed(4);
        for expression in [
            "ij,jk->ik",
            "ij,jk->ki",
            "bij,bjk->bik",
            "ij,ij->",
            "ij,ij->ij",
            "i,j->ij",
            "ij->ji",
            "ij->",
            "ij->j",
            "ii->i",
            "ii->",
            "iji->j",
            "iij,jk->ki",
            "ij,jk,kl->il",
            "ij,kj,lj->ikl",
            "bij,kj->bki",
            "i,i,i->",
            "ij,k->",
            "bi,bj,bk->bijk",
            "ij,j,i->ij",
            "bik,kbj->jb",
            "iijj->ij",
        ] {
            let (inputs, output) = expression.split_once("->").unwrap();
            let inputs: Vec<&str> = inputs.split(',').collect();
            let operands: Vec<Tensor<f64>> = inputs
                .iter()
                .map(|labels| {
                    let of = |l| sizes.iter().find(|(label, _)| *label == l).unwrap().1;
                    Tensor::randn(labels.chars().map(of).collect::<Vec<usize>>(), rng)
                })
                .collect();
            let operands: Vec<&Tensor<f64>> = operands.iter().collect();
            let (y, expected) = (
                Tensor::einsum(expression, &operands).unwrap(),
                naive(&inputs, output, &operands),
            );
            assert_eq!(y.shape(), expected.shape(), "{expression}");
            let close = y
                .to_vec()
                .iter()
                .zip(expected.to_vec())
                .all(|(y, e)| (y - e).abs() < 1e-12);
            assert!(close, "{expression}");
        }
    }

    #[test]
    fn sizes_of_one_broadcast_and_empty_sums_are_zero() {
        let rng = &mut Rng::seed(5);
        let (a, b) = (
            Tensor::<f64>::randn([3, 1], rng),
            Tensor::randn([1, 4], rng),
        );
        let y = Tensor::einsum("ij,ij->ij", &[&a, &b]).unwrap();
        assert_eq!(y, a.try_mul(&b).unwrap());
        let y = Tensor::einsum("ij,ij->i", &[&a, &b]).unwrap();
        let expected = a.try_mul(&b).unwrap().sum(1).unwrap();
        assert!(
            y.try_sub(&expected)
                .unwrap()
                .abs()
                .max(..)
                .unwrap()
                .item()
                .unwrap()
                < 1e-14
        );
        let none = Tensor::<f64>::zeros([2, 0]);
        assert_eq!(
            Tensor::einsum("ij,kj->ik", &[&none, &none]).unwrap(),
            Tensor::zeros([2, 2])
        );
        assert_eq!(Tensor::einsum("ij->ji", &[&none]).unwrap().shape(), [0, 2]);
        let one = Tensor::scalar(3.0);
        assert_eq!(
            Tensor::einsum(",->", &[&one, &one])
                .unwrap()
                .item()
                .unwrap(),
            9.0
        );
    }
}
