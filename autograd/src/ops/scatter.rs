//! Several elements in one place, combined.

use super::linear_recurrence::earlier;
use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::{Float, Result, Scatter, Tensor};

/// The rule of [`Var::scatter`] for the largest and the smallest. Saves the shares, which are constant between the
/// ties.
struct ScatterExtreme<T: Float> {
    axis: isize,
    indices: Tensor<i64>,
    share: Tensor<T>,
    source_share: Tensor<T>,
}

impl<T: Float> Rule<T> for ScatterExtreme<T> {
    fn name(&self) -> &'static str {
        "scatter"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let constant = |share: &Tensor<T>| gy.tape().input(share.clone());
        to.give(1, || {
            let here = gy.gather(self.axis, &self.indices)?;
            here.try_mul(&constant(&self.source_share))
        })?;
        to.give(0, || gy.try_mul(&constant(&self.share)))
    }
}

/// The rule of [`Var::scatter`] for the product: `∂L/∂sᵢ = ∂L/∂y · x · Πⱼ≠ᵢ sⱼ`, what meets there before it times what
/// does behind it. Saves `x, s`.
struct ScatterProduct {
    axis: isize,
    indices: Tensor<i64>,
}

impl<T: Float> Rule<T> for ScatterProduct {
    fn name(&self) -> &'static str {
        "scatter"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (x, source) = (&saved[0], &saved[1]);
        let (axis, indices) = (self.axis, &self.indices);
        to.give(1, || {
            let here = gy.try_mul(x)?.gather(axis, indices)?;
            here.try_mul(&others(x.shape(), axis, indices, source)?)
        })?;
        to.give(0, || {
            let ones = x.tape().input(Tensor::ones(x.shape()));
            gy.try_mul(&ones.scatter(axis, indices, source, Scatter::Product)?)
        })
    }
}

/// For each element of the source the product of all others in its place.
fn others<T: Float>(
    shape: &[usize],
    axis: isize,
    indices: &Tensor<i64>,
    source: &Var<T>,
) -> Result<Var<T>> {
    let elements: usize = shape.iter().product();
    let places = Tensor::arange(0, elements as i64, 1)?.reshape(shape)?;
    let groups = Groups::new(&places.gather(axis, indices)?.to_vec(), elements);
    let count = source.tensor().elements();
    let sorted = source.reshape([count])?;
    let sorted = sorted.index_select(0, &Tensor::from(groups.order))?;
    // Running products of what stands in front, 1 where a place starts: a recurrence whose factors are 0 there.
    let in_front = |x: &Var<T>, starts: Vec<bool>| {
        let starts = Tensor::from(starts);
        let factors = earlier(x, 0, 0.0)?.masked_fill(&starts, 0.0)?;
        let ones = x.tape().input(starts.cast()?);
        ones.linear_recurrence(&factors, 0)
    };
    let before = in_front(&sorted, groups.starts.clone())?;
    // From behind, a place starts where the one after it does from the front.
    let mut ends = groups.starts;
    ends.rotate_left(usize::from(count > 0));
    ends.reverse();
    let behind = in_front(&sorted.flip(0)?, ends)?.flip(0)?;
    let product = before.try_mul(&behind)?;
    let product = product.index_select(0, &Tensor::from(groups.back))?;
    product.reshape(source.shape())
}

/// Elements in the order of their places, and within a place in their own.
struct Groups {
    /// The number of each element.
    order: Vec<i64>,
    /// Where each element stands in that order.
    back: Vec<i64>,
    /// Whether another place starts.
    starts: Vec<bool>,
}

impl Groups {
    /// Counts what meets in each place, and lays it side by side.
    fn new(places: &[i64], elements: usize) -> Self {
        let mut next = vec![0; elements + 1];
        for &place in places {
            next[place as usize + 1] += 1;
        }
        for place in 0..elements {
            next[place + 1] += next[place];
        }
        let mut groups = Groups {
            order: vec![0; places.len()],
            back: vec![0; places.len()],
            starts: vec![false; places.len()],
        };
        for ends in next.windows(2).filter(|ends| ends[0] < ends[1]) {
            groups.starts[ends[0]] = true;
        }
        for (number, &place) in places.iter().enumerate() {
            let at = &mut next[place as usize];
            groups.order[*at] = number as i64;
            groups.back[number] = *at as i64;
            *at += 1;
        }
        groups
    }
}

impl<T: Float> Var<T> {
    /// This, in which each element of `source` has been combined with the one where its index says along `axis`, at its own
    /// place along the others: `y[indices[i, j], j] = y[indices[i, j], j] ∘ source[i, j]` along axis 0. Negative indices count from the end.
    ///
    /// Gradient: of a sum, as of [`scatter_add`](Var::scatter_add); of the largest or smallest, equal ones share `∂L/∂y`;
    /// of a product, `∂L/∂y` times all others that met there, which is right to any order where elements are 0.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Scatter, Tensor};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([1.0_f64, 2.0, 3.0]));
    /// let source = tape.var(Tensor::from([5.0, 4.0, 6.0]));
    /// let y = x.scatter(0, &Tensor::from([0, 2, 0]), &source, Scatter::Product)?;
    /// assert_eq!(y.tensor().to_vec(), [30.0, 2.0, 12.0]);
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [30.0, 1.0, 4.0]);
    /// assert_eq!(gradients.get(&source)?.to_vec(), [6.0, 3.0, 5.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the variable has no such axis, `indices` and `source` differ in shape or don't fit the variable, an index is out
    /// of range, or the variables are on different tapes.
    pub fn scatter(
        &self,
        axis: isize,
        indices: &Tensor<i64>,
        source: &Var<T>,
        by: Scatter,
    ) -> Result<Var<T>> {
        self.tape().check_same("scatter", source)?;
        let y = self.tensor().scatter(axis, indices, source.tensor(), by)?;
        match by {
            Scatter::Sum => self.scatter_add(axis, indices, source),
            Scatter::Product => {
                let indices = indices.clone();
                let saved = [Save::Var(self), Save::Var(source)];
                let rule = ScatterProduct { axis, indices };
                self.tape().record(rule, &[self, source], y, saved)
            }
            Scatter::Max | Scatter::Min => {
                let (one, zero) = (Tensor::scalar(T::one()), Tensor::scalar(T::zero()));
                let wins = self.tensor().equal(&y)?.where_(&one, &zero)?;
                let source_wins = source.tensor().equal(&y.gather(axis, indices)?)?;
                let source_wins = source_wins.where_(&one, &zero)?;
                // At least 1 but where there is a NaN, which nothing equals.
                let winners = wins.scatter_add(axis, indices, &source_wins)?;
                let rule = ScatterExtreme {
                    axis,
                    indices: indices.clone(),
                    share: wins.try_div(&winners)?,
                    source_share: source_wins.try_div(&winners.gather(axis, indices)?)?,
                };
                self.tape().record(rule, &[self, source], y, [])
            }
        }
    }
}
