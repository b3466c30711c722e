//! Convolution: three bilinear operations that are each other's gradients.
//!
//! With `y = x ∗ w`, the gradient for `x` and the gradient for `w` are bilinear again, in (`∂L/∂y`, `w`) and in
//! (`x`, `∂L/∂y`); and the gradients of those are made of the same three. So each has a rule, and there are derivatives of
//! any order without a composed form. The transposed convolution is the second of them under its own name.

use crate::{Rule, Save, Saved, Sink, Var};
use etude_tensor::kernels::conv::{ConvGeometry, ConvShape};
use etude_tensor::{Error, Float, Result, Shape};

/// The rule of [`Var::conv`]: `∂L/∂x = input_grad(∂L/∂y, w)`, `∂L/∂w = weight_grad(x, ∂L/∂y)`. Saves `x, w`, each only
/// if the other is tracked.
struct Conv {
    geometry: ConvGeometry,
}

/// `gx = input_grad(gy, w)`: with `z` the gradient for `gx`, the one for `gy` is `z ∗ w`, for `w` `weight_grad(z, gy)`.
struct ConvInputGrad {
    geometry: ConvGeometry,
}

/// `gw = weight_grad(x, gy)`: with `z` the gradient for `gw`, the one for `x` is `input_grad(gy, z)`, for `gy` `x ∗ z`.
struct ConvWeightGrad {
    geometry: ConvGeometry,
}

impl<T: Float> Rule<T> for Conv {
    fn name(&self) -> &'static str {
        "conv"
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| input_grad(&gy, &saved[1], &self.geometry, shape))?;
        to.give_shaped(1, |shape| {
            weight_grad(&saved[0], &gy, &self.geometry, shape)
        })?;
        let all_but_filters: Vec<isize> = (0..gy.rank() as isize - 1).collect();
        to.give(2, || gy.sum(all_but_filters))
    }
}

impl<T: Float> Rule<T> for ConvInputGrad {
    fn name(&self) -> &'static str {
        "conv_input_grad"
    }
    fn grads(&self, saved: &Saved<T>, z: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || z.conv(&saved[1], None, &self.geometry))?;
        to.give_shaped(1, |shape| weight_grad(&z, &saved[0], &self.geometry, shape))
    }
}

impl<T: Float> Rule<T> for ConvWeightGrad {
    fn name(&self) -> &'static str {
        "conv_weight_grad"
    }
    fn grads(&self, saved: &Saved<T>, z: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give_shaped(0, |shape| input_grad(&saved[1], &z, &self.geometry, shape))?;
        to.give(1, || saved[0].conv(&z, None, &self.geometry))
    }
}

fn input_grad<T: Float>(
    gy: &Var<T>,
    w: &Var<T>,
    geometry: &ConvGeometry,
    x_shape: &[usize],
) -> Result<Var<T>> {
    let gx = gy.tensor().conv_input_grad(w.tensor(), geometry, x_shape)?;
    let saved = [Save::for_gradient_of(gy, w), Save::for_gradient_of(w, gy)];
    gy.tape().record(
        ConvInputGrad {
            geometry: geometry.clone(),
        },
        &[gy, w],
        gx,
        saved,
    )
}

fn weight_grad<T: Float>(
    x: &Var<T>,
    gy: &Var<T>,
    geometry: &ConvGeometry,
    w_shape: &[usize],
) -> Result<Var<T>> {
    let gw = x
        .tensor()
        .conv_weight_grad(gy.tensor(), geometry, w_shape)?;
    let saved = [Save::for_gradient_of(x, gy), Save::for_gradient_of(gy, x)];
    x.tape().record(
        ConvWeightGrad {
            geometry: geometry.clone(),
        },
        &[x, gy],
        gw,
        saved,
    )
}

impl<T: Float> Var<T> {
    /// The convolution `y = x ∗ w + b` (cross-correlation) of `x` `[batch, spatial…, channels]` with `weight`
    /// `[kernel…, channels/groups, filters]` and an optional `bias` `[filters]`, over any number of spatial axes:
    /// `[batch, output…, filters]`, with `y[b, o, f] = bias[f] + Σ x[b, o·s + t·d − before, c]·w[t, c, f]` over the taps
    /// `t` and the channels `c`, for stride `s` and dilation `d`; `x` counts as 0 in the padding.
    ///
    /// Gradient: `∂L/∂x` is the transposed convolution of `∂L/∂y` with `w`,
    /// `∂L/∂w[t, c, f] = Σ x[b, o·s + t·d − before, c]·∂L/∂y[b, o, f]` over `b` and `o`, and `∂L/∂b` the sum of `∂L/∂y`
    /// over all but the filters.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::conv::ConvGeometry};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[[1.0_f64], [2.0], [3.0]]]));
    /// let w = tape.var(Tensor::from([[[1.0]], [[10.0]]]));
    /// let b = tape.var(Tensor::from([0.5]));
    /// let y = x.conv(&w, Some(&b), &ConvGeometry::new(1))?;
    /// assert_eq!(y.tensor(), &Tensor::from([[[21.5], [32.5]]]));
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [1.0, 11.0, 10.0]); // the weights that each element has met
    /// assert_eq!(gradients.get(&w)?.to_vec(), [3.0, 5.0]); // 1 + 2, 2 + 3
    /// assert_eq!(gradients.get(&b)?.to_vec(), [2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks, channels, groups or the bias don't go together, a window is longer than its padded axis, or the variables
    /// are on different tapes.
    pub fn conv(
        &self,
        weight: &Var<T>,
        bias: Option<&Var<T>>,
        geometry: &ConvGeometry,
    ) -> Result<Var<T>> {
        let y = self
            .tensor()
            .conv(weight.tensor(), bias.map(Var::tensor), geometry)?;
        let rule = Conv {
            geometry: geometry.clone(),
        };
        let saved = [
            Save::for_gradient_of(self, weight),
            Save::for_gradient_of(weight, self),
        ];
        match bias {
            Some(bias) => self.tape().record(rule, &[self, weight, bias], y, saved),
            None => self.tape().record(rule, &[self, weight], y, saved),
        }
    }

    /// The transposed convolution of `x` `[batch, spatial…, filters]` with a `weight` `[kernel…, channels/groups, filters]` and an
    /// optional `bias` `[channels]`, cut to the spatial sizes `output` from the geometry's `before` on: `[batch, output…,
    /// channels]`. It is the adjoint of the convolution that has this weight:
    /// `y[b, i, c] = bias[c] + Σ x[b, o, f]·w[t, c, f]` over all `o·s + t·d − before = i`.
    ///
    /// Gradient: `∂L/∂x` is the [convolution](Var::conv) of `∂L/∂y` with `w`;
    /// `∂L/∂w[t, c, f] = Σ x[b, o, f]·∂L/∂y[b, o·s + t·d − before, c]` over `b` and `o`; `∂L/∂bias` the sum of `∂L/∂y` over
    /// all but the channels.
    ///
    /// ```
    /// use etude_autograd::Tape;
    /// use etude_tensor::{Tensor, kernels::conv::ConvGeometry};
    ///
    /// let tape = Tape::new();
    /// let x = tape.var(Tensor::from([[[1.0_f64], [10.0]]]));
    /// let w = tape.var(Tensor::from([[[1.0]], [[2.0]]]));
    /// let y = x.conv_transpose(&w, None, &ConvGeometry::new(1), &[3])?;
    /// assert_eq!(y.tensor().to_vec(), [1.0, 12.0, 20.0]); // 1·(1, 2) and, one place on, 10·(1, 2)
    /// let gradients = y.sum(..)?.backward()?;
    /// assert_eq!(gradients.get(&x)?.to_vec(), [3.0, 3.0]);
    /// assert_eq!(gradients.get(&w)?.to_vec(), [11.0, 11.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks, channels, groups, output sizes or the bias don't go together, an axis of `x` has no element, or the variables
    /// are on different tapes.
    pub fn conv_transpose(
        &self,
        weight: &Var<T>,
        bias: Option<&Var<T>>,
        geometry: &ConvGeometry,
        output: &[usize],
    ) -> Result<Var<T>> {
        let who = "conv_transpose";
        let shape = ConvShape::transposed(who, self.shape(), weight.shape(), output, geometry)?;
        if let Some(bias) = bias
            && bias.shape() != [shape.channels]
        {
            let message = format!(
                "bias {:?} for weight {:?}; expected a bias of shape [{}]",
                bias.shape(),
                weight.shape(),
                shape.channels
            );
            return Err(Error::shape(who, message));
        }
        Shape::new(&shape.input()).check_fits(who, size_of::<T>())?;
        let mut of_conv = geometry.clone();
        let mut conv_input = shape.input();
        let mut kept = shape.input();
        for (i, axis) in shape.axes.iter().enumerate() {
            if axis.output == 0 {
                let message = format!("input {:?} has an axis without elements", self.shape());
                return Err(Error::shape(who, message));
            }
            // The taps reach so far in the result that isn't cut.
            let reach = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
            let before = axis.before.min(reach - 1);
            let left = reach - before;
            // An input of the convolution that is less than a stride longer than its windows has the same number of them. What
            // is longer still is zeros.
            conv_input[i + 1] = if axis.input < left + axis.stride {
                axis.input
            } else {
                left
            };
            of_conv.padding[i] = (before, left.saturating_sub(axis.input));
            kept[i + 1] = if axis.before == before {
                conv_input[i + 1]
            } else {
                0
            };
        }
        let mut y = input_grad(self, weight, &of_conv, &conv_input)?;
        if kept != shape.input() {
            let mut border = vec![(0, 0); y.rank()];
            for (axis, (&kept, &output)) in kept.iter().zip(&shape.input()).enumerate() {
                y = y.narrow(axis as isize, 0, kept)?;
                border[axis] = (0, output - kept);
            }
            y = y.pad(border, 0.0)?;
        }
        match bias {
            Some(bias) => y.try_add(bias),
            None => Ok(y),
        }
    }
}
