//! Scaled dot-product attention (Vaswani et al., *Attention Is All You Need*, 2017).

use crate::kernels::attention::{Attention, Forward, Gradients, Matrices, Target};
use crate::kernels::product::MatRef;
use crate::layout::Layout;
use crate::rng::Bernoulli;
use crate::{Element, Error, Float, Result, Rng, Shape, Strides, Tensor};

const OP: &str = "scaled_dot_product_attention";

/// What [`Tensor::scaled_dot_product_attention`] takes beside query, key and value. The masks broadcast to the scores, `[…, queries, keys]`.
#[derive(Clone, Debug)]
pub struct AttentionArguments<'a, T: Float> {
    /// The factor of the scores, commonly `1/√d`.
    pub scale: f64,
    /// False hides a key from a query.
    pub visible: Option<&'a Tensor<bool>>,
    /// Added to the scores; −∞ hides a key.
    pub additive: Option<&'a Tensor<T>>,
    /// Whether query `i` sees the keys `j ≤ i` only.
    pub causal: bool,
    /// The share of weights that are dropped, and the generator whose next draw says which: they are those where
    /// [`Tensor::bernoulli`] in the shape of the scores would give false.
    pub dropout: Option<(f64, Rng)>,
}

/// What [`Tensor::scaled_dot_product_attention`] returns: the result, and the number of each query that the gradient needs.
#[derive(Clone, Debug)]
pub struct Attended<T: Float> {
    /// `[…, queries, e]`. Its axes lie in memory as the query's do.
    pub output: Tensor<T>,
    /// `[…, queries]`: the logarithm of the sum of the exponentials of all scores, ∞ for a query that sees nothing.
    pub logsumexp: Tensor<T>,
}

/// The gradients of [`Tensor::scaled_dot_product_attention`], each with the axes in memory as those of what it belongs to, and all with the
/// leading axes of the result.
#[derive(Clone, Debug)]
pub struct AttentionGradients<T: Float> {
    /// With respect to the query.
    pub query: Tensor<T>,
    /// With respect to the key.
    pub key: Tensor<T>,
    /// With respect to the value.
    pub value: Tensor<T>,
    /// With respect to the float mask, in the shape of the scores, if that was asked for.
    pub additive: Option<Tensor<T>>,
}

impl<T: Float> Tensor<T> {
    /// `O = softmax(scale·Q·Kᵀ + mask)·V`, where this is the query `[…, queries, d]`, with a key `[…, keys, d]` and a value `[…, keys, e]`. Leading
    /// axes broadcast. The weight of a hidden key is exactly 0, and a query that sees nothing gets 0. NaN takes part as arithmetic says.
    ///
    /// Memory is linear in the lengths: scores exist in blocks only.
    ///
    /// ```
    /// use etude_tensor::{AttentionArguments, Tensor};
    ///
    /// let x = Tensor::from([[1.0_f64, 0.0], [0.0, 1.0]]);
    /// let arguments = AttentionArguments { scale: 1.0, visible: None, additive: None, causal: true, dropout: None };
    /// let y = x.scaled_dot_product_attention(&x, &x, &arguments)?.output;
    /// let e = 1.0_f64.exp();
    /// let expected = [1.0, 0.0, 1.0 / (1.0 + e), e / (1.0 + e)];
    /// assert!(y.to_vec().iter().zip(expected).all(|(y, expected)| (y - expected).abs() < 1e-15));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together, or a mask doesn't broadcast to `[…, queries, keys]`.
    pub fn scaled_dot_product_attention(
        &self,
        key: &Self,
        value: &Self,
        arguments: &AttentionArguments<'_, T>,
    ) -> Result<Attended<T>> {
        let operands = Operands::new(self, key, value, arguments)?;
        let [queries, keys, _, width] = operands.sizes;
        let rows = [&operands.leading[..], &[queries]].concat();
        operands
            .shape(queries, width)
            .check_fits(OP, size_of::<T>())?;
        Shape::from(&rows).check_fits(OP, size_of::<T>())?;
        let mut output = Like::new(operands.query.layout(), width);
        let mut logsumexp = Tensor::full(rows, T::INFINITY);
        if keys == 0 || output.tensor.elements() == 0 {
            let output = Tensor::zeros(operands.shape(queries, width));
            return Ok(Attended { output, logsumexp });
        }
        let target = output.target(&operands.leading, queries);
        T::attention(&operands.attention(arguments), target, logsumexp.make_mut());
        Ok(Attended {
            output: output.into_tensor(),
            logsumexp,
        })
    }

    /// The gradients of [`scaled_dot_product_attention`](Tensor::scaled_dot_product_attention), where this is the query and `forward` what
    /// it returned, given the gradient `gy` of its output; that of the float mask if `with_mask`. With the weights `P = exp(S − logsumexp)`
    /// of the scores `S = scale·Q·Kᵀ + mask`, and `gS = P·(gy·Vᵀ − Σ gy·O)` element by element: `gQ = scale·gS·K`, `gK = scale·gSᵀ·Q`,
    /// `gV = Pᵀ·gy`, and gS is that of the mask.
    ///
    /// ```
    /// use etude_tensor::{AttentionArguments, Tensor};
    ///
    /// let (q, k, v) = (Tensor::from([[1.0_f64]]), Tensor::from([[0.0], [0.0]]), Tensor::from([[1.0], [3.0]]));
    /// let arguments = AttentionArguments { scale: 1.0, visible: None, additive: None, causal: false, dropout: None };
    /// let forward = q.scaled_dot_product_attention(&k, &v, &arguments)?; // the mean of both values
    /// let gradients = q.scaled_dot_product_attention_grad(&k, &v, &arguments, &forward, &Tensor::from([[1.0]]), false)?;
    /// let close = |x: &Tensor<f64>, expected: [f64; 2]| x.to_vec().iter().zip(expected).all(|(x, e)| (x - e).abs() < 1e-15);
    /// assert!(close(&gradients.value, [0.5, 0.5]) && close(&gradients.key, [-0.5, 0.5]));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn scaled_dot_product_attention_grad(
        &self,
        key: &Self,
        value: &Self,
        arguments: &AttentionArguments<'_, T>,
        forward: &Attended<T>,
        gy: &Self,
        with_mask: bool,
    ) -> Result<AttentionGradients<T>> {
        let operands = Operands::new(self, key, value, arguments)?;
        let [queries, keys, depth, width] = operands.sizes;
        let leading = &operands.leading;
        let (output, gy) = (
            Batch::new(&forward.output, operands.shape(queries, width))?,
            Batch::new(gy, operands.shape(queries, width))?,
        );
        let mut to_query = Like::new(operands.query.layout(), depth);
        let mut to_key = Like::new(operands.key.layout(), depth);
        let mut to_value = Like::new(operands.value.layout(), width);
        let scores = Layout::contiguous(operands.shape(queries, keys));
        let mut to_additive = with_mask.then(|| Like::new(&scores, keys));
        let heads: usize = leading.iter().product();
        if heads * queries * keys * width == 0 {
            return Ok(AttentionGradients {
                query: Tensor::zeros(operands.shape(queries, depth)),
                key: Tensor::zeros(operands.shape(keys, depth)),
                value: Tensor::zeros(operands.shape(keys, width)),
                additive: with_mask.then(|| Tensor::zeros(operands.shape(queries, keys))),
            });
        }
        let logsumexp = forward.logsumexp.contiguous();
        let logsumexp = logsumexp
            .as_slice()
            .filter(|sums| sums.len() == heads * queries);
        let Some(logsumexp) = logsumexp else {
            let message = format!(
                "logsumexp of shape {:?} for {leading:?} heads of {queries} queries; expected one for each",
                forward.logsumexp.shape()
            );
            return Err(Error::shape(OP, message));
        };
        T::attention_grad(
            &operands.attention(arguments),
            &Forward {
                output: output.matrices(),
                logsumexp,
                gradient: gy.matrices(),
            },
            Gradients {
                query: to_query.target(leading, queries),
                key: to_key.target(leading, keys),
                value: to_value.target(leading, keys),
                additive: to_additive
                    .as_mut()
                    .map(|like| like.target(leading, queries)),
            },
        );
        Ok(AttentionGradients {
            query: to_query.into_tensor(),
            key: to_key.into_tensor(),
            value: to_value.into_tensor(),
            additive: to_additive.map(Like::into_tensor),
        })
    }
}

/// A tensor as the kernels see it: a matrix for each head.
struct Batch<'a, T: Element> {
    buffer: &'a [T],
    layout: Layout,
    strides: Strides,
}

impl<'a, T: Element> Batch<'a, T> {
    /// `x`, broadcast to `shape`.
    fn new(x: &'a Tensor<T>, shape: Shape) -> Result<Self> {
        let layout = x.layout().broadcast_to(OP, &shape)?;
        let strides = layout.strides();
        Ok(Batch {
            buffer: x.buffer(),
            layout,
            strides,
        })
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn matrices(&self) -> Matrices<'_, T> {
        let ([dims @ .., rows, cols], [strides @ .., row, col]) =
            (&self.layout.shape()[..], &self.strides[..])
        else {
            unreachable!("two axes at least")
        };
        let first = MatRef::new(
            self.buffer,
            self.layout.offset(),
            [*rows, *cols],
            [*row, *col],
        );
        Matrices::new(first, dims, strides)
    }
}

/// Everything that attends, with the same leading axes.
struct Operands<'a, T: Float> {
    leading: Vec<usize>,
    /// Queries, keys, and the lengths d and e.
    sizes: [usize; 4],
    query: Batch<'a, T>,
    key: Batch<'a, T>,
    value: Batch<'a, T>,
    visible: Option<Batch<'a, bool>>,
    additive: Option<Batch<'a, T>>,
}

impl<'a, T: Float> Operands<'a, T> {
    fn new(
        query: &'a Tensor<T>,
        key: &'a Tensor<T>,
        value: &'a Tensor<T>,
        arguments: &AttentionArguments<'a, T>,
    ) -> Result<Self> {
        let misfit = || {
            let message = format!(
                "query {:?}, key {:?} and value {:?}; expected […, queries, d], […, keys, d] and […, keys, e]",
                query.shape(),
                key.shape(),
                value.shape()
            );
            Err(Error::shape(OP, message))
        };
        let ([a @ .., queries, depth], [b @ .., keys, key_depth], [c @ .., values, width]) =
            (query.shape(), key.shape(), value.shape())
        else {
            return misfit();
        };
        if depth != key_depth || keys != values {
            return misfit();
        }
        let leading = Shape::broadcast(OP, &Shape::broadcast(OP, a, b)?, c)?.to_vec();
        let shape = |rows: usize, cols: usize| Shape::from([&leading[..], &[rows, cols]].concat());
        let (queries, keys, depth, width) = (*queries, *keys, *depth, *width);
        let visible = arguments
            .visible
            .map(|mask| Batch::new(mask, shape(queries, keys)));
        let additive = arguments
            .additive
            .map(|mask| Batch::new(mask, shape(queries, keys)));
        Ok(Operands {
            query: Batch::new(query, shape(queries, depth))?,
            key: Batch::new(key, shape(keys, depth))?,
            value: Batch::new(value, shape(keys, width))?,
            visible: visible.transpose()?,
            additive: additive.transpose()?,
            sizes: [queries, keys, depth, width],
            leading,
        })
    }

    /// The leading axes and these two.
    fn shape(&self, rows: usize, cols: usize) -> Shape {
        Shape::from([&self.leading[..], &[rows, cols]].concat())
    }

    fn attention(&self, arguments: &AttentionArguments<'_, T>) -> Attention<'_, T> {
        let dropout = arguments.dropout.clone();
        Attention {
            query: self.query.matrices(),
            key: self.key.matrices(),
            value: self.value.matrices(),
            scale: arguments.scale,
            visible: self.visible.as_ref().map(Batch::matrices),
            additive: self.additive.as_ref().map(Batch::matrices),
            causal: arguments.causal,
            dropout: dropout.map(|(rate, mut rng)| (Bernoulli::new(1.0 - rate, &mut rng), rate)),
        }
    }
}

/// A new tensor whose axes lie in memory in the order of another's: then what made the other's views undoes the views of this one, and copies
/// nothing. The last axis stays innermost.
struct Like<T: Float> {
    /// Row-major, its axes in the order of memory.
    tensor: Tensor<T>,
    /// The numbers of the axes but the last, outermost first.
    order: Vec<usize>,
}

impl<T: Float> Like<T> {
    /// With the axes of `other`, but for the last, which is `cols` long.
    fn new(other: &Layout, cols: usize) -> Self {
        let (shape, strides) = (other.shape(), other.strides());
        let mut order: Vec<usize> = (0..shape.rank() - 1).collect();
        let further_out = |axis: usize| match strides[axis] {
            0 => None, // repeated: it has no place of its own
            stride => Some(stride.unsigned_abs()),
        };
        // An insertion sort that never moves an axis without a place.
        for end in 1..order.len() {
            for at in (0..end).rev() {
                let (left, right) = (further_out(order[at]), further_out(order[at + 1]));
                if left.zip(right).is_some_and(|(left, right)| left < right) {
                    order.swap(at, at + 1);
                }
            }
        }
        let mut sizes: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
        sizes.push(cols);
        Like {
            tensor: Tensor::build(Shape::from(sizes), |_| {}),
            order,
        }
    }

    /// All of it, to be written.
    fn target<'a>(&'a mut self, leading: &'a [usize], rows: usize) -> Target<'a, T> {
        let cols = self.tensor.shape()[self.tensor.rank() - 1];
        Target::new(self.tensor.make_mut(), leading, [rows, cols], &self.order)
    }

    /// The tensor, its axes in the order of the other's.
    fn into_tensor(self) -> Tensor<T> {
        let last = self.order.len();
        let mut places: Vec<usize> = (0..=last).collect();
        for (place, &axis) in self.order.iter().enumerate() {
            places[axis] = place;
        }
        self.tensor.view(self.tensor.layout().permute(&places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_lies_as_the_query_does() -> Result<()> {
        // Heads side by side at each position, as one projection leaves them.
        let packed = Tensor::<f32>::randn([2, 5, 3, 4], &mut Rng::seed(1));
        let heads = packed.permute([0, 2, 1, 3])?;
        let arguments = AttentionArguments {
            scale: 0.5,
            visible: None,
            additive: None,
            causal: false,
            dropout: None,
        };
        let forward = heads.scaled_dot_product_attention(&heads, &heads, &arguments)?;
        assert_eq!(forward.output.shape(), [2, 3, 5, 4]);
        assert!(forward.output.permute([0, 2, 1, 3])?.is_contiguous());
        let gradients = heads.scaled_dot_product_attention_grad(
            &heads, &heads, &arguments, &forward, &heads, true,
        )?;
        for gradient in [&gradients.query, &gradients.key, &gradients.value] {
            assert!(gradient.permute([0, 2, 1, 3])?.is_contiguous());
        }
        let plain = heads.contiguous();
        let again = plain.scaled_dot_product_attention(&plain, &plain, &arguments)?;
        assert_eq!(forward.output, again.output);
        assert!(again.output.is_contiguous());
        Ok(())
    }
}
