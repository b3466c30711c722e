//! Einstein's sum convention, and products that are cases of it.
//!
//! Every pair of operands is brought to `[batch, left, contracted]` and `[batch, contracted, right]` and multiplied as
//! matrices; what is left to do by hand are diagonals (a label twice on one operand) and plain sums. With several operands
//! the pair with the smallest result goes first.

use crate::{Error, Float, Result, Shape, Tensor};

/// What a contraction asks of its operands: tensors, or variables on a tape. Each method is the one of the same name there.
pub trait Contract: Clone {
    /// How many bytes an element has.
    const ELEMENT_BYTES: usize;
    /// The sizes along the axes.
    fn sizes(&self) -> &[usize];
    /// The diagonal of two axes, as the last axis.
    ///
    /// # Errors
    /// As the method there.
    fn diagonal(&self, a: isize, b: isize) -> Result<Self>;
    /// The sum over axes.
    ///
    /// # Errors
    /// As the method there.
    fn sum(&self, axes: Vec<isize>) -> Result<Self>;
    /// The axes in another order.
    ///
    /// # Errors
    /// As the method there.
    fn permute(&self, order: &[isize]) -> Result<Self>;
    /// The same elements in another shape.
    ///
    /// # Errors
    /// As the method there.
    fn reshape(&self, shape: Vec<usize>) -> Result<Self>;
    /// The product element by element.
    ///
    /// # Errors
    /// As the method there.
    fn mul(&self, other: &Self) -> Result<Self>;
    /// The product of matrices.
    ///
    /// # Errors
    /// As the method there.
    fn matmul(&self, other: &Self) -> Result<Self>;
}

impl<T: Float> Contract for Tensor<T> {
    const ELEMENT_BYTES: usize = size_of::<T>();

    fn sizes(&self) -> &[usize] {
        self.shape()
    }
    fn diagonal(&self, a: isize, b: isize) -> Result<Self> {
        self.diagonal(0, a, b)
    }
    fn sum(&self, axes: Vec<isize>) -> Result<Self> {
        self.sum(axes)
    }
    fn permute(&self, order: &[isize]) -> Result<Self> {
        self.permute(order)
    }
    fn reshape(&self, shape: Vec<usize>) -> Result<Self> {
        self.reshape(shape)
    }
    fn mul(&self, other: &Self) -> Result<Self> {
        self.try_mul(other)
    }
    fn matmul(&self, other: &Self) -> Result<Self> {
        self.matmul(other)
    }
}

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

    /// The sum over products of elements along pairs of axes, `axes` of this with `other_axes` of `other`, as NumPy's
    /// `tensordot`: `y[i…, j…] = Σ a[i…, k…] · b[k…, j…]` over the paired k. The other axes of both follow each other. A NaN takes part as
    /// arithmetic says.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]), Tensor::from([[1.0, 10.0], [100.0, 1000.0]]));
    /// assert_eq!(a.tensordot(&b, [0, 1], [0, 1])?.item()?, 4321.0);
    /// assert_eq!(a.tensordot(&b, [1], [1])?, Tensor::from([[21.0, 2100.0], [43.0, 4300.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the lists differ in length, an axis is out of range or named twice, or paired axes differ in size.
    pub fn tensordot(
        &self,
        other: &Self,
        axes: impl AsRef<[isize]>,
        other_axes: impl AsRef<[isize]>,
    ) -> Result<Self> {
        tensordot(self, other, axes.as_ref(), other_axes.as_ref())
    }

    /// Every product of an element of this with one of `other`: `y[i…, j…] = a[i…] · b[j…]`; NaN if either is.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([1.0_f32, 2.0]).outer(&Tensor::from([3.0, 4.0, 5.0]))?;
    /// assert_eq!(y, Tensor::from([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory.
    pub fn outer(&self, other: &Self) -> Result<Self> {
        outer(self, other)
    }

    /// The Kronecker product: `other`, once for each element of this, multiplied by it, side by side: `y[i·m + k, …] = a[i, …] · b[k, …]`
    /// with m the size of `other`, along each axis. The lower rank gets axes of size 1 in front. NaN where either factor is.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let y = Tensor::from([[1.0_f32, 2.0]]).kron(&Tensor::from([[1.0, 0.0], [0.0, 1.0]]))?;
    /// assert_eq!(y, Tensor::from([[1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 2.0]]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the result is larger than memory.
    pub fn kron(&self, other: &Self) -> Result<Self> {
        kron(self, other)
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

/// [`Tensor::tensordot`] on operands of any kind.
///
/// # Errors
/// As there.
pub fn tensordot<X: Contract>(a: &X, b: &X, axes: &[isize], other_axes: &[isize]) -> Result<X> {
    let (a_shape, b_shape) = (a.sizes().to_vec(), b.sizes().to_vec());
    if axes.len() != other_axes.len() {
        return Err(Error::axis(
            "tensordot",
            format!("axes {axes:?} and {other_axes:?}; expected as many of each"),
        ));
    }
    crate::Axes::from(axes).resolve("tensordot", a_shape.len())?;
    crate::Axes::from(other_axes).resolve("tensordot", b_shape.len())?;
    let place = |axis: isize, rank: usize| crate::axis_index("tensordot", axis, rank);
    let left = letters(0, a_shape.len());
    let mut right = letters(a_shape.len(), b_shape.len());
    for (&i, &j) in axes.iter().zip(other_axes) {
        let (at, other) = (place(i, a_shape.len())?, place(j, b_shape.len())?);
        if a_shape[at] != b_shape[other] {
            return Err(Error::shape(
                "tensordot",
                format!(
                    "axis {i} of {a_shape:?} with axis {j} of {b_shape:?}; expected equal sizes"
                ),
            ));
        }
        right[other] = left[at];
    }
    let once = |label: &char| left.contains(label) != right.contains(label);
    let output: Vec<char> = left.iter().chain(&right).copied().filter(once).collect();
    contract(
        "tensordot",
        vec![(a.clone(), left), (b.clone(), right)],
        &output,
    )
}

/// [`Tensor::outer`] on operands of any kind.
///
/// # Errors
/// As there.
pub fn outer<X: Contract>(a: &X, b: &X) -> Result<X> {
    let (left, right) = (
        letters(0, a.sizes().len()),
        letters(a.sizes().len(), b.sizes().len()),
    );
    let output = [&left[..], &right].concat();
    contract(
        "outer",
        vec![(a.clone(), left), (b.clone(), right)],
        &output,
    )
}

/// [`Tensor::kron`] on operands of any kind.
///
/// # Errors
/// As there.
pub fn kron<X: Contract>(a: &X, b: &X) -> Result<X> {
    let (left, right) = (
        letters(0, a.sizes().len()),
        letters(a.sizes().len(), b.sizes().len()),
    );
    let rank = left.len().max(right.len());
    let (mut output, mut shape) = (Vec::new(), vec![1_usize; rank]);
    for (axis, size) in shape.iter_mut().enumerate() {
        for (labels, x) in [(&left, a), (&right, b)] {
            if let Some(i) = (axis + labels.len()).checked_sub(rank) {
                output.push(labels[i]);
                *size = size.saturating_mul(x.sizes()[i]);
            }
        }
    }
    Shape::from(&shape).check_fits("kron", X::ELEMENT_BYTES)?;
    contract("kron", vec![(a.clone(), left), (b.clone(), right)], &output)?.reshape(shape)
}

/// `count` labels from number `from` on.
fn letters(from: usize, count: usize) -> Vec<char> {
    (from..from + count)
        .filter_map(|i| char::from_u32('a' as u32 + i as u32))
        .collect()
}

/// An operand and the label of each of its axes.
type Labelled<X> = (X, Vec<char>);

/// The sum over products of labelled operands. Sizes under one label are equal, or 1.
fn contract<X: Contract>(op: &str, operands: Vec<Labelled<X>>, output: &[char]) -> Result<X> {
    let size = |label: char| {
        let sizes = operands
            .iter()
            .flat_map(|(x, labels)| labels.iter().zip(x.sizes()));
        sizes
            .filter(|(of, _)| **of == label)
            .map(|(_, &size)| size)
            .find(|&size| size != 1)
            .unwrap_or(1)
    };
    let result = output.iter().map(|&label| size(label)).collect();
    Shape::fitting(op, result, X::ELEMENT_BYTES)?;
    let mut left: Vec<Labelled<X>> = Vec::new();
    for (x, labels) in &operands {
        let (x, labels) = diagonals(x.clone(), labels.clone())?;
        // An axis of size 1 that broadcasts is as good as none.
        let repeated = |axis: usize| x.sizes()[axis] == 1 && size(labels[axis]) != 1;
        left.push(summed(&x, &labels, repeated)?);
    }
    for index in 0..left.len() {
        let (x, labels) = &left[index];
        let others = left.iter().enumerate().filter(|&(other, _)| other != index);
        let elsewhere: Vec<char> = others.flat_map(|(_, (_, labels))| labels.clone()).collect();
        let alone =
            |axis: usize| !output.contains(&labels[axis]) && !elsewhere.contains(&labels[axis]);
        left[index] = summed(x, labels, alone)?;
    }
    while left.len() > 1 {
        let (i, j) = cheapest(&left, output);
        let (b, a) = (left.remove(j), left.remove(i));
        let needed = |label: &char| {
            output.contains(label) || left.iter().any(|(_, labels)| labels.contains(label))
        };
        let y = pair(op, a, b, &needed)?;
        left.push(y);
    }
    let Some((y, labels)) = left.pop() else {
        return Err(Error::shape(op, "no operands; expected at least one"));
    };
    let place = |label: &char| {
        labels
            .iter()
            .position(|of| of == label)
            .map(|axis| axis as isize)
    };
    let order: Vec<isize> = output.iter().filter_map(place).collect();
    y.permute(&order)
}

/// The sum over some of the axes.
fn summed<X: Contract>(
    x: &X,
    labels: &[char],
    over: impl Fn(usize) -> bool,
) -> Result<Labelled<X>> {
    let axes: Vec<isize> = (0..labels.len())
        .filter(|&axis| over(axis))
        .map(|axis| axis as isize)
        .collect();
    let kept = (0..labels.len())
        .filter(|&axis| !over(axis))
        .map(|axis| labels[axis])
        .collect();
    let y = if axes.is_empty() {
        x.clone()
    } else {
        x.sum(axes)?
    };
    Ok((y, kept))
}

/// Without labels that come twice: the diagonal of their axes.
fn diagonals<X: Contract>(mut x: X, mut labels: Vec<char>) -> Result<Labelled<X>> {
    let twice = |labels: &[char]| {
        (0..labels.len()).find_map(|b| Some((labels[..b].iter().position(|&a| a == labels[b])?, b)))
    };
    while let Some((a, b)) = twice(&labels) {
        x = x.diagonal(a as isize, b as isize)?;
        let label = labels.remove(b);
        labels.remove(a);
        labels.push(label);
    }
    Ok((x, labels))
}

/// The pair with the smallest product.
fn cheapest<X: Contract>(operands: &[Labelled<X>], output: &[char]) -> (usize, usize) {
    let cost = |&(i, j): &(usize, usize)| {
        let mut elements = 1_usize;
        let both = operands[i].1.iter().zip(operands[i].0.sizes());
        let both = both.chain(
            operands[j]
                .1
                .iter()
                .zip(operands[j].0.sizes())
                .filter(|(label, _)| !operands[i].1.contains(label)),
        );
        for (label, &size) in both {
            let mut others = operands
                .iter()
                .enumerate()
                .filter(|&(k, _)| k != i && k != j);
            if output.contains(label) || others.any(|(_, (_, labels))| labels.contains(label)) {
                elements = elements.saturating_mul(size);
            }
        }
        elements
    };
    let pairs = (0..operands.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    pairs.min_by_key(cost).unwrap_or((0, 1))
}

/// The sum over products of two operands, over the labels that both have and nobody needs any more.
fn pair<X: Contract>(
    op: &str,
    (a, a_labels): Labelled<X>,
    (b, b_labels): Labelled<X>,
    needed: &dyn Fn(&char) -> bool,
) -> Result<Labelled<X>> {
    let (both, left): (Vec<char>, Vec<char>) =
        a_labels.iter().partition(|label| b_labels.contains(label));
    let (batch, contracted): (Vec<char>, Vec<char>) = both.iter().partition(|label| needed(label));
    let right: Vec<char> = b_labels
        .iter()
        .copied()
        .filter(|label| !a_labels.contains(label))
        .collect();
    let arrange = |x: &X, labels: &[char], groups: [&[char]; 3]| {
        let place = |label: &char| labels.iter().position(|of| of == label).unwrap_or(0);
        let order: Vec<isize> = groups
            .concat()
            .iter()
            .map(|label| place(label) as isize)
            .collect();
        let volume = |group: &&[char]| {
            group
                .iter()
                .map(|label| x.sizes()[place(label)])
                .product::<usize>()
        };
        let mut shape: Vec<usize> = groups.iter().map(volume).collect();
        if batch.is_empty() {
            shape.remove(0);
        }
        x.permute(&order)?.reshape(shape)
    };
    let size = |label: &char| {
        let at = |x: &X, labels: &[char]| {
            labels
                .iter()
                .position(|of| of == label)
                .map(|axis| x.sizes()[axis])
        };
        at(&a, &a_labels).or_else(|| at(&b, &b_labels)).unwrap_or(1)
    };
    let labels = [&batch[..], &left, &right].concat();
    let shape: Vec<usize> = labels.iter().map(size).collect();
    Shape::from(&shape).check_fits(op, X::ELEMENT_BYTES)?;
    let a = arrange(&a, &a_labels, [&batch, &left, &contracted])?;
    let b = arrange(&b, &b_labels, [&batch, &contracted, &right])?;
    let matrices = !(left.is_empty() && right.is_empty() && contracted.is_empty());
    let y = if matrices {
        a.matmul(&b)?
    } else {
        let flat = vec![a.sizes().iter().product()];
        a.reshape(flat.clone())?.mul(&b.reshape(flat)?)?
    };
    Ok((y.reshape(shape)?, labels))
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

    #[test]
    fn relatives() {
        let rng = &mut Rng::seed(6);
        let (a, b) = (
            Tensor::<f64>::randn([2, 3], rng),
            Tensor::randn([4, 1, 5], rng),
        );
        assert_eq!(a.outer(&b).unwrap().shape(), [2, 3, 4, 1, 5]);
        let y = a.kron(&b).unwrap();
        assert_eq!(y.shape(), [4, 2, 15]);
        assert_eq!(
            y.at(&[3, 1, 14]).unwrap(),
            a.at(&[1, 2]).unwrap() * b.at(&[3, 0, 4]).unwrap()
        );
        assert_eq!(
            a.tensordot(&a, [0, 1], [0, 1]).unwrap().shape(),
            [0_usize; 0]
        );
        let message = |r: Result<Tensor<f64>>| r.unwrap_err().to_string();
        assert_eq!(
            message(a.tensordot(&b, [1], [0])),
            "tensordot: axis 1 of [2, 3] with axis 0 of [4, 1, 5]; expected equal sizes"
        );
        assert_eq!(
            message(a.tensordot(&b, [1], [0, 1])),
            "tensordot: axes [1] and [0, 1]; expected as many of each"
        );
    }
}
