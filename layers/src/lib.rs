//! The layers, initializers and losses of étude.
//!
//! A layer begins as its configuration, plain data with builder methods, which JSON can hold:
//!
//! ```
//! use etude_autograd::{Module, Tape};
//! use etude_layers::{Activation, Dense, DenseConfig};
//! use etude_tensor::{Rng, Tensor};
//!
//! let mut rng = Rng::seed(42);
//! let dense: Dense<f32> = DenseConfig::new(10).activation(Activation::Softmax).init(&mut rng)?;
//!
//! let tape = Tape::training(42);
//! let x = tape.input(Tensor::ones([3, 4]));
//! let y = dense.forward(&x)?; // the first call creates the parameters
//! assert_eq!(y.shape(), [3, 10]);
//! assert_eq!(dense.param_count()?, 4 * 10 + 10);
//! # Ok::<(), etude_tensor::Error>(())
//! ```
//!
//! # Where things are
//!
//! | to learn about | read |
//! |---|---|
//! | the layers | `attention/`, `basic/`, `conv/`, `encoding/`, `norm/`, `pool/`, `recurrent/`, `regularization/`, `sequence/`, `transformer/`, `vision/`, the losses in `losses/`: one file each |
//! | models of one's own | [`Module`](macro@Module), the derive, and [`Layer`] |
//! | models from a list of layers | [`Sequential`] |
//! | what configurations are written in | [`Activation`], [`Initializer`], [`Padding`], [`Ints`], [`DataFormat`], [`Reduction`] |
//! | models from files | [`Sequential::open`], [`registry`] |
//! | one batch on several threads | [`DataParallel`] |

#![forbid(unsafe_code)]

mod activation;
mod args;
mod attention;
mod basic;
mod config;
mod conv;
mod encoding;
mod layer;
mod losses;
mod norm;
mod orthonormal;
mod outputs;
mod parallel;
mod parameters;
mod pool;
mod projection;
mod random_features;
mod recurrent;
pub mod registry;
mod regularization;
mod sequence;
mod sequential;
mod sequential_file;
mod signature;
mod sliding;
mod spatial;
mod summary;
#[cfg(feature = "testing")]
pub mod testing;
mod transformer;
mod unary;
mod vision;

pub use activation::ActivationFn;
pub use args::{Arg, Args};
pub use attention::{
    Attention, AttentionConfig, FavorAttention, FavorAttentionConfig, FeatureFactor,
    FeatureFunction, LinformerSelfAttention, LinformerSelfAttentionConfig, MultiHeadAttention,
    MultiHeadAttentionConfig, Randomizer, ScoreMode, Talk, TalkingHeadsAttention,
    TalkingHeadsAttentionConfig,
};
pub use basic::{
    Dense, DenseConfig, Embedding, EmbeddingConfig, Flatten, FlattenConfig, Identity,
    IdentityConfig,
};
pub use config::{
    Activation, AxisInts, DataFormat, Initializer, Ints, OneOrMany, Padding, Reduction, Sides,
    Window, fans, read_config,
};
pub use conv::{
    Conv, Conv1d, Conv1dConfig, Conv1dTranspose, Conv1dTransposeConfig, Conv2d, Conv2dConfig,
    Conv2dTranspose, Conv2dTransposeConfig, Conv3d, Conv3dConfig, Conv3dTranspose,
    Conv3dTransposeConfig, ConvConfig, ConvTranspose, ConvTransposeConfig, DepthwiseConv,
    DepthwiseConv1d, DepthwiseConv1dConfig, DepthwiseConv2d, DepthwiseConv2dConfig,
    DepthwiseConvConfig, SeparableConv, SeparableConv1d, SeparableConv1dConfig, SeparableConv2d,
    SeparableConv2dConfig, SeparableConvConfig, ZeroPadding, ZeroPadding1d, ZeroPadding1dConfig,
    ZeroPadding2d, ZeroPadding2dConfig, ZeroPadding3d, ZeroPadding3dConfig, ZeroPaddingConfig,
};
pub use encoding::{
    LearnedPositionalEncoding, LearnedPositionalEncodingConfig, SinusoidalPositionalEncoding,
    SinusoidalPositionalEncodingConfig,
};
pub use etude_autograd::Module;
pub use etude_derive::Module;
pub use layer::{CloneLayer, Layer};
pub use losses::{
    BinaryCrossEntropy, BinaryCrossEntropyConfig, Huber, HuberConfig, KlDivergence,
    KlDivergenceConfig, MeanAbsoluteError, MeanAbsoluteErrorConfig, MeanSquaredError,
    MeanSquaredErrorConfig, SoftmaxCrossEntropy, SoftmaxCrossEntropyConfig,
};
pub use norm::{
    BatchNorm, BatchNormConfig, GroupNorm, GroupNormConfig, LayerNorm, LayerNormConfig, RmsNorm,
    RmsNormConfig,
};
pub use outputs::Outputs;
pub use parallel::{BatchLoss, DataParallel, ShardLoss};
pub use pool::{
    AvgPool, AvgPool1d, AvgPool1dConfig, AvgPool2d, AvgPool2dConfig, AvgPoolConfig,
    GlobalAvgPool2d, GlobalAvgPool2dConfig, MaxPool, MaxPool1d, MaxPool1dConfig, MaxPool2d,
    MaxPool2dConfig, MaxPoolConfig,
};
pub use projection::Projection;
pub use recurrent::{
    Gates, Gru, GruCell, GruCellConfig, GruConfig, Lstm, LstmCell, LstmCellConfig, LstmConfig, Rnn,
    RnnCell, RnnCellConfig, RnnConfig,
};
pub use regularization::{Dropout, DropoutConfig, StochasticDepth, StochasticDepthConfig};
pub use sequence::{
    AdaptiveConv2d, AdaptiveConv2dConfig, AdditiveAttention, AdditiveAttentionConfig, Attended,
    Capsule, CapsuleConfig, Context, Directions, FeedForward, GlobalAttention, HeadwiseDense,
    KernelApproximation, KernelFunction, LinearAttention, LinearAttentionConfig, Linformer,
    LinformerConfig, Longformer, LongformerConfig, MaskMode, MaskParams, MultiHeadFavorAttention,
    MultiHeadFavorAttentionConfig, Performer, PerformerConfig, RippleAttention,
    RippleAttentionConfig, SelfAttention, SelfAttentionConfig, Shortcut, SparseAttention,
    SparseAttentionConfig, TransformerBlock, TransformerBlockConfig,
};
pub use sequential::{Sequential, SequentialConfig, SequentialEntry};
pub use signature::{Argument, ArgumentKind, Signature};
pub use summary::{Row, Summary};
pub use transformer::{
    Transformer, TransformerConfig, TransformerDecoder, TransformerDecoderLayer,
    TransformerEncoder, TransformerEncoderLayer, TransformerLayerConfig, TransformerStackConfig,
};
pub use vision::{
    AntiAliasDownsample, AntiAliasDownsampleConfig, BatchNormActivation, BatchNormActivationConfig,
    BiasLayer, BiasLayerConfig, ChannelAffine, ChannelAffineConfig, ClassToken, ClassTokenConfig,
    ConvPositionalEncoding, ConvPositionalEncodingConfig, ConvRelativePositionalEncoding,
    ConvRelativePositionalEncodingConfig, CotAttention, CotAttentionConfig, HaloAttention,
    HaloAttentionConfig, MhsaWithPositionEmbedding, MhsaWithPositionEmbeddingConfig, MixerBlock,
    MixerBlockConfig, MlpBlock, MlpBlockConfig, OutlookAttention, OutlookAttentionConfig,
    OutlookAttentionSimple, OutlookAttentionSimpleConfig, PositionalEmbedding,
    PositionalEmbeddingConfig, RSoftmax, RSoftmaxConfig, SpatialGatingBlock,
    SpatialGatingBlockConfig, SplitAttentionConv2d, SplitAttentionConv2dConfig, SqueezeExcite,
    SqueezeExciteConfig, rsoftmax,
};
