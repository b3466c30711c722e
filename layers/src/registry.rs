//! Layers by name: from a layer's type and its JSON configuration to the layer.
//!
//! A model file can so be opened without the code that built it, and a test case can name its layer.
//!
//! ```
//! use etude_layers::{Layer, registry};
//! use etude_tensor::Rng;
//! use serde_json::json;
//!
//! let dense: Box<dyn Layer> = registry::layer("Dense", &json!({"output_size": 3}), &mut Rng::seed(1))?;
//! assert_eq!(dense.signature().to_string(), "Dense(x) → output");
//! assert!(registry::names().contains(&"Dense"));
//! # Ok::<(), etude_tensor::Error>(())
//! ```

use crate::*;
use etude_tensor::{Error, Float, Result, Rng};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The table: a layer's type, its configuration, and how the one makes the other.
macro_rules! registry {
    ($($name:literal: $config:ty => $init:expr,)*) => {
        /// The names of all layers.
        pub const fn names() -> &'static [&'static str] {
            &[$($name),*]
        }

        /// The layer of this name and configuration, its parameters seeded from `rng`.
        ///
        /// # Errors
        /// If there is no layer of this name, or the configuration doesn't fit it.
        pub fn layer<T: Float>(name: &str, config: &Value, rng: &mut Rng) -> Result<Box<dyn Layer<T>>> {
            match name {
                $($name => make::<T, $config, _>($name, config, rng, $init),)*
                _ => {
                    let message = format!("there is no layer '{name}'; there are {}", names().join(", "));
                    Err(Error::config("registry", message))
                }
            }
        }
    };
}

registry! {
    "AdaptiveConv2d": AdaptiveConv2dConfig => |config, rng| config.init(rng),
    "AdditiveAttention": AdditiveAttentionConfig => |config, rng| config.init(rng),
    "AntiAliasDownsample": AntiAliasDownsampleConfig => |config, rng| config.init(rng),
    "Attention": AttentionConfig => |config, rng| config.init(rng),
    "AvgPool1d": AvgPool1dConfig => |config, _| config.init(),
    "AvgPool2d": AvgPool2dConfig => |config, _| config.init(),
    "BatchNorm": BatchNormConfig => |config, rng| config.init(rng),
    "BatchNormActivation": BatchNormActivationConfig => |config, rng| config.init(rng),
    "BiasLayer": BiasLayerConfig => |config, rng| config.init(rng),
    "BinaryCrossEntropy": BinaryCrossEntropyConfig => |config, _| config.init(),
    "Capsule": CapsuleConfig => |config, rng| config.init(rng),
    "ChannelAffine": ChannelAffineConfig => |config, rng| config.init(rng),
    "ClassToken": ClassTokenConfig => |config, rng| config.init(rng),
    "Conv1d": Conv1dConfig => |config, rng| config.init(rng),
    "Conv1dTranspose": Conv1dTransposeConfig => |config, rng| config.init(rng),
    "Conv2d": Conv2dConfig => |config, rng| config.init(rng),
    "Conv2dTranspose": Conv2dTransposeConfig => |config, rng| config.init(rng),
    "Conv3d": Conv3dConfig => |config, rng| config.init(rng),
    "Conv3dTranspose": Conv3dTransposeConfig => |config, rng| config.init(rng),
    "ConvPositionalEncoding": ConvPositionalEncodingConfig => |config, rng| config.init(rng),
    "ConvRelativePositionalEncoding": ConvRelativePositionalEncodingConfig => |config, rng| config.init(rng),
    "CotAttention": CotAttentionConfig => |config, rng| config.init(rng),
    "Dense": DenseConfig => |config, rng| config.init(rng),
    "DepthwiseConv1d": DepthwiseConv1dConfig => |config, rng| config.init(rng),
    "DepthwiseConv2d": DepthwiseConv2dConfig => |config, rng| config.init(rng),
    "Dropout": DropoutConfig => |config, _| config.init(),
    "Embedding": EmbeddingConfig => |config, rng| config.init(rng),
    "FavorAttention": FavorAttentionConfig => |config, rng| config.init(rng),
    "Flatten": FlattenConfig => |config, _| Ok(config.init()),
    "GlobalAvgPool2d": GlobalAvgPool2dConfig => |config, _| config.init(),
    "GroupNorm": GroupNormConfig => |config, rng| config.init(rng),
    "Gru": GruConfig => |config, rng| config.init(rng),
    "GruCell": GruCellConfig => |config, rng| config.init(rng),
    "HaloAttention": HaloAttentionConfig => |config, rng| config.init(rng),
    "Huber": HuberConfig => |config, _| config.init(),
    "Identity": IdentityConfig => |config, _| Ok(config.init()),
    "KlDivergence": KlDivergenceConfig => |config, _| config.init(),
    "LayerNorm": LayerNormConfig => |config, rng| config.init(rng),
    "LearnedPositionalEncoding": LearnedPositionalEncodingConfig => |config, rng| config.init(rng),
    "LinearAttention": LinearAttentionConfig => |config, rng| config.init(rng),
    "Linformer": LinformerConfig => |config, rng| config.init(rng),
    "LinformerSelfAttention": LinformerSelfAttentionConfig => |config, rng| config.init(rng),
    "Longformer": LongformerConfig => |config, rng| config.init(rng),
    "Lstm": LstmConfig => |config, rng| config.init(rng),
    "LstmCell": LstmCellConfig => |config, rng| config.init(rng),
    "MaxPool1d": MaxPool1dConfig => |config, _| config.init(),
    "MaxPool2d": MaxPool2dConfig => |config, _| config.init(),
    "MeanAbsoluteError": MeanAbsoluteErrorConfig => |config, _| Ok(config.init()),
    "MeanSquaredError": MeanSquaredErrorConfig => |config, _| Ok(config.init()),
    "MhsaWithPositionEmbedding": MhsaWithPositionEmbeddingConfig => |config, rng| config.init(rng),
    "MixerBlock": MixerBlockConfig => |config, rng| config.init(rng),
    "MlpBlock": MlpBlockConfig => |config, rng| config.init(rng),
    "MultiHeadAttention": MultiHeadAttentionConfig => |config, rng| config.init(rng),
    "MultiHeadFavorAttention": MultiHeadFavorAttentionConfig => |config, rng| config.init(rng),
    "OutlookAttention": OutlookAttentionConfig => |config, rng| config.init(rng),
    "OutlookAttentionSimple": OutlookAttentionSimpleConfig => |config, rng| config.init(rng),
    "Performer": PerformerConfig => |config, rng| config.init(rng),
    "PositionalEmbedding": PositionalEmbeddingConfig => |config, rng| config.init(rng),
    "RSoftmax": RSoftmaxConfig => |config, _| config.init(),
    "RippleAttention": RippleAttentionConfig => |config, rng| config.init(rng),
    "RmsNorm": RmsNormConfig => |config, rng| config.init(rng),
    "Rnn": RnnConfig => |config, rng| config.init(rng),
    "RnnCell": RnnCellConfig => |config, rng| config.init(rng),
    "SelfAttention": SelfAttentionConfig => |config, rng| config.init(rng),
    "SeparableConv1d": SeparableConv1dConfig => |config, rng| config.init(rng),
    "SeparableConv2d": SeparableConv2dConfig => |config, rng| config.init(rng),
    "Sequential": SequentialConfig => |config, rng| config.init(rng),
    "SinusoidalPositionalEncoding": SinusoidalPositionalEncodingConfig => |config, _| config.init(),
    "SoftmaxCrossEntropy": SoftmaxCrossEntropyConfig => |config, _| config.init(),
    "SparseAttention": SparseAttentionConfig => |config, rng| config.init(rng),
    "SpatialGatingBlock": SpatialGatingBlockConfig => |config, rng| config.init(rng),
    "SplitAttentionConv2d": SplitAttentionConv2dConfig => |config, rng| config.init(rng),
    "SqueezeExcite": SqueezeExciteConfig => |config, rng| config.init(rng),
    "StochasticDepth": StochasticDepthConfig => |config, _| config.init(),
    "TalkingHeadsAttention": TalkingHeadsAttentionConfig => |config, rng| config.init(rng),
    "Transformer": TransformerConfig => |config, rng| config.init(rng),
    "TransformerBlock": TransformerBlockConfig => |config, rng| config.init(rng),
    "TransformerDecoder": TransformerStackConfig => |config, rng| config.decoder(rng),
    "TransformerDecoderLayer": TransformerLayerConfig => |config, rng| config.decoder_layer(rng),
    "TransformerEncoder": TransformerStackConfig => |config, rng| config.encoder(rng),
    "TransformerEncoderLayer": TransformerLayerConfig => |config, rng| config.encoder_layer(rng),
    "ZeroPadding1d": ZeroPadding1dConfig => |config, _| config.init(),
    "ZeroPadding2d": ZeroPadding2dConfig => |config, _| config.init(),
    "ZeroPadding3d": ZeroPadding3dConfig => |config, _| config.init(),
}

/// Reads the configuration and makes the layer.
fn make<T: Float, C: DeserializeOwned, L: Layer<T>>(
    name: &'static str,
    config: &Value,
    rng: &mut Rng,
    init: impl FnOnce(&C, &mut Rng) -> Result<L>,
) -> Result<Box<dyn Layer<T>>> {
    let config = read_config(&signature::snake_case(name), config)?;
    Ok(Box::new(init(&config, rng)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A configuration for each name, as short as it can be.
    fn shortest(name: &str) -> Value {
        match name {
            "Conv1d" | "Conv1dTranspose" | "Conv2d" | "Conv2dTranspose" | "Conv3d"
            | "Conv3dTranspose" | "SeparableConv1d" | "SeparableConv2d" => {
                json!({"filters": 2, "kernel_size": 3})
            }
            "AdaptiveConv2d" => json!({"filters": 2, "kernel_size": [3, 3]}),
            "AdditiveAttention" => json!({"output_size": 3}),
            "Capsule" => json!({"num_capsules": 2, "dim_capsules": 3}),
            "Dense" => json!({"output_size": 3}),
            "DepthwiseConv1d" | "DepthwiseConv2d" => json!({"kernel_size": 3}),
            "Dropout" => json!({"rate": 0.5}),
            "Embedding" => json!({"output_size": 3, "input_size": 4}),
            "FavorAttention" => json!({"key_dim": 3}),
            "LearnedPositionalEncoding" => json!({"max_length": 3}),
            "LinformerSelfAttention" => json!({"dim": 8, "seq_len": 3}),
            "MultiHeadAttention" => json!({"n_head": 2}),
            "TransformerDecoder" | "TransformerEncoder" => {
                json!({"d_model": 4, "nhead": 2, "num_layers": 1})
            }
            "TransformerDecoderLayer" | "TransformerEncoderLayer" => {
                json!({"d_model": 4, "nhead": 2})
            }
            "Gru" | "Lstm" | "Rnn" => json!({"output_size": 3}),
            "GruCell" | "LstmCell" | "RnnCell" => json!({"weight_shape": [2, 3]}),
            "MixerBlock" => json!({"tokens_mlp_dim": 3, "channels_mlp_dim": 4}),
            "MlpBlock" => json!({"hidden_dim": 3}),
            "OutlookAttention" => json!({"embed_dim": 4, "num_head": 2}),
            "OutlookAttentionSimple" => json!({"embed_dim": 6}),
            "RSoftmax" => json!({"groups": 2}),
            "SplitAttentionConv2d" => json!({"filters": 4}),
            "LinearAttention" | "Linformer" | "RippleAttention" => {
                json!({"dim": 4, "num_heads": 2})
            }
            "Longformer" => json!({"dim": 4, "num_heads": 2, "window_size": 1}),
            "MultiHeadFavorAttention" | "Performer" => {
                json!({"dim": 4, "nb_heads": 2, "nb_random_features": 6})
            }
            "SelfAttention" | "SparseAttention" | "TransformerBlock" => {
                json!({"output_size": 4, "num_heads": 2})
            }
            "StochasticDepth" => json!({"drop_path_rate": 0.5}),
            "Sequential" => json!({"layers": []}),
            _ => json!({}),
        }
    }

    #[test]
    fn every_layer_is_made_under_its_own_name_and_its_configuration_round_trips() -> Result<()> {
        for name in names() {
            let made: Box<dyn Layer<f64>> = layer(name, &shortest(name), &mut Rng::seed(1))?;
            assert_eq!(made.signature().layer, *name);
            let config = made.config()?;
            let again: Box<dyn Layer<f64>> = layer(name, &config, &mut Rng::seed(1))?;
            assert_eq!(again.config()?, config);
        }
        Ok(())
    }

    /// The README's table of layers has a row for each name, which leads to where the type is documented, and no other.
    #[test]
    fn the_readme_lists_every_layer_with_its_documentation() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
        let readme = read("README.md");
        let (_, layers) = readme.split_once("\n## Layers\n").unwrap();
        let (table, _) = layers.split_once("\n## ").unwrap();
        let rows = table.lines().filter_map(|row| {
            let mut cells = row.trim_matches('|').split('|').map(str::trim).skip(1);
            let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
            let (_, path) = cells.next()?.split_once("](")?;
            Some((name, path.strip_suffix(')')?))
        });
        let rows: Vec<_> = rows.collect();
        for (name, path) in &rows {
            let source = read(path);
            let defines = |kind| source.contains(&format!("\npub {kind} {name}"));
            assert!(defines("struct") || defines("type"), "{path} has no {name}");
        }
        let listed: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
        let missing: Vec<_> = names()
            .iter()
            .filter(|name| !listed.contains(name))
            .collect();
        assert!(missing.is_empty(), "no row in README.md: {missing:?}");
        assert_eq!(
            listed,
            names(),
            "each layer once, in the order of the registry"
        );
    }

    #[test]
    fn every_layer_refuses_a_key_that_it_does_not_have() {
        for name in names() {
            let mut config = shortest(name);
            config["colour"] = json!("red");
            let message = layer::<f32>(name, &config, &mut Rng::seed(1))
                .err()
                .unwrap()
                .to_string();
            let who = signature::snake_case(name);
            assert!(
                message.starts_with(&format!("{who}: unknown field `colour`")),
                "{message}"
            );
        }
    }
}
