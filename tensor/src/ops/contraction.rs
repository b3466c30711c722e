//! Sums over products of operands whose axes have labels: what `einsum`, `tensordot`, `outer` and `kron` are.
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

/// `count` labels from number `from` on.
pub(super) fn letters(from: usize, count: usize) -> Vec<char> {
    (from..from + count)
        .filter_map(|i| char::from_u32('a' as u32 + i as u32))
        .collect()
}

/// An operand and the label of each of its axes.
pub(super) type Labelled<X> = (X, Vec<char>);

/// The sum over products of labelled operands. Sizes under one label are equal, or 1.
pub(super) fn contract<X: Contract>(
    op: &str,
    operands: Vec<Labelled<X>>,
    output: &[char],
) -> Result<X> {
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
