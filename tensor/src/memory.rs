//! Whether memory has room for something large: asked before it is needed, so that the answer can be an error.

use std::sync::OnceLock;

/// From here on the system is asked.
const LARGE: usize = 1 << 30;

/// Whether so many bytes can be had. Some systems grant any request and end the process once it uses what was granted; so
/// no more is believed in than the machine has.
pub(crate) fn has_room(bytes: usize) -> bool {
    bytes < LARGE || bytes <= whole() && Vec::<u8>::new().try_reserve_exact(bytes).is_ok()
}

/// All memory of the machine in bytes, swap space included; no bound where the system doesn't say.
fn whole() -> usize {
    static WHOLE: OnceLock<usize> = OnceLock::new();
    *WHOLE.get_or_init(|| {
        let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kibibytes = |name: &str| -> Option<usize> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.parse().ok()
        };
        let Some(memory) = kibibytes("MemTotal:") else {
            return usize::MAX;
        };
        let swap = kibibytes("SwapTotal:").unwrap_or(0);
        memory.saturating_add(swap).saturating_mul(1024)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_is_there_and_a_petabyte_is_not() {
        assert!(has_room(0) && has_room(2 * LARGE));
        assert!(!has_room(1 << 50));
        assert!(!has_room(usize::MAX));
    }
}
