//! Measuring in processes of their own.

use std::env;
use std::process::Command;

/// Starts this program again with `--child id` on so many threads: the line of JSON that it ends with.
///
/// # Errors
/// What it wrote to its standard error, if it failed or gave no such line.
pub fn in_child(id: &str, threads: &str) -> Result<String, String> {
    let program = env::current_exe().expect("a running program has a path");
    let output = Command::new(program)
        .args(["--child", id])
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("a program that runs can be started again");
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().rfind(|line| line.starts_with('{')) {
        Some(line) if output.status.success() => Ok(line.to_string()),
        _ => Err(String::from_utf8_lossy(&output.stderr).trim().to_string()),
    }
}

/// An entry of `/proc/self/status` in MiB; 0 where the system has no such file.
pub fn memory_mb(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let entry = status.lines().find_map(|line| {
        let rest = line.strip_prefix(key)?.strip_prefix(':')?;
        rest.split_whitespace().next()?.parse::<f64>().ok()
    });
    entry.unwrap_or(0.0) / 1024.0
}
