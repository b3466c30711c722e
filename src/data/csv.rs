//! Rows of a CSV file, with errors that say where: file, line, column.

use crate::{Error, Result};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;

/// Reads a CSV file with a header line: `make` turns each row into a value.
///
/// # Errors
/// If the file can't be read, a row isn't UTF-8 or has more or fewer cells than the header, or `make` refuses it.
pub fn read_csv<R>(path: impl AsRef<Path>, make: impl FnMut(&Row) -> Result<R>) -> Result<Vec<R>> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let text = std::fs::read(path)
        .map_err(|err| Error::file("data", format!("'{name}' can't be read: {err}")))?;
    parse_csv(&name, &text, make)
}

/// [`read_csv`] of a text in memory, which errors call `name`.
///
/// # Errors
/// As [`read_csv`].
///
/// ```
/// use etude::data::parse_csv;
///
/// let text = "height,label\n1.5,3\n2.5,x\n";
/// let err = parse_csv("plants.csv", text, |row| {
///     Ok((row.get::<f32>("height")?, row.get_in("label", 0..=9)?))
/// });
/// assert_eq!(
///     err.unwrap_err().to_string(),
///     "data: 'plants.csv' line 3, column 'label': expected a whole number from 0 to 9, got 'x'",
/// );
/// # Ok::<(), etude::Error>(())
/// ```
pub fn parse_csv<R>(
    name: &str,
    text: impl AsRef<[u8]>,
    mut make: impl FnMut(&Row) -> Result<R>,
) -> Result<Vec<R>> {
    let mut reader = csv::Reader::from_reader(text.as_ref());
    let header = reader.headers().map_err(|err| unreadable(name, &err))?;
    let header: Vec<String> = header.iter().map(str::to_string).collect();
    if header.is_empty() {
        let message = format!("'{name}' is empty; expected a line with the names of the columns");
        return Err(Error::file("data", message));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let cells = record.map_err(|err| unreadable(name, &err))?;
        let row = Row {
            name,
            header: &header,
            line: cells.position().map_or(0, csv::Position::line),
            cells,
        };
        rows.push(make(&row)?);
    }
    Ok(rows)
}

/// One row, while it is being read.
#[derive(Debug)]
pub struct Row<'a> {
    name: &'a str,
    header: &'a [String],
    line: u64,
    cells: csv::StringRecord,
}

/// A column, by its name in the header or by its number from 0.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// The column with this name.
    Name(&'a str),
    /// The column with this number.
    Number(usize),
}

impl<'a> From<&'a str> for Column<'a> {
    fn from(name: &'a str) -> Self {
        Column::Name(name)
    }
}

impl From<usize> for Column<'_> {
    fn from(number: usize) -> Self {
        Column::Number(number)
    }
}

impl Row<'_> {
    /// The number of cells, which is that of the columns in the header.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell in `column`, read as a `V`; spaces around it don't count.
    ///
    /// # Errors
    /// If there is no such column, or the cell isn't a `V`.
    pub fn get<'c, V: FromStr<Err: Display>>(&self, column: impl Into<Column<'c>>) -> Result<V> {
        let (number, text) = self.cell(column.into())?;
        text.parse().map_err(|err| {
            let wanted = std::any::type_name::<V>();
            let wanted = wanted.rsplit("::").next().unwrap_or(wanted);
            self.error(number, format!("expected {wanted}, got '{text}' ({err})"))
        })
    }

    /// The cell in `column`, read as a whole number in `range`.
    ///
    /// # Errors
    /// If there is no such column, or the cell isn't a whole number in the range.
    pub fn get_in<'c>(
        &self,
        column: impl Into<Column<'c>>,
        range: RangeInclusive<i64>,
    ) -> Result<i64> {
        let (number, text) = self.cell(column.into())?;
        match text.parse() {
            Ok(value) if range.contains(&value) => Ok(value),
            _ => {
                let (low, high) = range.into_inner();
                let message = format!("expected a whole number from {low} to {high}, got '{text}'");
                Err(self.error(number, message))
            }
        }
    }

    /// An error about the cell in `column`, for a check of your own.
    pub fn error<'c>(&self, column: impl Into<Column<'c>>, message: impl Display) -> Error {
        let (name, line) = (self.name, self.line);
        let column = match column.into() {
            Column::Name(column) => column.to_string(),
            Column::Number(number) => match self.header.get(number) {
                Some(column) => column.clone(),
                None => number.to_string(),
            },
        };
        Error::file(
            "data",
            format!("'{name}' line {line}, column '{column}': {message}"),
        )
    }

    fn cell(&self, column: Column<'_>) -> Result<(usize, &str)> {
        let number = match column {
            Column::Number(number) => Some(number),
            Column::Name(name) => self.header.iter().position(|column| column == name),
        };
        number
            .and_then(|number| Some((number, self.cells.get(number)?.trim())))
            .ok_or_else(|| {
                let columns = self.header.join(", ");
                self.error(
                    column,
                    format!("there is no such column; expected one of {columns}"),
                )
            })
    }
}

/// What the reader itself finds wrong: the form of the file, not the meaning of a cell.
fn unreadable(name: &str, err: &csv::Error) -> Error {
    let line = err.position().map_or(1, csv::Position::line);
    let what = match err.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("has {len} cells; expected {expected_len}, as in the header")
        }
        csv::ErrorKind::Utf8 { err, .. } => {
            format!("cell {} isn't UTF-8 text", err.field() + 1)
        }
        _ => format!("can't be read: {err}"),
    };
    Error::file("data", format!("'{name}' line {line} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &[u8]) -> String {
        let read = parse_csv("t.csv", text, |row| {
            Ok((row.get::<u8>("a")?, row.get_in(1, -1..=1)?))
        });
        read.unwrap_err().to_string()
    }

    #[test]
    fn rows_become_values_in_order() {
        let rows = parse_csv("t.csv", "a,b\n1, 0.5\n\n2,-1e3\n", |row| {
            assert_eq!(row.len(), 2);
            Ok((row.get::<u8>("a")?, row.get::<f32>(1)?))
        });
        assert_eq!(rows.unwrap(), [(1, 0.5), (2, -1000.0)]);
        assert!(parse_csv("t.csv", "a,b\n", |_| Ok(())).unwrap().is_empty());
    }

    #[test]
    fn an_error_says_file_line_and_column() {
        assert_eq!(
            refusal(b"a,b\n1,1\n300,1\n"),
            "data: 't.csv' line 3, column 'a': expected u8, got '300' (number too large to fit in target type)"
        );
        assert_eq!(
            refusal(b"a,b\n1,2\n"),
            "data: 't.csv' line 2, column 'b': expected a whole number from -1 to 1, got '2'"
        );
        assert_eq!(
            refusal(b"x,b\n1,1\n"),
            "data: 't.csv' line 2, column 'a': there is no such column; expected one of x, b"
        );
    }

    #[test]
    fn a_file_of_the_wrong_form_is_refused() {
        assert_eq!(
            refusal(b"a,b\n1,1\n1\n"),
            "data: 't.csv' line 3 has 1 cells; expected 2, as in the header"
        );
        assert_eq!(
            refusal(b"a,b\n1,\xff\n"),
            "data: 't.csv' line 2 cell 2 isn't UTF-8 text"
        );
        assert_eq!(
            refusal(b""),
            "data: 't.csv' is empty; expected a line with the names of the columns"
        );
        let missing = read_csv("/no/such.csv", |_| Ok(()))
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("data: '/no/such.csv' can't be read: "),
            "{missing}"
        );
    }
}
