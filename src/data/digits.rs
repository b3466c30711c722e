//! The handwritten digits that come with étude.

use super::csv::parse_csv;
use super::{Examples, Row};
use crate::{Result, Tensor};

/// Real handwritten digits, 1,797 images of 8×8 pixels: small enough to be embedded, hard enough to learn from.
///
/// Inputs are `[n, 8, 8, 1]` with 0 for paper and 1 for ink, labels 0 to 9.
///
/// The digits are *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak (1998, UCI Machine Learning
/// Repository), licensed under CC BY 4.0.
///
/// ```
/// let digits = etude::data::Digits::load()?;
/// assert_eq!(digits.train.inputs().shape(), [1437, 8, 8, 1]);
/// assert_eq!(digits.test.labels().shape(), [360]);
/// # Ok::<(), etude::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Digits {
    /// The first 1,437 digits.
    pub train: Examples,
    /// The last 360 digits, held out: written by other people than the first.
    pub test: Examples,
}

impl Digits {
    /// How many classes there are.
    pub const CLASSES: usize = 10;

    const SIDE: usize = 8;
    const PIXELS: usize = Self::SIDE * Self::SIDE;
    const HELD_OUT: usize = 360;

    /// The embedded digits.
    ///
    /// # Errors
    /// Never, unless étude was built from a damaged file.
    pub fn load() -> Result<Self> {
        let rows = parse_csv("digits.csv", include_bytes!("../../data/digits.csv"), digit)?;
        let (train, test) = rows.split_at(rows.len().saturating_sub(Self::HELD_OUT));
        Ok(Digits {
            train: examples(train)?,
            test: examples(test)?,
        })
    }
}

/// One row: 64 pixels of 0 to 16, scaled to at most 1, and the label.
fn digit(row: &Row) -> Result<([f32; Digits::PIXELS], i64)> {
    let mut pixels = [0.0; Digits::PIXELS];
    for (number, pixel) in pixels.iter_mut().enumerate() {
        *pixel = row.get_in(number, 0..=16)? as f32 / 16.0;
    }
    Ok((pixels, row.get_in("label", 0..=Digits::CLASSES as i64 - 1)?))
}

fn examples(digits: &[([f32; Digits::PIXELS], i64)]) -> Result<Examples> {
    let pixels: Vec<f32> = digits.iter().flat_map(|(pixels, _)| *pixels).collect();
    let labels: Vec<i64> = digits.iter().map(|(_, label)| *label).collect();
    let shape = [digits.len(), Digits::SIDE, Digits::SIDE, 1];
    Examples::new(
        Tensor::from_slice(shape, &pixels)?,
        Tensor::from_slice([labels.len()], &labels)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_360_are_held_out() {
        let digits = Digits::load().unwrap();
        assert_eq!((digits.train.len(), digits.test.len()), (1437, 360));
        assert_eq!(digits.train.labels().to_vec()[..5], [0, 1, 2, 3, 4]);
        let pixels = digits.train.inputs().to_vec();
        assert_eq!(
            pixels[..6],
            [0.0, 0.0, 5.0, 13.0, 9.0, 1.0].map(|ink: f32| ink / 16.0)
        );
        assert!(pixels.iter().all(|ink| (0.0..=1.0).contains(ink)));
        let of_each = |class| {
            digits
                .test
                .labels()
                .to_vec()
                .iter()
                .filter(|&&l| l == class)
                .count()
        };
        assert!((0..10).all(|class| (30..45).contains(&of_each(class))));
    }

    #[test]
    fn a_damaged_row_is_named() {
        let text = include_str!("../../data/digits.csv");
        let mut lines: Vec<&str> = text.lines().take(3).collect();
        let damaged = lines[2].replacen("0,0,0", "0,17,0", 1);
        lines[2] = &damaged;
        let err = parse_csv("digits.csv", lines.join("\n"), digit).unwrap_err();
        assert_eq!(
            err.to_string(),
            "data: 'digits.csv' line 3, column 'p1': expected a whole number from 0 to 16, got '17'"
        );
    }
}
