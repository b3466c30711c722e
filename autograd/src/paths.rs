//! Patterns over dotted paths.

/// Whether a pattern matches a path: whole, or up to a dot, so that `features` means everything under it. `*`
/// stands for any characters, dots included.
///
/// ```
/// use etude_autograd::path_matches;
///
/// assert!(path_matches("features", "features.3.weight"));
/// assert!(path_matches("*.bias", "features.3.bias"));
/// assert!(path_matches("*", "weight"));
/// assert!(!path_matches("feat", "features.3.weight"));
/// ```
pub fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => match path.strip_prefix(pattern) {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => false,
        },
        Some((before, after)) => match path.strip_prefix(before) {
            // The star swallows nothing, or a character, or two, …
            Some(rest) => (0..=rest.len())
                .filter(|&end| rest.is_char_boundary(end))
                .any(|end| matches(after, &rest[end..])),
            None => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        assert!(matches("a.b", "a.b"));
        assert!(matches("a", "a.b"));
        assert!(!matches("a.b", "a.bc"));
        assert!(!matches("b", "a.b"));
        assert!(matches("a.*.w", "a.1.2.w"));
        assert!(!matches("a.*.w", "a.1.2.b"));
        assert!(matches("*weight", "blocks.0.weight"));
        assert!(!matches("*weight", "blocks.0.weight_norm"));
        assert!(!matches("", "a"));
    }
}
