//! The layers, initializers and losses of étude.
