//! The whole model.

use super::TransformerStackConfig;
use super::config::transformer_config;
use crate::attention::mask_argument;
use crate::config::to_json;
use crate::{Arg, Args, Argument, Layer, Module, Outputs, Signature};
use etude_autograd::{AttentionMask, Var};
use etude_tensor::{Error, Float, Result, Rng};
use serde_json::Value;

const WHO: &str = "transformer";
const SIGNATURE: Signature = Signature::new(
    "Transformer",
    &[
        Argument::float("src"),
        Argument::float("tgt"),
        Argument::mask("src_mask").optional(),
        Argument::mask("tgt_mask").optional(),
        Argument::mask("memory_mask").optional(),
    ],
    &["output"],
);

transformer_config! {
    /// The configuration of a [`Transformer`].
    pub struct TransformerConfig {
        /// How many features there are.
        #[default = 512]
        pub d_model: usize,
        /// How many heads attend side by side.
        #[default = 8]
        pub nhead: usize,
        /// How many layers the encoder has.
        #[default = 6]
        pub num_encoder_layers: usize,
        /// How many layers the decoder has.
        #[default = 6]
        pub num_decoder_layers: usize,
    }
}

impl TransformerConfig {
    /// The model, its parameters seeded from `rng`.
    ///
    /// # Errors
    /// If a size is 0, `nhead` doesn't divide `d_model`, the dropout rate is outside `[0, 1)`, or the epsilon is negative.
    pub fn init<T: Float>(&self, rng: &mut Rng) -> Result<Transformer<T>> {
        Ok(Transformer {
            encoder: Box::new(self.stack(self.num_encoder_layers).encoder::<T>(rng)?),
            decoder: Box::new(self.stack(self.num_decoder_layers).decoder::<T>(rng)?),
            custom: false,
            config: self.clone(),
        })
    }

    /// The configuration of encoder or decoder.
    fn stack(&self, num_layers: usize) -> TransformerStackConfig {
        TransformerStackConfig {
            d_model: self.d_model,
            nhead: self.nhead,
            num_layers,
            dim_feedforward: self.dim_feedforward,
            dropout: self.dropout,
            activation: self.activation,
            layer_norm_eps: self.layer_norm_eps,
            norm_first: self.norm_first,
            bias: self.bias,
            norm: true,
            trainable: self.trainable,
        }
    }
}

/// The Transformer (Vaswani et al., *Attention Is All You Need*, 2017): the encoder on the source, then the decoder on the target and
/// what the encoder gives. Both end with a norm.
///
/// | parameter | shape |
/// |---|---|
/// | `encoder.layers.N.*`, N from 0 | as [`TransformerEncoderLayer`](crate::TransformerEncoderLayer) |
/// | `decoder.layers.N.*`, N from 0 | as [`TransformerDecoderLayer`](crate::TransformerDecoderLayer) |
/// | `encoder.norm.*`, `decoder.norm.*` | `gamma` and `beta`, `[d_model]` each |
///
/// A small one (the default has 512 features, and 6 layers each):
///
/// ```
/// use etude_autograd::Tape;
/// use etude_layers::{Activation, TransformerConfig};
/// use etude_tensor::{Rng, Tensor};
///
/// let config = TransformerConfig::new().d_model(16).nhead(4).num_encoder_layers(2).num_decoder_layers(2).activation(Activation::Relu);
/// let transformer = config.dim_feedforward(32).init(&mut Rng::seed(1))?;
/// let tape = Tape::<f32>::inference();
/// let (src, tgt) = (tape.input(Tensor::zeros([10, 5, 16])), tape.input(Tensor::zeros([10, 7, 16])));
/// assert_eq!(transformer.forward(&src, &tgt, None, None, None)?.shape(), [10, 7, 16]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Module)]
pub struct Transformer<T: Float = f32> {
    /// Called with `src` and, if there is a source mask, `mask`.
    pub encoder: Box<dyn Layer<T>>,
    /// Called with `tgt`, `memory`, and those of `tgt_mask` and `memory_mask` that there are.
    pub decoder: Box<dyn Layer<T>>,
    #[module(skip)]
    custom: bool,
    #[module(skip)]
    config: TransformerConfig,
}

impl<T: Float> Transformer<T> {
    /// With another encoder: a layer that takes `src` and perhaps `mask`. Such a model has no configuration that a file could hold.
    #[must_use]
    pub fn with_encoder(mut self, encoder: impl Layer<T>) -> Self {
        self.encoder = Box::new(encoder);
        self.custom = true;
        self
    }

    /// With another decoder: a layer that takes `tgt`, `memory`, and perhaps `tgt_mask` and `memory_mask`. Such a model has no
    /// configuration that a file could hold.
    #[must_use]
    pub fn with_decoder(mut self, decoder: impl Layer<T>) -> Self {
        self.decoder = Box::new(decoder);
        self.custom = true;
        self
    }

    /// `src [b, s, d_model]`, `tgt [b, t, d_model]`, and masks as
    /// [`MultiHeadAttention::forward`](crate::MultiHeadAttention::forward) takes them → `[b, t, d_model]`.
    ///
    /// # Errors
    /// If the shapes don't go together.
    pub fn forward(
        &self,
        src: &Var<T>,
        tgt: &Var<T>,
        src_mask: Option<&AttentionMask<T>>,
        tgt_mask: Option<&AttentionMask<T>>,
        memory_mask: Option<&AttentionMask<T>>,
    ) -> Result<Var<T>> {
        if src.shape().first() != tgt.shape().first() {
            let message = format!(
                "src {:?} and tgt {:?}; expected src [b, s, {d}] and tgt [b, t, {d}] with the same batch",
                src.shape(),
                tgt.shape(),
                d = self.config.d_model
            );
            return Err(Error::shape(WHO, message));
        }
        let args = with_mask(Args::new(src.tape()).with("src", src), "mask", src_mask);
        let memory = first(&*self.encoder, &args).map_err(|err| err.in_layer("encoder"))?;
        let args = Args::new(src.tape())
            .with("tgt", tgt)
            .with("memory", &memory);
        let args = with_mask(args, "tgt_mask", tgt_mask);
        let args = with_mask(args, "memory_mask", memory_mask);
        first(&*self.decoder, &args).map_err(|err| err.in_layer("decoder"))
    }
}

/// The first result of a layer.
fn first<T: Float>(layer: &dyn Layer<T>, args: &Args<T>) -> Result<Var<T>> {
    let output = layer.call(args, &layer.signature().gives[..1])?;
    Ok(output.into_first())
}

/// The arguments, with a mask if there is one.
fn with_mask<T: Float>(
    args: Args<T>,
    name: &'static str,
    mask: Option<&AttentionMask<T>>,
) -> Args<T> {
    match mask {
        None => args,
        Some(AttentionMask::Bool(mask)) => args.with(name, Arg::Bool(mask.clone())),
        Some(AttentionMask::Float(mask)) => args.with(name, Arg::Float(mask.clone())),
    }
}

impl<T: Float> Layer<T> for Transformer<T> {
    fn signature(&self) -> Signature {
        SIGNATURE
    }

    fn config(&self) -> Result<Value> {
        if self.custom {
            let message =
                "its encoder or decoder is given in code, which a configuration can't hold";
            return Err(Error::config(WHO, message));
        }
        to_json(WHO, &self.config)
    }

    fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
        args.check(&SIGNATURE, want)?;
        let mask = |name: &str| mask_argument(args, name);
        let (src_mask, tgt_mask) = (mask("src_mask")?, mask("tgt_mask")?);
        let output = self.forward(
            args.float("src")?,
            args.float("tgt")?,
            src_mask.as_ref(),
            tgt_mask.as_ref(),
            mask("memory_mask")?.as_ref(),
        )?;
        Ok(Outputs::one("output", output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdentityConfig;
    use etude_autograd::Tape;
    use etude_tensor::Tensor;

    fn small() -> TransformerConfig {
        TransformerConfig::new()
            .d_model(4)
            .nhead(2)
            .num_encoder_layers(1)
            .num_decoder_layers(1)
            .dim_feedforward(3)
    }

    #[test]
    fn parameters_have_the_paths_of_their_parts() -> Result<()> {
        let transformer: Transformer<f64> = small().init(&mut Rng::seed(1))?;
        let paths: Vec<String> = transformer
            .params()
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        for path in [
            "encoder.layers.0.self_attn.query.weight",
            "encoder.norm.gamma",
            "decoder.layers.0.multihead_attn.out.bias",
            "decoder.norm.beta",
        ] {
            assert!(
                paths.iter().any(|there| there == path),
                "{path} in {paths:?}"
            );
        }
        Ok(())
    }

    /// An encoder that hands its source on.
    #[derive(Clone, Module)]
    #[module(no_parameters)]
    struct Nothing;

    impl<T: Float> Layer<T> for Nothing {
        fn signature(&self) -> Signature {
            const SIGNATURE: Signature =
                Signature::new("Nothing", &[Argument::float("src")], &["output"]);
            SIGNATURE
        }
        fn call(&self, args: &Args<T>, want: &[&str]) -> Result<Outputs<T>> {
            args.check(&Layer::<T>::signature(self), want)?;
            Ok(Outputs::one("output", args.float("src")?.clone()))
        }
    }

    #[test]
    fn a_custom_encoder_takes_the_place_of_the_standard_one() -> Result<()> {
        let transformer: Transformer<f64> = small().init(&mut Rng::seed(1))?;
        let decoder = transformer.decoder.clone();
        let custom = transformer.with_encoder(Nothing);
        let tape = Tape::inference();
        let src = tape.input(Tensor::randn([2, 3, 4], &mut Rng::seed(2)));
        let tgt = tape.input(Tensor::randn([2, 5, 4], &mut Rng::seed(3)));
        let args = Args::new(&tape).with("tgt", &tgt).with("memory", &src);
        let expected = decoder.call(&args, &["output"])?.into_first();
        assert_eq!(
            custom.forward(&src, &tgt, None, None, None)?.tensor(),
            expected.tensor()
        );
        let message = Layer::config(&custom).unwrap_err().to_string();
        assert!(
            message.starts_with("transformer: its encoder or decoder is given in code"),
            "{message}"
        );
        let message = custom
            .with_decoder(IdentityConfig::new().init())
            .forward(&src, &tgt, None, None, None)
            .unwrap_err();
        assert!(message.to_string().contains("decoder"), "{message}");
        Ok(())
    }

    #[test]
    fn different_batches_are_refused() -> Result<()> {
        let transformer: Transformer<f64> = small().init(&mut Rng::seed(1))?;
        let tape = Tape::inference();
        let (src, tgt) = (
            tape.input(Tensor::zeros([2, 3, 4])),
            tape.input(Tensor::zeros([3, 3, 4])),
        );
        let message = transformer
            .forward(&src, &tgt, None, None, None)
            .unwrap_err();
        assert!(
            message
                .to_string()
                .starts_with("transformer: src [2, 3, 4] and tgt [3, 3, 4]; expected"),
            "{message}"
        );
        Ok(())
    }
}
