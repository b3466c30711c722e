//! The tables of `docs/gradient-matrix.md`: what each check found, a row for each operation and each layer.

use super::page::Section;
use super::{Check, Failure, Finding};
use rayon::prelude::*;

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    /// The section of the page that it is in.
    pub section: &'static str,
    /// What stands in front of the checks: the name, and whatever else is told of a row.
    pub columns: &'static [&'static str],
    /// What writes it anew.
    pub again: &'static str,
}

impl Matrix {
    /// Writes the table if that is asked for; otherwise makes sure that the page has the checks, what they allow, and these first cells of
    /// each row. In full a row has for each check the largest error it saw, `✓` where nothing differed, and `·` where it had nothing to
    /// compare.
    ///
    /// # Panics
    /// If the page is out of date, or a check of the row of this number fails while it is written.
    pub fn holds(
        &self,
        first: &[Vec<String>],
        check: impl Fn(usize, Check) -> Result<Finding, Failure> + Sync,
    ) {
        let name = |check: &Check| format!("{check:?}");
        let own = self.columns.iter().map(ToString::to_string);
        let columns: Vec<String> = own.chain(Check::ALL.iter().map(name)).collect();
        let starts: Vec<String> = first.iter().map(|first| line(first)).collect();
        let bounds = self.bounds();
        let section = Section::new("gradient-matrix.md", self.section);
        let rows = || {
            let row = |(place, first): (usize, &Vec<String>)| {
                let cells = Check::ALL.iter().map(|&which| cell(check(place, which)));
                line(&first.iter().cloned().chain(cells).collect::<Vec<_>>())
            };
            // Rows take from no time to a minute: whichever thread is free takes the next.
            let rows = first.par_iter().enumerate().with_max_len(1).map(row);
            let rows: Vec<String> = rows.collect();
            [vec![bounds.clone()], rows].concat()
        };
        section.holds_table(&columns, &starts, rows, self.again);
        let again = format!("ETUDE_WRITE_MATRIX=1 {}", self.again);
        assert!(section.text().contains(&bounds), "other bounds: {again}");
    }

    /// What each check allows.
    fn bounds(&self) -> String {
        let bounds = Check::ALL.iter().map(|check| match check.tolerance() {
            None => "·".to_string(),
            Some(0.0) => "0".to_string(),
            Some(bound) => format!("{bound:.0e}"),
        });
        let mut cells = vec!["·".to_string(); self.columns.len()];
        cells[0] = "*allowed*".to_string();
        cells.extend(bounds);
        line(&cells)
    }
}

fn cell(found: Result<Finding, Failure>) -> String {
    match found {
        Ok(finding) if finding.compared == 0 => "·".to_string(),
        Ok(finding) if finding.largest_error == 0.0 => "✓".to_string(),
        Ok(finding) => format!("{:.0e}", finding.largest_error),
        Err(failure) => panic!("{failure}"),
    }
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}
