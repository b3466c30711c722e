//! The encoder–decoder Transformer and its parts (Vaswani et al., *Attention Is All You Need*, 2017).

mod block;
mod config;
mod decoder;
mod decoder_layer;
mod encoder;
mod encoder_layer;
mod model;
mod stack;

pub use block::TransformerLayerConfig;
pub use decoder::TransformerDecoder;
pub use decoder_layer::TransformerDecoderLayer;
pub use encoder::TransformerEncoder;
pub use encoder_layer::TransformerEncoderLayer;
pub use model::{Transformer, TransformerConfig};
pub use stack::TransformerStackConfig;
