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
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    let (mut next, mut at) = (0, 0);
    // Behind the last star met, and where the path goes on behind what it swallows. Earlier stars never have to swallow more: what
    // they could reach, the last one can.
    let mut star = None;
    loop {
        if next == pattern.len() && (at == path.len() || path[at] == b'.') {
            return true;
        }
        match pattern.get(next) {
            Some(b'*') => {
                next += 1;
                star = Some((next, at));
            }
            Some(byte) if path.get(at) == Some(byte) => (next, at) = (next + 1, at + 1),
            _ => match star {
                Some((behind, swallowed)) if swallowed < path.len() => {
                    star = Some((behind, swallowed + 1));
                    (next, at) = (behind, swallowed + 1);
                }
                _ => return false,
            },
        }
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
        assert!(matches("a.*", "a.b") && matches("*", "") && matches("*é*", "caf.é.b"));
        assert!(matches("*b*d", "abcabcd.e") && !matches("*b*d", "abcabcde"));
    }

    #[test]
    fn many_stars_take_no_longer() {
        let pattern = "*a".repeat(40) + "b";
        assert!(!matches(&pattern, &"a".repeat(2000)));
    }
}
