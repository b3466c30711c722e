//! A deep-learning framework that owns its whole stack, from strided tensors to trained models, written to be read.
