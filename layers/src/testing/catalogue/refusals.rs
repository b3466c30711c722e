//! What layers refuse, and with which words: every layer's first case, with something wrong about it.

/// A call that errs, and the beginning of what it says.
#[derive(Clone, Copy, Debug)]
pub struct Refused {
    /// What is wrong.
    pub wrong: Wrong,
    /// What is said of it, beginning with the name of who complains.
    pub message: &'static str,
}

/// What is wrong with a call.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    /// The argument has this shape.
    Shape(&'static str, &'static [usize]),
    /// The argument holds integers instead of other numbers, or the other way round.
    Kind(&'static str),
    /// The configuration is this, in JSON.
    Config(&'static str),
}

use Wrong::{Config, Kind, Shape};

/// The table: a layer's type, what is wrong, and the words.
macro_rules! refusals {
    ($($name:literal => [$($wrong:expr => $message:literal,)+],)*) => {
        /// The names of the layers, in the registry's order.
        pub(super) const NAMES: &[&str] = &[$($name),*];

        /// What the layer of this name refuses; nothing if there is no such layer.
        pub fn refusals(name: &str) -> &'static [Refused] {
            match name {
                $($name => const { &[$(Refused { wrong: $wrong, message: $message }),+] },)*
                _ => &[],
            }
        }
    };
}

refusals! {
    "AdaptiveConv2d" => [
        Shape("x", &[1, 2, 2, 2]) => "conv2d: 'conv' expects 1 input channels, got 2 in an input of shape [1, 2, 2, 2]",
        Shape("x", &[1, 2, 2]) => "adaptive_conv2d: expects an input [batch, height, width, channels], got [1, 2, 2]",
    ],
    "AdditiveAttention" => [
        Shape("de_h", &[3, 2]) => "additive_attention: de_h has shape [3, 2] and en_h [2, 2, 2]; expected [batch, features] and [batch, positions, features]",
        Shape("en_h", &[3, 2, 2]) => "additive_attention: de_h has shape [2, 2] and en_h [3, 2, 2]; expected [batch, features] and [batch, positions, features]",
    ],
    "AntiAliasDownsample" => [
        Shape("x", &[1, 3, 3, 2]) => "anti_alias_downsample: expects 1 input channels, got 2 in an input of shape [1, 3, 3, 2]",
        Shape("x", &[1, 3, 3]) => "anti_alias_downsample: expects an image [b, height, width, channels], got [1, 3, 3]",
    ],
    "Attention" => [
        Shape("query", &[2, 2, 2]) => "attention: query [2, 2, 2], value [1, 3, 2] and key [1, 3, 2]; expected query [b, q, d], value [b, k, e] and key [b, k, d]",
        Shape("value", &[2, 3, 2]) => "attention: query [1, 2, 2], value [2, 3, 2] and key [2, 3, 2]; expected query [b, q, d], value [b, k, e] and key [b, k, d]",
    ],
    "AvgPool1d" => [
        Shape("x", &[2, 4]) => "avg_pool1d: expects an input [b, spatial..., channels] of rank 3, got [2, 4]",
        Shape("x", &[2, 4, 2, 1]) => "avg_pool1d: expects an input [b, spatial..., channels] of rank 3, got [2, 4, 2, 1]",
    ],
    "AvgPool2d" => [
        Shape("x", &[1, 2, 3]) => "avg_pool2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 3]",
        Shape("x", &[1, 2, 3, 3, 1]) => "avg_pool2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 3, 3, 1]",
    ],
    "BatchNorm" => [
        Shape("x", &[4, 4]) => "batch_norm: expects 3 input channels, got 4 in an input of shape [4, 4]",
        Shape("x", &[4]) => "batch_norm: expects an input of rank 2 or more, got [4]",
    ],
    "BatchNormActivation" => [
        Shape("x", &[2, 2, 1, 3]) => "batch_norm: expects 2 input channels, got 3 in an input of shape [2, 2, 1, 3]",
        Shape("x", &[2, 2, 1]) => "batch_norm_activation: expects an image [b, height, width, channels], got [2, 2, 1]",
    ],
    "BiasLayer" => [
        Shape("x", &[2, 2, 3]) => "bias_layer: expects 2 input channels, got 3 in an input of shape [2, 2, 3]",
        Shape("x", &[2, 2, 2, 1]) => "bias_layer: expects 2 input channels, got 1 in an input of shape [2, 2, 2, 1]",
    ],
    "BinaryCrossEntropy" => [
        Shape("logits", &[3, 2]) => "binary_cross_entropy: logits [3, 2] and target [2, 2]; expected the same shape",
        Shape("target", &[3, 2]) => "binary_cross_entropy: logits [2, 2] and target [3, 2]; expected the same shape",
    ],
    "Capsule" => [
        Shape("x", &[1, 2, 3]) => "capsule: expects input capsules of length 2, got an input [1, 2, 3]",
    ],
    "ChannelAffine" => [
        Shape("x", &[2, 2, 3]) => "channel_affine: expects 2 input channels, got 3 in an input of shape [2, 2, 3]",
        Shape("x", &[2, 2, 2, 1]) => "channel_affine: expects 2 input channels, got 1 in an input of shape [2, 2, 2, 1]",
    ],
    "ClassToken" => [
        Shape("x", &[2, 2, 3]) => "class_token: expects 2 input channels, got 3 in an input of shape [2, 2, 3]",
        Shape("x", &[2, 2]) => "class_token: expects a sequence [b, tokens, channels], got [2, 2]",
    ],
    "Conv1d" => [
        Shape("x", &[2, 5, 3]) => "conv1d: expects 2 input channels, got 3 in an input of shape [2, 5, 3]",
        Shape("x", &[2, 5]) => "conv1d: expects an input [b, spatial..., channels] of rank 3, got [2, 5]",
    ],
    "Conv1dTranspose" => [
        Shape("x", &[2, 3, 3]) => "conv1d_transpose: expects 2 input channels, got 3 in an input of shape [2, 3, 3]",
        Shape("x", &[2, 3]) => "conv1d_transpose: expects an input [b, spatial..., channels] of rank 3, got [2, 3]",
    ],
    "Conv2d" => [
        Shape("x", &[1, 3, 2, 5]) => "conv2d: expects 4 input channels, got 5 in an input of shape [1, 3, 2, 5]",
        Shape("x", &[1, 3, 2]) => "conv2d: expects an input [b, spatial..., channels] of rank 4, got [1, 3, 2]",
    ],
    "Conv2dTranspose" => [
        Shape("x", &[1, 2, 2, 3]) => "conv2d_transpose: expects 2 input channels, got 3 in an input of shape [1, 2, 2, 3]",
        Shape("x", &[1, 2, 2]) => "conv2d_transpose: expects an input [b, spatial..., channels] of rank 4, got [1, 2, 2]",
    ],
    "Conv3d" => [
        Shape("x", &[1, 3, 2, 3, 2]) => "conv3d: expects 1 input channels, got 2 in an input of shape [1, 3, 2, 3, 2]",
        Shape("x", &[1, 3, 2, 3]) => "conv3d: expects an input [b, spatial..., channels] of rank 5, got [1, 3, 2, 3]",
    ],
    "Conv3dTranspose" => [
        Shape("x", &[1, 2, 1, 2, 3]) => "conv3d_transpose: expects 2 input channels, got 3 in an input of shape [1, 2, 1, 2, 3]",
        Shape("x", &[1, 2, 1, 2]) => "conv3d_transpose: expects an input [b, spatial..., channels] of rank 5, got [1, 2, 1, 2]",
    ],
    "ConvPositionalEncoding" => [
        Shape("x", &[1, 6, 1]) => "conv_positional_encoding: 6 tokens; expected a class token and a square number of image tokens, such as 1 + 14·14",
        Shape("x", &[1, 5]) => "conv_positional_encoding: expects a sequence [b, tokens, channels], got [1, 5]",
    ],
    "ConvRelativePositionalEncoding" => [
        Shape("query", &[2, 2, 5, 1]) => "conv_relative_positional_encoding: query [2, 2, 5, 1] and value [1, 2, 5, 1]; expected both [b, 2, tokens, features]",
        Shape("value", &[2, 2, 5, 1]) => "conv_relative_positional_encoding: query [1, 2, 5, 1] and value [2, 2, 5, 1]; expected both [b, 2, tokens, features]",
    ],
    "CotAttention" => [
        Shape("x", &[2, 1, 1, 9]) => "cot_attention: expects 8 input channels, got 9 in an input of shape [2, 1, 1, 9]",
        Shape("x", &[2, 1, 1]) => "cot_attention: expects an image [b, height, width, channels], got [2, 1, 1]",
    ],
    "Dense" => [
        Shape("x", &[3, 5]) => "dense: expects 4 input channels, got 5 in an input of shape [3, 5]",
        Shape("x", &[3]) => "dense: expects an input [..., features] of rank 2 or more, got [3]",
    ],
    "DepthwiseConv1d" => [
        Shape("x", &[2, 4, 3]) => "depthwise_conv1d: expects 2 input channels, got 3 in an input of shape [2, 4, 3]",
        Shape("x", &[2, 4]) => "depthwise_conv1d: expects an input [b, spatial..., channels] of rank 3, got [2, 4]",
    ],
    "DepthwiseConv2d" => [
        Shape("x", &[1, 3, 2, 3]) => "depthwise_conv2d: expects 2 input channels, got 3 in an input of shape [1, 3, 2, 3]",
        Shape("x", &[1, 3, 2]) => "depthwise_conv2d: expects an input [b, spatial..., channels] of rank 4, got [1, 3, 2]",
    ],
    "Dropout" => [
        Config(r#"{"rate": 1.5}"#) => "dropout: rate is 1.5; expected a rate from 0 to below 1",
        Kind("x") => "dropout: argument 'x' is an integer tensor of shape [2]; expected a float variable",
    ],
    "Embedding" => [
        Kind("x") => "embedding: argument 'x' is a float variable of shape [2]; expected an integer tensor",
    ],
    "FavorAttention" => [
        Shape("keys", &[2, 2, 3]) => "favor_attention: keys [2, 2, 3], values [1, 2, 3] and queries [1, 2, 3]; expected [b, 2, L…], [b, e, L…] and [b, 2, L'…] with one location axis or more",
        Shape("values", &[2, 2, 3]) => "favor_attention: keys [1, 2, 3], values [2, 2, 3] and queries [1, 2, 3]; expected [b, 2, L…], [b, e, L…] and [b, 2, L'…] with one location axis or more",
    ],
    "Flatten" => [
        Kind("x") => "flatten: argument 'x' is an integer tensor of shape [2]; expected a float variable",
    ],
    "GlobalAvgPool2d" => [
        Shape("x", &[2, 2, 3]) => "global_avg_pool2d: expects an input of rank 4, two axes of it spatial, got [2, 2, 3]",
        Shape("x", &[2, 2, 3, 2, 1]) => "global_avg_pool2d: expects an input of rank 4, two axes of it spatial, got [2, 2, 3, 2, 1]",
    ],
    "GroupNorm" => [
        Shape("x", &[2, 5, 2]) => "group_norm: expects 4 input channels, got 5 in an input of shape [2, 5, 2]",
    ],
    "Gru" => [
        Shape("x", &[2, 3, 2]) => "gru: expects 1 input channels, got 2 in an input of shape [2, 3, 2]",
        Shape("x", &[2, 3]) => "gru: expects an input [batch, time, features], got [2, 3]",
    ],
    "GruCell" => [
        Shape("data", &[3, 1]) => "gru_cell: state has shape [2, 2]; expected [3, 2]",
        Shape("state", &[3, 2]) => "gru_cell: state has shape [3, 2]; expected [2, 2]",
    ],
    "HaloAttention" => [
        Shape("x", &[1, 3, 2, 2]) => "halo_attention: block_size 2 doesn't divide height and width of an input of shape [1, 3, 2, 2]; expected multiples of it",
        Shape("x", &[1, 2, 2]) => "halo_attention: expects an image [b, height, width, channels], got [1, 2, 2]",
    ],
    "Huber" => [
        Shape("prediction", &[4, 2]) => "huber: prediction [4, 2] and target [3, 2]; expected the same shape",
        Shape("target", &[4, 2]) => "huber: prediction [3, 2] and target [4, 2]; expected the same shape",
    ],
    "Identity" => [
        Kind("x") => "identity: argument 'x' is an integer tensor of shape [2]; expected a float variable",
    ],
    "KlDivergence" => [
        Shape("prediction", &[3, 3]) => "kl_divergence: prediction [3, 3] and target [2, 3]; expected the same shape",
        Shape("target", &[3, 3]) => "kl_divergence: prediction [2, 3] and target [3, 3]; expected the same shape",
    ],
    "LayerNorm" => [
        Shape("x", &[2, 5]) => "layer_norm: its parameters have shape [4], but the axes -1 of an input [2, 5] have sizes [5]; expected both alike",
        Shape("x", &[2]) => "layer_norm: its parameters have shape [4], but the axes -1 of an input [2] have sizes [2]; expected both alike",
    ],
    "LearnedPositionalEncoding" => [
        Shape("x", &[2, 3, 3]) => "learned_positional_encoding: expects 2 input channels, got 3 in an input of shape [2, 3, 3]",
        Shape("x", &[2, 3]) => "learned_positional_encoding: expects 2 input channels, got 3 in an input of shape [2, 3]",
    ],
    "LinearAttention" => [
        Shape("data1", &[2, 2, 2]) => "linear_attention: data2 has shape [1, 3, 2], data1 [2, 2, 2]; expected the same batch and features",
        Shape("data2", &[2, 3, 2]) => "linear_attention: data2 has shape [2, 3, 2], data1 [1, 2, 2]; expected the same batch and features",
    ],
    "Linformer" => [
        Shape("x", &[1, 3, 3]) => "headwise_dense: 'attention.query' expects an input [batch, positions, 2], got [1, 3, 3]",
        Shape("x", &[1, 3]) => "linear_attention: 'attention' data1 has shape [1, 3]; expected [batch, positions, features]",
    ],
    "LinformerSelfAttention" => [
        Shape("x", &[1, 4, 2]) => "linformer_self_attention: x [1, 4, 2] and context [1, 4, 2]; expected x [b, n, 2] and context [b, 3, 2]",
        Shape("x", &[1, 3]) => "linformer_self_attention: x [1, 3] and context [1, 3]; expected x [b, n, 2] and context [b, 3, 2]",
    ],
    "Longformer" => [
        Shape("x", &[1, 4, 3]) => "headwise_dense: 'attention.query' expects an input [batch, positions, 2], got [1, 4, 3]",
        Shape("x", &[1, 4]) => "longformer: 'attention' x has shape [1, 4]; expected [batch, positions, features]",
    ],
    "Lstm" => [
        Shape("x", &[2, 3, 2]) => "lstm: expects 1 input channels, got 2 in an input of shape [2, 3, 2]",
        Shape("x", &[2, 3]) => "lstm: expects an input [batch, time, features], got [2, 3]",
    ],
    "LstmCell" => [
        Shape("data", &[3, 1]) => "lstm_cell: state has shape [2, 2]; expected [3, 2]",
        Shape("state", &[3, 2]) => "lstm_cell: state has shape [3, 2]; expected [2, 2]",
    ],
    "MaxPool1d" => [
        Shape("x", &[2, 4]) => "max_pool1d: expects an input [b, spatial..., channels] of rank 3, got [2, 4]",
        Shape("x", &[2, 4, 2, 1]) => "max_pool1d: expects an input [b, spatial..., channels] of rank 3, got [2, 4, 2, 1]",
    ],
    "MaxPool2d" => [
        Shape("x", &[1, 2, 3]) => "max_pool2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 3]",
        Shape("x", &[1, 2, 3, 3, 1]) => "max_pool2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 3, 3, 1]",
    ],
    "MeanAbsoluteError" => [
        Shape("prediction", &[4, 2]) => "mean_absolute_error: prediction [4, 2] and target [3, 2]; expected the same shape",
        Shape("target", &[4, 2]) => "mean_absolute_error: prediction [3, 2] and target [4, 2]; expected the same shape",
    ],
    "MeanSquaredError" => [
        Shape("prediction", &[4, 2]) => "mean_squared_error: prediction [4, 2] and target [3, 2]; expected the same shape",
        Shape("target", &[4, 2]) => "mean_squared_error: prediction [3, 2] and target [4, 2]; expected the same shape",
    ],
    "MhsaWithPositionEmbedding" => [
        Shape("x", &[1, 3, 2, 2]) => "mhsa_with_position_embedding: expects images of 2 rows and 2 columns, got an input of shape [1, 3, 2, 2]",
        Shape("x", &[1, 2, 2]) => "mhsa_with_position_embedding: expects an image [b, height, width, channels], got [1, 2, 2]",
    ],
    "MixerBlock" => [
        Shape("x", &[2, 3, 3]) => "mixer_block: expects 2 tokens, got 3 in an input of shape [2, 3, 3]",
        Shape("x", &[2, 2]) => "mixer_block: expects a sequence [b, tokens, channels], got [2, 2]",
    ],
    "MlpBlock" => [
        Shape("x", &[2, 1, 3]) => "mlp_block: 'dense_0' expects 2 input channels, got 3 in an input of shape [2, 1, 3]",
        Shape("x", &[2, 1]) => "mlp_block: 'dense_0' expects 2 input channels, got 1 in an input of shape [2, 1]",
    ],
    "MultiHeadAttention" => [
        Shape("x", &[1, 3, 2]) => "multi_head_attention: a mask of shape [2, 2] for 3 queries and 3 keys; expected [3, 3] or larger, [1, 3, 3] or [1, 2, 3, 3], with 1 allowed for the batch and the heads",
        Shape("mask", &[2]) => "multi_head_attention: a mask of shape [2] for 2 queries and 2 keys; expected [2, 2] or larger, [1, 2, 2] or [1, 2, 2, 2], with 1 allowed for the batch and the heads",
    ],
    "MultiHeadFavorAttention" => [
        Shape("data1", &[2, 2, 2]) => "multi_head_favor_attention: data2 has shape [1, 3, 2], data1 [2, 2, 2]; expected the same batch and features",
        Shape("data2", &[2, 3, 2]) => "multi_head_favor_attention: data2 has shape [2, 3, 2], data1 [1, 2, 2]; expected the same batch and features",
    ],
    "OutlookAttention" => [
        Shape("x", &[1, 3, 2, 2]) => "outlook_attention: strides 2 don't divide height and width of an input of shape [1, 3, 2, 2]; expected multiples",
        Shape("x", &[1, 2, 2]) => "outlook_attention: expects an image [b, height, width, channels], got [1, 2, 2]",
    ],
    "OutlookAttentionSimple" => [
        Shape("x", &[1, 3, 2, 3]) => "outlook_attention_simple: 'attn' expects 2 input channels, got 3 in an input of shape [1, 2, 1, 3]",
        Shape("x", &[1, 3, 2]) => "outlook_attention_simple: expects an image [b, height, width, channels], got [1, 3, 2]",
    ],
    "Performer" => [
        Shape("x", &[1, 2, 3]) => "dense: 'attention.query' expects 2 input channels, got 3 in an input of shape [1, 2, 3]",
        Shape("x", &[1, 2]) => "multi_head_favor_attention: 'attention' data1 has shape [1, 2]; expected [batch, positions, features]",
    ],
    "PositionalEmbedding" => [
        Shape("x", &[2, 3, 2, 1]) => "positional_embedding: expects images of shape [2, 2, 1], got an input of shape [2, 3, 2, 1]",
        Shape("x", &[2, 2, 2]) => "positional_embedding: expects an image [b, height, width, channels], got [2, 2, 2]",
    ],
    "RSoftmax" => [
        Config(r#"{"groups": 0}"#) => "r_softmax: groups is 0; expected 1 or more",
        Kind("x") => "r_softmax: argument 'x' is an integer tensor of shape [2]; expected a float variable",
    ],
    "RippleAttention" => [
        Shape("data1", &[2, 2, 2]) => "ripple_attention: data2 has shape [1, 3, 2], data1 [2, 2, 2]; expected the same batch and features",
        Shape("data2", &[2, 3, 2]) => "ripple_attention: data2 has shape [2, 3, 2], data1 [1, 2, 2]; expected the same batch and features",
    ],
    "RmsNorm" => [
        Shape("x", &[2, 2, 4]) => "rms_norm: expects 3 input channels, got 4 in an input of shape [2, 2, 4]",
        Shape("x", &[2, 2]) => "rms_norm: expects 3 input channels, got 2 in an input of shape [2, 2]",
    ],
    "Rnn" => [
        Shape("x", &[2, 3, 3]) => "rnn: expects 2 input channels, got 3 in an input of shape [2, 3, 3]",
        Shape("x", &[2, 3]) => "rnn: expects an input [batch, time, features], got [2, 3]",
    ],
    "RnnCell" => [
        Shape("data", &[3, 2]) => "rnn_cell: state has shape [2, 3]; expected [3, 3]",
        Shape("state", &[3, 3]) => "rnn_cell: state has shape [3, 3]; expected [2, 3]",
    ],
    "SelfAttention" => [
        Shape("x", &[1, 3, 2]) => "self_attention: a mask of shape [1, 2, 2, 2] for an input [1, 3, 2]; expected one that broadcasts to [1, 2, 3, 3]",
        Shape("mask", &[2, 2, 2, 2]) => "self_attention: a mask of shape [2, 2, 2, 2] for an input [1, 2, 2]; expected one that broadcasts to [1, 2, 2, 2]",
    ],
    "SeparableConv1d" => [
        Shape("x", &[1, 4, 3]) => "separable_conv1d: expects 2 input channels, got 3 in an input of shape [1, 4, 3]",
        Shape("x", &[1, 4]) => "separable_conv1d: expects an input [b, spatial..., channels] of rank 3, got [1, 4]",
    ],
    "SeparableConv2d" => [
        Shape("x", &[1, 3, 3, 2]) => "separable_conv2d: expects 2 input channels, got 3 in an input of shape [1, 3, 3, 2]",
        Shape("x", &[1, 2, 3]) => "separable_conv2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 3]",
    ],
    "Sequential" => [
        Shape("x", &[2, 5]) => "dense: '0' expects 4 input channels, got 5 in an input of shape [2, 5]",
        Shape("x", &[2]) => "dense: '0' expects an input [..., features] of rank 2 or more, got [2]",
    ],
    "SinusoidalPositionalEncoding" => [
        Kind("x") => "sinusoidal_positional_encoding: argument 'x' is an integer tensor of shape [2]; expected a float variable",
    ],
    "SoftmaxCrossEntropy" => [
        Shape("logits", &[4, 4]) => "softmax_cross_entropy: logits [4, 4] and target [3]; expected a target of shape [4]",
        Shape("target", &[4]) => "softmax_cross_entropy: logits [3, 4] and target [4]; expected a target of shape [3]",
    ],
    "SparseAttention" => [
        Kind("data1") => "sparse_attention: argument 'data1' is an integer tensor of shape [2]; expected a float variable",
    ],
    "SpatialGatingBlock" => [
        Shape("x", &[2, 3, 4]) => "spatial_gating_block: expects 2 tokens, got 3 in an input of shape [2, 3, 4]",
        Shape("x", &[2, 2]) => "spatial_gating_block: expects a sequence [b, tokens, channels], got [2, 2]",
    ],
    "SplitAttentionConv2d" => [
        Shape("x", &[2, 2, 2, 3]) => "split_attention_conv2d: expects 2 input channels, got 3 in an input of shape [2, 2, 2, 3]",
        Shape("x", &[2, 2, 2]) => "split_attention_conv2d: expects an image [b, height, width, channels], got [2, 2, 2]",
    ],
    "SqueezeExcite" => [
        Shape("x", &[2, 2, 1, 5]) => "squeeze_excite: expects 4 input channels, got 5 in an input of shape [2, 2, 1, 5]",
        Shape("x", &[2, 2, 1]) => "squeeze_excite: expects an image [b, height, width, channels], got [2, 2, 1]",
    ],
    "StochasticDepth" => [
        Config(r#"{"drop_path_rate": 1.5}"#) => "stochastic_depth: drop_path_rate is 1.5; expected a rate from 0 to below 1",
        Kind("x") => "stochastic_depth: argument 'x' is an integer tensor of shape [2]; expected a float variable",
    ],
    "TalkingHeadsAttention" => [
        Shape("query_tensor", &[2, 2, 2, 2]) => "talking_heads_attention: query [2, 2, 2, 2], key [1, 2, 2, 2] and value [1, 2, 2, 1] with attention axes [1]; expected [B…, T…, heads, d], [B…, S…, heads, d] and [B…, S…, heads, e] with the same B, heads and d",
        Shape("key_tensor", &[2, 2, 2, 2]) => "talking_heads_attention: query [1, 2, 2, 2], key [2, 2, 2, 2] and value [1, 2, 2, 1] with attention axes [1]; expected [B…, T…, heads, d], [B…, S…, heads, d] and [B…, S…, heads, e] with the same B, heads and d",
    ],
    "Transformer" => [
        Shape("src", &[2, 2, 2]) => "transformer: src [2, 2, 2] and tgt [1, 2, 2]; expected src [b, s, 2] and tgt [b, t, 2] with the same batch",
        Shape("tgt", &[2, 2, 2]) => "transformer: src [1, 2, 2] and tgt [2, 2, 2]; expected src [b, s, 2] and tgt [b, t, 2] with the same batch",
    ],
    "TransformerBlock" => [
        Shape("x", &[1, 2, 3]) => "multi_head_attention: 'attention.query' expects 2 input channels, got 3 in an input of shape [1, 2, 3]",
        Shape("x", &[1, 2]) => "transformer_block: x has shape [1, 2]; expected [batch, positions, features]",
    ],
    "TransformerDecoder" => [
        Shape("tgt", &[2, 2, 2]) => "multi_head_attention: 'layers.0.multihead_attn' x [2, 2, 2] and xa [1, 2, 2]; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
        Shape("memory", &[2, 2, 2]) => "multi_head_attention: 'layers.0.multihead_attn' x [1, 2, 2] and xa [2, 2, 2]; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
    ],
    "TransformerDecoderLayer" => [
        Shape("tgt", &[2, 2, 2]) => "multi_head_attention: 'multihead_attn' x [2, 2, 2] and xa [1, 2, 2]; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
        Shape("memory", &[2, 2, 2]) => "multi_head_attention: 'multihead_attn' x [1, 2, 2] and xa [2, 2, 2]; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
    ],
    "TransformerEncoder" => [
        Shape("src", &[1, 2, 3]) => "multi_head_attention: 'layers.0.self_attn.query' expects 2 input channels, got 3 in an input of shape [1, 2, 3]",
        Shape("src", &[1, 2]) => "multi_head_attention: 'layers.0.self_attn' x [1, 2] and xa [1, 2]; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
    ],
    "TransformerEncoderLayer" => [
        Shape("src", &[1, 2, 3]) => "multi_head_attention: 'self_attn.query' expects 2 input channels, got 3 in an input of shape [1, 2, 3]",
        Shape("src", &[1, 2]) => "multi_head_attention: 'self_attn' x [1, 2] and xa [1, 2]; expected x [batch, queries, features] and xa [batch, keys, features] with the same batch and features",
    ],
    "ZeroPadding1d" => [
        Shape("x", &[2, 2]) => "zero_padding1d: expects an input [b, spatial..., channels] of rank 3, got [2, 2]",
        Shape("x", &[2, 2, 2, 1]) => "zero_padding1d: expects an input [b, spatial..., channels] of rank 3, got [2, 2, 2, 1]",
    ],
    "ZeroPadding2d" => [
        Shape("x", &[1, 2, 2]) => "zero_padding2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 2]",
        Shape("x", &[1, 2, 2, 1, 1]) => "zero_padding2d: expects an input [b, channels, spatial...] of rank 4, got [1, 2, 2, 1, 1]",
    ],
    "ZeroPadding3d" => [
        Shape("x", &[1, 1, 2, 1]) => "zero_padding3d: expects an input [b, spatial..., channels] of rank 5, got [1, 1, 2, 1]",
        Shape("x", &[1, 1, 2, 1, 2, 1]) => "zero_padding3d: expects an input [b, spatial..., channels] of rank 5, got [1, 1, 2, 1, 2, 1]",
    ],
}
