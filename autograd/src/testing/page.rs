//! Sections of the documentation that tests write: a page can't claim what no test has seen.
//!
//! A section stands between `<!-- NAME -->` and `<!-- end of NAME -->`. With `ETUDE_WRITE_MATRIX=1` a test writes it, otherwise it reads it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Held while a page is read and written: tests run side by side.
static WRITING: Mutex<()> = Mutex::new(());

/// A section of a page.
#[derive(Clone, Debug)]
pub struct Section {
    page: PathBuf,
    name: &'static str,
}

impl Section {
    /// The section `name` of the page at `path` below the folder `docs` of the workspace.
    pub fn new(path: &str, name: &'static str) -> Self {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        Section {
            page: docs.join(path),
            name,
        }
    }

    /// Whether the section is to be written.
    pub fn is_written() -> bool {
        std::env::var_os("ETUDE_WRITE_MATRIX").is_some()
    }

    /// What stands in the section.
    ///
    /// # Panics
    /// If there is no such page, or no such section in it.
    pub fn text(&self) -> String {
        let page = self.read();
        let (start, end) = self.place(&page);
        page[start..end].trim().to_string()
    }

    /// Puts another text in the place of the section's.
    ///
    /// # Panics
    /// As [`text`](Section::text), and if the page can't be written.
    pub fn write(&self, text: &str) {
        let _writing = WRITING
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let page = self.read();
        let (start, end) = self.place(&page);
        let page = format!("{}\n\n{}\n\n{}", &page[..start], text.trim(), &page[end..]);
        fs::write(&self.page, page).unwrap_or_else(|err| panic!("{}: {err}", self.page.display()));
    }

    /// Makes sure that the section has this text: writes it if that is asked for, compares otherwise.
    ///
    /// # Panics
    /// As [`text`](Section::text), and if the section has another text; `again` is the command that writes it.
    pub fn holds(&self, text: &str, again: &str) {
        if Section::is_written() {
            self.write(text);
        }
        assert_eq!(
            self.text(),
            text.trim(),
            "{}, section {}, is out of date; write it anew: ETUDE_WRITE_MATRIX=1 {again}",
            self.page.display(),
            self.name
        );
    }

    /// Makes sure that the section is a table of these columns, in which the rows that begin with a name in backquotes are those of `starts`, in
    /// order, each as far as it is given. If the section is to be written, `rows` are its rows in full.
    ///
    /// # Panics
    /// As [`text`](Section::text), and if the table has other columns or rows; `again` is the command that writes it.
    pub fn holds_table(
        &self,
        columns: &[String],
        starts: &[String],
        rows: impl FnOnce() -> Vec<String>,
        again: &str,
    ) {
        let heading = format!("| {} |", columns.join(" | "));
        if Section::is_written() {
            let rule = "|---".repeat(columns.len());
            self.write(&format!("{heading}\n{rule}|\n{}", rows().join("\n")));
        }
        let text = self.text();
        let again = format!(
            "{}, section {}, is out of date; write it anew: ETUDE_WRITE_MATRIX=1 {again}",
            self.page.display(),
            self.name
        );
        assert_eq!(text.lines().next(), Some(&heading[..]), "{again}");
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let lacks = |start: &&String| !found.iter().any(|row| row.starts_with(&start[..]));
        let lacking: Vec<&String> = starts.iter().filter(lacks).collect();
        assert!(lacking.is_empty(), "no rows {lacking:?}: {again}");
        let in_order = found
            .iter()
            .zip(starts)
            .all(|(row, start)| row.starts_with(&start[..]));
        assert!(
            found.len() == starts.len() && in_order,
            "{} rows in place of {}, or another order: {again}",
            found.len(),
            starts.len()
        );
    }

    fn read(&self) -> String {
        fs::read_to_string(&self.page)
            .unwrap_or_else(|err| panic!("{}: {err}", self.page.display()))
    }

    /// Where the section's text begins and ends.
    fn place(&self, page: &str) -> (usize, usize) {
        let (name, path) = (self.name, self.page.display());
        let start = format!("<!-- {name} -->");
        let start = page.find(&start).map(|at| at + start.len());
        let end = page.find(&format!("<!-- end of {name} -->"));
        match (start, end) {
            (Some(start), Some(end)) if start <= end => (start, end),
            _ => panic!("{path} has no section {name}"),
        }
    }
}
