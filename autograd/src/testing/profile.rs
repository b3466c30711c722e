//! How much is tried.

/// How much the tests of gradients try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What `cargo test` runs: every check on every operation, once.
    Quick,
    /// Many draws, larger shapes, second order of everything: `ETUDE_PROFILE=full`.
    Full,
}

impl Profile {
    /// What the environment variable `ETUDE_PROFILE` asks for: `full`, or quick if it isn't set.
    ///
    /// # Panics
    /// If it is anything else: a misspelt profile must not pass as a full one.
    pub fn chosen() -> Self {
        match std::env::var("ETUDE_PROFILE").as_deref() {
            Ok("full") => Profile::Full,
            Ok("quick") | Err(_) => Profile::Quick,
            Ok(other) => panic!("ETUDE_PROFILE is '{other}'; expected quick or full"),
        }
    }

    /// One of two values.
    pub fn pick<T>(self, quick: T, full: T) -> T {
        match self {
            Profile::Quick => quick,
            Profile::Full => full,
        }
    }
}
