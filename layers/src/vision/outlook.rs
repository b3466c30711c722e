//! What both outlook attentions run on: weights for a window come straight from its centre, and the windows' results are added up.

use crate::config::Initializer;
use crate::config::defaults::{check_rate, check_size};
use crate::parameters::inside;
use crate::projection::{Projection, ProjectionStart};
use crate::{Dropout, DropoutConfig, Module};
use etude_autograd::Var;
use etude_tensor::kernels::conv::ConvGeometry;
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::{Error, Float, Result, Rng};

/// The sizes of outlook attention.
#[derive(Clone, Debug)]
pub(super) struct OutlookSizes {
    pub who: &'static str,
    pub embed_dim: usize,
    pub heads: usize,
    /// The side of a window.
    pub kernel: usize,
    /// From one window to the next, and the side of the cell whose mean is a window's centre.
    pub stride: usize,
    /// How far the first window starts outside of the image.
    pub padding: usize,
}

/// The three projections, and the attention between the first two and the third.
#[derive(Clone, Debug, Module)]
pub(super) struct Outlook<T: Float> {
    pub v: Projection<T>,
    pub attn: Projection<T>,
    pub out: Projection<T>,
    #[module(skip)]
    attn_dropout: Dropout,
    #[module(skip)]
    sizes: OutlookSizes,
}

impl<T: Float> Outlook<T> {
    /// # Errors
    /// If a size is 0, the heads don't divide `embed_dim`, or the dropout rate is outside `[0, 1)`.
    pub fn new(
        sizes: OutlookSizes,
        attn_dropout: f64,
        trainable: bool,
        rng: &mut Rng,
    ) -> Result<Self> {
        let OutlookSizes {
            who,
            embed_dim,
            heads,
            kernel,
            ..
        } = sizes;
        for (key, size) in [
            ("embed_dim", embed_dim),
            ("num_head", heads),
            ("kernel_size", kernel),
        ] {
            check_size(who, key, size)?;
        }
        check_rate(who, "attn_dropout", attn_dropout)?;
        if !embed_dim.is_multiple_of(heads) {
            let message = format!(
                "num_head {heads} doesn't divide embed_dim {embed_dim}; expected a divisor"
            );
            return Err(Error::config(who, message));
        }
        let start = |bias: Option<Initializer>| ProjectionStart {
            weight: Initializer::Xavier,
            bias,
            trainable,
        };
        let (zeros, width) = (start(Some(Initializer::Zeros)), embed_dim.into());
        Ok(Outlook {
            v: Projection::new(start(None), ["in".into(), width], rng),
            attn: Projection::new(zeros, ["in".into(), "columns".into()], rng),
            out: Projection::new(zeros, [width, width], rng),
            attn_dropout: DropoutConfig::new(attn_dropout).init()?,
            sizes,
        })
    }

    /// `x [b, H, W, C]`, whose sizes the stride divides → `f [b, H, W, embed_dim]`, before the projection `out`.
    pub fn attend(&self, x: &Var<T>) -> Result<Var<T>> {
        let OutlookSizes {
            embed_dim,
            heads,
            kernel,
            stride,
            padding,
            ..
        } = self.sizes;
        let (batch, height, width) = (x.shape()[0], x.shape()[1], x.shape()[2]);
        let (rows, columns) = (height / stride, width / stride);
        let weights = self.weights(x)?;
        let v = inside("v", self.v.forward(self.sizes.who, x, embed_dim))?;

        let (taps, depth) = (kernel * kernel, embed_dim / heads);
        let mut geometry = ConvGeometry::new(2);
        geometry.stride.fill(stride);
        geometry.padding.fill((padding, padding));
        // The windows are a view; bringing a head's positions together is the one copy.
        let windows = v.unfold([kernel, kernel], &geometry)?;
        let windows = windows.reshape([batch, rows, columns, taps, heads, depth])?;
        let z = weights.matmul(&windows.transpose(-3, -2)?)?;
        drop((weights, windows)); // from here on they belong to the recording, if there is one
        let z = z.transpose(-3, -2)?;
        let z = z.reshape([batch, rows, columns, kernel, kernel, embed_dim])?;
        z.fold([height, width], &geometry)
    }

    /// For each cell and head a row of weights for each target position of the window, `[b, H/stride, W/stride, heads, kernel², kernel²]`.
    pub fn weights(&self, x: &Var<T>) -> Result<Var<T>> {
        let OutlookSizes {
            who,
            embed_dim,
            heads,
            kernel,
            stride,
            ..
        } = self.sizes;
        let means = x.avg_pool(&PoolGeometry::new(&[stride, stride]), true)?;
        let columns = kernel.saturating_pow(4).saturating_mul(heads);
        let logits = inside("attn", self.attn.forward(who, &means, columns))?;
        let logits = logits.div_scalar(((embed_dim / heads) as f64).sqrt())?;
        let taps = kernel * kernel;
        let shape = [&means.shape()[..3], &[heads, taps, taps]].concat();
        self.attn_dropout
            .forward(&logits.reshape(shape)?.softmax(-1)?)
    }

    /// The last projection.
    pub fn project(&self, f: &Var<T>) -> Result<Var<T>> {
        inside(
            "out",
            self.out.forward(self.sizes.who, f, self.sizes.embed_dim),
        )
    }
}
