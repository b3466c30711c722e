//! What a layer takes and gives, by name.

use std::fmt;

/// The names of a layer's arguments and results.
///
/// ```
/// use etude_layers::{Argument, Signature};
///
/// const ATTENTION: Signature = Signature::new(
///     "MultiHeadAttention",
///     &[Argument::float("x"), Argument::float("xa").optional(), Argument::mask("mask").optional()],
///     &["output", "qk"],
/// );
/// assert_eq!(ATTENTION.to_string(), "MultiHeadAttention(x, xa?, mask?) → output, qk");
/// assert_eq!(ATTENTION.who(), "multi_head_attention");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The layer's type, by which the registry knows it.
    pub layer: &'static str,
    /// The arguments; the first is what a layer in a [`Sequential`](crate::Sequential) gets from the one before.
    pub takes: &'static [Argument],
    /// The results; the first is what the layer hands on.
    pub gives: &'static [&'static str],
}

/// An argument of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ArgumentKind,
    /// Whether it has to be given.
    pub required: bool,
}

/// What an argument holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArgumentKind {
    /// Numbers, which can be differentiated.
    Float,
    /// Indices and labels.
    Ints,
    /// A boolean mask.
    Bool,
    /// A mask, boolean or of numbers.
    Mask,
}

impl Argument {
    /// A required argument of numbers.
    pub const fn float(name: &'static str) -> Self {
        Argument::new(name, ArgumentKind::Float)
    }

    /// A required argument of indices or labels.
    pub const fn ints(name: &'static str) -> Self {
        Argument::new(name, ArgumentKind::Ints)
    }

    /// A required boolean mask.
    pub const fn bools(name: &'static str) -> Self {
        Argument::new(name, ArgumentKind::Bool)
    }

    /// A required mask, boolean or of numbers.
    pub const fn mask(name: &'static str) -> Self {
        Argument::new(name, ArgumentKind::Mask)
    }

    const fn new(name: &'static str, kind: ArgumentKind) -> Self {
        Argument {
            name,
            kind,
            required: true,
        }
    }

    /// The same argument, which may be left out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

impl Signature {
    /// A signature; a layer keeps it in a `const`.
    pub const fn new(
        layer: &'static str,
        takes: &'static [Argument],
        gives: &'static [&'static str],
    ) -> Self {
        Signature {
            layer,
            takes,
            gives,
        }
    }

    /// The layer's name as error messages write it: `multi_head_attention`.
    pub fn who(&self) -> String {
        snake_case(self.layer)
    }

    /// The arguments as a call would list them, `?` behind an optional one.
    pub(crate) fn arguments(&self) -> String {
        let names = self.takes.iter().map(|argument| {
            let mark = if argument.required { "" } else { "?" };
            format!("{}{mark}", argument.name)
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// `MultiHeadAttention` → `multi_head_attention`.
pub(crate) fn snake_case(type_name: &str) -> String {
    let mut snake = String::new();
    for letter in type_name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}({}) → {}",
            self.layer,
            self.arguments(),
            self.gives.join(", ")
        )
    }
}

impl fmt::Display for ArgumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ArgumentKind::Float => "a float variable",
            ArgumentKind::Ints => "an integer tensor",
            ArgumentKind::Bool => "a boolean tensor",
            ArgumentKind::Mask => "a boolean tensor or a float variable",
        })
    }
}
