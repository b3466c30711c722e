//! The optimizers of étude.
