//! The encoder–decoder Transformer and its parts (Vaswani et al., *Attention Is All You Need*, 2017).

mod block;
mod decoder;
mod decoder_layer;
mod encoder;
mod encoder_layer;
mod model;

pub use decoder::{TransformerDecoder, TransformerDecoderConfig};
pub use decoder_layer::{TransformerDecoderLayer, TransformerDecoderLayerConfig};
pub use encoder::{TransformerEncoder, TransformerEncoderConfig};
pub use encoder_layer::{TransformerEncoderLayer, TransformerEncoderLayerConfig};
pub use model::{Transformer, TransformerConfig};
