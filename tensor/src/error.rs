//! The one error type: who complains, about what, and what would fit.
//!
//! An error's text always has the same three parts, so that a person can act on it without a debugger:
//! the operation (or the layer's path), what it was given, and what it expected.

use std::fmt;

/// The result of every operation that a caller can get wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of mistake an [`Error`] reports, for programs that react to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Shapes that don't go together, or a wrong rank.
    Shape,
    /// An axis that the tensor doesn't have, or one that is named twice.
    Axis,
    /// An index, a label or a range outside its bounds.
    Index,
    /// A value outside its domain: a rate, a size, a probability.
    Value,
    /// A configuration: an unknown key, an unknown name, a missing entry.
    Config,
    /// A file that can't be read or written, or that doesn't hold what it should.
    File,
    /// The recording: a stale variable, two tapes mixed, an operation without a rule.
    Graph,
    /// A parameter or a model that isn't in the state the call needs.
    State,
}

/// An error of étude: the operation or layer that complains, what it was given, and what would fit.
///
/// ```
/// use etude_tensor::{ErrorKind, Tensor};
///
/// let x = Tensor::<f32>::zeros([2, 3]);
/// let err = x.reshape([4]).unwrap_err();
/// assert_eq!(err.kind(), ErrorKind::Shape);
/// assert!(err.to_string().starts_with("reshape: "));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, thiserror::Error)]
#[error("{who}: {message}")]
struct Inner {
    kind: ErrorKind,
    who: String,
    path: Option<String>,
    message: String,
}

impl Error {
    /// An error of `kind`, raised by `who` (an operation's or a layer's name).
    pub fn new(kind: ErrorKind, who: impl Into<String>, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            who: who.into(),
            path: None,
            message: message.into(),
        }))
    }

    /// Shapes that don't go together, or a wrong rank.
    pub fn shape(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Shape, who, message)
    }

    /// An axis that the tensor doesn't have, or one that is named twice.
    pub fn axis(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Axis, who, message)
    }

    /// An index, a label or a range outside its bounds.
    pub fn index(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Index, who, message)
    }

    /// A value outside its domain.
    pub fn value(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Value, who, message)
    }

    /// A configuration that can't be used.
    pub fn config(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Config, who, message)
    }

    /// A file that can't be read or written, or that doesn't hold what it should.
    pub fn file(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::File, who, message)
    }

    /// A recording used in a way that it doesn't allow.
    pub fn graph(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Graph, who, message)
    }

    /// A parameter or model in the wrong state.
    pub fn state(who: impl Into<String>, message: impl Into<String>) -> Self {
        Error::new(ErrorKind::State, who, message)
    }

    /// What kind of mistake this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation or layer that complains.
    pub fn who(&self) -> &str {
        &self.0.who
    }

    /// The path of the layer inside its model, once a container has added it.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// What was given and what would fit, without the name in front.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Puts the name of an enclosing container in front of the layer's path: containers call it on the way out, so
    /// that an error raised by `3` inside `features` is reported as `'features.3'`.
    #[must_use]
    pub fn in_layer(mut self, name: &str) -> Self {
        self.0.path = Some(match self.0.path.take() {
            None => name.to_string(),
            Some(inner) => format!("{name}.{inner}"),
        });
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.path {
            None => self.0.fmt(f),
            Some(path) => write!(f, "{}: '{path}' {}", self.0.who, self.0.message),
        }
    }
}

/// The text, so that `unwrap` and `main` returning an error print what a person needs.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_operation_then_path_then_message() {
        let e = Error::shape("conv2d", "expects 64 input channels, got 32");
        assert_eq!(e.to_string(), "conv2d: expects 64 input channels, got 32");
        let e = e.in_layer("3").in_layer("features");
        assert_eq!(
            e.to_string(),
            "conv2d: 'features.3' expects 64 input channels, got 32"
        );
        assert_eq!(e.path(), Some("features.3"));
    }

    #[test]
    fn a_result_is_no_larger_than_its_value() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
