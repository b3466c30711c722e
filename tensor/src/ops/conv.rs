//! Convolution over any number of spatial axes, its two gradients, and the transposed convolution.

use super::rows::slice;
use crate::kernels::conv::{ConvGeometry, ConvShape};
use crate::{Error, Float, Result, Shape, Tensor};

impl<T: Float> Tensor<T> {
    /// The convolution (cross-correlation: no kernel is flipped) of `x` `[batch, spatial…, channels]` with `weight`
    /// `[kernel…, channels/groups, filters]` and an optional `bias` `[filters]`: `[batch, output…, filters]`, of C channels and F filters
    /// `y[b, o, f] = bias[f] + Σ_t Σ_c x[b, o·s + t·d − before, g·C/groups + c] · w[t, c, f]`, with `g = ⌊f·groups/F⌋`. Strides s,
    /// dilations d, padding and groups are the geometry's; `x` counts as 0 in the padding. A NaN reaches every result in whose window
    /// it lies, also through a weight of 0.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, Tensor};
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[1.0_f32, 2.0, 4.0, 8.0])?;
    /// let w = Tensor::from_slice([2, 1, 1], &[-1.0_f32, 1.0])?;
    /// assert_eq!(x.conv(&w, None, &ConvGeometry::new(1))?.to_vec(), [1.0, 2.0, 4.0]); // the differences
    /// let two = ConvGeometry::new(1).stride(2).padding(1);
    /// assert_eq!(x.conv(&w, Some(&Tensor::from([0.5])), &two)?.to_vec(), [1.5, 2.5, -7.5]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks, channels, groups or the bias don't go together, or a window is longer than its padded axis.
    pub fn conv(
        &self,
        weight: &Self,
        bias: Option<&Self>,
        geometry: &ConvGeometry,
    ) -> Result<Self> {
        let shape = ConvShape::new("conv", self.shape(), weight.shape(), geometry)?;
        if let Some(bias) = bias
            && bias.shape() != [shape.filters]
        {
            return Err(Error::shape(
                "conv",
                format!(
                    "bias {:?} for weight {:?}; expected a bias of shape [{}]",
                    bias.shape(),
                    weight.shape(),
                    shape.filters
                ),
            ));
        }
        let output = Shape::new(&shape.output());
        let (x, w, bias) = (
            self.contiguous(),
            weight.contiguous(),
            bias.map(Tensor::contiguous),
        );
        Tensor::try_build("conv", output, |y| {
            T::conv(&shape, slice(&x), slice(&w), bias.as_ref().map(slice), y);
        })
    }

    /// The gradient of [`conv`](Tensor::conv) with respect to `x`, whose shape is `x_shape`; `self` is the gradient with
    /// respect to the result: `gx[b, i, c] = Σ gy[b, o, f]·w[t, c, f]` over all `o·s + t·d − before = i`.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, Tensor};
    ///
    /// let gy = Tensor::from_slice([1, 3, 1], &[1.0_f32, 10.0, 100.0])?;
    /// let w = Tensor::from_slice([2, 1, 1], &[-1.0_f32, 1.0])?;
    /// let gx = gy.conv_input_grad(&w, &ConvGeometry::new(1), &[1, 4, 1])?;
    /// assert_eq!(gx.to_vec(), [-1.0, -9.0, -90.0, 100.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes aren't those of one convolution.
    pub fn conv_input_grad(
        &self,
        weight: &Self,
        geometry: &ConvGeometry,
        x_shape: &[usize],
    ) -> Result<Self> {
        let shape = ConvShape::new("conv_input_grad", x_shape, weight.shape(), geometry)?;
        check_output("conv_input_grad", self, &shape)?;
        let (gy, w) = (self.contiguous(), weight.contiguous());
        Tensor::try_build("conv_input_grad", x_shape, |gx| {
            T::conv_input_grad(&shape, slice(&gy), slice(&w), gx)
        })
    }

    /// The gradient of [`conv`](Tensor::conv) with respect to the weight, whose shape is `weight_shape`; `self` is `x`
    /// and `gy` the gradient with respect to the result: `gw[t, c, f] = Σ_b Σ_o x[b, o·s + t·d − before, c]·gy[b, o, f]`.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, Tensor};
    ///
    /// let x = Tensor::from_slice([1, 4, 1], &[1.0_f32, 2.0, 4.0, 8.0])?;
    /// let gy = Tensor::from_slice([1, 3, 1], &[1.0_f32, 10.0, 100.0])?;
    /// let gw = x.conv_weight_grad(&gy, &ConvGeometry::new(1), &[2, 1, 1])?;
    /// assert_eq!(gw.to_vec(), [421.0, 842.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes aren't those of one convolution.
    pub fn conv_weight_grad(
        &self,
        gy: &Self,
        geometry: &ConvGeometry,
        weight_shape: &[usize],
    ) -> Result<Self> {
        let shape = ConvShape::new("conv_weight_grad", self.shape(), weight_shape, geometry)?;
        check_output("conv_weight_grad", gy, &shape)?;
        let (x, gy) = (self.contiguous(), gy.contiguous());
        Tensor::try_build("conv_weight_grad", weight_shape, |gw| {
            T::conv_weight_grad(&shape, slice(&x), slice(&gy), gw)
        })
    }

    /// The transposed convolution of `x` `[batch, spatial…, filters]` with a `weight` `[kernel…, channels/groups, filters]`,
    /// cut to the spatial sizes `output` from the geometry's `before` on, `y[b, i, c] = Σ x[b, o, f]·w[t, c, f]` over all
    /// `o·s + t·d − before = i`: the adjoint of the [convolution](Tensor::conv) that has this weight. `[batch, output…, channels]`. A NaN
    /// reaches every result to which its window adds.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, Tensor};
    ///
    /// let x = Tensor::from_slice([1, 2, 1], &[1.0_f32, 10.0])?;
    /// let w = Tensor::from_slice([2, 1, 1], &[1.0_f32, 2.0])?;
    /// let y = x.conv_transpose(&w, &ConvGeometry::new(1), &[3])?;
    /// assert_eq!(y.to_vec(), [1.0, 12.0, 20.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If ranks, channels, groups and output sizes don't go together.
    pub fn conv_transpose(
        &self,
        weight: &Self,
        geometry: &ConvGeometry,
        output: &[usize],
    ) -> Result<Self> {
        let shape = ConvShape::transposed(
            "conv_transpose",
            self.shape(),
            weight.shape(),
            output,
            geometry,
        )?;
        let output = Shape::new(&shape.input());
        let (x, w) = (self.contiguous(), weight.contiguous());
        Tensor::try_build("conv_transpose", output, |y| {
            T::conv_input_grad(&shape, slice(&x), slice(&w), y)
        })
    }
}

fn check_output<T: Float>(op: &str, gy: &Tensor<T>, shape: &ConvShape) -> Result<()> {
    if gy.shape() != &shape.output()[..] {
        return Err(Error::shape(
            op,
            format!(
                "a gradient of shape {:?} for a result of shape {:?}; expected both alike",
                gy.shape(),
                &shape.output()[..]
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PoolGeometry;

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    /// ⟨gy, conv(x, w)⟩ = ⟨x, input_grad(gy, w)⟩ = ⟨w, weight_grad(x, gy)⟩: both gradients are the adjoints.
    #[test]
    fn gradients_are_the_adjoints() {
        let geometry = ConvGeometry::new(2)
            .stride([2, 1])
            .dilation([1, 2])
            .padding([(0, 0), (1, 2)])
            .groups(2);
        // A channels-first batch, seen as channels-last: any strides will do.
        let x = numbers(&[2, 4, 7, 6]).permute([0, 2, 3, 1]).unwrap();
        let w = numbers(&[3, 2, 2, 6]);
        let y = x.conv(&w, None, &geometry).unwrap();
        let gy = numbers(y.shape()).flip(1).unwrap();
        let inner = |a: &Tensor<f64>, b: &Tensor<f64>| (a * b).sum(..).unwrap().item().unwrap();
        let expected = inner(&gy, &y);
        assert!(expected != 0.0);
        assert_eq!(
            inner(&x, &gy.conv_input_grad(&w, &geometry, x.shape()).unwrap()),
            expected
        );
        assert_eq!(
            inner(&w, &x.conv_weight_grad(&gy, &geometry, w.shape()).unwrap()),
            expected
        );
    }

    #[test]
    fn a_geometry_no_counter_holds_is_an_error_or_one_window() {
        let x = Tensor::<f32>::ones([1, 4, 2]);
        let w = Tensor::ones([1, 2, 3]);
        for far in [usize::MAX, isize::MAX as usize, 1 << 62] {
            let one = ConvGeometry::new(1).stride(far).dilation(far);
            assert_eq!(x.conv(&w, None, &one).unwrap().shape(), [1, 1, 3]);
            assert_eq!(x.unfold([1], &one).unwrap().shape(), [1, 1, 1, 2]);
            assert!(
                x.conv(&w, None, &ConvGeometry::new(1).padding(far))
                    .is_err()
            );
            let pool = PoolGeometry::new(&[3]).stride(far);
            assert_eq!(x.max_pool(&pool).unwrap().y.shape(), [1, 1, 2]);
            assert_eq!(x.avg_pool(&pool, true).unwrap().shape(), [1, 1, 2]);
            assert_eq!(x.lp_pool(&pool, 2.0).unwrap().shape(), [1, 1, 2]);
            assert!(x.max_pool(&PoolGeometry::new(&[far])).is_err());
        }
        // A list for another number of axes is noticed where it is used.
        let message = x
            .conv(&w, None, &ConvGeometry::new(1).stride([1, 2]))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("conv: stride, dilation and padding"),
            "{message}"
        );
        let message = x
            .max_pool(&PoolGeometry::new(&[2]).padding([0, 1]))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("max_pool: kernel size, strides, dilations and padding"),
            "{message}"
        );
    }

    #[test]
    fn shapes_that_do_not_fit_are_named() {
        let geometry = ConvGeometry::new(1);
        let message = numbers(&[1, 5, 2])
            .conv(&numbers(&[3, 3, 4]), None, &geometry)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("conv: ")
                && message.contains("[1, 5, 2]")
                && message.contains("[3, 3, 4]"),
            "{message}"
        );
        let bias = numbers(&[3]);
        let message = numbers(&[1, 5, 2])
            .conv(&numbers(&[3, 2, 4]), Some(&bias), &geometry)
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "conv: bias [3] for weight [3, 2, 4]; expected a bias of shape [4]"
        );
    }
}
