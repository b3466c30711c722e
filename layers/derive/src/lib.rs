//! #[derive(Module)] for étude.
