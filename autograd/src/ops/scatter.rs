//! Several elements in one place, combined.

use crate::{Rule, Saved, Sink, Var};
use etude_tensor::{Float, Result, Scatter, Tensor};

/// `y` is the largest (or smallest) of what meets in a place, hence `∂L/∂y` goes to those that equal it, in equal shares.
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

impl<T: Float> Var<T> {
    /// This, in which each element of `source` has been combined with the one where its index says along `axis`, at its own
    /// place along the others. Of the largest or smallest, equal ones share the gradient; that of a product is right, to any
    /// order, where elements are 0.
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
            Scatter::Product => self.scatter_product(axis, indices, source),
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

    /// Multiplies in rounds, in each of which every place meets at most one element.
    fn scatter_product(
        &self,
        axis: isize,
        indices: &Tensor<i64>,
        source: &Var<T>,
    ) -> Result<Var<T>> {
        let elements = self.tensor().elements();
        let places = Tensor::arange(0, elements as i64, 1)?.reshape(self.shape())?;
        let places = places.gather(axis, indices)?.to_vec();
        let mut rounds: Vec<(Vec<i64>, Vec<bool>)> = Vec::new();
        let mut met = vec![0; elements];
        for (number, &place) in places.iter().enumerate() {
            let round = met[place as usize];
            if round == rounds.len() {
                rounds.push((vec![0; elements], vec![true; elements]));
            }
            let (from, alone) = &mut rounds[round];
            (from[place as usize], alone[place as usize]) = (number as i64, false);
            met[place as usize] += 1;
        }
        let flat = source.reshape([places.len()])?;
        let mut y = self.reshape([elements])?;
        for (from, alone) in rounds {
            let factor = flat.index_select(0, &Tensor::from(from))?;
            y = y.try_mul(&factor.masked_fill(&Tensor::from(alone), 1.0)?)?;
        }
        y.reshape(self.shape())
    }
}
