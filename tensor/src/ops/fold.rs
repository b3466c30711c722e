//! Patches of an image as rows of a matrix (im2col), and the sum of overlapping patches: each is the other's adjoint.

use crate::kernels::conv::ConvGeometry;
use crate::kernels::window::{Axis, PerAxis, Window as Taps};
use crate::{Element, Error, Float, Result, Shape, Slice, Tensor, Window};

/// The patches of one image size.
struct Patches {
    /// Padding of every axis, batch and channels included.
    border: Vec<(usize, usize)>,
    windows: Vec<Window>,
    /// Puts the taps before the channels.
    order: Vec<isize>,
    /// Batch, output sizes, kernel sizes, channels.
    shape: Vec<usize>,
}

impl Patches {
    /// The patches of kernels of sizes `kernel` on images `x`, `[batch, spatial…, channels]`.
    fn new(op: &str, x: &[usize], kernel: &[usize], geometry: &ConvGeometry) -> Result<Self> {
        let count = kernel.len();
        let named = [
            geometry.stride.len(),
            geometry.dilation.len(),
            geometry.padding.len(),
        ];
        if named.iter().any(|&axes| axes != count) {
            return Err(Error::config(
                op,
                format!(
                    "kernel {kernel:?} with strides, dilations and padding of {named:?} axes; expected as many each"
                ),
            ));
        }
        if x.len() != count + 2 {
            return Err(Error::shape(
                op,
                format!(
                    "a kernel {kernel:?} needs an input [batch, {count} sizes, channels], got {x:?}"
                ),
            ));
        }
        let mut axes = PerAxis::new();
        for (i, &kernel) in kernel.iter().enumerate() {
            let taps = Taps {
                kernel,
                stride: geometry.stride[i],
                dilation: geometry.dilation[i],
                padding: geometry.padding[i],
            };
            axes.push(Axis::new(op, x[i + 1], taps)?);
        }
        let mut border = vec![(0, 0)];
        border.extend(&geometry.padding);
        border.push((0, 0));
        let window = |(i, axis): (usize, &Axis)| {
            Window::new(i as isize + 1, axis.kernel)
                .step(axis.stride)
                .dilation(axis.dilation)
        };
        let channels = count as isize + 1;
        let mut order: Vec<isize> = (0..channels).collect();
        order.extend(channels + 1..=2 * count as isize + 1);
        order.push(channels);
        let mut shape = vec![x[0]];
        shape.extend(axes.iter().map(|axis| axis.output));
        shape.extend(kernel);
        shape.push(x[count + 1]);
        Ok(Patches {
            border,
            windows: axes.iter().enumerate().map(window).collect(),
            order,
            shape,
        })
    }

    /// The patches of a padded image, as a view.
    fn view<T: Element>(&self, padded: &Tensor<T>) -> Result<Tensor<T>> {
        padded.windows(&self.windows)?.permute(&self.order)
    }
}

impl<T: Element> Tensor<T> {
    /// The patches under a kernel that slides over the spatial axes of `x` `[batch, spatial…, channels]`, of which there may be any number:
    /// `[batch, output…, kernel…, channels]`, `y[b, o, t, c] = x[b, o·stride + t·dilation − before, c]`, and 0 in the padding. Without
    /// padding it is a view, which copies nothing. The geometry's groups aren't looked at.
    ///
    /// Reshaped to `[batch, output…, kernel·channels]` the patches are the rows that a convolution multiplies by its weight
    /// `[kernel…, channels, filters]`, reshaped likewise.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, Tensor};
    ///
    /// let x = Tensor::from([[[1.0_f32], [2.0], [3.0]]]);
    /// let pairs = x.unfold([2], &ConvGeometry::new(1))?;
    /// assert_eq!(pairs.shape(), [1, 2, 2, 1]);
    /// assert_eq!(pairs.to_vec(), [1.0, 2.0, 2.0, 3.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the numbers of axes don't go together, a kernel size, stride or dilation is 0, or a kernel is longer than its
    /// padded axis.
    pub fn unfold(&self, kernel: impl AsRef<[usize]>, geometry: &ConvGeometry) -> Result<Self> {
        let patches = Patches::new("unfold", self.shape(), kernel.as_ref(), geometry)?;
        if patches.border.iter().all(|&pair| pair == (0, 0)) {
            return patches.view(self);
        }
        patches.view(&self.pad(&patches.border, T::default())?)
    }
}

impl<T: Float> Tensor<T> {
    /// The images `[batch, spatial…, channels]`, of spatial sizes `sizes`, in which each element is the sum of those of the
    /// patches `[batch, output…, kernel…, channels]` that lie over it, `y[b, i, c] = Σ x[b, o, t, c]` over all `o·stride + t·dilation − before = i`:
    /// the adjoint of [`unfold`](Tensor::unfold) with the same geometry. What lies in the padding is lost. A NaN makes the element under it NaN.
    ///
    /// ```
    /// use etude_tensor::{ConvGeometry, Tensor};
    ///
    /// let x = Tensor::from([[[1.0_f32], [2.0], [3.0]]]);
    /// let pairs = x.unfold([2], &ConvGeometry::new(1))?;
    /// assert_eq!(pairs.fold([3], &ConvGeometry::new(1))?.to_vec(), [1.0, 4.0, 3.0]); // the 2 twice
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the patches aren't those that `unfold` takes from such images.
    pub fn fold(&self, sizes: impl AsRef<[usize]>, geometry: &ConvGeometry) -> Result<Self> {
        let (given, sizes) = (self.shape(), sizes.as_ref());
        let axes = sizes.len();
        if given.len() != 2 * axes + 2 {
            return Err(Error::shape(
                "fold",
                format!(
                    "patches {given:?} for images of {axes} spatial axes; expected [batch, {axes} output sizes, {axes} kernel sizes, channels]"
                ),
            ));
        }
        let image = [&given[..1], sizes, &given[2 * axes + 1..]].concat();
        let patches = Patches::new("fold", &image, &given[axes + 1..2 * axes + 1], geometry)?;
        if patches.shape != given {
            return Err(Error::shape(
                "fold",
                format!(
                    "patches {given:?} for images {image:?}; expected {:?}",
                    patches.shape
                ),
            ));
        }
        let padded = image.iter().zip(&patches.border);
        let padded = padded
            .map(|(size, (before, behind))| size + before + behind)
            .collect();
        let mut sum = Tensor::zeros(Shape::fitting("fold", padded, size_of::<T>())?);
        sum.view_add_assign(|x| patches.view(x), self)?;
        let inner = image.iter().zip(&patches.border);
        let inner = inner
            .map(|(&size, &(before, _))| Slice::from(before as isize..(before + size) as isize));
        sum.slices(inner.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    fn geometry(
        stride: [usize; 2],
        dilation: [usize; 2],
        padding: [(usize, usize); 2],
    ) -> ConvGeometry {
        ConvGeometry {
            stride: stride.into_iter().collect(),
            dilation: dilation.into_iter().collect(),
            padding: padding.into_iter().collect(),
            groups: 1,
        }
    }

    /// ⟨unfold x, y⟩ = ⟨x, fold y⟩, and a product with the patches is a convolution.
    #[test]
    fn adjoint_and_the_rows_of_a_convolution() {
        let rng = &mut Rng::seed(3);
        for (stride, dilation, padding) in [
            ([1, 1], [1, 1], [(0, 0), (0, 0)]),
            ([2, 1], [1, 2], [(1, 0), (2, 1)]),
            ([3, 2], [2, 1], [(0, 2), (1, 1)]),
        ] {
            let geometry = geometry(stride, dilation, padding);
            let x = Tensor::<f64>::randn([2, 7, 8, 3], rng);
            let patches = x.unfold([3, 2], &geometry).unwrap();
            let w = Tensor::<f64>::randn([3, 2, 3, 4], rng);
            let y = x.conv(&w, None, &geometry).unwrap();
            let shape = patches.shape();
            let rows = patches.reshape([shape[0], shape[1], shape[2], 18]).unwrap();
            let product = rows.matmul(&w.reshape([18, 4]).unwrap()).unwrap();
            let apart = product
                .try_sub(&y)
                .unwrap()
                .abs()
                .max(..)
                .unwrap()
                .item()
                .unwrap();
            assert!(apart < 1e-12, "{apart}");

            let z = Tensor::<f64>::randn(shape, rng);
            let dot = |a: &Tensor<f64>, b: &Tensor<f64>| {
                a.try_mul(b).unwrap().sum(..).unwrap().item().unwrap()
            };
            let back = z.fold([7, 8], &geometry).unwrap();
            assert!((dot(&patches, &z) - dot(&x, &back)).abs() < 1e-11);
        }
    }

    #[test]
    fn one_and_three_axes_and_no_images() {
        let x = Tensor::<f32>::zeros([0, 4, 5, 6, 2]);
        let patches = x.unfold([2, 2, 3], &ConvGeometry::new(3)).unwrap();
        assert_eq!(patches.shape(), [0, 3, 4, 4, 2, 2, 3, 2]);
        assert_eq!(
            patches
                .fold([4, 5, 6], &ConvGeometry::new(3))
                .unwrap()
                .shape(),
            [0, 4, 5, 6, 2]
        );
        let x = Tensor::<f32>::ones([1, 5, 1]);
        assert!(
            x.unfold([2], &ConvGeometry::new(1))
                .unwrap()
                .shares_storage(&x)
        );
    }

    #[test]
    fn patches_that_do_not_fit_are_errors() {
        let one = ConvGeometry::new(1);
        let message = |r: Result<Tensor<f32>>| r.unwrap_err().to_string();
        let x = Tensor::<f32>::zeros([1, 5, 1]);
        assert_eq!(
            message(x.unfold([2, 2], &ConvGeometry::new(2))),
            "unfold: a kernel [2, 2] needs an input [batch, 2 sizes, channels], got [1, 5, 1]"
        );
        assert_eq!(
            message(x.unfold([2], &ConvGeometry::new(2))),
            "unfold: kernel [2] with strides, dilations and padding of [2, 2, 2] axes; expected as many each"
        );
        assert!(message(x.unfold([6], &one)).starts_with("unfold: a kernel of 6"));
        assert_eq!(
            message(Tensor::zeros([1, 3, 2, 1]).fold([5], &one)),
            "fold: patches [1, 3, 2, 1] for images [1, 5, 1]; expected [1, 4, 2, 1]"
        );
        assert!(
            message(x.fold([5], &one))
                .starts_with("fold: patches [1, 5, 1] for images of 1 spatial axes")
        );
    }
}
