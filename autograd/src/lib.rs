//! The tape of étude: reverse-mode differentiation to any order, parameters, gradient checks.
