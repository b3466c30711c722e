//! The command lines of the benchmarks.

use std::num::NonZeroUsize;

/// What a benchmark is asked for.
#[derive(Debug, PartialEq)]
pub struct Arguments {
    /// `--only NAME[,NAME…]`: these; all if absent.
    pub only: Option<Vec<String>>,
    /// `--threads N`.
    pub threads: NonZeroUsize,
    /// `--child NAME`: this one, in this process.
    pub child: Option<String>,
    flags: Vec<String>,
}

impl Arguments {
    /// Reads a command line, in which a value stands behind its key or a `=`, and the flags are `known`. Cargo adds `--bench`.
    pub fn read(
        mut given: impl Iterator<Item = String>,
        known: &[&str],
    ) -> Result<Arguments, String> {
        let mut read = Arguments {
            only: None,
            threads: NonZeroUsize::new(2).expect("2 isn't 0"),
            child: None,
            flags: Vec::new(),
        };
        while let Some(argument) = given.next() {
            let (key, value) = match argument.split_once('=') {
                Some((key, value)) => (key, Some(value.to_string())),
                None => (argument.as_str(), None),
            };
            let mut value = || {
                let value = value.clone().or_else(|| given.next());
                let value = value.filter(|value| !value.is_empty() && !value.starts_with("--"));
                value.ok_or_else(|| format!("{key}: the value is missing"))
            };
            match key {
                "--bench" => {}
                "--only" => read.only = Some(value()?.split(',').map(str::to_string).collect()),
                "--child" => read.child = Some(value()?),
                "--threads" => {
                    let threads = value()?;
                    read.threads = threads.parse().map_err(|_| {
                        format!("--threads {threads}: expected a whole number from 1 on")
                    })?;
                }
                flag if known.contains(&flag) => read.flags.push(flag.to_string()),
                _ => {
                    let known = known.join(", ");
                    return Err(format!(
                        "{argument}: there are --only NAME[,NAME…], --threads N, {known}"
                    ));
                }
            }
        }
        Ok(read)
    }

    /// Whether a flag was given.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// Those of `names` that are asked for.
    pub fn chosen<'a>(&self, names: &[&'a str]) -> Result<Vec<&'a str>, String> {
        let Some(only) = &self.only else {
            return Ok(names.to_vec());
        };
        let find = |wanted: &String| {
            let found = names.iter().find(|name| *name == wanted).copied();
            found.ok_or_else(|| format!("--only {wanted}: no such name; --list shows them"))
        };
        only.iter().map(find).collect()
    }
}
