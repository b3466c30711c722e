//! Every layer, and small cases of it: its configuration keys at other values than their defaults, its optional arguments, all of its results.
//!
//! Reading an entry shows how a layer is called. A layer of the registry that lacks one doesn't compile (see the end of this file).

mod attention;
mod basic;
mod conv;
mod encoding;
mod losses;
mod norm;
mod options;
mod pool;
mod recurrent;
mod refusals;
mod regularization;
mod sequence;
mod vision;

pub use refusals::{Refused, Wrong, refusals};

use super::Case;
use crate::registry;

/// The table: a layer's type, and where its cases stand.
macro_rules! catalogue {
    ($($name:literal => $cases:path,)*) => {
        /// The layers of the catalogue, in the registry's order.
        pub const NAMES: &[&str] = &[$($name),*];

        /// The cases of the layer of this name; none if there is no such layer.
        pub fn cases(name: &str) -> Vec<Case> {
            match name {
                $($name => options::with_options($name, $cases()),)*
                _ => Vec::new(),
            }
        }
    };
}

catalogue! {
    "AdaptiveConv2d" => sequence::adaptive_conv2d,
    "AdditiveAttention" => sequence::additive_attention,
    "AntiAliasDownsample" => vision::anti_alias_downsample,
    "Attention" => attention::attention,
    "AvgPool1d" => pool::avg_pool1d,
    "AvgPool2d" => pool::avg_pool2d,
    "BatchNorm" => norm::batch_norm,
    "BatchNormActivation" => vision::batch_norm_activation,
    "BiasLayer" => vision::bias_layer,
    "BinaryCrossEntropy" => losses::binary_cross_entropy,
    "Capsule" => sequence::capsule,
    "ChannelAffine" => vision::channel_affine,
    "ClassToken" => vision::class_token,
    "Conv1d" => conv::conv1d,
    "Conv1dTranspose" => conv::conv1d_transpose,
    "Conv2d" => conv::conv2d,
    "Conv2dTranspose" => conv::conv2d_transpose,
    "Conv3d" => conv::conv3d,
    "Conv3dTranspose" => conv::conv3d_transpose,
    "ConvPositionalEncoding" => vision::conv_positional_encoding,
    "ConvRelativePositionalEncoding" => vision::conv_relative_positional_encoding,
    "CotAttention" => vision::cot_attention,
    "Dense" => basic::dense,
    "DepthwiseConv1d" => conv::depthwise_conv1d,
    "DepthwiseConv2d" => conv::depthwise_conv2d,
    "Dropout" => regularization::dropout,
    "Embedding" => basic::embedding,
    "FavorAttention" => attention::favor_attention,
    "Flatten" => basic::flatten,
    "GlobalAvgPool2d" => pool::global_avg_pool2d,
    "GroupNorm" => norm::group_norm,
    "Gru" => recurrent::gru,
    "GruCell" => recurrent::gru_cell,
    "HaloAttention" => vision::halo_attention,
    "Huber" => losses::huber,
    "Identity" => basic::identity,
    "KlDivergence" => losses::kl_divergence,
    "LayerNorm" => norm::layer_norm,
    "LearnedPositionalEncoding" => encoding::learned_positional_encoding,
    "LinearAttention" => sequence::linear_attention,
    "Linformer" => sequence::linformer,
    "LinformerSelfAttention" => attention::linformer_self_attention,
    "Longformer" => sequence::longformer,
    "Lstm" => recurrent::lstm,
    "LstmCell" => recurrent::lstm_cell,
    "MaxPool1d" => pool::max_pool1d,
    "MaxPool2d" => pool::max_pool2d,
    "MeanAbsoluteError" => losses::mean_absolute_error,
    "MeanSquaredError" => losses::mean_squared_error,
    "MhsaWithPositionEmbedding" => vision::mhsa_with_position_embedding,
    "MixerBlock" => vision::mixer_block,
    "MlpBlock" => vision::mlp_block,
    "MultiHeadAttention" => attention::multi_head_attention,
    "MultiHeadFavorAttention" => sequence::multi_head_favor_attention,
    "OutlookAttention" => vision::outlook_attention,
    "OutlookAttentionSimple" => vision::outlook_attention_simple,
    "Performer" => sequence::performer,
    "PositionalEmbedding" => vision::positional_embedding,
    "RSoftmax" => vision::rsoftmax,
    "RippleAttention" => sequence::ripple_attention,
    "RmsNorm" => norm::rms_norm,
    "Rnn" => recurrent::rnn,
    "RnnCell" => recurrent::rnn_cell,
    "SelfAttention" => sequence::self_attention,
    "SeparableConv1d" => conv::separable_conv1d,
    "SeparableConv2d" => conv::separable_conv2d,
    "Sequential" => basic::sequential,
    "SinusoidalPositionalEncoding" => encoding::sinusoidal_positional_encoding,
    "SoftmaxCrossEntropy" => losses::softmax_cross_entropy,
    "SparseAttention" => sequence::sparse_attention,
    "SpatialGatingBlock" => vision::spatial_gating_block,
    "SplitAttentionConv2d" => vision::split_attention_conv2d,
    "SqueezeExcite" => vision::squeeze_excite,
    "StochasticDepth" => regularization::stochastic_depth,
    "TalkingHeadsAttention" => attention::talking_heads_attention,
    "Transformer" => attention::transformer,
    "TransformerBlock" => sequence::transformer_block,
    "TransformerDecoder" => attention::transformer_decoder,
    "TransformerDecoderLayer" => attention::transformer_decoder_layer,
    "TransformerEncoder" => attention::transformer_encoder,
    "TransformerEncoderLayer" => attention::transformer_encoder_layer,
    "ZeroPadding1d" => conv::zero_padding1d,
    "ZeroPadding2d" => conv::zero_padding2d,
    "ZeroPadding3d" => conv::zero_padding3d,
}

const _: () = assert!(
    same(NAMES, registry::names()),
    "each layer of the registry needs an entry in layers/src/testing/catalogue, in the registry's order"
);

const _: () = assert!(
    same(refusals::NAMES, registry::names()),
    "each layer of the registry refuses something, which stands in layers/src/testing/catalogue/refusals.rs, in the registry's order"
);

/// Whether two lists of names are equal: `==`, as far as constants have it.
const fn same(a: &[&str], b: &[&str]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        let (a, b) = (a[at].as_bytes(), b[at].as_bytes());
        if a.len() != b.len() {
            return false;
        }
        let mut letter = 0;
        while letter < a.len() {
            if a[letter] != b[letter] {
                return false;
            }
            letter += 1;
        }
        at += 1;
    }
    true
}
